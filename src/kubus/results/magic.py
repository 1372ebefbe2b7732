"""`%%kubus`: a query as a cell of a notebook.

Source: https://ipython.readthedocs.io/en/stable/config/custommagics.html
"""

import shlex
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec
import yaml
from IPython.core.error import UsageError
from IPython.core.getipython import get_ipython

from kubus.results.query_result import QueryResult


class Words(ArgumentParser):
    """The words after `%%kubus`. A wrong one ends the cell, and not the notebook."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%%kubus: {message}\n{self.format_usage()}")


def words() -> Words:
    parser = Words(
        prog="%%kubus",
        add_help=False,
        description="Ask the query below, in YAML or JSON, and show its rows.",
    )
    parser.add_argument(
        "layer", nargs="?", help="the variable of the SemanticLayer or Client; needed if there are several"
    )
    parser.add_argument("--as", dest="claims", help="the claims of the caller, as a JSON object; with a SemanticLayer")
    parser.add_argument("--into", help="the variable that the result is put into; it is shown no longer")
    parser.add_argument("--chart", action="store_true", help="draw the result")
    parser.add_argument("--sql", action="store_true", help="show the statement instead of asking it")
    return parser


def kubus(line: str, cell: str) -> object:
    """The magic itself."""
    shell: Any = get_ipython()
    given = words().parse_args(shlex.split(line))
    layer = asked_layer(shell.user_ns, given.layer)
    query = yaml.safe_load(cell)
    if not isinstance(query, Mapping):
        raise UsageError('The cell is no query. A query is a mapping, such as "measures: [orders.count]"')
    options: dict[str, Any] = {}
    if given.claims is not None:
        options["context"] = claims_of(given.claims, layer)
    if given.sql:
        print(layer.sql(query, **options).sql)  # noqa: T201 - the output of a cell
        return None
    result: QueryResult = layer.query(query, **options)
    if given.into is not None:
        shell.user_ns[given.into] = result
    if given.chart:
        return result.chart()
    return None if given.into is not None else result


def asked_layer(variables: Mapping[str, Any], name: str | None) -> Any:
    """The layer or client that a cell asks: the one named, or the only one there is."""
    if name is not None:
        if not can_be_asked(variables.get(name)):
            raise UsageError(f"`{name}` is no SemanticLayer and no Client")
        return variables[name]
    found = {key: value for key, value in variables.items() if not key.startswith("_") and can_be_asked(value)}
    if len({id(value) for value in found.values()}) == 1:
        return next(iter(found.values()))
    if not found:
        raise UsageError('There is nothing to ask. Begin with: layer = SemanticLayer("model", "shop.duckdb")')
    raise UsageError(f"There are several that can be asked: say which, as in %%kubus {next(iter(found))}")


def can_be_asked(value: object) -> bool:
    # Not by class, so that neither the library nor the client is imported for the other.
    methods = ("query", "sql", "members")
    return not isinstance(value, type) and all(callable(getattr(value, name, None)) for name in methods)


def claims_of(text: str, layer: object) -> dict[str, Any]:
    if not hasattr(layer, "caller"):
        raise UsageError("--as goes with a SemanticLayer: a Client asks as its token says")
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise UsageError(f"The claims after --as are no JSON object: {error}") from error


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext kubus` calls, with the shell of the notebook."""
    shell.register_magic_function(kubus, magic_kind="cell", magic_name="kubus")
