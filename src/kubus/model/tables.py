"""The tables that SQL reads, as opposed to what it names itself."""

from collections.abc import Iterator

from sqlglot import exp


def tables_read(tree: exp.Expr) -> Iterator[exp.Table]:
    """Every table that a tree reads by name: no functions, and no names that a WITH gives to queries.

    A name that may or may not be that of a WITH counts as a table.
    """
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and not (not table.args.get("db") and is_given(table)):
            yield table


def is_given(table: exp.Table) -> bool:
    """Whether the name is one that a WITH around it gives, and is seen from where it stands."""
    name: exp.Identifier = table.this
    below: exp.Expr = table
    above = table.parent
    while above is not None:
        given = above.args.get("with_") or above.args.get("with")
        if isinstance(above, exp.With):
            # Inside of a WITH, in the query of one name: those before it are seen, and itself if it recurs.
            there: list[exp.Expr] = above.expressions
            seen = there[: position(below, there) + bool(above.args.get("recursive"))]
            if any(is_called(one, name) for one in seen):
                return True
        elif isinstance(given, exp.With) and given is not below and any(is_called(o, name) for o in given.expressions):
            return True
        below, above = above, above.parent
    return False


def position(part: exp.Expr, parts: list[exp.Expr]) -> int:
    return next(number for number, one in enumerate(parts) if one is part)


def is_called(query: exp.Expr, name: exp.Identifier) -> bool:
    """Whether a query of a WITH has this very name."""
    alias = query.args.get("alias")
    given = alias.this if isinstance(alias, exp.TableAlias) else None
    if not isinstance(given, exp.Identifier) or bool(given.args.get("quoted")) != bool(name.args.get("quoted")):
        return False
    return given.this == name.this or (not name.args.get("quoted") and given.this.lower() == name.this.lower())
