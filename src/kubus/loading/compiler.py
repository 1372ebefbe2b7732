"""The compiler: files to a model, time and again.

Its steps are small (a file, a cube, a view), and each notes what it read of the others. After a change only those are
done anew that saw something of it, so that a model of a thousand cubes is there again in the time of one.
"""

import gc
import hashlib
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from kubus.errors import Problem
from kubus.loading.bind import Members
from kubus.loading.checks.joins import aliases_differ_where_cubes_meet, joined_cubes_have_primary_keys
from kubus.loading.checks.policies import rows_are_told_by_themselves
from kubus.loading.checks.references import ReferenceChecks
from kubus.loading.cubes import compile_cube
from kubus.loading.declarations import DeclaredCube, lose_member, members_in
from kubus.loading.document import Document
from kubus.loading.dynamic import model_texts
from kubus.loading.extends import extended, merged, parent_name
from kubus.loading.kept import KeptSteps
from kubus.loading.problems import Problems
from kubus.loading.reading import Declarations, declarations
from kubus.loading.tenant_cubes import tenants_are_told, the_tenancy
from kubus.loading.view_declarations import DeclaredGroup, DeclaredView
from kubus.loading.view_groups import compile_groups
from kubus.loading.views import Made, ViewCompiler
from kubus.loading.yaml_text import Yaml
from kubus.model.context import ClaimPath, claims_in
from kubus.model.cube import Cube
from kubus.model.join_graph import Join, JoinGraph
from kubus.model.model import Model
from kubus.model.tenancy import Tenancy
from kubus.model.view import View

if TYPE_CHECKING:
    from kubus.loading.lint.linted import Found, Linted
    from kubus.loading.lint.run import LintWarning

# Changes when the same files come to mean something else.
FORMAT = b"2"


@dataclass(slots=True)
class Declared:
    """What all files together declare. `order` has the names of cubes and views as they come."""

    cubes: dict[str, DeclaredCube]
    views: dict[str, DeclaredView]
    groups: list[DeclaredGroup]
    order: dict[str, None]


@dataclass(frozen=True, slots=True)
class CompiledCube:
    """A cube, None where it has no table, and the claims that its SQL reads."""

    cube: Cube | None
    claims: tuple[ClaimPath, ...]


