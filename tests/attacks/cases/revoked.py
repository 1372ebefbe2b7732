"""Tokens that were taken back, in every shape that is still the same token."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator

from tests.attacks.attack import Attack
from tests.attacks.forge import ORDERS, Forge, base64url, raw


def twin(f: Forge) -> str:
    """The other signature of the same message: (r, n - s) is as good as (r, s), and another text."""
    begin, _, signature = f.taken_back.rpartition(".")
    numbers = bytes_of(signature)
    r, s = int.from_bytes(numbers[:32]), int.from_bytes(numbers[32:])
    return f"{begin}.{base64url(raw(r, ORDERS[256] - s))}"


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def rows() -> Iterator[Attack]:
    malleable = "CVE-2024-42459 (elliptic): one message, two signatures"
    source = "RFC 7009; OWASP JSON Web Token cheat sheet, token revocation"
    rows = [
        ("by its jti", source, lambda f: f.es256(f.but(jti="taken back"))),
        ("by a jti that is a number", source, lambda f: f.es256(f.but(jti=7))),
        ("by its subject", source, lambda f: f.es256(f.but(sub="mallory"))),
        ("by a subject that is a number", source, lambda f: f.es256(f.but(sub=42))),
        ("issued before the subject was revoked", source, lambda f: f.es256(f.but(sub="dave", iat=f.now - 60))),
        ("not saying when it was issued", source, lambda f: f.es256(f.but("iat", sub="dave"))),
        ("by its hash", source, lambda f: f.taken_back),
        ("by its hash, with the twin of its signature", malleable, twin),
    ]
    for name, why, send in rows:
        yield Attack(f"revoked {name}", why, "revoked", send, "revoked")
    yield Attack(
        "the twin of a signature that is not revoked, with another claim", malleable, "revoked", other_twin, "signature"
    )


def other_twin(f: Forge) -> str:
    head, _, signature = twin(f).split(".")
    return f"{head}.{f.es256(f.but(sub='root')).split('.')[1]}.{signature}"


ATTACKS = tuple(rows())
