"""The key by which a browser on another machine shows that whoever sits before it can read what the server prints.

A key is good for once: it is exchanged for a cookie, and a new one is printed. So the address in a browser's history,
or in the log of a proxy, opens nothing.
"""

import hmac
import secrets
from collections import deque
from collections.abc import Callable

from kubus.api.rest.incoming import Incoming, url_parameters
from kubus.api.rest.reply import Header

# How many browsers are known at a time; the first is forgotten then.
BROWSERS = 50


class Key:
    """The key that is good now, and the browsers that had one. `tell` is called with each new key."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._key = ""
        self._known: deque[str] = deque(maxlen=BROWSERS)
        # Cookies are those of a host, whatever its port: another server here has its own.
        self._cookie = f"kubus-playground-{secrets.token_hex(4)}"

    def make(self) -> None:
        """Make the next key, and tell it."""
        self._key = secrets.token_urlsafe(32)
        self._tell(self._key)

    def redeem(self, request: Incoming) -> Header | None:
        """The cookie for a browser that shows the key in its address; None if it does not."""
        given = url_parameters(request.query_string).get("key")
        if not isinstance(given, str) or not self._key or not same(given, self._key):
            return None
        session = secrets.token_urlsafe(32)
        self._known.append(session)
        self.make()
        return b"set-cookie", f"{self._cookie}={session}; Path=/; HttpOnly; SameSite=Strict".encode()

    def is_known(self, request: Incoming) -> bool:
        """Whether the browser that asks had a key."""
        given = request.headers.get(b"cookie", b"").decode("latin-1")
        shown = [
            value
            for name, _, value in (part.strip().partition("=") for part in given.split(";"))
            if name == self._cookie
        ]
        return any(same(one, known) for one in shown for known in self._known)


def same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
