"""What differs in meaning between two models."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from kubus.compare.change import KINDS, Change
from kubus.compare.joins import of_joins
from kubus.compare.meaning import LESSER, MEANING, Renames, same, same_part
from kubus.compare.policies import of_policies
from kubus.compare.renames import members, renames
from kubus.model.context import everything_in
from kubus.model.cube import Cube, Dimension, Label, Measure, Member
from kubus.model.measure_types import MeasureType
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.model import Model
from kubus.model.titles import title_of
from kubus.model.view import View
from kubus.query.access import DefaultAccess

LONGEST = 160


def differences(before: Model, after: Model, default: DefaultAccess = "allow") -> tuple[Change, ...]:
    """Every difference, what breaks first. `default` is whether cubes without access policies are open."""
    names, used = renames(before, after), Used(after)
    found = [
        *of_holders(before, after, names),
        *(change for pair in pairs(before, after, names) for change in of_pair(*pair, names, before, after, used)),
        *of_joins(before, after, names),
        *of_policies(before, after, names, default),
    ]
    return in_order(found)


def in_order(found: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(found, key=lambda change: (KINDS.index(change.kind), change.name)))


def pairs(before: Model, after: Model, names: Renames) -> Iterator[tuple[Cube | View, Cube | View]]:
    """The cubes and views that are in both, as they were and as they are."""
    for name, old in before.holders.items():
        new = after.holders.get(names.holder(name))
        if new is not None and isinstance(new, Cube) == isinstance(old, Cube):
            yield old, new


def kind_of(thing: Cube | View | Member) -> str:
    return type(thing).__name__.lower()


def of_holders(before: Model, after: Model, names: Renames) -> Iterator[Change]:
    """Cubes and views that are gone, new or called otherwise."""
    for name, old in before.holders.items():
        now = names.holder(name)
        count = len(members(old))
        if now != name:
            yield Change("renamed", kind_of(old), now, "", name, now, (), breaks=True)
        elif now not in after.holders:
            yield Change("removed", kind_of(old), name, f"with its {count} members", breaks=True)
    known = {names.holder(name) for name in before.holders}
    for name, new in after.holders.items():
        if name not in known:
            yield Change("added", kind_of(new), name, f"with {len(members(new))} members")


def of_pair(
    old: Cube | View, new: Cube | View, names: Renames, before: Model, after: Model, used: "Used"
) -> Iterator[Change]:
    """What differs between a cube or view before and after."""
    current = {member.path: member for member in members(new)}
    for member in members(old):
        path = names.path(member.path)
        now = current.pop(path, None)
        if now is None:
            yield Change("removed", kind_of(member), member.path, breaks=member.public and old.public)
            continue
        if path.partition(".")[2] != member.name:
            yield Change("renamed", kind_of(member), path, "", member.path, path, breaks=member.public and old.public)
        if type(member) is not type(now):
            says = f"it was a {kind_of(member)}"
            yield Change("changed", kind_of(now), path, says, effects=used.by(path), breaks=True)
            continue
        if member.alias_of is None or now.alias_of is None:
            yield from of_member(member, now, names, used)
        else:
            yield from of_shown_member(member, now, names, before, after, used)
    for path, member in current.items():
        yield Change("added", kind_of(member), path, said_of(member))
    if isinstance(old, Cube) and isinstance(new, Cube):
        yield from of_cube(old, new, names)
    elif isinstance(old, View) and isinstance(new, View):
        yield from of_view(old, new, names)


def said_of(member: Member) -> str:
    kind = member.type.name if isinstance(member, Measure) else member.type if isinstance(member, Dimension) else ""
    return ": ".join(part for part in (kind, short(member.declared_sql or "")) if part)


# ── members ──


def of_member(old: Member, new: Member, names: Renames, used: "Used") -> Iterator[Change]:
    # What a member of a view means is what it shows.
    for name in MEANING[type(old)] if old.alias_of is None else ("alias_of",):
        if same_part(old, new, name, names):
            continue
        was, now = getattr(old, name), getattr(new, name)
        what = "path" if name == "alias_of" else "sql" if name in ("value", "sql") else name.replace("_", " ")
        yield Change(
            "changed", kind_of(new), new.path, what, short(text_of(was)), short(text_of(now)), used.by(new.path)
        )
    for name in LESSER[type(old)]:
        was, now = getattr(old, name), getattr(new, name)
        if isinstance(was, Label) and isinstance(now, Label):
            # A title that nobody wrote follows the name.
            yield from of_label(old.name, was, new.name, now, kind_of(new), new.path)
        elif not same_part(old, new, name, names):
            is_gone = name == "public" and was and not now
            yield Change(
                "lesser",
                kind_of(new),
                new.path,
                name.replace("_", " "),
                short(text_of(was)),
                short(text_of(now)),
                breaks=is_gone,
            )


def of_shown_member(
    old: Member, new: Member, names: Renames, before: Model, after: Model, used: "Used"
) -> Iterator[Change]:
    """What differs between members of views, but for what follows from the members of cubes that they show."""
    was, now = aliased(old, before), aliased(new, after)
    below = of_member(was, now, names, used) if type(was) is type(now) else ()
    follows = {(change.says, change.before, change.after) for change in below}
    for change in of_member(old, new, names, used):
        if (change.says, change.before, change.after) not in follows:
            yield change


def aliased(member: Member, model: Model) -> Member:
    """The member of a cube that a view shows."""
    assert member.alias_of is not None, member.path
    found = model.cubes[member.alias_of.cube].member(member.alias_of.member)
    assert found is not None, member.path
    return found


def of_label(old_name: str, old: Label, new_name: str, new: Label, what: str, name: str) -> Iterator[Change]:
    for part in ("title", "description", "meta", "format", "currency", "aliases"):
        was, now = getattr(old, part), getattr(new, part)
        follows = part == "title" and (was, now) == (title_of(old_name), title_of(new_name))
        if was != now and not follows:
            yield Change("lesser", what, name, part, short(text_of(was)), short(text_of(now)))


class Used:
    """What is made of each member of a model, through any number of others."""

    def __init__(self, model: Model) -> None:
        self._by: dict[str, dict[str, None]] = {}
        for holder in model.holders.values():
            for member in members(holder):
                for part in everything_in(member):
                    if isinstance(part, MemberReference):
                        self._by.setdefault(f"{part.cube}.{part.member}", {})[member.path] = None

    def by(self, path: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        waiting = [path]
        while waiting:
            for user in self._by.get(waiting.pop(), ()):
                if user not in found and user != path:
                    found[user] = None
                    waiting.append(user)
        return tuple(found)


# ── cubes and views ──


def of_cube(old: Cube, new: Cube, names: Renames) -> Iterator[Change]:
    if old.is_query != new.is_query or not same(old.table, new.table, names):
        yield Change(
            "changed",
            "cube",
            new.name,
            "sql" if new.is_query or old.is_query else "sql_table",
            short(old.table.text),
            short(new.table.text),
            tuple(member.path for member in new.measures.values()),
        )
    if old.data_source != new.data_source:
        yield Change("changed", "cube", new.name, "data source", old.data_source, new.data_source)
    if not same((old.refresh, old.refresh_key), (new.refresh, new.refresh_key), names):
        yield Change("lesser", "cube", new.name, "refresh key", text_of(old.refresh_key), text_of(new.refresh_key))
    yield from of_named("pre-aggregation", old.name, named(old), named(new), names, new.name)
    yield from of_shown(old, new, names)


def named(cube: Cube) -> Mapping[str, object]:
    return {one.name: (one, one.declared) for one in cube.pre_aggregations}


def of_named(
    what: str, old_name: str, old: Mapping[str, object], new: Mapping[str, object], names: Renames, holder: str
) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        said = "added" if name not in old else "removed" if name not in new else "changed"
        if name in old and name in new and same(old[name], new[name], names):
            continue
        yield Change("lesser", what, f"{holder if name in new else old_name}.{name}", said)


def of_view(old: View, new: View, names: Renames) -> Iterator[Change]:
    if not same(old.default_filters, new.default_filters, names):
        was, now = (", ".join(text_of(one.filter) for one in view.default_filters) for view in (old, new))
        effects = tuple(member.path for member in new.measures.values())
        yield Change("changed", "view", new.name, "default filters", short(was), short(now), effects)
    if not same(old.folders, new.folders, names):
        yield Change("lesser", "view", new.name, "folders")
    yield from of_shown(old, new, names)


def of_shown(old: Cube | View, new: Cube | View, names: Renames) -> Iterator[Change]:
    """What people see of a cube or view."""
    yield from of_label(old.name, old.label, new.name, new.label, kind_of(new), new.name)
    if old.public != new.public:
        breaks = old.public
        yield Change(
            "lesser", kind_of(new), new.name, "public", text_of(old.public), text_of(new.public), breaks=breaks
        )
    yield from of_named("hierarchy", old.name, old.hierarchies, new.hierarchies, names, new.name)


# ── as text ──


def text_of(value: object) -> str:
    """A part of a declaration as people read it."""
    match value:
        case MemberSql(text):
            return text
        case MeasureType(name):
            return name
        case MemberReference(path, member):
            return ".".join((*path, member))
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case tuple():
            return ", ".join(map(text_of, value)) or "none"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - parts of any declaration
        case _ if is_dataclass(value):
            parts = ((field.name, getattr(value, field.name)) for field in fields(value) if field.name != "label")
            told = (f"{name.replace('_', ' ')} {text_of(part)}" for name, part in parts if part not in (None, (), ""))
            return " ".join(told)
        case _:
            return str(value)


def short(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
