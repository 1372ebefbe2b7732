"""`kubus lsp`: the language server, which editors start."""

from typing import Annotated

from cyclopts import Parameter

from kubus.errors import ConfigError


def lsp(*, tables: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Speak the language server protocol on standard input and output: editors start this.

    It completes, explains, renames and checks the model files of the project in the editor's folder.

    Parameters
    ----------
    tables
        Connect to the project's databases once, when the editor starts, to complete their tables and columns.
    """
    try:
        from kubus.lsp.server import make_server  # an extra, which servers of data need not have
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("kubus"):
            raise
        raise ConfigError("The language server is not installed", hint="pip install 'kubus[lsp]'") from error
    make_server(asks_databases=tables).start_io()
