"""The one place that lets a query through."""

from collections.abc import Iterator
from dataclasses import dataclass

from kubus.context import Caller
from kubus.errors import Forbidden, MemberError
from kubus.model.model import Model
from kubus.query.query import Query


@dataclass(frozen=True, slots=True)
class AuthorizedQuery:
    """A query that answers only what its caller may see.

    `hidden` are the selected members that are not public: the query can be explained, and its rows are not given.
    """

    query: Query
    hidden: tuple[str, ...] = ()

    def check_visible(self) -> None:
        """Raises Forbidden if a selected member is not public."""
        if self.hidden:
            raise Forbidden(
                f"Error: You requested hidden member: '{self.hidden[0]}'. Please make it visible using `public: true`. "
                "Please note primaryKey fields are `public: false` by default: "
                "https://cube.dev/docs/schema/reference/joins#setting-a-primary-key."
            )


def authorize(
    query: Query,
    model: Model,
    caller: Caller,  # noqa: ARG001 - policies read the caller
    *,
    show_hidden: bool = False,
    trusted: frozenset[str] = frozenset(),  # noqa: ARG001 - and spare what the host's own conditions test
) -> AuthorizedQuery:
    """Let `query` through, noting the selected members that are not public.

    `show_hidden` makes every member visible, as development mode does. `trusted` are members that only conditions of
    the host's own code test: those may be hidden from the caller, unless the query also selects them. Members that do
    not exist are left for `resolve` to refuse, since which error comes first is part of the API.
    """
    if show_hidden:
        return AuthorizedQuery(query)
    return AuthorizedQuery(query, tuple(path for path in selected(query) if not is_public(path, model)))


def selected(query: Query) -> Iterator[str]:
    """The members that become columns of the answer."""
    yield from query.measures
    yield from query.dimensions
    yield from (t.dimension for t in query.time_dimensions if t.granularity is not None)


def is_public(path: str, model: Model) -> bool:
    name, _, member = path.partition(".")
    try:
        cube = model.holder(name, path)
    except MemberError:
        return True
    found = cube.member(member)
    return found is None or (cube.public and found.public)
