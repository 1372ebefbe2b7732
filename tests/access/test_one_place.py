"""One place decides: nothing else makes an authorized query, and nothing else reads the rows of a cube."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "kubus"


def made_in(*names: str) -> dict[str, set[str]]:
    """The files in which values of these types are made."""
    found: dict[str, set[str]] = {name: set() for name in names}
    for path in SOURCE.rglob("*.py"):
        for line in path.read_text().splitlines():
            for name in names:
                if re.search(rf"(?<![\w.]){name}\(", line) and not re.match(
                    rf"\s*(class|case|match) |.*case {name}\(", line
                ):
                    found[name].add(path.relative_to(SOURCE).as_posix())
    return found


def test_only_authorize_makes_an_authorized_query() -> None:
    assert made_in("AuthorizedQuery", "RowRule", "MaskedMember") == {
        name: {"query/authorize.py"} for name in ("AuthorizedQuery", "RowRule", "MaskedMember")
    }


def test_rows_are_read_in_one_place_where_guards_are_put_to_them() -> None:
    assert made_in("Scan", "LeftJoin") == {"Scan": {"plan/build.py"}, "LeftJoin": {"plan/build.py"}}
    text = (SOURCE / "plan" / "build.py").read_text()
    rows = text[text.index("def build_rows(") :].split("\ndef ", 1)[0]
    assert text.count("Scan(model") == rows.count("Scan(model") == 1
    assert "guarded_tree(" in rows
    assert "RowFilter(rows, guards, is_guard=True)" in rows
