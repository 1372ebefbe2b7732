"""Which requests the Playground answers at all.

It listens on this machine, and every page of the web that is open in a browser here can send requests to it. So it
looks at what browsers say of themselves and pages cannot forge: under which name the server was called (`Host`: a name
that an attacker lets point to this machine is another), which page sends the request (`Origin`, `Sec-Fetch-Site`).
Whatever writes or mints has to show a word that stands in the page itself, which pages of others cannot read.

Source: https://www.w3.org/TR/fetch-metadata/, RFC 6454, section 7
"""

import hmac
import re
import socket
from dataclasses import dataclass
from ipaddress import ip_address

from kubus.api.rest.incoming import Incoming
from kubus.auth.addresses import is_loopback
from kubus.errors import NotAdmitted
from kubus.playground.key import Key

NONCE = b"x-kubus-nonce"

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?", re.ASCII)

READ = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Guard:
    """The rules of a server that listens on `address`. `nonce` is the word that pages of this start have.

    `key` is what lets browsers of other machines in; None where the server listens on loopback.
    """

    address: str
    nonce: str
    key: Key | None = None

    def check(self, request: Incoming, host: str, *, is_page: bool) -> None:
        """Let the request through. `host` is what `called` gave, `is_page` says that a page is asked for.

        Raises:
            NotAdmitted: it may come from somebody else's page, or another machine.
        """
        if self.key is not None and not self.key.is_known(request):
            raise NotAdmitted(
                "This browser has not shown the key of this server yet",
                hint="Open the address with ?key=… that the server printed last; each such address is good for once",
            )
        check_origin(request, host, is_page=is_page)
        if request.method not in READ:
            if not request.is_json:
                raise NotAdmitted("The Playground takes JSON", hint="Send content-type: application/json")
            if not shows(request, self.nonce):
                raise NotAdmitted(
                    "The header x-kubus-nonce is missing, or is that of an earlier start of the server",
                    hint="Load the page again",
                )

    def called(self, request: Incoming, port: int) -> str:
        """The header `Host`: name and port under which the server was called. `port` is where it listens.

        Raises:
            NotAdmitted: it is none of the server's.
        """
        given = request.headers.get(b"host", b"").decode("latin-1").strip().lower()
        match = HOST.fullmatch(given)
        name = "" if match is None else match[1].strip("[]")
        if self.key is None:
            asked = 80 if match is None or match[2] is None else int(match[2])
            fits = is_loopback(name) and asked == port
            right = f"http://localhost:{port}"
        else:
            # Ports may be mapped, as those of containers are.
            fits = is_loopback(name) or name in self._names or is_address(name)
            right = "the address that the server printed"
        if not fits:
            raise NotAdmitted(
                f"The Playground is not at '{given[:100]}'" if given else "The request does not say whom it calls",
                hint=f"Open {right}",
            )
        return given

    @property
    def _names(self) -> tuple[str, ...]:
        """The names of this machine by which others may call it."""
        return (self.address.lower(), socket.gethostname().lower())


def shows(request: Incoming, nonce: str) -> bool:
    """Whether a request comes from a page of this start, or from whoever read it there."""
    return hmac.compare_digest(request.headers.get(NONCE, b""), nonce.encode())


def is_address(name: str) -> bool:
    """Whether this is an address, which nobody can let point elsewhere."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def check_origin(request: Incoming, host: str, *, is_page: bool) -> None:
    """Raises NotAdmitted if a page of another origin sends this."""
    origin = request.headers.get(b"origin")
    if origin is not None and origin.decode("latin-1").lower() not in (f"http://{host}", f"https://{host}"):
        raise NotAdmitted("A page of another origin may not ask the Playground", hint="Use the Playground's own pages")
    site = request.headers.get(b"sec-fetch-site", b"none")
    if site in (b"same-origin", b"none"):
        return
    # A link on somebody else's page may lead here: what it opens, that page cannot read, and cannot frame.
    followed = (
        is_page
        and request.method == "GET"
        and request.headers.get(b"sec-fetch-mode") == b"navigate"
        and request.headers.get(b"sec-fetch-dest") == b"document"
    )
    if not followed:
        raise NotAdmitted("A page of another site may not ask the Playground", hint="Use the Playground's own pages")