class Compiler:
    """Compiles the model files of one project. `dialects` has the SQL dialect of each data source by its name.

    `folder` is where the files lie, if they do. With `keeps` false nothing is kept for the next time.
    """

    def __init__(self, dialects: Mapping[str, str], folder: Path | None = None, *, keeps: bool = True) -> None:
        self._dialects = dialects
        self._folder = folder
        self._texts: dict[str, str | Document] = {}
        self._declared: tuple[Mapping[str, DeclaredCube], Mapping[str, DeclaredView]] = ({}, {})
        self._written: tuple[Mapping[str, str], Problems] = ({}, Problems({}))
        self._files: KeptSteps[Declarations] = KeptSteps(keeps=keeps)
        self._merged: KeptSteps[DeclaredCube] = KeptSteps(keeps=keeps)
        self._members: KeptSteps[dict[str, str]] = KeptSteps(keeps=keeps)
        self._cubes: KeptSteps[CompiledCube] = KeptSteps(keeps=keeps)
        self._checked: KeptSteps[bool] = KeptSteps(keeps=keeps)
        self._views: KeptSteps[tuple[Made, ...]] = KeptSteps(keeps=keeps)

    def compile(self, files: Mapping[str, str], compile_context: Mapping[str, Any] | None = None) -> Model:
        """The model in these texts, by file name. Raises ModelError with every problem if it does not compile.

        `compile_context` is what templates read as COMPILE_CONTEXT.
        """
        with no_search_for_garbage():
            return self._compiled(files, compile_context)

    def _compiled(self, files: Mapping[str, str], compile_context: Mapping[str, Any] | None) -> Model:
        problems = Problems(files)
        texts = self.unchanged(model_texts(files, problems, self._folder, compile_context))
        read = {
            file: self._files.result(file, (text,), (), problems, partial(declarations, file, text, problems))
            for file, text in texts.items()
        }
        declared = together(read, problems)
        whole = extended(declared.cubes, problems, lambda child, parent: self.merge(child, parent, problems))
        if problems.noted:
            children_lose(whole, problems)
        members = {
            name: self._members.result(name, (cube,), (), problems, partial(members_in, cube, problems))
            for name, cube in whole.items()
        }
        tenancy = the_tenancy({file: one.tenancy for file, one in read.items() if one.tenancy is not None}, problems)
        compiled = {name: self.cube(cube, members, problems, tenancy) for name, cube in whole.items()}
        cubes = {name: one.cube for name, one in compiled.items() if one.cube is not None}
        if problems.noted:
            lose_what_failed(whole, cubes, problems)
        joins = {name: cube.joins for name, cube in cubes.items()}
        joined_cubes_have_primary_keys(cubes, whole, problems)
        aliases_differ_where_cubes_meet(cubes, whole, problems)
        self.check_references(cubes, joins, whole, problems)
        views = self.views(declared, cubes, members, joins, problems)
        groups = compile_groups(declared.groups, views, declared.views, problems)
        holders = holders_of(declared, cubes, views)
        policies = {one.name: one.policies for one in (*whole.values(), *declared.views.values())}
        rows_are_told_by_themselves(holders, policies, problems)
        tenants_are_told(tenancy, cubes, whole, self._dialects, problems)
        for kept in (self._files, self._merged, self._members, self._cubes, self._checked, self._views):
            kept.turn()
        self._declared, self._written = (whole, declared.views), (files, problems)
        problems.raise_any()
        claims = sorted({path for one in compiled.values() for path in one.claims})
        return Model(
            MappingProxyType(cubes),
            JoinGraph(MappingProxyType(joins)),
            version_of(read, self._dialects),
            tuple(claims),
            views=MappingProxyType(views),
            holders=MappingProxyType(holders),
            view_groups=groups,
            tenancy=tenancy,
            guarded=frozenset(name for name, holder in holders.items() if holder.policies or holder.min_group),
        )

    @property
    def declared_cubes(self) -> Mapping[str, DeclaredCube]:
        """The cubes of the texts that were compiled last, also where they did not compile, with what they inherit."""
        return self._declared[0]

    @property
    def declared_views(self) -> Mapping[str, DeclaredView]:
        """The views of the texts that were compiled last."""
        return self._declared[1]

    def lint(self, model: Model, off: Collection[str] = ()) -> "tuple[LintWarning, ...]":
        """What is probably not meant in the model that was compiled last; `off` has rules that are not asked."""
        # A server compiles, and has no use for the rules.
        from kubus.loading.lint.run import lint

        return lint(self.linted(model), *self._written, off)

    def linted(self, model: Model) -> "Linted":
        """The model that was compiled last beside what is written of it."""
        from kubus.loading.lint.linted import Linted

        return Linted(model, *self._declared)

    def place(self, found: "Found") -> Problem:
        """What was found in the model that was compiled last, at its place in the files as they are written."""
        return found.placed(self._written[1])

    def place_of(self, file: str, at: Yaml) -> tuple[str, int]:
        """The file and line, as they are written, of a value of the texts that were compiled last."""
        file = at.file or file
        return file, self._written[1].source_line(file, at.line)

    def unchanged(self, texts: Mapping[str, str | Document]) -> dict[str, str | Document]:
        """The texts; one that is equal to that of before is the very same."""
        before = self._texts
        self._texts = {file: before[file] if before.get(file) == text else text for file, text in texts.items()}
        return self._texts

    def merge(self, child: DeclaredCube, parent: DeclaredCube, problems: Problems) -> DeclaredCube:
        return self._merged.result(child.name, (child, parent), (), problems, partial(merged, child, parent))

    def cube(
        self, declared: DeclaredCube, members: Members, problems: Problems, tenancy: Tenancy | None
    ) -> CompiledCube:
        """A cube; what it refers to is known by the names of members alone."""

        def compile_it(seen: Members) -> CompiledCube:
            cube = compile_cube(declared, seen, self._dialects, problems, tenancy)
            return CompiledCube(cube, () if cube is None else claims_in(cube))

        return self._cubes.result(declared.name, (declared, tenancy), (members,), problems, compile_it)

    def check_references(
        self,
        cubes: Mapping[str, Cube],
        joins: Mapping[str, tuple[Join, ...]],
        declared: Mapping[str, DeclaredCube],
        problems: Problems,
    ) -> None:
        """Check the cubes that are new, and those that refer to what is new."""
        # A circle goes through a member that changed: it is enough to look for it from there.
        done: set[str] = set()
        for name, cube in cubes.items():

            def check(seen: Mapping[str, Cube], seen_joins: Mapping[str, tuple[Join, ...]], cube: Cube = cube) -> bool:
                ReferenceChecks(seen, JoinGraph(seen_joins), declared, problems, done).check(cube)
                return True

            self._checked.result(name, (cube,), (cubes, joins), problems, check)

    def views(
        self,
        declared: Declared,
        cubes: Mapping[str, Cube],
        members: Members,
        joins: Mapping[str, tuple[Join, ...]],
        problems: Problems,
    ) -> dict[str, View]:
        """Every view, those that `split` makes after the one that declares them."""
        found: dict[str, View] = {}
        for view in declared.views.values():

            def make(
                views: Mapping[str, DeclaredView],
                seen: Mapping[str, Cube],
                names: Members,
                seen_joins: Mapping[str, tuple[Join, ...]],
                view: DeclaredView = view,
            ) -> tuple[Made, ...]:
                return ViewCompiler(seen, views, names, JoinGraph(seen_joins), problems).views_of(view)

            others = (declared.views, cubes, members, joins)
            for number, made in enumerate(self._views.result(view.name, (view,), others, problems, make)):
                name = made.view.name
                if number and (name in found or name in declared.views or name in cubes):
                    problems.add(view.file, made.at, f"Found duplicate view name '{name}'.", cube=view.name)
                else:
                    found[name] = made.view
        return found


