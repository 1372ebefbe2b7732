"""The project whose model somebody works at."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from kubus.checking.lint_table import rules_off
from kubus.config.settings import Settings
from kubus.errors import ConfigError, QueryError
from kubus.generate.catalog import Catalog, read_catalog
from kubus.generate.propose import Chosen, TableName, choose
from kubus.loading.saving import BACKUPS, Edit, SavedFile, save
from kubus.lsp.open_model import Diagnosis, OpenModel
from kubus.sources.registry import dialect_of
from kubus.sources.source import Source

T = TypeVar("T")


@dataclass(slots=True)
class OpenFolder:
    """The model of a folder, compiled again whenever its texts are others. Compiling takes a thread, one at a time."""

    model: OpenModel
    _found: tuple[Mapping[str, str], list[Diagnosis]] | None = field(default=None, init=False)
    _saved: Mapping[str, str] = field(default_factory=dict[str, str], init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def seen(self, look: Callable[[OpenModel, list[Diagnosis]], T], unsaved: Mapping[str, str]) -> T:
        """What `look` sees of the model, and of what is found in it, with these texts in the place of saved ones.

        Raises:
            ConfigError: the folder cannot be read.
        """

        def read() -> T:
            # What is known of names while a text is wrong is known from when it was right: mostly, as it is saved.
            self.model.unsaved = {}
            saved = self.model.read()
            if unsaved and saved != self._saved:
                self._saved = saved
                self.model.compiled()
            self.model.unsaved = dict(unsaved)
            # Unsaved Python is no part of the texts, and is looked at all the same.
            texts = {**self.model.read(), **unsaved}
            if self._found is None or self._found[0] != texts:
                self._found = (texts, self.model.compiled())
            return look(self.model, self._found[1])

        async with self._turn:
            return await asyncio.to_thread(read)


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

    @property
    def folder(self) -> Path:
        """The folder of the model's files."""
        return self.settings.model

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
        return await read_catalog(self.source(data_source))

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

    async def saved(self, look: Callable[[OpenModel, list[Diagnosis]], T]) -> T:
        """What is seen in the model as its files are. Raises ConfigError if they cannot be read."""
        return await self._saved.seen(look, {})

    async def typed(self, look: Callable[[OpenModel, list[Diagnosis]], T], unsaved: Mapping[str, str]) -> T:
        """The same with texts that are not saved. Raises ConfigError as that does."""
        return await self._typed.seen(look, unsaved)

    async def save(self, edits: Sequence[Edit]) -> list[SavedFile]:
        """Write files of the model, and have the server answer by them.

        Raises:
            NotSaved, ChangedMeanwhile: nothing was written.
        """
        backups = self.settings.folder / BACKUPS
        saved = await asyncio.to_thread(save, self.folder, edits, backups, datetime.now(UTC))
        await self._reload()
        return saved
