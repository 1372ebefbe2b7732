"""Model files from YAML to Python and back; what is written means the same, or nothing is written."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

import kubus.define
from kubus.define import Cube, Definition, Definitions, Tenancy, View, ViewGroup
from kubus.define.definition import keys_of
from kubus.errors import ConfigError, ModelError, Problem
from kubus.loading.dynamic import GLOBALS, PYTHON_ENDING, TEMPLATE_MARKS, is_template, model_texts
from kubus.loading.load import load_files
from kubus.loading.problems import Problems
from kubus.loading.python_files import PythonFiles
from kubus.loading.python_models import defined
from kubus.loading.python_places import PythonPlaces
from kubus.loading.reading import decode
from kubus.loading.template_context import PROVIDED
from kubus.model.model import Model
from kubus.writing.comments import Entry, put_all, python_comments, yaml_comments
from kubus.writing.from_yaml import FromYaml
from kubus.writing.python_text import python_text
from kubus.writing.yaml_text import yaml_text

Form = Literal["yaml", "python"]

YAML_ENDINGS = (".yml", ".yaml")
# What a file of definitions has; all else is code that makes some.
STATEMENTS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr)
EXPRESSIONS = (ast.Name, ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Call, ast.UnaryOp)


@dataclass(frozen=True, slots=True)
class Conversion:
    """A file, and what it becomes: another name and another text. `text` None: it defines nothing, and stays."""

    file: str
    target: str
    text: str | None


def conversions(
    files: Mapping[str, str],
    names: Collection[str],
    to: Form,
    *,
    folder: Path | None = None,
    outcome: bool = False,
) -> list[Conversion]:
    """What these files of a model become. `outcome`: of templates and of code, what they come to now.

    Raises:
        ModelError: a file cannot be converted: it is a template, or code, or not right; holds every problem.
        ConfigError: two files would have one name.
    """
    problems = Problems(files)
    made = list((to_python if to == "python" else to_yaml)(files, names, folder, problems, outcome))
    problems.raise_any()
    taken = set(files) - {one.file for one in made if one.text is not None}
    for one in made:
        if one.text is not None:
            if one.target in taken:
                raise ConfigError(
                    f"{one.file} would become {one.target}, which is there already", hint="Rename it first"
                )
            taken.add(one.target)
    return made


def to_python(
    files: Mapping[str, str], names: Collection[str], folder: Path | None, problems: Problems, outcome: bool
) -> Iterator[Conversion]:
    texts: Mapping[str, object] = files
    if any(is_template(files[name]) for name in names) and outcome:
        texts = model_texts(files, problems, folder, None)
    for name in names:
        if is_template(files[name]) and not outcome:
            tell_template(name, files[name], problems)
            continue
        text = texts.get(name)
        if not isinstance(text, str):
            continue
        document = decode(name, text, problems)
        reader = FromYaml(name, problems)
        definitions = Definitions() if document is None else reader.definitions(document)
        if not any(getattr(definitions, key.field) for key in keys_of(Definitions)):
            yield Conversion(name, python_name(name), None)
            continue
        put_all(yaml_comments(text), reader.entries, definitions)
        yield Conversion(name, python_name(name), python_text(definitions))


def to_yaml(
    files: Mapping[str, str], names: Collection[str], folder: Path | None, problems: Problems, outcome: bool
) -> Iterator[Conversion]:
    python = PythonFiles({n: text for n, text in files.items() if n.endswith(PYTHON_ENDING)}, folder, PROVIDED)
    found = defined(python, problems)
    for name in names:
        target = f"{name.removesuffix(PYTHON_ENDING)}.yml"
        if not found.by_file.get(name):
            yield Conversion(name, target, None)
            continue
        code = code_in(python.texts[name])
        if code is not None and not outcome:
            what = "This is code, which YAML has not: only what it comes to can be written"
            problems.note(name, code.lineno, code.col_offset + 1, what, hint="--outcome writes what it comes to now")
            continue
        definitions = together(found.by_file[name])
        put_all(python_comments(python.texts[name]), entries_of(definitions, found.places, name), definitions)
        yield Conversion(name, target, yaml_text(definitions))


def tell_template(name: str, text: str, problems: Problems) -> None:
    """The problem that a file is a template, at its first mark."""
    for number, row in enumerate(text.splitlines(), 1):
        columns = [row.index(mark) for mark in TEMPLATE_MARKS if mark in row]
        if columns:
            what = "This is a template, and a loop or a condition of Jinja has no counterpart"
            problems.note(name, number, min(columns) + 1, what, hint="--outcome converts what it renders to now")
            return


def python_name(name: str) -> str:
    """The name of the Python file: one that can be imported, and is not that of the templates' own."""
    folder, slash, file = name.rpartition("/")
    stem = file.rsplit(".", 1)[0]
    stem = "".join(c if c.isalnum() or c == "_" else "_" for c in stem)
    stem = f"_{stem}" if not stem.isidentifier() else stem
    found = f"{folder}{slash}{stem}.py"
    return f"{folder}{slash}{stem}_.py" if found == GLOBALS else found


