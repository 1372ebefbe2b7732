"""Which requests reach the API while it asks nobody for a token: those of programs, and of pages of this machine.

Every page of the web that is open in a browser here can send requests to this machine. Where no token is asked for,
that alone would let the page in: by a name of its own that it lets point here (`Host`), or from its own origin, since
answers may be read by pages of every origin (`Origin`). Programs that are no browsers send what they like, and are
not kept out.

Source: https://fetch.spec.whatwg.org/#origin-header, RFC 9110, section 7.2
"""

from urllib.parse import urlsplit

from kubus.api.rest.incoming import Incoming
from kubus.auth.addresses import is_loopback
from kubus.errors import NotAdmitted
from kubus.playground.guard import HOST, is_address

WITH_TOKENS = "or set KUBUS_DEV_AUTH=true, so that callers are asked for a token"


def check_nearby(request: Incoming, *, origins_are_named: bool) -> None:
    """Let a request through to an API that asks for no token.

    `origins_are_named` says that the operator chose the origins whose pages may read answers; then those hold.

    Raises:
        NotAdmitted: a page of another machine may have sent it.
    """
    host = request.headers.get(b"host", b"").decode("latin-1").strip().lower()
    match = HOST.fullmatch(host)
    name = "" if match is None else match[1].strip("[]")
    if host and not is_ours(name):
        raise NotAdmitted(
            f"Development mode without authentication does not answer under the name '{host[:100]}'",
            hint=f"Call the server by localhost or an address, {WITH_TOKENS}",
        )
    origin = request.headers.get(b"origin")
    if origin is None or origins_are_named:
        return
    text = origin.decode("latin-1").lower()
    if text not in (f"http://{host}", f"https://{host}") and not is_loopback(host_of(text)):
        raise NotAdmitted(
            f"Development mode without authentication does not answer pages of '{text[:100]}'",
            hint=f"Set KUBUS_CORS_ORIGINS to the addresses of your applications, {WITH_TOKENS}",
        )


def is_ours(name: str) -> bool:
    """Whether nobody on the internet can let this name point here: an address, or a name without a domain."""
    return is_address(name) or (name != "" and "." not in name)


def host_of(origin: str) -> str:
    """The host in an origin; empty where there is none, as in `null`."""
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""
