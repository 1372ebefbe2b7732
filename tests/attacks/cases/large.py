"""Tokens that are refused for their size before anybody reads them."""

from tests.attacks.attack import Attack
from tests.attacks.forge import base64url, mac, nothing, part, token

MEGABYTE = 1024 * 1024
# More than a token may have, and less than the head of a request may.
SOME = 40 * 1024
DOTS = "CVE-2025-30204 (golang-jwt), CVE-2025-27144 (go-jose)"
HUGE = "CVE-2025-61920 (Authlib)"

# What is large, and how it is made at a size.
SHAPES = {
    "dots": lambda f, size: "." * size,
    "letters": lambda f, size: "A" * size,
    "signature": lambda f, size: f.hs256() + "A" * size,
    "claims, signed": lambda f, size: f.hs256(f.but(x="y" * size)),
    "header, signed": lambda f, size: f.hs256(x="y" * size),
    "key id, signed": lambda f, size: f.hs256(kid="k" * size),
    "brackets, signed": lambda f, size: f.hs256("[" * size),
    "claims by the thousand, signed": lambda f, size: f.hs256({**f.claims, **{f"c{n}": n for n in range(size // 14)}}),
}

ATTACKS = (
    *(
        Attack(
            f"{words} of {name}",
            DOTS if name == "dots" else HUGE,
            "secret",
            lambda f, make=make, size=size: make(f, size),
            reason,
            answer,
        )
        for name, make in SHAPES.items()
        for words, size, reason, answer in (
            ("forty thousand bytes", SOME, "too_large", "invalid"),
            ("a megabyte", MEGABYTE, "", "cut off"),
        )
    ),
    Attack("sixteen thousand dots", DOTS, "secret", lambda f: "." * 16_000, "malformed"),
    Attack(
        "one byte above the limit",
        "KUBUS_JWT_MAX_SIZE",
        "secret",
        lambda f: padded(f.hs256(), 16 * 1024 + 1),
        "too_large",
    ),
    Attack("as long as the limit", "KUBUS_JWT_MAX_SIZE", "secret", lambda f: padded(f.hs256(), 16 * 1024), "signature"),
    Attack(
        "names that collide in a table",
        "OWASP: algorithmic complexity",
        "secret",
        # Whole numbers modulo the width of a table of Python; text is hashed with a seed of the process.
        lambda f: token({"alg": "HS256"}, {str(n << 20): 0 for n in range(700)}, nothing),
        "signature",
    ),
    Attack(
        "an MAC over sixteen thousand bytes of header",
        HUGE,
        "secret",
        lambda f: f"{part({'alg': 'HS256', 'x': 'y' * 8000})}.{part(f.claims)}.{base64url(mac(b'')(b''))}",
        "signature",
    ),
)


def padded(good: str, size: int) -> str:
    """A token with a signature so long that it has this size."""
    return good + "A" * (size - len(good) - (1 if (size - len(good.rpartition(".")[0]) - 1) % 4 == 1 else 0))
