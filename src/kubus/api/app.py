"""The ASGI application: which request goes where, and who may pass.

In order: preflight, draining, unknown paths, authentication, body, scope, endpoint. Paths ignore case and a slash at
the end. A method that a path does not have is an unknown path.
"""

import asyncio
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from kubus.api.rest import chart
from kubus.api.rest.accounts import Accounts
from kubus.api.rest.asked import raw_parameters
from kubus.api.rest.callers import Callers, HookRules
from kubus.api.rest.dry_run import DryRun
from kubus.api.rest.errors import error_reply
from kubus.api.rest.gate import Gate, has_scope, require_scope
from kubus.api.rest.health import Health
from kubus.api.rest.incoming import Incoming, body_parameters, incoming, read_body
from kubus.api.rest.load import Load
from kubus.api.rest.long_reply import Truncated, send_long
from kubus.api.rest.meta import Meta
from kubus.api.rest.missing import MISSING
from kubus.api.rest.openapi import description_reply
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.reply import Header, Reply, Warm, Whole, send_preflight, send_reply, send_whole, settled, whole
from kubus.api.rest.rewriting import Rewriting
from kubus.api.rest.root import not_found, root
from kubus.api.rest.sql import Sql
from kubus.api.rest.tagging import Tagging
from kubus.audit.audit_log import AuditLog
from kubus.auth.provider import AuthProvider
from kubus.config.hooks import NO_HOOKS, Hooks
from kubus.context import Caller
from kubus.errors import AuthError, KubusError, ModelError, ShuttingDown, TooLarge, Unauthenticated
from kubus.events import RequestFailed, RequestFinished, emit, is_heard
from kubus.tenants.tenants import Tenants

if TYPE_CHECKING:
    from kubus.semantic_layer import SemanticLayer

__all__ = ["Api", "ApiOptions", "make_app"]

# Who has no valid token may send this much: enough to be told that it is not JSON, too little to fill the memory.
UNKNOWN_CALLER_BODY = 64 * 1024

READ = frozenset({"GET", "HEAD"})
READ_OR_POST = frozenset({"GET", "HEAD", "POST"})

# In a scope: `answer_now` was asked.
ASKED = "kubus.asked"

