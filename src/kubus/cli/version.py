"""`kubus version`."""

import platform
from importlib.metadata import version as version_of

import duckdb

import kubus


def version() -> None:
    """Print the versions of kubus and of what it runs on."""
    print(f"kubus {kubus.__version__}")  # noqa: T201 - a command's answer
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, sqlglot {version_of('sqlglot')}")  # noqa: T201
