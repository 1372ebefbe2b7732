"""What was renamed: what is gone and what is new, where both mean the same."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from kubus.compare.meaning import NO_RENAMES, Renames, meaning, of_holder
from kubus.model.cube import Cube, Member
from kubus.model.model import Model
from kubus.model.view import View

T = TypeVar("T")


def renames(before: Model, after: Model) -> Renames:
    """The cubes, views and members that are called otherwise now.

    What is gone is matched to what is new only if both mean the same and nothing else does: of two measures that are
    alike it would be a guess which became which.
    """
    names = Renames()
    while True:
        known = len(names.holders) + len(names.members)
        renamed_holders(before, after, names)
        for name, holder in before.holders.items():
            now = after.holders.get(names.holder(name))
            if now is not None:
                renamed_members(holder, now, names)
        # What refers to what was renamed may be found to be the same only now.
        if len(names.holders) + len(names.members) == known:
            return names


def renamed_holders(before: Model, after: Model, names: Renames) -> None:
    gone = {n: h for n, h in before.holders.items() if n not in after.holders and n not in names.holders}
    new = {n: h for n, h in after.holders.items() if n not in before.holders and n not in names.holders.values()}
    for new_name, one in new.items():
        # A cube refers to itself: it has to be compared under its new name.
        same = [
            old
            for old, other in gone.items()
            if isinstance(other, Cube) == isinstance(one, Cube)
            and of_holder(other, names.with_holder(old, new_name)) == of_holder(one)
        ]
        rivals = [n for n, other in new.items() if len(same) == 1 and is_alike(gone[same[0]], other, same[0], n, names)]
        if len(same) == 1 and len(rivals) == 1:
            names.holders[same[0]] = new_name
            del gone[same[0]]


def is_alike(old: Cube | View, new: Cube | View, old_name: str, new_name: str, names: Renames) -> bool:
    return of_holder(old, names.with_holder(old_name, new_name)) == of_holder(new)


def renamed_members(before: Cube | View, after: Cube | View, names: Renames) -> None:
    taken = {path.partition(".")[2] for path in names.members.values() if path.startswith(f"{after.name}.")}
    gone = {m.name: m for m in members(before) if after.member(m.name) is None and m.path not in names.members}
    new = {m.name: m for m in members(after) if before.member(m.name) is None and m.name not in taken}
    olds = by_meaning(gone.values(), lambda member: meaning(member, names))
    news = by_meaning(new.values(), lambda member: meaning(member, NO_RENAMES))
    for key, found in olds.items():
        match found, news.get(key, []):
            case [old], [now]:
                names.members[old.path] = now.path
            case _:
                pass


def by_meaning(values: Iterable[T], key_of: Callable[[T], Hashable]) -> Mapping[Hashable, list[T]]:
    found: dict[Hashable, list[T]] = {}
    for value in values:
        found.setdefault(key_of(value), []).append(value)
    return found


def members(holder: Cube | View) -> tuple[Member, ...]:
    return (*holder.dimensions.values(), *holder.measures.values(), *holder.segments.values())
