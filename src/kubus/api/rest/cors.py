"""Which pages of other origins may read answers in a browser.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from dataclasses import dataclass, field

from kubus.api.rest.reply import Header

ANY = "*"
VARY: Header = (b"vary", b"Origin")


@dataclass(frozen=True, slots=True)
class Cors:
    """The origins that may read answers, `*` for every one, and what their pages may send and see.

    `credentials` lets a browser send cookies and its own authentication along, which kubus reads none of. `max_age` is
    how many seconds a browser remembers the answer to a preflight; None leaves that to it.
    """

    origins: tuple[str, ...] = (ANY,)
    methods: tuple[str, ...] = ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE")
    headers: tuple[str, ...] = ("authorization", "content-type", "x-request-id")
    exposed_headers: tuple[str, ...] = ()
    credentials: bool = False
    max_age: int | None = None
    _known: frozenset[bytes] = field(init=False, repr=False)
    _rest: tuple[Header, ...] = field(init=False, repr=False)
    _open: tuple[Header, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rest: list[Header] = []
        if self.credentials:
            rest.append((b"access-control-allow-credentials", b"true"))
        if self.exposed_headers:
            rest.append((b"access-control-expose-headers", ",".join(self.exposed_headers).encode("latin-1")))
        object.__setattr__(self, "_known", frozenset(origin.encode("latin-1") for origin in self.origins))
        object.__setattr__(self, "_rest", tuple(rest))
        object.__setattr__(self, "_open", ((b"access-control-allow-origin", b"*"), *rest))

    def on_answer(self, origin: bytes | None) -> tuple[Header, ...]:
        """The headers of an answer to a page of this origin; None is a request that names none."""
        if ANY in self.origins:
            return self._open
        if origin is None or origin not in self._known:
            return (VARY,)
        return (VARY, (b"access-control-allow-origin", origin), *self._rest)

    def on_preflight(self, origin: bytes | None) -> list[Header]:
        """The headers of the answer to a browser that asks before it sends."""
        headers = list(self.on_answer(origin))
        if headers == [VARY]:
            return headers
        headers.append((b"access-control-allow-methods", ",".join(self.methods).encode("latin-1")))
        headers.append((b"access-control-allow-headers", ",".join(self.headers).encode("latin-1")))
        if self.max_age is not None:
            headers.append((b"access-control-max-age", b"%d" % self.max_age))
        return headers


ANYBODY = Cors()