Call = Callable[[Incoming, Caller, Receive, bytes], Awaitable[Reply]]
Again = Callable[[Incoming, Caller], Warm | None]
Moment = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint that asks for a token and a scope. `call` gets the request, its caller and its parameters. `api` is
    its name in the audit log.

    `warm` gives at once what was given to the same GET before.
    """

    api: str
    methods: frozenset[str]
    scope: str
    call: Call
    warm: Again | None = None


def make_app(
    layer: "SemanticLayer | Tenants",
    authenticator: AuthProvider,
    options: ApiOptions | None = None,
    *,
    hooks: Hooks = NO_HOOKS,
    hook_rules: HookRules | None = None,
    on_start: Moment | None = None,
    on_stop: Moment | None = None,
    audit: AuditLog | None = None,
) -> "Api":
    """The HTTP API of a semantic layer, as an ASGI application. With an audit log, every request for data is recorded.

    `hooks` are the host's functions in the way of every request, called as `hook_rules` say.
    `on_start` and `on_stop` are awaited when the server's lifespan begins and ends. Mounted in another application,
    whose lifespan is its own, call `startup` and `shutdown` of what is returned from there.
    """
    chosen = options or ApiOptions()
    tenants = layer if isinstance(layer, Tenants) else Tenants(layer)
    rules = hook_rules or HookRules(default_scopes=chosen.default_scopes)
    callers = Callers(hooks, rules, lambda: tenants.tenancy)
    return Api(tenants, authenticator, chosen, hooks, callers, on_start, on_stop, audit)


class Api:
    """The application. `draining`, once set, makes it refuse new requests. `rewriting` is that of the host, if any."""

    def __init__(
        self,
        tenants: Tenants,
        authenticator: AuthProvider,
        options: ApiOptions,
        hooks: Hooks,
        callers: Callers,
        on_start: Moment | None,
        on_stop: Moment | None,
        audit: AuditLog | None = None,
    ) -> None:
        self.draining = False
        self._tenants = tenants
        self._layer = layer = tenants.shared
        self._authenticator = authenticator
        self._gate = Gate(authenticator, options)
        self._hooks = hooks
        self._asks_each_time = hooks.are_asked_each_time
        self._callers = callers
        self.options = options
        self._on_start = on_start
        self._on_stop = on_stop
        self._accounts = Accounts(audit)
        self._private: tuple[Header, ...] = ()
        if options.cache_control is not None:
            self._private = ((b"cache-control", options.cache_control.encode("latin-1")), (b"vary", b"Authorization"))
        self._health = Health(layer, authenticator, audit)
        base = options.base_path.lower()
        self._description_path = f"{base}/openapi.json"
        self._description = description_reply(options)
        rewriting: Rewriting | None = None
        if hooks.query_rewrite is not None:
            rewriting = Rewriting(hooks.query_rewrite, callers.calls, callers.seconds)
        self.rewriting = rewriting
        tagging = Tagging(options.query_tags, hooks.query_tags, callers.calls, callers.seconds)
        self.loading = load = Load(options, rewriting, tagging)
        sql = Sql(options, rewriting)
        meta = Meta(options)
        self._endpoints = {
            f"{base}/v1/load": Endpoint("load", READ_OR_POST, "data", load, load.warm),
            f"{base}/v1/subscribe": Endpoint("subscribe", READ_OR_POST, "data", load),
            f"{base}/v1/sql": Endpoint("sql", READ_OR_POST, "sql", sql, sql.warm),
            f"{base}/v1/dry-run": Endpoint("dry-run", READ_OR_POST, "data", DryRun(options, rewriting)),
            f"{base}/v1/meta": Endpoint("meta", READ, "meta", meta, meta.warm),
        }
        for path, missing in MISSING.items():
            api = path.removeprefix("/v1").removeprefix("/")
            self._endpoints[base + path] = Endpoint(api, missing.methods, missing.scope, missing.call)
        self._running_query = f"{base}/v1/running-query"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            # A WebSocket that is closed before it is accepted answers 403.
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    def answer_now(self, scope: Scope) -> Whole | None:
        """The answer to a GET that needs nothing but looking up: the same bytes were answered for this caller before.

        None says that nothing was done, and that the request has to take the long way. It is not asked again then.
        """
        scope[ASKED] = True
        if scope["method"] != "GET" or self.draining:
            return None
        accounts = self._accounts
        if self._asks_each_time or not (accounts.audit is None or accounts.is_immediate):
            return None
        path = local_path(scope)
        endpoint = self._endpoints.get(path)
        if endpoint is None or endpoint.warm is None:
            return None
        started = perf_counter()
        request = incoming(scope, path)
        if b"if-none-match" in request.headers:
            return None
        security = self._gate.recognized(request)
        if security is None:
            return None
        caller = self._callers.of(security)
        if not has_scope(endpoint.scope, caller, self.options):
            return None
        request.auth_seconds = perf_counter() - started
        layer = self._tenants.at_hand(caller)
        if layer is None:
            return None
        request.layer = layer
        if accounts.audit is not None:
            accounts.open(request, endpoint.api)
            accounts.known(request, caller)
        try:
            warm = endpoint.warm(request, caller)
        except Exception:
            # Whatever it is, the long way tells it.
            return None
        if warm is None or not (accounts.audit is None or accounts.close_now(request, started)):
            return None
        self._tell(request, 200, started, len(warm.body))
        return whole(warm, (*self._more(layer), *self.options.cors.on_answer(request.headers.get(b"origin"))))

    async def startup(self) -> None:
        """Begin: who vouches for callers, and what `on_start` does."""
        await self._authenticator.start()
        if self._on_start is not None:
            await self._on_start()

    async def shutdown(self) -> None:
        """End: refuse new requests, then what `on_stop` does."""
        self.draining = True
        await self._authenticator.stop()
        if self._on_stop is not None:
            await self._on_stop()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.startup()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.shutdown()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        at_once = None if scope.get(ASKED) else self.answer_now(scope)
        if at_once is not None:
            await send_whole(send, at_once)
            return
        started = perf_counter()
        request = incoming(scope, local_path(scope))
        if request.method == "OPTIONS":
            await send_preflight(send, self.options.cors.on_preflight(request.headers.get(b"origin")))
            return
        failure: Exception | None = None
        try:
            reply = await self._reply(request, receive)
        except ClientDisconnect:
            await self._accounts.left(request, started)
            return
        except asyncio.CancelledError:
            await self._accounts.left(request, started)
            raise
        except Exception as error:
            # The one place that catches everything: a failing request ends neither the process nor other requests.
            if not isinstance(error, KubusError):
                emit(RequestFailed(request.method, request.path, request.request_id, traceback.format_exc()))
            failure = error
            reply = error_reply(
                error,
                dev_mode=self._tells_all(error),
                request_id=request.request_id,
                auth_401=self.options.auth_401,
            )
        reply = settled(request.method, request.headers.get(b"if-none-match"), reply)
        reply = await self._accounts.close(request, reply, failure, started)
        cors = self.options.cors.on_answer(request.headers.get(b"origin"))
        reply = reply._replace(headers=(*cors, *reply.headers))
        if reply.pieces is not None:
            await self._send_long(request, reply, reply.pieces, receive, send, started)
            return
        await send_reply(send, request.method, reply)
        self._tell(request, reply.status, started, reply.length)

    async def _send_long(
        self,
        request: Incoming,
        reply: Reply,
        pieces: AsyncGenerator[bytes],
        receive: Receive,
        send: Send,
        started: float,
    ) -> None:
        try:
            length = await send_long(send, receive, request.method, reply, pieces)
        except ClientDisconnect:
            return
        except Truncated:
            raise
        except Exception:
            emit(RequestFailed(request.method, request.path, request.request_id, traceback.format_exc()))
            raise
        self._tell(request, reply.status, started, length)

    async def _reply(self, request: Incoming, receive: Receive) -> Reply:
        if self.draining:
            return self._refusal()
        endpoint = self._endpoints.get(request.path)
        if endpoint is None:
            path = normal(request.path)
            if path.startswith(f"{self._running_query}/"):
                path = self._running_query
            endpoint = self._endpoints.get(path)
            if endpoint is None:
                return await self._open(request, path)
        if request.method not in endpoint.methods:
            return not_found(request.method, request.path)
        self._accounts.open(request, endpoint.api)
        self._accounts.check()
        try:
            caller = await self.admitted(request)
        except (Unauthenticated, AuthError) as error:
            self._accounts.unknown(request, error)
            self._gate.failed(request, error)
            await check_json(request, receive)
            raise
        self._accounts.known(request, caller)
        raw = await raw_parameters(request, receive, self.options.max_request_size)
        require_scope(endpoint.scope, caller, self.options)
        request.layer = await self._tenants.layer(caller, request.request_id)
        return self._for_one(await endpoint.call(request, caller, receive, raw), request.layer)

    def _for_one(self, reply: Reply, layer: "SemanticLayer") -> Reply:
        """A reply that only its caller may see."""
        more = self._more(layer)
        return reply._replace(headers=(*reply.headers, *more)) if more else reply

    def _more(self, layer: "SemanticLayer") -> tuple[Header, ...]:
        """The headers of every endpoint's answers: how they may be kept, and whether the model is that of the files."""
        error = layer.model_error
        if error is None or layer.model_if_any is None:
            return self._private
        return (*self._private, (b"x-kubus-model", b"stale; problems=%d" % len(error.problems)))

    async def admitted(self, request: Incoming) -> Caller:
        """Who asks, if they are let in.

        Raises:
            Unauthenticated, AuthError: they are not.
            Forbidden, HookError: a hook denied the request, or failed.
        """
        started = perf_counter()
        if self._hooks.check_auth is not None:
            security = await self._callers.checked(request)
        else:
            security = await self._gate.authenticate(request)
        hooked = self._hooks.make_callers
        caller = await self._callers.asked(security, request) if hooked else self._callers.of(security)
        request.auth_seconds = perf_counter() - started
        return caller

    def _tell(self, request: Incoming, status: int, started: float, length: int) -> None:
        if is_heard(RequestFinished):
            took = (perf_counter() - started) * 1000
            emit(RequestFinished(request.method, request.path, status, took, request.request_id, length))

    async def _open(self, request: Incoming, path: str) -> Reply:
        """What is open to everybody: the root page, the probes, the description of the API, the component; else 404."""
        if request.method in READ:
            match path:
                case "":
                    return root(self.options, self._example())
                case "/readyz":
                    return await self._health.ready()
                case "/livez":
                    return await self._health.alive()
                case self._description_path:
                    return self._description
                case chart.PATH:
                    return chart.chart_reply()
                case _:
                    pass
        return not_found(request.method, request.path)

    def _example(self) -> dict[str, list[str]] | None:
        """A query that the model can answer, for people to try; None without a model."""
        return example_query(self._layer) if self.options.dev_mode else None

    def _tells_all(self, error: Exception) -> bool:
        """Whether callers learn what went wrong inside: in development, unless they were asked for a token in vain."""
        return self.options.dev_mode and (self.options.is_open or not isinstance(error, Unauthenticated | AuthError))

    def _refusal(self) -> Reply:
        """What a client is told while the server stops."""
        seconds = max(self.options.drain_seconds, 5)
        headers = ((b"connection", b"close"), (b"retry-after", b"%d" % seconds))
        error = ShuttingDown("Server unavailable, no new requests accepted during shutdown")
        return error_reply(error, dev_mode=False, request_id="", headers=headers)


