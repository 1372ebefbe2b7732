"""The endpoints of the Playground: one table, each imported when it is first called."""

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply
from kubus.playground.project import Project

# Gets the project, the request, and its body.
Call = Callable[[Project, Incoming, bytes], Awaitable[Reply]]

# The first steps of the paths that show a page. What follows them is between the page and its address.
PAGES = frozenset({"", "build", "model", "access", "health"})

FILES = "/playground/"

# Method and path to the function that answers, as `module:name` below this room.
ROUTES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("GET", "/playground/context"): "context:context",
        ("POST", "/playground/token"): "token:token",
        ("GET", "/playground/model"): "authoring:read_model",
        ("GET", "/playground/graph"): "authoring:read_graph",
        ("GET", "/playground/files"): "authoring:read_files",
        ("POST", "/playground/files"): "authoring:write_file",
        ("POST", "/playground/accept"): "authoring:accept_files",
        ("POST", "/playground/delete"): "authoring:delete_file",
        ("POST", "/playground/rename"): "authoring:rename_file",
        ("GET", "/playground/backups"): "authoring:read_backups",
        ("POST", "/playground/backups"): "authoring:read_backup",
        ("POST", "/playground/format"): "authoring:format_text",
        ("POST", "/playground/check"): "authoring:check_text",
        ("POST", "/playground/complete"): "authoring:ask_place",
        ("GET", "/playground/db-schema"): "authoring:db_schema",
        ("POST", "/playground/generate"): "authoring:generate",
        ("POST", "/playground/generate-schema"): "authoring:make_files",
        ("POST", "/playground/test-connection"): "authoring:try_connection",
        ("POST", "/playground/explain"): "explain:explain",
        ("POST", "/playground/access/matrix"): "access:matrix",
        ("POST", "/playground/access/why"): "access:why",
        ("GET", "/playground/access/claims"): "claims:claims",
        ("GET", "/playground/health"): "health:health",
        ("POST", "/playground/export"): "export:export",
    }
)

# What only reads, and may take long: it ends when whoever asked has left.
LONG = frozenset({("POST", "/playground/export")})


def endpoint(method: str, path: str) -> Call | None:
    """What answers; None if nothing does."""
    place = ROUTES.get(("GET" if method == "HEAD" else method, path))
    if place is None:
        return None
    module, _, name = place.partition(":")
    return cast("Call", getattr(import_module(f"kubus.playground.{module}"), name))


def is_page(path: str) -> bool:
    """Whether a path is one that shows a page."""
    first = path.removeprefix("/").partition("/")[0]
    return first.lower() in PAGES and (first != "" or path in ("", "/"))


def is_ours(path: str) -> bool:
    """Whether a path is the Playground's."""
    return is_page(path) or path.lower() == FILES.removesuffix("/") or path.lower().startswith(FILES)
