"""One token, one text: whoever could write it otherwise would pass by every list of tokens."""

from collections.abc import Iterator

from tests.attacks.attack import Attack
from tests.attacks.forge import Forge, base64url, mac

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SOURCE = "RFC 7515, section 2 and appendix C; RFC 4648, section 3.5"


def spare(text: str) -> str:
    """The same bytes with a bit turned that no byte needs."""
    return text[:-1] + ALPHABET[ALPHABET.index(text[-1]) ^ 1]


def resigned(f: Forge, head: str, payload: str) -> str:
    """A signature that is right for these very texts."""
    begin = f"{head}.{payload}"
    return f"{begin}.{base64url(mac(f.secret)(begin.encode('latin-1')))}"


def parts(f: Forge, fill: int = 0) -> tuple[str, str, str]:
    """The parts of a good token; of its header and payload the last characters have bits to spare."""
    head, payload = base64url(b'{"alg":"HS256","t":""}'), base64url(b'{"exp":%d,"x":"%s"}' % (f.now + 900, b"y" * fill))
    while len(head) % 4 == 0 or len(payload) % 4 == 0:
        fill += 1
        payload = base64url(b'{"exp":%d,"x":"%s"}' % (f.now + 900, b"y" * fill))
    return (head, payload, resigned(f, head, payload).rpartition(".")[2])


def rows() -> Iterator[Attack]:
    def attack(name: str, send: object, reason: str = "encoding") -> Attack:
        return Attack(f"base64url: {name}", SOURCE, "secret", send, reason)  # type: ignore[arg-type]

    for place, name in enumerate(("header", "payload")):

        def changed(f: Forge, change: object, place: int = place) -> str:
            texts = list(parts(f)[:2])
            texts[place] = change(texts[place])  # type: ignore[operator]
            return resigned(f, *texts)

        changes = {
            "padding": lambda t: t + "=" * (-len(t) % 4),
            "too much padding": lambda t: t + "====",
            "unused bits": spare,
            "a line end within": lambda t: t[:8] + "\\n" + t[8:],
            "a character of the other alphabet": lambda t: t[:4] + "+" + t[5:],
            "a slash": lambda t: t[:4] + "/" + t[5:],
            "a percent sign": lambda t: t[:4] + "%3D" + t[5:],
            "a full-width letter": lambda t: t[:4] + "\xef\xbc\xa1" + t[5:],
            "a character of no length": lambda t: t[:4] + "\xe2\x80\x8b" + t[4:],
            "one character too many": lambda t: t[: len(t) // 4 * 4] + "A",
        }
        for how, change in changes.items():
            # What is not ASCII never gets as far as its encoding.
            reason = "malformed" if how in ("a full-width letter", "a character of no length") else "encoding"
            yield attack(f"{name}, {how}", lambda f, change=change, changed=changed: changed(f, change), reason)

    def with_signature(change: object) -> object:
        def send(f: Forge) -> str:
            head, payload, signature = parts(f)
            return f"{head}.{payload}.{change(signature)}"  # type: ignore[operator]

        return send

    yield attack("signature, padding", with_signature(lambda t: t + "="))
    yield attack("signature, unused bits", with_signature(spare))
    yield attack("signature, a plus sign", with_signature(lambda t: "+" + t[1:]))
    yield attack("signature, one character too many", with_signature(lambda t: t + "AA"))
    yield attack("signature, a dot behind", with_signature(lambda t: t + "."), "malformed")
    yield attack("a dot before", lambda f: f".{f.hs256()}", "malformed")
    yield attack("four parts", lambda f: f"{f.hs256()}.AAAA", "malformed")
    yield attack("one part", lambda f: f.hs256().replace(".", ""), "malformed")
    yield attack("three empty parts", lambda f: "..", "malformed_header")
    yield attack("no header", lambda f: "." + f.hs256().split(".", 1)[1], "malformed_header")
    yield attack("no payload", lambda f: resigned(f, parts(f)[0], ""), "payload")
    yield attack("quotes around it", lambda f: f'"{f.hs256()}"', "encoding")
    yield attack("the word undefined", lambda f: "undefined", "malformed")
    yield attack("the token in base64 once more", lambda f: base64url(f.hs256().encode()), "malformed")


ATTACKS = tuple(rows())
