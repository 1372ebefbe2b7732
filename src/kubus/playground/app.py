"""The application of development mode: the paths of the Playground, and the API for all others.

In order: is the path the Playground's, may the request be answered (`guard.py`), which endpoint, page or file is it. In
production nothing of this room is made or imported, and none of its paths is anything but unknown.
"""

import secrets
import traceback
from collections.abc import Callable
from html import escape
from time import perf_counter

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from kubus.api.app import local_path, normal
from kubus.api.assemble import Assembled
from kubus.api.rest.errors import error_reply
from kubus.api.rest.incoming import Incoming, incoming, read_body
from kubus.api.rest.reply import Header, Reply, Whole, html_reply, json_reply, send_reply, settled
from kubus.api.rest.root import not_found, page
from kubus.api.rest.waiting import while_client_waits
from kubus.auth.addresses import is_loopback
from kubus.config.settings import Settings
from kubus.errors import KubusError, NotAdmitted
from kubus.events import RequestFailed, RequestFinished, emit
from kubus.playground.bundle import NEVER, Bundle
from kubus.playground.guard import READ, Guard
from kubus.playground.key import Key
from kubus.playground.nearby import check_nearby
from kubus.playground.project import Project
from kubus.playground.routes import FILES, LONG, endpoint, is_ours, is_page

# With every answer, whatever it is: nobody else's page may load, read or frame it, and it tells nobody where it was.
APART: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


class Playground:
    """The Playground of a project, in front of its API."""

    def __init__(self, project: Project, guard: Guard, bundle: Bundle) -> None:
        self._project = project
        self._guard = guard
        self._bundle = bundle
        self._api = project.api

    def announce(self) -> None:
        """Tell the first key, if other machines need one."""
        if self._guard.key is not None:
            self._guard.key.make()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        path = local_path(scope) if scope["type"] == "http" else ""
        if scope["type"] != "http" or not is_ours(path) or (is_page(path) and not self._bundle.is_built):
            refused = self._from_afar(scope)
            await (self._api(scope, receive, send) if refused is None else send_reply(send, scope["method"], refused))
            return
        started = perf_counter()
        request = incoming(scope, path)
        try:
            reply = await self._reply(request, receive, scope["server"][1])
        except ClientDisconnect:
            return
        except NotAdmitted as error:
            reply = refusal(request, error)
        except Exception as error:
            # As in the API: a failing request ends neither the process nor other requests.
            if not isinstance(error, KubusError):
                emit(RequestFailed(request.method, request.path, request.request_id, traceback.format_exc()))
            reply = error_reply(error, dev_mode=True, request_id=request.request_id)
        reply = settled(request.method, request.headers.get(b"if-none-match"), reply)
        reply = reply._replace(headers=(*reply.headers, *APART))
        await send_reply(send, request.method, reply)
        if request.method not in READ:
            # Reading is not told: the page looks every two seconds.
            took = (perf_counter() - started) * 1000
            emit(RequestFinished(request.method, path, reply.status, took, request.request_id, reply.length))

    def answer_now(self, scope: Scope) -> Whole | None:
        """As of the API, for whom it may answer."""
        return self._api.answer_now(scope) if self._from_afar(scope) is None else None

    def _from_afar(self, scope: Scope) -> Reply | None:
        """What a page of another machine is told where nobody needs a token; None lets the request through."""
        if not self._api.options.is_open or scope["type"] != "http":
            return None
        request = incoming(scope, local_path(scope))
        try:
            check_nearby(request, origins_are_named="KUBUS_CORS_ORIGINS" in self._project.settings.given)
        except NotAdmitted as error:
            return told(error)
        return None

    async def _reply(self, request: Incoming, receive: Receive, port: int) -> Reply:
        shows_page = is_page(request.path)
        host = self._guard.called(request, port)
        key = self._guard.key
        if key is not None and shows_page and request.method == "GET":
            cookie = key.redeem(request)
            if cookie is not None:
                return welcome(cookie)
        self._guard.check(request, host, is_page=shows_page)
        if shows_page:
            if request.method not in READ:
                return not_found(request.method, request.path)
            return await self._bundle.page(self._guard.nonce, self._project.fingerprint)
        path = normal(request.path)
        found = endpoint(request.method, path)
        if found is not None:
            body = await read_body(request, receive, self._api.options.max_request_size)
            answering = found(self._project, request, body)
            is_long = (request.method, path) in LONG
            reply = (await while_client_waits([answering], receive))[0] if is_long else await answering
            return reply._replace(headers=(NEVER, *reply.headers))
        if request.method in READ:
            takes_gzip = b"gzip" in request.headers.get(b"accept-encoding", b"")
            file = await self._bundle.file(request.path[len(FILES) :], gzip=takes_gzip)
            if file is not None:
                return file
        return not_found(request.method, request.path)


def refusal(request: Incoming, error: NotAdmitted) -> Reply:
    """What somebody is told whose request is not answered: a page where a page was asked for."""
    if is_page(request.path):
        hint = escape(error.hint or "")
        return html_reply(page("Not here", f"<h1>kubus</h1><p>{escape(error.message)}.</p><p>{hint}</p>"), error.status)
    return told(error)


def told(error: NotAdmitted) -> Reply:
    """As JSON, to be kept nowhere."""
    return json_reply({"error": error.message, "hint": error.hint}, error.status, (NEVER,))


def welcome(cookie: Header) -> Reply:
    """What a browser gets for the key: its cookie, and the way on.

    Not a redirect: a browser that came from another site would leave out the cookie on the way.
    """
    reply = html_reply(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>kubus</title>'
        '<meta http-equiv="refresh" content="0; url=/"></head><body><a href="/">Open the Playground</a></body></html>\n'
    )
    return reply._replace(headers=(cookie, NEVER, *reply.headers))


def make_playground(
    settings: Settings,
    assembled: Assembled,
    address: str,
    tell: Callable[[str], None],
    bundle: Bundle | None = None,
) -> Playground:
    """The Playground of what these settings of development mode describe, for a server that listens on `address`.

    Where that is not loopback, `tell` is called with each key that lets a browser in; `announce` makes the first.
    """
    assert settings.dev_jwt is not None, "asked for in development mode"
    nonce = secrets.token_urlsafe(32)
    project = Project(
        settings,
        assembled.app,
        assembled.tenants,
        assembled.authenticator,
        settings.dev_jwt.keys[0],
        nonce,
        assembled.audit,
    )
    guard = Guard(address, nonce, None if is_loopback(address) else Key(tell))
    return Playground(project, guard, bundle or Bundle())
