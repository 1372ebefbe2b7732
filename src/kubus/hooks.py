"""The types of hooks: what the functions in a project's `kubus.py` or `cube.py` are given, and what they give back.

```text
from kubus.hooks import Forbidden, QueryJson, RequestContext, config


@config
def query_rewrite(query: QueryJson, ctx: RequestContext) -> QueryJson:
    if "tenant" not in ctx["securityContext"]:
        raise Forbidden("No tenant in your token")
    return query
```

Every hook may be an async function as well. Keys are Cube's, camel case also in Python.

Source: https://cube.dev/docs/reference/configuration/config
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NotRequired, Protocol, TypedDict, TypeVar, overload

from kubus.errors import AuthError, Forbidden

__all__ = [
    "ApiScope",
    "AuthError",
    "AuthResult",
    "DriverContext",
    "FilterJson",
    "Forbidden",
    "ModelFile",
    "ProjectConfig",
    "QueryJson",
    "RequestContext",
    "RequestJson",
    "ScheduledContext",
    "TimeDimensionJson",
    "config",
]

ApiScope = Literal["graphql", "meta", "data", "sql", "jobs", "meta-extended"]


class RequestJson(TypedDict):
    """A request as `check_auth` and `extend_context` see it. `headers` have names in lower case."""

    url: str
    method: str
    headers: dict[str, str]
    requestId: str
    securityContext: dict[str, Any]


class RequestContext(TypedDict):
    """Who asks, and in which request: `ctx` of most hooks. What `extend_context` returns is in it too.

    `securityContext` has the claims, overlaid with the namespaced ones; `jwt` the payload as it was signed.
    """

    securityContext: dict[str, Any]
    authInfo: dict[str, Any]
    jwt: dict[str, Any]
    requestId: str
    signedWithPlaygroundAuthSecret: bool


class DriverContext(RequestContext):
    """`ctx` of `driver_factory`: the data source that is wanted."""

    dataSource: str


class AuthResult(TypedDict):
    """What `check_auth` vouches for."""

    security_context: dict[str, Any]


# A filter is a comparison, or `{"and": […]}` or `{"or": […]}` of filters.
FilterJson = TypedDict(
    "FilterJson",
    {
        "member": NotRequired[str],
        "operator": NotRequired[str],
        "values": NotRequired[list[Any]],
        "and": NotRequired[list[Any]],
        "or": NotRequired[list[Any]],
    },
)


class TimeDimensionJson(TypedDict):
    """A time dimension; `dateRange` has two absolute times of the query's zone."""

    dimension: str
    granularity: NotRequired[str]
    dateRange: NotRequired[list[str]]


class QueryJson(TypedDict):
    """A query with defaults and dates settled, as `query_rewrite` sees it. Source: rest-api 4.7."""

    measures: NotRequired[list[str]]
    segments: NotRequired[list[str]]
    dimensions: list[str]
    timeDimensions: list[TimeDimensionJson]
    filters: list[FilterJson]
    limit: int | None
    timezone: str
    order: NotRequired[list[tuple[str, str]]]
    offset: NotRequired[int]
    total: NotRequired[bool]
    ungrouped: NotRequired[bool]


class ModelFile(TypedDict):
    """A file of a data model."""

    fileName: str
    content: str


class ScheduledContext(TypedDict):
    """For whom background work is done."""

    securityContext: dict[str, Any]


T = TypeVar("T")
Soon = T | Awaitable[T]
# Cube's own examples say `dict`.
AnyDict = dict[str, Any]

CheckAuth = (
    Callable[[RequestJson, str | None], Soon[AuthResult | AnyDict | None]]
    | Callable[[AnyDict, str | None], Soon[AuthResult | AnyDict | None]]
    | Callable[[AnyDict, str], Soon[AuthResult | AnyDict | None]]
)
ExtendContext = Callable[[RequestJson], Soon[AnyDict]] | Callable[[AnyDict], Soon[AnyDict]]
TextOfContext = Callable[[RequestContext], Soon[str]] | Callable[[AnyDict], Soon[str]]
ContextToGroups = Callable[[RequestContext], Soon[list[str]]] | Callable[[AnyDict], Soon[list[str]]]
ContextToScopes = (
    Callable[[AnyDict, list[ApiScope]], Soon[list[ApiScope]]] | Callable[[AnyDict, list[str]], Soon[list[str]]]
)
QueryRewrite = Callable[[QueryJson, RequestContext], Soon[QueryJson]] | Callable[[AnyDict, AnyDict], Soon[AnyDict]]
QueryTags = Callable[[RequestContext], Soon[AnyDict]] | Callable[[AnyDict], Soon[AnyDict]]
DriverFactory = Callable[[DriverContext], Soon[AnyDict]] | Callable[[AnyDict], Soon[AnyDict]]
RepositoryFactory = (
    Callable[[RequestContext], Soon[list[ModelFile]]]
    | Callable[[AnyDict], Soon[list[AnyDict]]]
    | Callable[[AnyDict], Soon[list[ModelFile]]]
)
SchemaVersion = Callable[[RequestContext], Soon[Any]] | Callable[[AnyDict], Soon[Any]]
ScheduledContexts = Callable[[], Soon[Sequence[ScheduledContext]]] | Callable[[], Soon[Sequence[AnyDict]]]
ScheduledTimeZones = Callable[[RequestContext], Soon[list[str]]] | Callable[[AnyDict], Soon[list[str]]]
Logger = Callable[[str, AnyDict], None]

