"""The project whose model somebody works at."""

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar

from kubus.checking.lint_table import rules_off
from kubus.config.settings import Settings
from kubus.errors import ConfigError, KubusError, Problem, QueryError
from kubus.generate.catalog import Catalog, read_catalog
from kubus.generate.propose import Chosen, TableName, choose
from kubus.loading.saving import BACKUPS, Edit, SavedFile, save
from kubus.lsp.open_model import OpenModel
from kubus.sources.registry import dialect_of
from kubus.sources.source import Source

T = TypeVar("T")

# Seconds for which the tables of a database are known to who writes, and that it has to tell them.
FRESH, PATIENCE = 60.0, 2.0


@dataclass(slots=True)
class OpenFolder:
    """The model of a folder, compiled again whenever its texts are others. Compiling takes a thread, one at a time."""

    model: OpenModel
    _compiled: tuple[Mapping[str, str], Sequence[Problem]] | None = field(default=None, init=False)
    _saved: Mapping[str, str] = field(default_factory=dict[str, str], init=False)
    _is_begun: bool = field(default=False, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def seen(
        self, look: Callable[[OpenModel], T], unsaved: Mapping[str, str], without: Collection[str] = ()
    ) -> T:
        """What `look` sees of the model with these texts in the place of saved ones, and `without` these files.

        Raises:
            ConfigError: the folder cannot be read.
        """

        def read() -> T:
            # What is known of names while a text is wrong is known from when it was right: mostly, as it is saved.
            self.model.unsaved, self.model.without = {}, ()
            saved = self.model.read()
            if unsaved and saved != self._saved:
                self._saved, self._compiled = saved, None
                self._compile()
            self.model.unsaved, self.model.without = dict(unsaved), without
            # Unsaved Python is no part of the texts, and is looked at all the same.
            now = ({**self.model.read(), **unsaved}, self.model.unreadable)
            if now != self._compiled:
                self._compile()
                self._compiled = now
            return look(self.model)

        async with self._turn:
            return await asyncio.to_thread(read)

    def _compile(self) -> None:
        if self._is_begun:
            self.model.compile()
            return
        # What the first time leaves mostly stays. A search for garbage through all of it would be a pause for every
        # request, of half a second with a thousand cubes: it is left out of searches, as the server's own model is.
        was_on = gc.isenabled()
        gc.disable()
        try:
            self.model.compile()
        finally:
            if gc.get_freeze_count():
                # In a server, which lets go of it again at its end.
                gc.freeze()
            if was_on:
                gc.enable()
        self._is_begun = True


class OpenProject:
    """A project, by the settings that its server runs with.

    `source` gives the running source of a data source's name; `reload` has the server answer by the files as they are.
    """

    def __init__(
        self, settings: Settings, source: Callable[[str], Source], reload: Callable[[], Awaitable[bool]]
    ) -> None:
        self.settings = settings
        self._source = source
        self._reload = reload
        dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
        off = {*settings.values["KUBUS_LINT_OFF"], *rules_off(settings.folder)}
        # What is being typed is compiled apart: what was right last is not to be mistaken for what is saved.
        self._saved = OpenFolder(OpenModel(settings.model, dialects, off))
        self._typed = OpenFolder(OpenModel(settings.model, dialects, off))
        # Whoever leaves out one part after the other does not wait for the rows each time.
        self._chosen: tuple[tuple[str, tuple[TableName, ...]], Chosen] | None = None
        self._known: dict[str, tuple[float, Catalog | None]] = {}
        self._asking = asyncio.Lock()

    @property
    def folder(self) -> Path:
        """The folder of the model's files."""
        return self.settings.model

    @property
    def backups(self) -> Path:
        """Where is kept what was in its files before."""
        return self.settings.folder / BACKUPS

    def source(self, name: str) -> Source:
        """The running source of that name.

        Raises:
            QueryError: there is none.
        """
        if name not in self.settings.sources:
            known = ", ".join(self.settings.sources)
            raise QueryError(f"There is no data source '{name}'", hint=f"There are: {known}")
        return self._source(name)

    async def catalog(self, data_source: str) -> Catalog:
        """What a data source has now.

        Raises:
            QueryError: there is no such data source.
            SourceError: the database refused.
            Unsupported: it is none of which kubus knows how its tables are listed.
        """
        self._chosen = None
        found = await read_catalog(self.source(data_source))
        self._known[data_source] = (monotonic(), found)
        return found

    async def known_catalog(self, data_source: str) -> Catalog | None:
        """What a data source had at most a minute ago, for who is writing; None where nobody can tell soon."""
        async with self._asking:
            asked, found = self._known.get(data_source, (-FRESH, None))
            if monotonic() - asked >= FRESH:
                with contextlib.suppress(KubusError, TimeoutError):
                    async with asyncio.timeout(PATIENCE):
                        found = await read_catalog(self.source(data_source))
                # One that does not answer is not asked again with each letter either.
                self._known[data_source] = (monotonic(), found)
            return found

    async def chosen(self, data_source: str, tables: Sequence[TableName]) -> Chosen:
        """These tables with their keys, as `choose` has them. The same ones again are those of before.

        Raises:
            QueryError: there is no such data source or table.
            SourceError: the database refused.
        """
        asked = (data_source, tuple(tables))
        if self._chosen is None or self._chosen[0] != asked:
            try:
                self._chosen = (asked, await choose(self.source(data_source), data_source, tables))
            except ConfigError as error:
                raise QueryError(error.message) from error
        return self._chosen[1]

    async def saved(self, look: Callable[[OpenModel], T]) -> T:
        """What is seen in the model as its files are. Raises ConfigError if they cannot be read."""
        return await self._saved.seen(look, {})

    async def typed(
        self, look: Callable[[OpenModel], T], unsaved: Mapping[str, str], without: Collection[str] = ()
    ) -> T:
        """The same with texts that are not saved, and `without` these files. Raises ConfigError as that does."""
        return await self._typed.seen(look, unsaved, without)

    async def save(self, edits: Sequence[Edit]) -> list[SavedFile]:
        """Write or delete files of the model, and have the server answer by them.

        Raises:
            NotSaved, ChangedMeanwhile: nothing was written.
        """
        saved = await asyncio.to_thread(save, self.folder, edits, self.backups, datetime.now(UTC))
        await self._reload()
        return saved
