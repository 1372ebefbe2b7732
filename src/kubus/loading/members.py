"""What all members of a cube have when they are declared: types checked, SQL parsed, references bound."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kubus.loading.bind import Binder, Members, Where
from kubus.loading.declarations import DeclaredCube, DeclaredMember, short
from kubus.loading.formats import format_problem
from kubus.loading.problems import PRIMARY_KEY, Lookups, Problems, nearest_hint
from kubus.loading.stages import StageCompiler
from kubus.loading.yaml_text import Yaml
from kubus.model.cube import Label
from kubus.model.member_sql import MemberSql
from kubus.model.names import snake_case
from kubus.model.parsing import BadSql
from kubus.model.references import member_sql
from kubus.model.titles import title_of


@dataclass(slots=True)
class CubeCompiler:
    """Compiles the members of one cube. A member with a problem is left out; the problem is noted."""

    cube: DeclaredCube
    members: Members
    dialect: str
    problems: Problems

    def report(
        self,
        member: DeclaredMember,
        at: Yaml | None,
        message: str,
        hint: str | None = None,
        missing: Lookups = (),
    ) -> None:
        place = at or member.at
        file, inherited = member.origin(place)
        self.problems.add(file, place, message, hint=hint, cube=self.cube.name, inherited=inherited, missing=missing)

    def text(self, member: DeclaredMember, key: str, kind: str) -> str | None:
        value = member.fields.get(key)
        if value is None:
            return None
        if not isinstance(value.data, str | int | float) or isinstance(value.data, bool):
            self.report(member, value, f"({kind}.{member.name}.{key} = {short(value.plain())}) must be a string")
            return None
        return unescaped(value.text)

    def boolean(self, member: DeclaredMember, key: str, default: bool, kind: str) -> bool:
        value = member.fields.get(key)
        if value is None:
            return default
        if value.data in ("true", "false"):
            return value.data == "true"
        if not isinstance(value.data, bool):
            if key == "primary_key":
                self.problems.lose(self.cube.name, PRIMARY_KEY)
            self.report(
                member,
                value,
                f"({kind}.{member.name}.{key} = {short(value.plain())}) must be a boolean",
                "Write true or false, without quotes",
            )
            return default
        return value.data

    def public(self, member: DeclaredMember, default: bool, kind: str) -> bool:
        for key in ("shown", "visible", "public"):
            default = self.boolean(member, key, default, kind)
        return default

    def label(self, member: DeclaredMember, kind: str, value_type: str | None = None) -> Label:
        declared = member.fields.get("format")
        if declared is not None and value_type is not None:
            wrong = format_problem(declared.plain(), value_type, is_measure=kind == "measures")
            if wrong is not None:
                self.report(member, declared, f"({kind}.{member.name}.format = {short(declared.plain())}) {wrong}")
        currency = self.text(member, "currency", kind)
        if currency is not None and value_type != "number":
            self.report(
                member,
                member.fields["currency"],
                f'"currency" property can only be used with {kind} of type "number"',
            )
        meta = member.fields.get("meta")
        return Label(
            title=self.text(member, "title", kind) or title_of(member.name),
            description=self.text(member, "description", kind),
            meta=None if meta is None else meta.plain(),
            format=None if declared is None else declared.plain(),
            currency=None if currency is None else currency.upper(),
            aliases=self.aliases(member, kind),
        )

    def aliases(self, member: DeclaredMember, kind: str) -> tuple[str, ...]:
        value = member.fields.get("aliases")
        if value is None:
            return ()
        if not value.is_list or not all(isinstance(item.data, str) for item in value.data):
            self.report(member, value, f"({kind}.{member.name}.aliases) must be a list of strings")
            return ()
        return tuple(unescaped(item.data) for item in value.data)

    def sql(
        self,
        member: DeclaredMember,
        value: Yaml | None,
        path: str,
        where: Where = "member",
        join_target: str | None = None,
    ) -> MemberSql | None:
        if value is None:
            self.report(member, None, f"({path}) is required")
            return None
        if not isinstance(value.data, str | int | float):
            hint = "A text that begins with { needs quotes" if value.is_map else None
            self.report(member, value, f"({path} = {short(value.plain())}) must be SQL text", hint)
            return None
        text = value.text
        if not text.strip():
            self.report(member, value, f"({path}) is not allowed to be empty")
            return None
        binder = Binder(
            self.cube.name, f"{self.cube.name}.{member.name}", self.members, where, join_target, self.dialect
        )
        try:
            return member_sql(text, self.dialect, self.cube.name, binder)
        except BadSql as error:
            file, inherited = member.origin(value)
            at = line_of(value, error.line)
            self.problems.add(
                file,
                at,
                error.message,
                hint=error.hint,
                cube=self.cube.name,
                inherited=member.inherited or inherited,
                missing=error.missing,
            )
            return None

    def one_of(
        self, member: DeclaredMember, key: str, kind: str, allowed: tuple[str, ...], later: tuple[str, ...]
    ) -> str | None:
        value = member.fields.get(key)
        if value is None:
            self.report(member, None, f"({kind}.{member.name}.{key}) is required")
            return None
        name = snake_case(str(value.data))
        if name in later:
            self.report(
                member, value, f"'{kind}.{member.name}: {key} {name}' is not yet supported by this version of kubus"
            )
            return None
        if name not in allowed:
            self.report(
                member,
                value,
                f"({kind}.{member.name}.{key} = {short(value.plain())}) must be one of [{', '.join(allowed)}]",
                nearest_hint(name, allowed),
            )
            return None
        return name

    def stages(self, member: DeclaredMember, kind: str = "measures") -> StageCompiler:
        return StageCompiler(
            self.cube.name, self.members, member, kind, self.report, lambda value, at: self.sql(member, value, at)
        )

    def paths(self, member: DeclaredMember, value: Yaml, where: str) -> Iterator[str]:
        """The paths of the members in a list; a problem for each that is not there."""
        for number, item in enumerate(value.data):
            path = self.path(member, item, f"{where}[{number}]")
            if path is not None:
                yield path

    def path(self, member: DeclaredMember, item: Yaml, where: str) -> str | None:
        """The path of a member that is named by itself, with its cube, or with a way of cubes before it."""
        if not isinstance(item.data, str):
            hint = "A text that begins with { needs quotes" if item.is_map else None
            self.report(member, item, f"({where}) must be the name of a member", hint)
            return None
        text = item.data.strip().removeprefix("{").removesuffix("}").strip()
        way, _, name = text.rpartition(".")
        cube = self.cube.name if way in {"", "CUBE", "TABLE"} else way.rpartition(".")[2]
        if cube not in self.members or name not in self.members[cube]:
            there = self.members.get(cube)
            hint = nearest_hint(cube, self.members) if there is None else nearest_hint(name, there)
            message = f"{cube}.{name} cannot be resolved. There's no such member or cube."
            self.report(member, item, message, hint, ((cube, name), (None, cube)))
            return None
        return f"{cube}.{name}"

    def all(self, kind: str, compile_one: "Callable[[CubeCompiler, DeclaredMember], Any]") -> dict[str, Any]:
        """Every member of a kind that has no problem, by name."""
        found = ((m.name, compile_one(self, m)) for m in self.cube.lists.get(kind, {}).values())
        return {name: compiled for name, compiled in found if compiled is not None}


def declared_sql(member: DeclaredMember) -> str | None:
    value = member.fields.get("sql")
    return None if value is None else value.text


def unescaped(text: str) -> str:
    """A text with its braces, which are escaped everywhere in a model."""
    return text.replace("\\{", "{").replace("\\}", "}")


def line_of(value: Yaml, line: int) -> Yaml:
    """The place of a line of SQL, where the file has the same lines; else where the SQL begins."""
    return Yaml(None, value.first_line + line - 1, 1, file=value.file) if value.first_line and line else value
