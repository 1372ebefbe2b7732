"""Test files: their YAML, read into cases, with every mistake at its line."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

from kubus import errors
from kubus.context import NO_CLAIMS
from kubus.errors import ConfigError, KubusError, ModelError
from kubus.loading.files import TEST_ENDINGS
from kubus.loading.problems import Problems, nearest_hint
from kubus.loading.yaml_text import BadYaml, Yaml, read_yaml
from kubus.testing.cases import (
    EXACT,
    Case,
    Due,
    Expected,
    Place,
    Refusal,
    RowsDue,
    Suite,
    Table,
    Tolerance,
    ValueDue,
)
from kubus.testing.given_rows import as_json, given_tables
from kubus.testing.relations import Relation, parse_relation

T = TypeVar("T")

ABOUT = ("given", "source", "claims", "groups", "now", "timezone")
FILE_KEYS = (*ABOUT, "tests")
TEST_KEYS = ("test", "query", "expect", *ABOUT)
EXPECT_KEYS = ("rows", "ordered", "tolerance", "value", "count", "total", "relations", "refused", "snapshot")
REFUSED_KEYS = ("code", "error", "status", "says")
SOURCES = ("live",)


def suite_files(paths: Iterable[Path]) -> list[Path]:
    """The test files among these paths and below those that are folders, in order of their paths, each once.

    Raises:
        ConfigError: a path is not there, or is a file of another name.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(p for ending in TEST_ENDINGS for p in path.rglob(f"*{ending}") if is_seen(p, path))
        elif not path.is_file():
            raise ConfigError(f"There is no file or folder {path}", hint="Name test files, or folders of them")
        elif not path.name.endswith(TEST_ENDINGS):
            raise ConfigError(f"{path} is no test file", hint="The name of a test file ends in .test.yml")
        else:
            found.add(path)
    return sorted(found)


def is_seen(path: Path, folder: Path) -> bool:
    """Whether a file is one of the project's own: folders that begin with a dot are those of tools."""
    return not any(part.startswith(".") for part in path.relative_to(folder).parts[:-1]) and path.is_file()


