"""Snapshots: answers that were looked at once, kept in a file beside their tests.

The file is YAML, a row a line, so that a change of it reads well in a review:

```
"orders by status":
  columns: ["Orders.status", "Orders.count"]
  rows:
    - ["completed", 2]
```
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from kubus.errors import BadTest, Problem
from kubus.loading.yaml_text import BadYaml, Yaml, read_yaml
from kubus.testing.cases import Due, Tolerance
from kubus.testing.ground import Answered
from kubus.testing.row_diff import RowDiff, difference
from kubus.testing.values import shown

HEAD = "# Kept by `kubus test` for {name}. Changes are taken over with --update or --review; look at them.\n"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An answer as it is kept: `rows` are YAML, each a list of all values on one line."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: tuple[tuple[Due, ...], ...]

    def text(self) -> str:
        """As it stands in the file, below its name."""
        rows = "".join(f"    - {row}\n" for row in self.rows)
        columns = json.dumps(list(self.columns), ensure_ascii=False)
        return f"  columns: {columns}\n  rows:{'' if rows else ' []'}\n{rows}"


@dataclass(frozen=True, slots=True)
class SnapshotChange:
    """What is new: a snapshot where there was none, or another than was kept. `diff` None: the columns differ."""

    name: str
    kept: Snapshot | None
    came: Snapshot
    diff: RowDiff | None


def snapshot_name(test: str, number: int) -> str:
    """What the snapshot of a test is called; a query that stands for several has one for each."""
    return test if number == 0 else f"{test} #{number + 1}"


def snapshot_of(answered: Answered) -> Snapshot:
    """The answer as it would be kept. Rows that the query does not order are put into an order of their own."""
    rows = [f"[{', '.join(map(shown, row))}]" for row in answered.rows]
    if not answered.prepared.query.order:
        rows.sort()
    return Snapshot(answered.keys, tuple(rows), ())


def change_of(name: str, kept: Snapshot | None, answered: Answered, tolerance: Tolerance) -> SnapshotChange | None:
    """How an answer differs from its snapshot; None if it does not."""
    came = snapshot_of(answered)
    if kept is None:
        return SnapshotChange(name, None, came, None)
    if kept.columns != came.columns:
        return SnapshotChange(name, kept, came, None)
    due = [dict(enumerate(row)) for row in kept.values]
    diff = difference(due, answered.rows, came.columns, tolerance, ordered=bool(answered.prepared.query.order))
    return None if diff is None else SnapshotChange(name, kept, came, diff)


class SnapshotFile:
    """The snapshots of one test file, read when they are first asked for.

    Raises:
        BadTest: the file is not one of these.
    """

    def __init__(self, path: Path, of: str) -> None:
        self._path = path
        self._of = of
        self._kept: dict[str, Snapshot] | None = None

    @property
    def kept(self) -> Mapping[str, Snapshot]:
        """What is kept, by name."""
        if self._kept is None:
            self._kept = read_snapshots(self._path) if self._path.exists() else {}
        return self._kept

    def take(self, changes: Mapping[str, Snapshot], *, only: frozenset[str] | None = None) -> int:
        """Keep these from now on, and of the others `only` those of that name; how many were given up.

        The file is written if anything changes, and removed if nothing is left in it.
        """
        merged = {**self.kept, **changes}
        left = {name: one for name, one in sorted(merged.items()) if only is None or name in only or name in changes}
        gone = len(merged) - len(left)
        if not changes and not gone:
            return 0
        self._kept = left
        if not left:
            self._path.unlink(missing_ok=True)
            return gone
        parts = [f"{json.dumps(name, ensure_ascii=False)}:\n{one.text()}" for name, one in left.items()]
        self._path.write_text(HEAD.format(name=self._of) + "\n".join(parts), "utf-8", newline="\n")
        return gone


def read_snapshots(path: Path) -> dict[str, Snapshot]:
    """The snapshots in a file, by name. Raises BadTest if it is no such file."""
    # What is due is read as in tests.
    from kubus.testing.reading import due

    def wrong(line: int, message: str) -> BadTest:
        hint = "Mend it, or delete it and let --update make it anew"
        return BadTest(f"{path.name}:{line}: {message}", hint=hint, problem=Problem(path.name, line, 1, message, hint))

    try:
        root = read_yaml(path.read_text("utf-8"))
    except BadYaml as error:
        raise wrong(error.line, f"This is no YAML: {error.message}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(0, f"cannot be read: {error}") from error
    found: dict[str, Snapshot] = {}
    for name, value in root.items() if root is not None else ():
        parts = dict(value.items())
        columns, rows = parts.get("columns"), parts.get("rows")
        if columns is None or rows is None or not columns.is_list or not rows.is_list:
            raise wrong(value.line, f"'{name}' has no columns and rows")
        names = tuple(one.text for one in cast("list[Yaml]", columns.data))
        values = tuple(tuple(cast("list[Due]", due(row))) for row in cast("list[Yaml]", rows.data) if row.is_list)
        if any(len(row) != len(names) for row in values):
            raise wrong(rows.line, f"A row of '{name}' has not {len(names)} values")
        found[name] = Snapshot(names, tuple(f"[{', '.join(map(shown, row))}]" for row in values), values)
    return found
