"""Tenants: which model and which connections answer for a caller.

A model is compiled once for all for whom it is the same: it is made from its texts, from what its templates read of who
asks, and from the dialects of its data sources. Callers of one compartment share connections, kept answers and running
statements, and those of different ones share none.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

from kubus.config.driver_options import driver_options, place_of
from kubus.config.hook_calls import HookCalls
from kubus.config.hook_context import hook_context, thawed
from kubus.config.hooks import NO_HOOKS, Hooks, kind
from kubus.context import Caller
from kubus.errors import ConfigError, HookError
from kubus.events import HookFailed, SettingWarning, emit
from kubus.execution.run import Compartment
from kubus.loading.compile_context import CompileContext, Reads, fits, told
from kubus.loading.current_model import CurrentModel
from kubus.loading.load import load_files
from kubus.loading.template_context import key_of
from kubus.model.model import Model
from kubus.semantic_layer import SemanticLayer
from kubus.sources.options import SourceOptions
from kubus.sources.registry import dialect_of, make_source

T = TypeVar("T")

# What tells one token from the next of the same caller. No database and no model hangs on it.
OF_THE_TOKEN = frozenset({"iat", "exp", "nbf", "jti", "auth_time"})

# What is remembered of app ids and compartments beside their models; some hundred bytes each.
REMEMBERED = 10_000

# Models that are compiled at one time, each in a thread.
COMPILING = 4

# A compartment whose connections nobody asked for so many seconds may lose them to another.
IDLE_SECONDS = 30.0

Texts = Mapping[str, str]
Dialects = tuple[tuple[str, str], ...]
Context = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TenantRules:
    """How tenants are served. `seconds` bounds hooks of every request, `setup_seconds` those that set up a tenant.

    `models_kept` is how many compiled models are kept, `pools_kept` how many compartments with connections of their
    own. `sources` are what the settings say of each data source; `folder` is the project's.
    """

    seconds: float = 5.0
    setup_seconds: float = 60.0
    models_kept: int = 250
    pools_kept: int = 200
    sources: Mapping[str, SourceOptions] = field(default_factory=lambda: MappingProxyType({}))
    folder: Path = Path()
    model_folder: Path | None = None


@dataclass(slots=True, eq=False)
class Compiled:
    """A model, and what it was made from. `reads` is what its templates read of who asked."""

    texts: str
    dialects: Dialects
    reads: Reads
    current: CurrentModel


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the model of a caller is made of: a version of its texts, the project's files as they were read, the
    dialects, and what templates may read of the caller. Equal keys want the same.
    """

    version: object
    files: int
    dialects: Dialects
    values: Mapping[str, Any] | None
    key: object = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", (self.version, self.files, self.dialects, told(self.values)))


@dataclass(frozen=True, slots=True)
class App:
    """What answers for an app id, as of a version of its texts and of the project's files.

    `current` has the model of before while the files do not compile: that one is of this app id alone. `reads` is what
    the templates of the model that answers have read.
    """

    version: object
    files: int
    compiled: Compiled
    current: CurrentModel
    reads: Reads

    def is_as_of(self, wanted: Wanted) -> bool:
        """Whether it was made of the same files."""
        return (self.version, self.files, self.compiled.dialects) == (wanted.version, wanted.files, wanted.dialects)

    def serves(self, wanted: Wanted) -> bool:
        """Whether it is what the caller would get as well."""
        values = wanted.values or {}
        return self.is_as_of(wanted) and fits(self.compiled.reads, values) and fits(self.reads, values)

    def differs_by_caller(self, wanted: Wanted) -> bool:
        """Whether it is another model for no other reason than who asks."""
        return self.is_as_of(wanted) and not fits(self.compiled.reads, wanted.values or {})


@dataclass(slots=True)
class Furnished:
    """The places of a compartment's databases, their dialects, and when they were asked for last."""

    options: Mapping[str, SourceOptions]
    dialects: Dialects
    used: float = 0.0


