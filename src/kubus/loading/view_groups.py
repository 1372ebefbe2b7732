"""Declared view groups to view groups."""

from collections.abc import Iterable, Mapping

from kubus.loading.members import unescaped
from kubus.loading.problems import Problems, nearest_hint
from kubus.loading.view_declarations import DeclaredGroup, DeclaredView
from kubus.model.titles import title_of
from kubus.model.view import View, ViewGroup


def compile_groups(
    declared: Iterable[DeclaredGroup],
    views: Mapping[str, View],
    declared_views: Mapping[str, DeclaredView],
    problems: Problems,
) -> tuple[ViewGroup, ...]:
    """The groups, with the views that name a group themselves put into it."""
    seen: dict[str, DeclaredGroup] = {}
    found = tuple(compile_group(group, views, seen, problems) for group in declared)
    for view in views.values():
        for group in view.groups:
            if group not in seen:
                at = declared_views[view.declared_as]
                problems.add(
                    at.file,
                    at.at,
                    f'View "{view.name}" references view group "{group}" which is not defined.',
                    hint=nearest_hint(group, seen) or "Declare it under view_groups",
                    cube=view.name,
                )
    return found


def compile_group(
    declared: DeclaredGroup, views: Mapping[str, View], seen: dict[str, DeclaredGroup], problems: Problems
) -> ViewGroup:
    name = declared.name
    if name in seen:
        first = seen[name]
        hint = f"It is also in {first.file}, line {first.at.line}"
        problems.add(declared.file, declared.at, f'View group "{name}" already exists!', hint=hint)
    seen.setdefault(name, declared)
    items: list[str | ViewGroup] = []
    for item in declared.items:
        if isinstance(item, DeclaredGroup):
            items.append(compile_group(item, views, seen, problems))
        elif item[0] in views:
            items.append(item[0])
        else:
            message = f'View group "{name}" includes "{item[0]}" which is not a defined view.'
            problems.add(
                declared.file, item[1], message, hint=nearest_hint(item[0], views), cube=name,
                missing=((None, item[0]),),
            )  # fmt: skip
    items.extend(view.name for view in views.values() if name in view.groups and view.name not in items)
    texts = {key: unescaped(declared.fields[key].text) for key in ("title", "description") if key in declared.fields}
    return ViewGroup(name, texts.get("title") or title_of(name), texts.get("description"), tuple(items))
