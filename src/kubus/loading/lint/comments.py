"""Comments in model files that turn rules off: `# kubus-off: rule, rule`, on the line itself or on the one above."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kubus.loading.lint.rules import RULE_NAMES

COMMENT = re.compile(r"(?:^|\s)#\s*kubus-off:\s*(?P<rules>[^#{}]*)")
ALONE = re.compile(r"\s*(?:\{#)?\s*#")


@dataclass(frozen=True, slots=True)
class Comments:
    """Which rules are off on which lines of which files, counted from 1; and the names that are none."""

    off: Mapping[tuple[str, int], frozenset[str]]
    unknown: tuple[tuple[str, int, int, str], ...] = field(default=())


def comments(files: Mapping[str, str]) -> Comments:
    """The comments of model files as they are written, templates before they are rendered."""
    off: dict[tuple[str, int], frozenset[str]] = {}
    unknown: list[tuple[str, int, int, str]] = []
    for file, text in files.items():
        if "kubus-off" not in text:
            continue
        lines = text.splitlines()
        for number, line in enumerate(lines, start=1):
            found = COMMENT.search(line)
            if found is None:
                continue
            names = frozenset(names_in(found["rules"]))
            unknown.extend((file, number, found.start("rules") + 1, name) for name in sorted(names - set(RULE_NAMES)))
            for covered in lines_of(lines, number):
                off[file, covered] = off.get((file, covered), frozenset()) | names
    return Comments(off, tuple(unknown))


def names_in(text: str) -> Iterator[str]:
    return (name for part in text.split(",") if (name := part.strip()))


def lines_of(lines: list[str], number: int) -> Iterator[int]:
    """The lines that a comment on a line is about: its own, or the first below it that is no comment itself."""
    yield number
    if ALONE.match(lines[number - 1]):
        below = next((n for n, line in enumerate(lines[number:], start=number + 1) if not ALONE.match(line)), None)
        if below is not None:
            yield below