class Tenants:
    """What answers for each caller.

    `layer` answers for everybody where all share one model and its connections. `texts` reads the files of the model
    folder; None where the model does not come from files, and so cannot depend on who asks.
    """

    def __init__(
        self,
        layer: SemanticLayer,
        hooks: Hooks = NO_HOOKS,
        calls: HookCalls | None = None,
        rules: TenantRules | None = None,
        texts: Callable[[], Texts] | None = None,
    ) -> None:
        self._shared = layer
        self._hooks = hooks
        self._calls = calls or HookCalls()
        self._rules = rules or TenantRules()
        self._read_texts = texts
        self._texts: Texts = {}
        self._files = 0
        self._asks_who = False
        self._at_hand: dict[int, tuple[Caller, SemanticLayer]] = {}
        self._layers: OrderedDict[tuple[int, Compartment], SemanticLayer] = OrderedDict()
        self._apps: OrderedDict[object, App] = OrderedDict()
        self._models: OrderedDict[int, Compiled] = OrderedDict()
        self._furnished: OrderedDict[str, Furnished] = OrderedDict()
        self._known_places: OrderedDict[object, None] = OrderedDict()
        # What is being set up, and what it is wanted for.
        self._under_way: dict[object, tuple[object, asyncio.Task[Any]]] = {}
        self._compiling = asyncio.Semaphore(COMPILING)
        self._warned: set[str] = set()
        if texts is not None:
            self._take(texts())

    @property
    def shared(self) -> SemanticLayer:
        """What answers where all share one model; it has none where every app id has its own."""
        return self._shared

    @property
    def each_has_its_own(self) -> bool:
        """Whether the model, or where its databases are, depends on who asks."""
        hooks = self._hooks
        per_model = hooks.repository_factory or hooks.schema_version or hooks.driver_factory
        return per_model is not None or self._asks_who

    def at_hand(self, caller: Caller) -> SemanticLayer | None:
        """What answers for a caller, if that is known without asking or waiting."""
        known = self._at_hand.get(id(caller))
        if known is not None:
            return known[1]
        if self.each_has_its_own:
            return None
        layer = self._layer(self._shared.current, Compartment(caller.compartment))
        if len(self._at_hand) >= REMEMBERED:
            self._at_hand.clear()
        # The caller is held, so that the id stays its own.
        self._at_hand[id(caller)] = (caller, layer)
        return layer

    async def layer(self, caller: Caller, request_id: str = "") -> SemanticLayer:
        """What answers for a caller.

        Raises:
            ModelError: the model of this caller does not compile. Others are not touched by that.
            HookError, Forbidden: a hook failed, or denied.
        """
        found = self.at_hand(caller)
        if found is not None:
            return found
        ctx = partial(hook_context, caller.security, caller.extended, request_id)
        version = await self._version(ctx, request_id)
        compartment, dialects = await self._furnish(caller, ctx, request_id)
        wanted = Wanted(version, self._files, dialects, self._compile_context(caller))
        current = await self._model(caller, wanted, ctx, request_id)
        return self._layer(current, compartment)

    async def reload(self) -> bool:
        """Read the files of the model folder again, and let everybody have what comes of them.

        Raises:
            ConfigError: the folder cannot be read.
        """
        if self._read_texts is not None:
            self._take(await asyncio.to_thread(self._read_texts))
        if self.each_has_its_own:
            return True
        return await asyncio.to_thread(self._shared.reload)

    async def close(self) -> None:
        """Give up every connection, and what is being set up."""
        for _, task in list(self._under_way.values()):
            task.cancel()
        await self._shared.close()

    # ── models ──

    def _take(self, texts: Texts) -> None:
        self._texts = texts
        self._files += 1
        self._at_hand.clear()
        asks = any("COMPILE_CONTEXT" in text for text in texts.values())
        # Without the hook it is refused to templates, which is told as any other fault of a model.
        self._asks_who = asks and self._hooks.context_to_app_id is not None

    def _layer(self, current: CurrentModel, compartment: Compartment) -> SemanticLayer:
        key = (id(current), compartment)
        found = self._layers.get(key)
        if found is None:
            # The layer holds its model, so that the id stays its own.
            found = self._layers[key] = self._shared.beside(current, compartment)
            if len(self._layers) > REMEMBERED:
                self._layers.popitem(last=False)
        else:
            self._layers.move_to_end(key)
        return found

    async def _version(self, ctx: Context, request_id: str) -> object:
        if self._hooks.schema_version is None:
            return None
        return await self._calls.call(
            "schema_version",
            self._hooks.schema_version,
            ctx(),
            seconds=self._rules.seconds,
            request_id=request_id,
            check=key_of,
        )

    async def _model(self, caller: Caller, wanted: Wanted, ctx: Context, request_id: str) -> CurrentModel:
        """The model of a caller: that of their app id, if it would be the same for them."""
        # The host's own code may have read whatever it was given: then nobody else is given what came of it.
        asks_host = self._hooks.repository_factory is not None
        name: object = (caller.app_id, who_is(caller)) if asks_host else caller.app_id
        while True:
            app = self._apps.get(name)
            if app is not None and app.serves(wanted):
                self._apps.move_to_end(name)
                self._used(app.compiled)
                return app.current
            running = self._under_way.get(("app", name))
            if running is None:
                break
            # What comes of it may serve this caller as well.
            wanting, task = running
            if wanting == wanted.key:
                await asyncio.shield(task)
            else:
                await asyncio.wait({task})
        if app is not None and app.differs_by_caller(wanted):
            self._warn_of(caller.app_id, app)
        app = await self._once(("app", name), lambda: self._app(wanted, app, ctx, request_id), wanted.key)
        self._apps[name] = app
        self._apps.move_to_end(name)
        if len(self._apps) > REMEMBERED:
            self._apps.popitem(last=False)
        return app.current

    def _warn_of(self, name: str, app: App) -> None:
        """Say once of an app id that its callers need several models."""
        if name in self._warned or len(self._warned) >= REMEMBERED:
            return
        self._warned.add(name)
        paths = ", ".join(".".join(path) for path in app.compiled.reads)
        emit(
            SettingWarning(
                "context_to_app_id",
                f"callers of the app id '{name}' differ in what templates read of COMPILE_CONTEXT ({paths}): each has "
                "a model of their own, which costs a compilation. Put it into the app id",
            )
        )

    async def _app(self, wanted: Wanted, last: App | None, ctx: Context, request_id: str) -> App:
        texts = self._texts
        if self._hooks.repository_factory is not None:
            texts = await self._calls.call(
                "repository_factory",
                self._hooks.repository_factory,
                ctx(),
                seconds=self._rules.setup_seconds,
                request_id=request_id,
                check=model_texts_of,
            )
        compiled = await self._compiled(texts, wanted.dialects, wanted.values)
        error = compiled.current.error
        if error is None:
            return App(wanted.version, wanted.files, compiled, compiled.current, compiled.reads)
        # The model of before answers on, for whom it was made.
        kept = last if last is not None and fits(last.reads, wanted.values or {}) else None
        before, reads = (None, compiled.reads) if kept is None else (kept.current.if_any, kept.reads)
        return App(wanted.version, wanted.files, compiled, CurrentModel.failed(error, before), reads)

    def _compile_context(self, caller: Caller) -> Mapping[str, Any] | None:
        """What templates may read of a caller; None where nothing says who has which model."""
        if self._hooks.context_to_app_id is None:
            return None
        claims = thawed(caller.security.claims)
        return {**caller.extended, "securityContext": claims, "security_context": claims}

    async def _compiled(
        self,
        texts: Texts,
        dialects: Dialects,
        values: Mapping[str, Any] | None,
    ) -> Compiled:
        """The model of these texts for who asks, compiled once however many ask at the same time."""
        digest = digest_of(texts)

        def kept() -> Compiled | None:
            same = (c for c in self._models.values() if (c.texts, c.dialects) == (digest, dialects))
            return next((one for one in same if fits(one.reads, values or {})), None)

        found = kept()
        if found is not None:
            self._used(found)
            return found
        key = ("model", digest, dialects, told(values))
        return await self._once(key, lambda: self._compile(texts, digest, dialects, values))

    async def _compile(
        self,
        texts: Texts,
        digest: str,
        dialects: Dialects,
        values: Mapping[str, Any] | None,
    ) -> Compiled:
        noted = None if values is None else CompileContext(values)

        def load() -> Model:
            return load_files(texts, dict(dialects), folder=self._rules.model_folder, compile_context=noted)

        current = CurrentModel(load)
        async with self._compiling:
            await asyncio.to_thread(current.reload)
        reads = MappingProxyType({} if noted is None else dict(noted.reads))
        if current.error is None:
            # Templates may come to the same for others as well.
            same = (c.current for c in self._models.values() if c.current.error is None)
            current = next((c for c in same if c.model.version == current.model.version), current)
        compiled = Compiled(digest, dialects, reads, current)
        self._used(compiled)
        return compiled

    def _used(self, compiled: Compiled) -> None:
        """Keep a model, and give up what was not asked for longest: models, and app ids whose models those were."""
        self._models[id(compiled)] = compiled
        self._models.move_to_end(id(compiled))
        while len(self._models) > self._rules.models_kept:
            _, gone = self._models.popitem(last=False)
            self._apps = OrderedDict((name, app) for name, app in self._apps.items() if app.compiled is not gone)
            kept = {id(one.current) for one in self._models.values()}
            if id(gone.current) not in kept:
                self._layers = OrderedDict(
                    (key, layer) for key, layer in self._layers.items() if layer.current is not gone.current
                )

    # ── connections ──

    async def _furnish(self, caller: Caller, ctx: Context, request_id: str) -> tuple[Compartment, Dialects]:
        """The compartment of a caller, with connections of its own where a hook says where they lead."""
        if self._hooks.driver_factory is None:
            dialects = tuple(sorted((name, dialect_of(options)) for name, options in self._rules.sources.items()))
            return Compartment(caller.compartment), dialects
        name = caller.compartment
        known = self._furnished.get(name)
        # Asked for each caller: whose database it is may hang on more than the app id, and nobody is given another's.
        place = (name, caller.app_id, who_is(caller))
        if known is None or place not in self._known_places or not self._shared.runner.is_furnished(name):
            known = await self._once(("place", *place), lambda: self._open(caller, ctx, request_id))
            self._known_places[place] = None
            if len(self._known_places) > REMEMBERED:
                self._known_places.popitem(last=False)
        known.used = time.monotonic()
        self._furnished.move_to_end(name)
        return Compartment(name, furnished=True), known.dialects

    async def _open(self, caller: Caller, ctx: Context, request_id: str) -> Furnished:
        """Ask where the databases of a compartment are, and connect it. All its callers have to have the same."""
        assert self._hooks.driver_factory is not None, "asked for where there is one"
        name = caller.compartment
        options: dict[str, SourceOptions] = {}
        for source, base in self._rules.sources.items():
            options[source] = await self._calls.call(
                "driver_factory",
                self._hooks.driver_factory,
                {**ctx(), "dataSource": source},
                seconds=self._rules.setup_seconds,
                request_id=request_id,
                check=lambda value, base=base: driver_options(value, base, self._rules.folder),
            )
        known = self._furnished.get(name)
        runner = self._shared.runner
        if known is not None and runner.is_furnished(name):
            if {s: place_of(o) for s, o in known.options.items()} != {s: place_of(o) for s, o in options.items()}:
                raise self._one_for_two(caller)
        else:
            try:
                sources = {source: make_source(source, one) for source, one in options.items()}
            except ConfigError as error:
                # It names files and hosts, which are for the log.
                emit(HookFailed("driver_factory", request_id, str(error)))
                raise HookError("Internal server error") from error
            dialects = tuple(sorted((source, one.dialect) for source, one in sources.items()))
            known = self._furnished[name] = Furnished(MappingProxyType(options), dialects)
            runner.furnish(name, sources)
            known.used = time.monotonic()
            await self._make_room()
        return known

    def _one_for_two(self, caller: Caller) -> HookError:
        """The error for two callers of one compartment whose databases are not the same."""
        emit(
            SettingWarning(
                "driver_factory",
                f"leads callers of the compartment '{caller.compartment}', among them of the app id '{caller.app_id}', "
                "to different databases: they would read each other's data, so they are refused. What decides about "
                "the database has to be in context_to_app_id, or in context_to_orchestrator_id",
            )
        )
        return HookError("Internal server error")

    async def _make_room(self) -> None:
        """Give up connections that were not asked for longest, and that nobody uses."""
        for name in list(self._furnished):
            if len(self._furnished) <= self._rules.pools_kept:
                return
            if time.monotonic() - self._furnished[name].used < IDLE_SECONDS:
                return
            if await self._shared.runner.clear_out(name):
                del self._furnished[name]

    # ── once ──

    async def _once(self, key: object, work: Callable[[], Awaitable[T]], wanting: object = None) -> T:
        """What work gives, done once for all who ask for it meanwhile. Who gives up does not end it for the others."""
        running = self._under_way.get(key)
        if running is None:
            task: asyncio.Task[Any] = asyncio.ensure_future(cast("Any", work()))
            running = self._under_way[key] = (wanting, task)
            task.add_done_callback(partial(self._ended, key))
        return await asyncio.shield(running[1])

    def _ended(self, key: object, task: asyncio.Task[Any]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            # Everybody may have left before a failure: then nobody is to be told of it.
            task.exception()


def who_is(caller: Caller) -> object:
    """All that hooks which set up a tenant may read of a caller, so that others are not equal to it."""
    security = caller.security
    said = [thawed(claims) for claims in (security.claims, security.jwt, caller.extended)]
    return told([{name: value for name, value in one.items() if name not in OF_THE_TOKEN} for one in said])


def digest_of(texts: Texts) -> str:
    """A hash of files, names and all."""
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        for part in (name, text):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def model_texts_of(value: object) -> Texts:
    """The files that `repository_factory` gives. Raises HookError if they are no list of files."""
    if not isinstance(value, list | tuple):
        raise wrong_files(f"It has to return a list of files, and returned a {kind(value)}")
    texts: dict[str, str] = {}
    for file in cast("Sequence[object]", value):
        given: Mapping[str, object] = cast("Mapping[str, object]", file) if isinstance(file, Mapping) else {}
        name, content = given.get("fileName", given.get("file_name")), given.get("content")
        if not isinstance(name, str) or not isinstance(content, str):
            raise wrong_files("Every file has to be a dict with fileName and content, both texts")
        if name.lstrip("/") in texts:
            raise wrong_files(f"There are two files named '{name}'")
        texts[name.lstrip("/")] = content
    return texts


def wrong_files(reason: str) -> HookError:
    return HookError("A user-defined repositoryFactory function returns an inconsistent type.", hint=reason)