@contextmanager
def no_search_for_garbage() -> Generator[None]:
    """A compilation makes much that stays, in which the search for circles finds nothing, again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def together(read: Mapping[str, Declarations], problems: Problems) -> Declared:
    """What the files declare together, every name once."""
    declared = Declared({}, {}, [], {})
    for one in read.values():
        for cube in one.cubes:
            declared.order[cube.name] = None
            add_once(cube, declared.cubes, declared.views, "cube", problems)
        for view in one.views:
            declared.order[view.name] = None
            add_once(view, declared.views, declared.cubes, "view", problems)
        declared.groups.extend(one.groups)
    return declared


T = TypeVar("T", DeclaredCube, DeclaredView)


def add_once(
    one: T, same: dict[str, T], others: Mapping[str, DeclaredCube | DeclaredView], kind: str, problems: Problems
) -> None:
    """Cubes and views share one name space over all files."""
    first = same.get(one.name) or others.get(one.name)
    if first is None:
        same[one.name] = one
        return
    clash = "conflicting cube and view" if one.name in others else f"duplicate {kind}"
    hint = f"It is also in {first.file}, line {problems.source_line(first.file, first.at.line)}"
    problems.add(one.file, one.at, f"Found {clash} name '{one.name}'.", hint=hint)
    problems.lose(None)
    problems.lose(one.name)


def children_lose(cubes: Mapping[str, DeclaredCube], problems: Problems) -> None:
    """What is not known of a cube is not known of those that extend it either."""
    for cube in cubes.values():
        above = cube
        for _ in cubes:
            if "extends" not in above.fields:
                break
            name = parent_name(above)
            if name not in cubes or problems.is_lost(name, ""):
                problems.lose(cube.name)
                break
            above = cubes[name]


def lose_what_failed(declared: Mapping[str, DeclaredCube], compiled: Mapping[str, Cube], problems: Problems) -> None:
    """Note what is declared and did not compile: what misses it is no problem of its own."""
    for name, cube in declared.items():
        made = compiled.get(name)
        if made is None:
            problems.lose(name)
            continue
        for kind, members in cube.lists.items():
            there = {join.target for join in made.joins} if kind == "joins" else getattr(made, kind, ())
            if kind != "pre_aggregations":
                for member in members.keys() - set(there):
                    lose_member(kind, name, member, problems)


def holders_of(declared: Declared, cubes: Mapping[str, Cube], views: Mapping[str, View]) -> dict[str, Cube | View]:
    """Cubes and views in the order of the files; what a view splits off stands behind it."""
    behind: dict[str, list[View]] = {}
    for view in views.values():
        behind.setdefault(view.declared_as, []).append(view)
    holders: dict[str, Cube | View] = {}
    for name in declared.order:
        if name in cubes:
            holders[name] = cubes[name]
        else:
            holders |= {view.name: view for view in behind.get(name, ())}
    return holders


def version_of(read: Mapping[str, Declarations], dialects: Mapping[str, str]) -> str:
    """A hash of everything that the model was made from: of templates, what they rendered to."""
    digest = hashlib.sha256(FORMAT)
    texts = [(name, dialect.encode()) for name, dialect in sorted(dialects.items())]
    for name, content in (*texts, *((file, one.digest) for file, one in sorted(read.items()))):
        data = name.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data + len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()[:32]