def read_suite(path: Path, name: str) -> Suite:
    """The tests of a file, which reports call `name`. What is wrong with them is in its `problems`."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return Suite(path, name, problems=(errors.Problem(name, 0, 0, f"cannot be read: {error}"),))
    reader = Reader(path, name, Problems({name: text}))
    cases: tuple[Case, ...] = ()
    try:
        cases = reader.file(read_yaml(text))
    except BadYaml as error:
        reader.problems.note(name, error.line, error.column, f"This is no YAML: {error.message}")
    try:
        reader.problems.raise_any()
    except ModelError as error:
        return Suite(path, name, reads=tuple(reader.reads), problems=error.problems)
    return Suite(path, name, cases, tuple(reader.reads))


class Reader:
    """Reads one file. After a mistake it goes on, so that all are told at once."""

    def __init__(self, path: Path, name: str, problems: Problems) -> None:
        self.path = path
        self.name = name
        self.problems = problems
        self.reads: list[Path] = []
        self._tables: dict[int, tuple[Table, ...]] = {}

    def file(self, root: Yaml | None) -> tuple[Case, ...]:
        if root is None:
            self.problems.note(self.name, 1, 1, "There is nothing in this file", hint="List tests under `tests`")
            return ()
        if not self.is_map(root, FILE_KEYS, "a test file"):
            return ()
        parts = dict(root.items())
        tests = parts.get("tests")
        if tests is None or not tests.is_list or not tests.data:
            self.wrong(tests or root, "There are no tests here", "List at least one test under `tests`")
            return ()
        about = {key: value for key, value in root.items() if key in ABOUT}
        cases = [case for test in cast("list[Yaml]", tests.data) if (case := self.case(test, about)) is not None]
        seen: set[str] = set()
        for case in cases:
            if case.name in seen:
                at = Yaml(None, case.place.line, case.place.column)
                self.wrong(at, f"There are two tests named '{case.name}'", "Give each a name of its own")
            seen.add(case.name)
        return tuple(cases)

    def case(self, test: Yaml, about: dict[str, Yaml]) -> Case | None:
        if not self.is_map(test, TEST_KEYS, "a test"):
            return None
        own = dict(test.items())
        name = own.get("test")
        if name is None or not isinstance(name.data, str) or not name.data.strip():
            self.wrong(name or test, "A test has no name", "Say under `test` what holds: `- test: orders are counted`")
            return None
        query = own.get("query")
        if query is None or not (query.is_map or query.is_list):
            self.wrong(
                query or name,
                f"The test '{name.data}' asks nothing",
                "Put the JSON query of the REST API under `query`: `query: {measures: [Orders.count]}`",
            )
        expected = self.expected(own.get("expect"), name)
        for key in {"given", "source"} & own.keys():
            # What a test says itself about its rows stands for what the file says.
            about = {k: v for k, v in about.items() if k != ("source" if key == "given" else "given")}
        if "given" in own and "source" in own:
            self.wrong(own["source"], "A test asks given rows or the live source", "Leave out `given` or `source`")
        parts = {**about, **own}
        given = self.given(parts, about.get("given") if "given" in own else None)
        claims = parts.get("claims")
        if claims is not None and not claims.is_map:
            self.wrong(claims, "Claims are a map", "Write `claims: {tenant: acme}`")
            claims = None
        case = Case(
            name.data,
            self.place(name),
            None if query is None else as_json(query),
            expected,
            given,
            NO_CLAIMS if claims is None else MappingProxyType(as_json(claims)),
            self.read(parts.get("groups"), self.groups),
            self.read(parts.get("now"), self.instant),
            self.read(parts.get("timezone"), self.text),
        )
        return case if query is not None and expected else None

    def given(self, parts: dict[str, Yaml], inherited: Yaml | None) -> tuple[Table, ...] | None:
        """The tables of a test: its own, and those of the file that it does not give anew. None asks the live one."""
        source = parts.get("source")
        if source is not None:
            if source.data not in SOURCES:
                self.wrong(source, f"There is no source '{source.text}'", "Write `source: live`, or give rows")
            if parts.get("given") is not None:
                self.wrong(source, "Tests ask given rows or the live source", "Leave out `given` or `source`")
            return None
        tables = {table.name: table for table in (*self.tables(inherited), *self.tables(parts.get("given")))}
        return tuple(tables[name] for name in sorted(tables))

    def tables(self, given: Yaml | None) -> tuple[Table, ...]:
        """The tables under `given`, read once for all tests."""
        if given is None:
            return ()
        if id(given) not in self._tables:
            self._tables[id(given)] = tuple(given_tables(given, self))
        return self._tables[id(given)]

    # ── what is expected ──

    def expected(self, expect: Yaml | None, name: Yaml) -> tuple[Expected, ...]:
        if expect is None:
            self.wrong(name, f"The test '{name.data}' expects nothing, so that it cannot fail", CAN_FAIL)
            return ()
        if expect.is_list:
            listed = [self.one_expected(item) for item in cast("list[Yaml]", expect.data)]
            if not listed:
                self.wrong(expect, "Nothing is expected here, so that the test cannot fail", CAN_FAIL)
            return tuple(one for one in listed if one is not None)
        one = self.one_expected(expect)
        return () if one is None else (one,)

    def one_expected(self, expect: Yaml) -> Expected | None:
        place = self.place(expect)
        match expect.data:
            case "snapshot":
                return Expected(place, snapshot=True)
            case "refused":
                return Expected(place, refused=Refusal())
            case _:
                pass
        if not self.is_map(expect, EXPECT_KEYS, "what is expected"):
            return None
        parts = dict(expect.items())
        rows = parts.get("rows")
        found = Expected(
            place,
            rows=self.rows_due(rows, parts.get("ordered")),
            value=ValueDue(due(parts["value"])) if "value" in parts else None,
            count=self.read(parts.get("count"), self.whole),
            total=self.read(parts.get("total"), self.whole),
            relations=self.relations(parts.get("relations")),
            refused=self.refusal(parts["refused"]) if "refused" in parts else None,
            snapshot=self.read(parts.get("snapshot"), self.true) or False,
            tolerance=self.tolerance(parts["tolerance"]) if "tolerance" in parts else EXACT,
        )
        if "ordered" in parts and rows is None:
            self.wrong(parts["ordered"], "There are no rows to be in order", "Put them under `rows`")
        if found.refused is not None and len(parts) > 1:
            self.wrong(expect, "A query that is refused has no rows", "Expect `refused` alone")
        if not {"rows", "value", "count", "total", "relations", "refused", "snapshot"} & parts.keys():
            self.wrong(expect, "Nothing is expected here, so that the test cannot fail", CAN_FAIL)
            return None
        return found

    def rows_due(self, rows: Yaml | None, ordered: Yaml | None) -> RowsDue | None:
        if rows is None:
            return None
        if not rows.is_list:
            self.wrong(rows, "Rows are a list", "Write each as a map below: `- {status: new, count: 2}`; `[]` is none")
            return None
        found: list[Any] = []
        for row in cast("list[Yaml]", rows.data):
            if row.is_map and row.data:
                self.twice(row)
                found.append(MappingProxyType({key: due(value) for key, value in row.items()}))
            elif row.is_list and row.data:
                found.append(tuple(due(value) for value in cast("list[Yaml]", row.data)))
            else:
                self.wrong(row, "A row names at least one column", "Write a map by names, or a list of all values")
        return RowsDue(tuple(found), self.read(ordered, self.boolean))

    def relations(self, value: Yaml | None) -> tuple[tuple[Relation, Place], ...]:
        if value is None:
            return ()
        listed = cast("list[Yaml]", value.data) if value.is_list else [value]
        if not listed:
            self.wrong(value, "There is no relation here", RELATION)
        found: list[tuple[Relation, Place]] = []
        for one in listed:
            try:
                found.append((parse_relation(one.text), self.place(one)))
            except ValueError as error:
                self.wrong(one, f"This is no relation: {error}", RELATION)
        return tuple(found)

    def refusal(self, value: Yaml) -> Refusal:
        if value.data is True:
            return Refusal()
        if isinstance(value.data, str):
            return Refusal(code=self.code(value))
        if not self.is_map(value, REFUSED_KEYS, "a refusal"):
            return Refusal()
        parts = dict(value.items())
        return Refusal(
            self.read(parts.get("code"), self.code),
            self.read(parts.get("error"), self.error_class),
            self.read(parts.get("status"), self.whole),
            self.read(parts.get("says"), self.text),
        )

    def code(self, value: Yaml) -> str:
        known = {one.code for one in error_classes()}
        if value.data not in known:
            self.wrong(value, f"There is no error code '{value.text}'", near(value.text, known))
        return value.text

    def error_class(self, value: Yaml) -> str:
        known = {one.__name__ for one in error_classes()}
        if value.data not in known:
            self.wrong(value, f"There is no error '{value.text}'", near(value.text, known))
        return value.text

    def tolerance(self, value: Yaml) -> Tolerance:
        """A number, `1%`, or both: `{absolute: 0.01, relative: 1%}`."""
        if value.is_map:
            if not self.is_map(value, ("absolute", "relative"), "a tolerance"):
                return EXACT
            parts = dict(value.items())
            absolute, relative = (self.read(parts.get(key), self.amount) for key in ("absolute", "relative"))
            return Tolerance(
                (absolute or EXACT).absolute, max((relative or EXACT).relative, (relative or EXACT).absolute)
            )
        return self.amount(value)

    def amount(self, value: Yaml) -> Tolerance:
        text = value.text.strip()
        try:
            number = Decimal(text.removesuffix("%").strip())
        except InvalidOperation:
            number = Decimal(-1)
        if value.is_map or value.is_list or not number.is_finite() or number < 0:
            self.wrong(value, f"'{text}' is no tolerance", "Write a number such as 0.01, or a share such as 1%")
            return EXACT
        return Tolerance(relative=number / 100) if text.endswith("%") else Tolerance(absolute=number)

    # ── values ──

    def read(self, value: Yaml | None, parse: Callable[[Yaml], T]) -> T | None:
        return None if value is None else parse(value)

    def text(self, value: Yaml) -> str:
        if not isinstance(value.data, str) or not value.data:
            self.wrong(value, "This has to be a text", "Put it in quotes")
        return value.text

    def whole(self, value: Yaml) -> int:
        if isinstance(value.data, int) and not isinstance(value.data, bool) and value.data >= 0:
            return value.data
        self.wrong(value, "This has to be a whole number", "Write 0 or more")
        return 0

    def boolean(self, value: Yaml) -> bool:
        if not isinstance(value.data, bool):
            self.wrong(value, "This has to be true or false", "Write true or false")
        return value.data is True

    def true(self, value: Yaml) -> bool:
        if value.data is not True:
            self.wrong(value, "A snapshot is expected or it is not", "Write `snapshot: true`, or leave it out")
        return True

    def groups(self, value: Yaml) -> frozenset[str]:
        names = cast("list[Yaml]", value.data) if value.is_list else [value]
        for one in names:
            self.text(one)
        return frozenset(one.text for one in names)

    def instant(self, value: Yaml) -> datetime:
        try:
            found = datetime.fromisoformat(value.text)
        except ValueError:
            self.wrong(value, f"'{value.text}' is no time", "Write `now: 2024-03-15T12:00:00Z`")
            return datetime.now(UTC)
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)

    # ── mistakes ──

    def is_map(self, value: Yaml, keys: Iterable[str], what: str) -> bool:
        """Whether a value is a map; keys that it may not have are told."""
        known = tuple(keys)
        if not value.is_map:
            self.wrong(value, f"This is no map, as {what} has to be", f"Its keys are {', '.join(known)}")
            return False
        self.twice(value)
        for key, at in (value.keys or {}).items():
            if key not in known:
                self.wrong(at, f"'{key}' is no key of {what}", near(key, known))
        return True

    def twice(self, value: Yaml) -> None:
        for at in value.twice:
            self.wrong(at, f"'{at.data}' is here twice", "Leave one out")

    def wrong(self, at: Yaml, message: str, hint: str) -> None:
        self.problems.add(self.name, at, message, hint=hint)

    def place(self, at: Yaml) -> Place:
        return Place(self.name, at.line, at.column)


CAN_FAIL = "Say under `expect` what has to come: rows, value, count, total, relations, refused or snapshot"
RELATION = (
    "Write `- completedCount <= count`, or `- sum(count by status) == count`; in quotes if there is a comma in it"
)


def near(name: str, known: Iterable[str]) -> str:
    """The name that was probably meant, else all that there are."""
    names = sorted(known)
    return nearest_hint(name, names) or f"There are {', '.join(names)}"


def error_classes() -> list[type[KubusError]]:
    """Every class of errors of kubus."""
    return [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, KubusError)]


def due(value: Yaml) -> Due:
    """A value to compare with: numbers as exact as they are written."""
    if value.is_map:
        return {key: due(part) for key, part in value.items()}
    if value.is_list:
        return [due(part) for part in cast("list[Yaml]", value.data)]
    match value.data:
        case bool() | int() | None:
            return value.data
        case float() as number:
            try:
                return Decimal(value.text)
            except InvalidOperation:
                # `.inf` and `.nan`
                return number
        case _:
            return value.text
