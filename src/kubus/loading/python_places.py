"""Where in Python files definitions were made: the call, and in it the place of each argument."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import CodeType, ModuleType

from kubus.define.definition import Definition, Made

Position = tuple[int | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file, counted from 1; `call` is the call that stands there, `node` the value, if it is known."""

    file: str
    line: int
    column: int
    call: ast.Call | None = None
    node: ast.expr | None = None
    lines: tuple[str, ...] = field(default=(), repr=False)

    def key(self, name: str) -> "Spot":
        """Where an argument of the call is named; the call itself where it is not."""
        for keyword in self.call.keywords if self.call is not None else ():
            if keyword.arg == name:
                return self.at(keyword.lineno, keyword.col_offset)
        return self if self.node is None else self.at(self.node.lineno, self.node.col_offset)

    def value(self, name: str) -> "Spot":
        """Where the value of an argument begins."""
        for keyword in self.call.keywords if self.call is not None else ():
            if keyword.arg == name:
                return self.of(keyword.value)
        return self.at(self.line)

    def item(self, number: int) -> "Spot":
        """Where an item of a list begins."""
        if isinstance(self.node, ast.List | ast.Tuple):
            items = self.node.elts
            if number < len(items) and not any(isinstance(item, ast.Starred) for item in items[: number + 1]):
                return self.of(items[number])
        return self.at(self.line)

    def of(self, node: ast.expr) -> "Spot":
        spot = self.at(node.lineno, node.col_offset)
        return Spot(spot.file, spot.line, spot.column, None, node, self.lines)

    def at(self, line: int, offset: int | None = None) -> "Spot":
        """A place at this many bytes of a line; without them, this place without its call."""
        if offset is None:
            return Spot(self.file, self.line, self.column, lines=self.lines)
        row = self.lines[line - 1] if line <= len(self.lines) else ""
        column = offset if row.isascii() else len(row.encode()[:offset].decode(errors="replace"))
        return Spot(self.file, line, column + 1, lines=self.lines)

    def first_line(self, text: str) -> int:
        """The line with the first line of a text that keeps its lines in the file; 0 if it does not."""
        node = self.node
        if isinstance(node, ast.Call) and node.args:
            # `dedent("""…""")`, and the like.
            node = node.args[0]
        if not isinstance(node, ast.Constant) or node.end_lineno is None:
            return 0
        more = node.end_lineno - node.lineno - text.count("\n")
        return node.lineno + more if more in (0, 1) else 0


@dataclass(slots=True)
class PythonPlaces:
    """Finds places in the Python files of a model. Files are read only when they are asked for.

    `run` is the number of the run of the files: what was made in an earlier one, by a library that stays, has no place.
    """

    texts: Mapping[str, str]
    run: int
    _calls: dict[str, dict[Position, ast.Call]] = field(default_factory=dict[str, "dict[Position, ast.Call]"])
    _lines: dict[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    _trees: dict[str, ast.Module] = field(default_factory=dict[str, ast.Module])
    _positions: dict[CodeType, list[Position]] = field(default_factory=dict[CodeType, "list[Position]"])

    def spot(self, one: Definition) -> Spot | None:
        """Where a definition was made; None if it was not in these files."""
        made = one.made
        if made is None or made.run != self.run:
            return None
        position = self.position(made)
        line, _, offset, _ = position
        if line is None:
            return None
        calls = self.calls(made.file)
        call = calls.get(position)
        if offset is None:
            # Python was told to keep no columns: the first call of the line.
            call = next((one for one in calls.values() if one.lineno == line), None)
        lines = self._lines[made.file]
        spot = Spot(made.file, line, 1, lines=lines).at(line, offset or 0)
        return Spot(spot.file, spot.line, spot.column, call, None, lines)

    def bound(self, one: Definition, file: str, module: ModuleType) -> Spot:
        """Where a file names a definition that was made elsewhere."""
        names = {name for name, value in vars(module).items() if value is one}
        for node in self.tree(file).body:
            match node:
                case ast.ImportFrom(names=imported):
                    named = [alias.asname or alias.name for alias in imported]
                case ast.Assign(targets=targets):
                    named = [target.id for target in targets if isinstance(target, ast.Name)]
                case _:
                    named = list[str]()
            if names.intersection(named):
                return Spot(file, node.lineno, node.col_offset + 1)
        return Spot(file, 1, 1)

    def position(self, made: Made) -> Position:
        if made.code not in self._positions:
            self._positions[made.code] = list(made.code.co_positions())
        # Two bytes an instruction.
        return self._positions[made.code][made.instruction // 2]

    def tree(self, file: str) -> ast.Module:
        if file not in self._trees:
            self._trees[file] = ast.parse(self.texts[file])
            self._lines[file] = tuple(self.texts[file].splitlines())
        return self._trees[file]

    def calls(self, file: str) -> dict[Position, ast.Call]:
        """Every call of a file by its position, as instructions have it."""
        if file not in self._calls:
            self._calls[file] = {
                (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset): node
                for node in ast.walk(self.tree(file))
                if isinstance(node, ast.Call)
            }
        return self._calls[file]
