"""Hierarchy: dimensions from coarse to fine, for people who drill down. It changes no answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Levels are paths of dimensions, in a view those of the view. `alias_of` is the hierarchy that a view shows."""

    name: str
    title: str | None
    public: bool
    levels: tuple[str, ...]
    alias_of: str | None = None
