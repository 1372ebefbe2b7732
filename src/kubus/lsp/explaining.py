"""What an editor shows of a name or key: its kind, type, meaning and SQL."""

import re

from kubus.lsp.cursor import cursor_at
from kubus.lsp.open_model import OpenModel
from kubus.lsp.symbols import Occurrence, Symbol
from kubus.model.cube import Cube, Dimension, Measure


def explained_at(
    open_model: OpenModel, file: str, lines: list[str], line: int, column: int
) -> tuple[str | None, Occurrence | None]:
    """What is shown of a place of a file with these lines, counted from 0, and the name there if it is one."""
    name = open_model.at(file, line, column)
    if name is not None:
        return explained(name.symbol, open_model), name
    return meaning_of_key(lines, line, column), None


def explained(symbol: Symbol, open_model: OpenModel) -> str | None:
    """A name in Markdown; None where the model does not know it."""
    if symbol.member is not None:
        return explained_member(symbol, open_model)
    holder = None if open_model.model is None else open_model.model.holders.get(symbol.holder)
    if holder is None:
        return None
    kind = "cube" if isinstance(holder, Cube) else "view"
    lines = [f"**{holder.name}**: {kind}", holder.label.title]
    if holder.label.description:
        lines.append(holder.label.description)
    counts = ((len(holder.measures), "measures"), (len(holder.dimensions), "dimensions"))
    lines.append(", ".join(f"{count} {what}" for count, what in counts))
    return "\n\n".join((*lines, fenced(holder.table.text))) if isinstance(holder, Cube) else "\n\n".join(lines)


def explained_member(symbol: Symbol, open_model: OpenModel) -> str | None:
    member = open_model.member(symbol)
    if member is None:
        return None
    match member:
        case Measure():
            kind = f"measure, {member.type.name}"
        case Dimension():
            kind = f"dimension, {member.type}" + (", primary key" if member.primary_key else "")
        case _:
            kind = "segment"
    lines = [f"**{member.path}**: {kind}", member.label.title]
    if member.label.description:
        lines.append(member.label.description)
    if not member.public:
        lines.append("not public")
    if member.declared_sql:
        lines.append(fenced(member.declared_sql))
    return "\n\n".join(lines)


def fenced(sql: str) -> str:
    return f"```sql\n{sql.strip()}\n```"


def meaning_of_key(lines: list[str], line: int, column: int) -> str | None:
    """What the key at a place means."""
    row = lines[line] if line < len(lines) else ""
    found = re.match(r"(\s*(?:- +)*)(\w+)\s*:", row)
    if found is None or not found.start(2) <= column <= found.end(2):
        return None
    key = cursor_at(lines, line, found.end(1)).keys.get(found[2])
    return None if key is None else f"**{found[2]}**\n\n{key.means}"
