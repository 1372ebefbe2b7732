"""What would mend a model, as a diff: words in its files, each at the place where it was found."""

import difflib
import re
from collections.abc import Iterable, Mapping

from kubus.errors import Problem
from kubus.live.drift import Fix


def patch(fixes: Iterable[tuple[Problem, Fix]], files: Mapping[str, str], below: str) -> str:
    """A unified diff of the model files; empty if none can be mended by a word.

    `files` are their texts by name, and `below` the way to the model's folder from where the diff is to be taken in.
    """
    changed = {name: text.splitlines(keepends=True) for name, text in files.items()}
    for problem, fix in fixes:
        lines = changed.get(problem.file)
        if lines is None or not 0 < problem.line <= len(lines):
            continue
        word = re.compile(rf"(?<![\w]){re.escape(fix.old)}(?![\w])")
        # A text may begin on the line after its key.
        for number in range(problem.line - 1, min(problem.line + 1, len(lines))):
            begins = problem.column - 1 if number == problem.line - 1 else 0
            head, tail = lines[number][:begins], lines[number][begins:]
            if word.search(tail):
                lines[number] = head + word.sub(fix.new.replace("\\", "\\\\"), tail, count=1)
                break
    diffs: list[str] = []
    for name, lines in changed.items():
        path = name if below == "." else f"{below}/{name}"
        diffs += difflib.unified_diff(files[name].splitlines(keepends=True), lines, f"a/{path}", f"b/{path}")
    return "".join(diffs)
