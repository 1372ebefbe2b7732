"""pyarrow, which is large, and imported when somebody asks for an Arrow table."""

from importlib import import_module
from typing import Any

from kubus.errors import ConfigError


def arrow_library() -> Any:
    """The module pyarrow, which has no types of its own.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return import_module("pyarrow")
    except ImportError as error:
        raise ConfigError("pyarrow is not installed", hint="pip install 'kubus[arrow]'") from error
