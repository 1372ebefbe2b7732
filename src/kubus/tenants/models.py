"""Which model answers for a caller, compiled once for all for whom it is the same.

A model is made from its texts, from what its templates read of who asks, and from the dialects of its data sources.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from kubus.config.hooks import kind
from kubus.context import Caller
from kubus.errors import HookError
from kubus.events import SettingWarning, emit
from kubus.loading.compile_context import CompileContext, Reads, fits, told
from kubus.loading.current_model import CurrentModel
from kubus.loading.load import load_files
from kubus.loading.template_context import key_of
from kubus.model.model import Model
from kubus.tenants.host_calls import HostCalls, who_is
from kubus.tenants.once import Once

# What is remembered of app ids beside their models; some hundred bytes each.
REMEMBERED = 10_000

# Models that are compiled at one time, each in a thread.
COMPILING = 4

Texts = Mapping[str, str]
Dialects = tuple[tuple[str, str], ...]


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


class Models:
    """The models of all callers. `texts` are the files of the model folder, if they come from there.

    `gone` is told of each model that is given up.
    """

    def __init__(self, host: HostCalls, once: Once, gone: Callable[[CurrentModel], None]) -> None:
        self._host = host
        self._once = once
        self._gone = gone
        self._texts: Texts = {}
        self._files = 0
        self._apps: OrderedDict[object, App] = OrderedDict()
        self._kept: OrderedDict[int, Compiled] = OrderedDict()
        self._compiling = asyncio.Semaphore(COMPILING)
        self._warned: set[str] = set()

    def take(self, texts: Texts) -> None:
        """Make models of these files from now on."""
        self._texts = texts
        self._files += 1

    async def of(
        self, caller: Caller, dialects: Dialects, values: Mapping[str, Any] | None, request_id: str
    ) -> CurrentModel:
        """The model of a caller; `values` are what its templates may read of them.

        Raises:
            HookError, Forbidden: a hook failed, or denied.
        """
        version = None
        if self._host.hooks.schema_version is not None:
            version = await self._host.asked("schema_version", caller, request_id, key_of, sets_up=False)
        return await self._model(caller, Wanted(version, self._files, dialects, values), request_id)

    # ── of an app id ──

    async def _model(self, caller: Caller, wanted: Wanted, request_id: str) -> CurrentModel:
        """The model of a caller: that of their app id, if it would be the same for them."""
        # The host's own code may have read whatever it was given: then nobody else is given what came of it.
        asks_host = self._host.hooks.repository_factory is not None
        name: object = (caller.app_id, who_is(caller)) if asks_host else caller.app_id
        while True:
            app = self._apps.get(name)
            if app is not None and app.serves(wanted):
                self._apps.move_to_end(name)
                self._used(app.compiled)
                return app.current
            running = self._once.running(("app", name))
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
        app = await self._once.of(("app", name), lambda: self._app(caller, wanted, app, request_id), wanted.key)
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
        says = "tenant" if self._host.hooks.context_to_app_id is None else "context_to_app_id"
        emit(
            SettingWarning(
                says,
                f"callers of the app id '{name}' differ in what templates read of COMPILE_CONTEXT ({paths}): each has "
                "a model of their own, which costs a compilation. Put it into the app id",
            )
        )

    async def _app(self, caller: Caller, wanted: Wanted, last: App | None, request_id: str) -> App:
        texts = self._texts
        if self._host.hooks.repository_factory is not None:
            texts = await self._host.asked("repository_factory", caller, request_id, model_texts_of)
        compiled = await self._compiled(texts, wanted.dialects, wanted.values)
        error = compiled.current.error
        if error is None:
            return App(wanted.version, wanted.files, compiled, compiled.current, compiled.reads)
        # The model of before answers on, for whom it was made.
        kept = last if last is not None and fits(last.reads, wanted.values or {}) else None
        before, reads = (None, compiled.reads) if kept is None else (kept.current.if_any, kept.reads)
        return App(wanted.version, wanted.files, compiled, CurrentModel.failed(error, before), reads)

    async def _compiled(
        self,
        texts: Texts,
        dialects: Dialects,
        values: Mapping[str, Any] | None,
    ) -> Compiled:
        """The model of these texts for who asks, compiled once however many ask at the same time."""
        digest = digest_of(texts)

        def kept() -> Compiled | None:
            same = (c for c in self._kept.values() if (c.texts, c.dialects) == (digest, dialects))
            return next((one for one in same if fits(one.reads, values or {})), None)

        found = kept()
        if found is not None:
            self._used(found)
            return found
        key = ("model", digest, dialects, told(values))
        return await self._once.of(key, lambda: self._compile(texts, digest, dialects, values))

    async def _compile(
        self,
        texts: Texts,
        digest: str,
        dialects: Dialects,
        values: Mapping[str, Any] | None,
    ) -> Compiled:
        noted = None if values is None else CompileContext(values)

        def load() -> Model:
            return load_files(texts, dict(dialects), folder=self._host.rules.model_folder, compile_context=noted)

        current = CurrentModel(load)
        async with self._compiling:
            await asyncio.to_thread(current.reload)
        reads = MappingProxyType({} if noted is None else dict(noted.reads))
        if current.error is None:
            # Templates may come to the same for others as well.
            same = (c.current for c in self._kept.values() if c.current.error is None)
            current = next((c for c in same if c.model.version == current.model.version), current)
        compiled = Compiled(digest, dialects, reads, current)
        self._used(compiled)
        return compiled

    def _used(self, compiled: Compiled) -> None:
        """Keep a model, and give up what was not asked for longest: models, and app ids whose models those were."""
        self._kept[id(compiled)] = compiled
        self._kept.move_to_end(id(compiled))
        while len(self._kept) > self._host.rules.models_kept:
            _, gone = self._kept.popitem(last=False)
            self._apps = OrderedDict((name, app) for name, app in self._apps.items() if app.compiled is not gone)
            if all(one.current is not gone.current for one in self._kept.values()):
                self._gone(gone.current)


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