def together(whole: list[Definition]) -> Definitions:
    """The definitions of a file as one. A file has one Tenancy at most."""
    return Definitions(
        cubes=tuple(one for one in whole if isinstance(one, Cube)) or None,
        views=tuple(one for one in whole if isinstance(one, View)) or None,
        view_groups=tuple(one for one in whole if isinstance(one, ViewGroup)) or None,
        tenant=next((one for one in whole if isinstance(one, Tenancy)), None),
    )


def entries_of(one: Definition, places: PythonPlaces, file: str, *, is_item: bool = True) -> Iterator[Entry]:
    """Where the file has a definition, its fields, and all in it. As an item of a list it has a place of its own."""
    spot = places.spot(one)
    if spot is not None and spot.file == file and spot.call is not None:
        if is_item:
            yield Entry(spot.line, one)
        for keyword in spot.call.keywords:
            if keyword.arg is None:
                continue
            has_more = any(isinstance(node, ast.Call) for node in ast.walk(keyword.value))
            last = keyword.lineno if has_more else keyword.value.end_lineno or keyword.lineno
            yield from (Entry(line, one, keyword.arg) for line in range(keyword.lineno, last + 1))
    for key in keys_of(type(one)):
        value: object = getattr(one, key.field)
        for item in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
            if not isinstance(item, Definition):
                continue
            place = places.spot(item)
            if (
                isinstance(one, Definitions)
                and not isinstance(value, tuple)
                and place is not None
                and place.file == file
            ):
                # A statement of its own in Python, and a key of the file in YAML.
                yield Entry(place.line, one, key.field)
            yield from entries_of(item, places, file, is_item=isinstance(value, tuple))


def code_in(text: str) -> ast.stmt | ast.expr | None:
    """The first thing in a Python file that is more than a definition: a loop, a function, a condition, a sum."""
    tree = ast.parse(text)
    for statement in tree.body:
        if not isinstance(statement, STATEMENTS):
            return statement
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        makers = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call) and makes(node.func)]
        for node in ast.walk(statement):
            if not isinstance(node, ast.expr):
                continue
            is_plain = node in makers or isinstance(node, EXPRESSIONS)
            if not is_plain or (isinstance(node, ast.Call) and node.func not in makers):
                return node
    return None


def makes(function: ast.expr) -> bool:
    """Whether what is called only makes a definition, or takes the margin off a text."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in {*kubus.define.__all__, "dedent", "float"}
        case _:
            return False


# ── whether it means the same ──


def check_same(
    before: Mapping[str, str], after: Mapping[str, str], dialects: Mapping[str, str], folder: Path | None = None
) -> None:
    """Raises ModelError if the files of before do not compile, or those of after mean something else."""
    old = load_files(before, dialects, folder=folder)
    together = "Nothing was written. Another file may import what would be gone: convert them together"
    try:
        new = load_files(after, dialects, folder=folder)
    except ModelError as error:
        first = error.problems[0]
        raise ModelError(
            (replace(first, message=f"It cannot be converted: then {first.message}", hint=together),)
        ) from error
    for name, holder in old.holders.items():
        if name not in new.holders:
            what = f"It cannot be converted: '{name}' would be gone"
            raise ModelError((Problem(holder.file, 0, 0, what, together),))
    for name in difference(old, new):
        hint = "Nothing was written. This is a fault of kubus: please report it with the file"
        what = f"It cannot be converted: it would change the meaning of {name}"
        raise ModelError((Problem("", 0, 0, what, hint),))


def difference(old: Model, new: Model) -> list[str]:
    """What differs between two models: names of cubes and views, and other parts. Files do not count."""
    names = {**old.holders, **new.holders}
    found = [f"'{name}'" for name in names if meaning(old.holders.get(name)) != meaning(new.holders.get(name))]
    if not found and list(old.holders) != list(new.holders):
        found.append("the order of cubes and views")
    parts = ("join_graph", "claims", "view_groups", "tenancy", "guarded")
    return found + [f"the {part}" for part in parts if getattr(old, part, None) != getattr(new, part, None)]


def meaning(holder: Any) -> Any:
    """A cube or view without the name of its file."""
    return replace(holder, file="") if holder is not None and hasattr(holder, "file") else holder
