"""`kubus diff`: what differs in meaning between two versions of the data model."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from kubus.cli.audit import all_records
from kubus.cli.main import fail
from kubus.cli.project import AsCaller, claims_argument, project_settings
from kubus.compare.change import Change
from kubus.compare.differences import differences, in_order
from kubus.compare.opened import opened
from kubus.compare.queries import Saved, audited, broken, saved_in
from kubus.compare.reports import as_json, as_markdown, as_text
from kubus.compare.revisions import WORKING_TREE, model_at
from kubus.compare.values import changed_values
from kubus.config.settings import Settings
from kubus.errors import ConfigError, ModelError
from kubus.library import SemanticLayer
from kubus.model.model import Model
from kubus.sources.registry import dialect_of, make_source

Switch = Annotated[bool, Parameter(negative=())]

# Where saved queries are looked for without being asked to.
QUERIES = "queries"


def diff(
    before: str,
    after: str = ".",
    /,
    *,
    values: Switch = False,
    queries: Path | None = None,
    audit: str | None = None,
    format: Literal["text", "json", "markdown"] = "text",  # noqa: A002 - the name of the flag
    check: Switch = False,
    context: AsCaller = None,
    model: Path | None = None,
) -> None:
    """Say what differs in meaning between two versions of the data model in git, and what that does.

    Ends with status 0; with `--check` 1 if something may break; 2 if the versions cannot be compared.

    Parameters
    ----------
    before
        A revision of git: a branch, a tag or a commit.
    after
        Another; without it the files as they are.
    values
        Ask the databases for the measures that may differ, and say by how much they do.
    queries
        A folder of JSON files with saved queries; without it `queries`, if it is there.
    audit
        An audit log whose queries have to be answered on: a file, or `settings` for where the settings put it.
    format
        Text, JSON of the same, or Markdown for a comment on a pull request.
    check
        End with status 1 if something may break.
    context
        The claims with which values and saved queries are asked, as a JSON object. Access policies are not applied.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    try:
        settings = project_settings(model)
        dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
        old, new = (compiled(revision, settings.model, dialects) for revision in (before, after))
        found = [*differences(old, new, settings.values["KUBUS_DEFAULT_ACCESS"])]
        saved = tuple(saved_queries(queries, audit, settings))
        if values or saved:
            found += asked(old, new, settings, saved, claims_argument(context), values=values)
    except ConfigError as error:
        fail(str(error), status=2)
        return
    changes = in_order(found)
    match format:
        case "text":
            sys.stdout.write(as_text(changes))
        case "json":
            sys.stdout.write(as_json(changes))
        case "markdown":
            sys.stdout.write(as_markdown(changes, before, after))
    if check and any(change.breaks for change in changes):
        sys.exit(1)


def compiled(revision: str, folder: Path, dialects: Mapping[str, str]) -> Model:
    """The model of a revision. Raises ConfigError, which says of which it does not compile."""
    try:
        return model_at(revision, folder, dialects)
    except ModelError as error:
        of = "the files as they are" if revision == WORKING_TREE else revision
        raise ConfigError(
            f"The data model of {of} does not compile, so that nothing can be compared:\n{error}"
        ) from error


def saved_queries(folder: Path | None, audit: str | None, settings: Settings) -> Iterator[Saved]:
    place = folder or settings.folder / QUERIES
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}")
    if place.is_dir():
        yield from saved_in(place)
    if audit is not None:
        yield from audited(all_records(None if audit == "settings" else audit, settings))


def asked(
    old: Model,
    new: Model,
    settings: Settings,
    saved: tuple[Saved, ...],
    claims: Mapping[str, Any] | None,
    *,
    values: bool,
) -> list[Change]:
    """What comes of asking both models."""
    with layer_of(old, settings) as before, layer_of(new, settings) as after:
        found = list(broken(before, after, saved, claims))
        if values:
            found += changed_values(before, after, claims)
    return found


def layer_of(model: Model, settings: Settings) -> SemanticLayer:
    """A layer that asks the databases of the project by a model, as somebody who may see everything."""
    return SemanticLayer(
        opened(model),
        {name: make_source(name, options) for name, options in settings.sources.items()},
        timezone=settings.values["CUBEJS_DEFAULT_TIMEZONE"],
        max_limit=settings.values["CUBEJS_DB_QUERY_LIMIT"],
        missing_claims=settings.values["KUBUS_MISSING_CLAIMS"],
    )