F = TypeVar("F", bound=Callable[..., Any])
OfCheckAuth = TypeVar("OfCheckAuth", bound=CheckAuth)
OfExtendContext = TypeVar("OfExtendContext", bound=ExtendContext)
OfText = TypeVar("OfText", bound=TextOfContext)
OfGroups = TypeVar("OfGroups", bound=ContextToGroups)
OfScopes = TypeVar("OfScopes", bound=ContextToScopes)
OfRewrite = TypeVar("OfRewrite", bound=QueryRewrite)
OfTags = TypeVar("OfTags", bound=QueryTags)
OfDriver = TypeVar("OfDriver", bound=DriverFactory)
OfRepository = TypeVar("OfRepository", bound=RepositoryFactory)
OfVersion = TypeVar("OfVersion", bound=SchemaVersion)
OfContexts = TypeVar("OfContexts", bound=ScheduledContexts)
OfZones = TypeVar("OfZones", bound=ScheduledTimeZones)
OfLogger = TypeVar("OfLogger", bound=Logger)


class ProjectConfig(Protocol):
    """`config` of a project's Python file: options by attribute, hooks by decorator.

    `@config` takes the option that has the function's name; `@config("query_rewrite")` says it, and checks the types.
    """

    schema_path: str
    base_path: str
    api_secret: str
    api_secrets: list[str]
    cache_and_queue_driver: str
    allow_ungrouped_without_primary_key: bool
    graceful_shutdown: int
    telemetry: bool
    web_sockets: bool
    jwt: Mapping[str, Any]
    orchestrator_options: Mapping[str, Any]
    pre_aggregations_schema: Any
    compiler_cache_size: int

    check_auth: CheckAuth
    extend_context: ExtendContext
    context_to_app_id: TextOfContext
    context_to_orchestrator_id: TextOfContext
    context_to_groups: ContextToGroups
    context_to_api_scopes: ContextToScopes
    query_rewrite: QueryRewrite
    query_transformer: QueryRewrite
    query_tags: QueryTags
    driver_factory: DriverFactory
    repository_factory: RepositoryFactory
    schema_version: SchemaVersion
    scheduled_refresh_contexts: ScheduledContexts
    scheduled_refresh_time_zones: ScheduledTimeZones
    logger: Logger

    @overload
    def __call__(self, option: Literal["check_auth"], /) -> Callable[[OfCheckAuth], OfCheckAuth]: ...
    @overload
    def __call__(self, option: Literal["extend_context"], /) -> Callable[[OfExtendContext], OfExtendContext]: ...
    @overload
    def __call__(
        self,
        option: Literal["context_to_app_id", "context_to_orchestrator_id", "pre_aggregations_schema"],
        /,
    ) -> Callable[[OfText], OfText]: ...
    @overload
    def __call__(self, option: Literal["context_to_groups"], /) -> Callable[[OfGroups], OfGroups]: ...
    @overload
    def __call__(self, option: Literal["context_to_api_scopes"], /) -> Callable[[OfScopes], OfScopes]: ...
    @overload
    def __call__(
        self, option: Literal["query_rewrite", "query_transformer"], /
    ) -> Callable[[OfRewrite], OfRewrite]: ...
    @overload
    def __call__(self, option: Literal["query_tags"], /) -> Callable[[OfTags], OfTags]: ...
    @overload
    def __call__(self, option: Literal["driver_factory"], /) -> Callable[[OfDriver], OfDriver]: ...
    @overload
    def __call__(self, option: Literal["repository_factory"], /) -> Callable[[OfRepository], OfRepository]: ...
    @overload
    def __call__(self, option: Literal["schema_version"], /) -> Callable[[OfVersion], OfVersion]: ...
    @overload
    def __call__(self, option: Literal["scheduled_refresh_contexts"], /) -> Callable[[OfContexts], OfContexts]: ...
    @overload
    def __call__(self, option: Literal["scheduled_refresh_time_zones"], /) -> Callable[[OfZones], OfZones]: ...
    @overload
    def __call__(self, option: Literal["logger"], /) -> Callable[[OfLogger], OfLogger]: ...
    @overload
    def __call__(self, option: F, /) -> F: ...
    def __call__(self, option: Any, /) -> Any:
        """Decorate a function whose name, or the given one, is that of an option."""
        ...


if TYPE_CHECKING:
    config: ProjectConfig
else:

    def __getattr__(name: str) -> object:
        if name == "config":
            raise AttributeError(
                "config is there while kubus reads the kubus.py or cube.py of a project, and only there"
            )
        raise AttributeError(f"module 'kubus.hooks' has no attribute '{name}'")
