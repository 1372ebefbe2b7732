"""What compilers of parts of a member are given to say what is wrong, and what they have alike."""

from collections.abc import Sequence
from typing import Protocol

from kubus.loading.declarations import DeclaredMember, key_place
from kubus.loading.problems import Lookups, key_hint
from kubus.loading.yaml_text import Yaml
from kubus.model.names import snake_case


class Report(Protocol):
    """Notes a problem of a member at a place in its file."""

    def __call__(
        self, member: DeclaredMember, at: Yaml | None, message: str, hint: str | None = None, missing: Lookups = ()
    ) -> None: ...


def known_fields(
    member: DeclaredMember, item: Yaml, allowed: Sequence[str], path: str, report: Report
) -> dict[str, Yaml] | None:
    """The entries of a map by their names in snake_case; None, and a problem, if one of them is not allowed."""
    fields: dict[str, Yaml] = {}
    for key, part in item.items():
        name = snake_case(key)
        if name not in allowed:
            report(member, key_place(item, key), f"({path}.{key}) is not allowed", key_hint(name, allowed))
            return None
        fields[name] = part
    return fields