async def check_json(request: Incoming, receive: Receive) -> None:
    """Raises QueryError if the body is short and no JSON: bodies are looked at before tokens.

    A long body of somebody without a token is not read.
    """
    if request.method != "POST" or not request.is_json:
        return
    try:
        body_parameters(await read_body(request, receive, UNKNOWN_CALLER_BODY))
    except TooLarge:
        return


def local_path(scope: Scope) -> str:
    """The path below where the application is mounted."""
    path: str = scope["path"]
    mounted_at: str = scope.get("root_path", "")
    return path.removeprefix(mounted_at) if mounted_at else path


def normal(path: str) -> str:
    """The path in lower case, without a slash at the end."""
    return path.lower().removesuffix("/")


def example_query(layer: "SemanticLayer") -> dict[str, list[str]] | None:
    """A measure and a dimension of the first cube that has both; None if no cube has, or the model does not compile."""
    try:
        cubes = layer.model.cubes.values()
    except ModelError:
        return None
    for cube in cubes:
        measure = next((m.path for m in cube.measures.values() if m.public and cube.public), None)
        dimension = next((d.path for d in cube.dimensions.values() if d.public and d.type == "string"), None)
        if measure is not None and dimension is not None:
            return {"measures": [measure], "dimensions": [dimension]}
    return None
