"""The project in the working directory, as commands other than `serve` use it."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from cyclopts import Parameter

from kubus.config.project import project_settings as read_project
from kubus.config.settings import Settings
from kubus.errors import ConfigError, QueryError
from kubus.sources.registry import make_source

if TYPE_CHECKING:
    from kubus.library import SemanticLayer

# Who asks, as claims; `--context` is the older name.
AsCaller = Annotated[str | None, Parameter(name=("--as", "--context"))]

# A lone `-` is standard input, and no option.
JsonArgument = Annotated[str, Parameter(allow_leading_hyphen=True)]


def project_settings(model: Path | None = None) -> Settings:
    """The settings of the project here. Commands that run locally need no secret, so that none is asked for.

    Raises:
        ConfigError: a setting is wrong.
    """
    # Development mode is what asks for no secret; it changes nothing else here.
    overrides = {"CUBEJS_DEV_MODE": "true"}
    if model is not None:
        overrides["CUBEJS_SCHEMA_PATH"] = str(model)
    return read_project(os.environ, Path.cwd(), overrides=overrides)


def project_layer(settings: Settings) -> "SemanticLayer":
    """The data model of these settings and its databases, in this process."""
    # Commands that ask nothing do not wait for it.
    from kubus.library import SemanticLayer

    values = settings.values
    return SemanticLayer(
        settings.model,
        {name: make_source(name, options) for name, options in settings.sources.items()},
        timezone=values["CUBEJS_DEFAULT_TIMEZONE"],
        max_limit=values["CUBEJS_DB_QUERY_LIMIT"],
        missing_claims=values["KUBUS_MISSING_CLAIMS"],
        default_access=values["KUBUS_DEFAULT_ACCESS"],
        default_masks=settings.default_masks,
    )


def groups_argument(text: str) -> tuple[str, ...]:
    """The groups of `--groups a,b`."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def json_argument(text: str, what: str = "query param") -> Any:
    """The JSON of an argument: itself, `-` for standard input, or `@file`. `what` it is, for messages.

    Raises:
        QueryError: it is not JSON.
        ConfigError: the file cannot be read.
    """
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        try:
            text = Path(text[1:]).read_text("utf-8")
        except OSError as error:
            raise ConfigError(f"{text[1:]} cannot be read: {error.strerror or error}") from error
    try:
        return json.loads(text)
    except ValueError as error:
        raise QueryError(f"Unable to decode {what} as JSON, error: {error}") from error


def claims_argument(text: str | None) -> Mapping[str, Any] | None:
    """The claims of a caller, whichever flag gives them. Raises QueryError if they are no JSON object."""
    if text is None:
        return None
    value = json_argument(text, "the caller's claims")
    if not isinstance(value, dict):
        raise QueryError("The caller's claims have to be a JSON object", hint='Write \'{"sub": "ann"}\'')
    return cast("dict[str, Any]", value)
