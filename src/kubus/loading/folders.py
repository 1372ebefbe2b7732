"""Folders of a view."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kubus.loading.declarations import key_place, short
from kubus.loading.problems import key_hint, nearest_hint
from kubus.loading.view_declarations import DeclaredView, reference
from kubus.loading.yaml_text import Yaml
from kubus.model.join_graph import Hint
from kubus.model.names import snake_case
from kubus.model.view import Folder

if TYPE_CHECKING:
    from kubus.loading.views import ViewCompiler

FOLDER_KEYS = ("name", "includes")


def compile_folders(view: DeclaredView, paths: Mapping[str, Hint], compiler: "ViewCompiler") -> tuple[Folder, ...]:
    """The folders of a view and of those that it extends. `paths` has the way that each member came by."""
    found: dict[str, Folder] = {}
    for declared in lineage(view, compiler):
        value = declared.fields.get("folders")
        if value is None:
            continue
        if not value.is_list:
            compiler.report(declared, value, "folders must be defined as array")
            continue
        for item in value.data:
            folder = compile_folder(declared, item, paths, compiler)
            if folder is None:
                continue
            if folder.name in found:
                compiler.report(
                    declared,
                    item,
                    f"Folder names must be unique within a view. Found duplicate folder '{folder.name}' in view "
                    f"'{view.name}'.",
                )
            found.setdefault(folder.name, folder)
    return tuple(found.values())


def lineage(view: DeclaredView, compiler: "ViewCompiler") -> list[DeclaredView]:
    """The views that a view extends, the first of them first, and itself."""
    line = [view]
    while True:
        value = line[0].fields.get("extends")
        parent = compiler.declared.get(".".join(reference(value) or ())) if value is not None else None
        if parent is None or parent in line:
            return line
        line.insert(0, parent)


def compile_folder(
    view: DeclaredView, item: Yaml, paths: Mapping[str, Hint], compiler: "ViewCompiler"
) -> Folder | None:
    fields: dict[str, Yaml] = {snake_case(key): value for key, value in item.items()}
    name = fields.get("name")
    if name is None or not name.text:
        compiler.report(view, item, f"name isn't defined for folder: {short(item.plain())}")
        return None
    for key in fields:
        if key not in FOLDER_KEYS:
            hint = key_hint(key, FOLDER_KEYS)
            compiler.report(view, key_place(item, key), f"(folders.{name.text}.{key}) is not allowed", hint)
    includes = fields.get("includes")
    if includes is None or not (includes.is_list or includes.data == "*"):
        compiler.report(view, includes or item, f'(folders.{name.text}.includes) must be "*" or a list')
        return Folder(name.text, ())
    if includes.data == "*":
        return Folder(name.text, tuple(paths))
    items: list[str | Folder] = []
    for inner in includes.data:
        if not inner.is_map:
            items.extend(one_member(view, inner, name.text, paths, compiler))
        elif any(snake_case(key) == "join_path" for key, _ in inner.items()):
            items.extend(of_path(view, inner, name.text, paths, compiler))
        else:
            folder = compile_folder(view, inner, paths, compiler)
            if folder is not None:
                items.append(folder)
    return Folder(name.text, tuple(items))


def one_member(
    view: DeclaredView, item: Yaml, folder: str, paths: Mapping[str, Hint], compiler: "ViewCompiler"
) -> list[str]:
    text = item.text.strip()
    if "." in text:
        compiler.report(
            view, item, f"Paths aren't allowed in the 'folders' but '{text}' has been provided for {view.name}",
            "Write the name that the member has in the view",
        )  # fmt: skip
        return []
    if text not in paths:
        message = f"Member '{text}' included in folder '{folder}' not found"
        compiler.report(view, item, message, nearest_hint(text, paths), ((view.name, text),))
        return []
    return [text]


def of_path(
    view: DeclaredView, item: Yaml, folder: str, paths: Mapping[str, Hint], compiler: "ViewCompiler"
) -> list[str]:
    value = next(value for key, value in item.items() if snake_case(key) == "join_path")
    path = reference(value)
    text = value.text.strip()
    for cube in path or (text,):
        if cube in compiler.declared:
            message = f"Cannot use view '{cube}' in join_path '{text}' of folder '{folder}'. Only cubes are allowed"
            compiler.report(view, value, message)
            return []
        if cube not in compiler.members:
            message = f"Cube '{cube}' not found for join path '{text}' in folder '{folder}'"
            compiler.report(view, value, message, nearest_hint(cube, compiler.members), ((None, cube),))
            return []
    found = [name for name, way in paths.items() if way == path]
    if not found:
        compiler.report(
            view,
            value,
            f"Join path '{text}' included in folder '{folder}' not found in view '{view.name}' cubes definition",
            missing=((view.name, text),),
        )
    return found
