"""Documents of signers by HTTP: one GET within limits, by the standard library, in a thread of its own.

Nothing is fetched but what the configuration names, or what the discovery document of a named issuer does. HTTPS
alone, but for loopback in development; certificates are checked; redirects stay on the host; `HTTPS_PROXY` and
`NO_PROXY` hold. See docs/decisions/0030.
"""

import asyncio
import contextlib
import http.client
import re
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from kubus.auth.addresses import BadAddress, check_address, is_loopback, origin, shown

MOST_BYTES = 1024 * 1024
MOST_REDIRECTS = 3

MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)

T = TypeVar("T")


class FetchFailed(Exception):
    """A document was not there to be had. Says why; holds nothing of the document."""


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON document, and for how many seconds it says that it may be kept; None if it does not say."""

    content: object
    max_age: int | None


@dataclass(slots=True)
class Line:
    """The sockets of one fetch, so that it can be cut off from without."""

    sockets: list[socket.socket] = field(default_factory=list[socket.socket])
    is_cut: bool = False

    def cut(self) -> None:
        """End what is read from these sockets, now."""
        self.is_cut = True
        for one in self.sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


async def within(seconds: float, work: Callable[[Line], T]) -> T:
    """What `work` gives, done in a thread. After so many seconds its sockets are closed, and it is not waited for.

    A thread that hangs where nothing can end it, looking up a name, keeps neither the loop nor the process.

    Raises:
        FetchFailed: it said so, or took too long.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()
    line = Line()

    def settle(outcome: T | None, error: Exception | None) -> None:
        if not result.done():
            if error is None:
                result.set_result(outcome)  # pyright: ignore[reportArgumentType] - there is an outcome without an error
            else:
                result.set_exception(error)

    def run() -> None:
        outcome, failed = None, None
        try:
            outcome = work(line)
        except Exception as error:
            failed = error
        # A loop that is closed waits for nothing.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, outcome, failed)

    threading.Thread(target=run, name="kubus-keys", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await result
    except TimeoutError as error:
        raise FetchFailed(f"no answer within {seconds:g} seconds") from error
    finally:
        line.cut()


def get_json(url: str, line: Line, *, seconds: float, insecure_loopback: bool = False) -> Document:
    """The JSON at `url`.

    Raises:
        FetchFailed: the address is not one that may be asked, the answer is no JSON, or too large, or not there.
    """
    try:
        check_address(url, insecure_loopback=insecure_loopback)
    except BadAddress as error:
        raise FetchFailed(f"the address {error}") from error
    until = monotonic() + seconds
    request = urllib.request.Request(url, headers={"Accept": "application/json", "User-Agent": "kubus"})  # noqa: S310 - the scheme was checked
    try:
        with opener(url, line).open(request, timeout=seconds) as response:
            if response.status != 200:
                raise FetchFailed(f"status {response.status}")
            body = read_bounded(response, until)
            cache_control = response.headers.get("cache-control", "")
    except urllib.error.HTTPError as error:
        error.close()
        raise FetchFailed(f"status {error.code}") from error
    except ssl.SSLCertVerificationError as error:
        raise FetchFailed(f"the certificate is not valid: {error.verify_message}") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise FetchFailed(f"the certificate is not valid: {error.reason.verify_message}") from error
        raise FetchFailed(f"cannot be reached: {reason_of(error.reason)}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FetchFailed(f"cannot be read: {reason_of(error)}") from error
    try:
        content: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FetchFailed("the answer is no JSON") from error
    lifetime = MAX_AGE.search(cache_control)
    return Document(content, int(lifetime[1]) if lifetime else None)


def reason_of(error: object) -> str:
    """What an exception says in a few words; a library's own text may be a page."""
    text = str(error) or type(error).__name__
    return "".join(c if c.isprintable() else " " for c in text)[:200]


def read_bounded(response: Any, until: float) -> bytes:
    chunks: list[bytes] = []
    length = 0
    while chunk := response.read1(65_536):
        chunks.append(chunk)
        length += len(chunk)
        if length > MOST_BYTES:
            raise FetchFailed(f"the answer is larger than {MOST_BYTES} bytes")
        if monotonic() > until:
            raise FetchFailed("the answer took too long")
    return b"".join(chunks)


class SameHost(urllib.request.HTTPRedirectHandler):
    """Follows where the same host leads: a provider that points elsewhere is not the one that was named."""

    max_redirections = MOST_REDIRECTS
    max_repeats = MOST_REDIRECTS

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if origin(newurl) != origin(req.full_url):
            fp.close()
            raise FetchFailed(f"redirects to another host: {shown(newurl)}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Https(urllib.request.HTTPSHandler):
    def __init__(self, line: Line) -> None:
        self._line = line
        self._checks = ssl.create_default_context()
        super().__init__(context=self._checks)

    def https_open(self, req: urllib.request.Request) -> Any:
        opened: Any = partial(HttpsConnection, line=self._line)
        return self.do_open(opened, req, context=self._checks)


class Http(urllib.request.HTTPHandler):
    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__()

    def http_open(self, req: urllib.request.Request) -> Any:
        opened: Any = partial(HttpConnection, line=self._line)
        return self.do_open(opened, req)


class HttpConnection(http.client.HTTPConnection):
    def __init__(self, *arguments: Any, line: Line, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._line = line

    def connect(self) -> None:
        super().connect()
        keep(self.sock, self._line)


class HttpsConnection(http.client.HTTPSConnection):
    def __init__(self, *arguments: Any, line: Line, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._line = line

    def connect(self) -> None:
        super().connect()
        keep(self.sock, self._line)


def keep(opened: socket.socket, line: Line) -> None:
    line.sockets.append(opened)
    if line.is_cut:
        raise FetchFailed("it was given up")


def opener(url: str, line: Line) -> urllib.request.OpenerDirector:
    """What opens addresses of the web and nothing else: no files, no FTP, no `data:`."""
    made = urllib.request.OpenerDirector()
    proxies: dict[str, str] | None = {} if is_loopback(urlsplit(url).hostname or "") else None
    for handler in (
        urllib.request.ProxyHandler(proxies),
        Http(line),
        Https(line),
        SameHost(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        made.add_handler(handler)
    return made
