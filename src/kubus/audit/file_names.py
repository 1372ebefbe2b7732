"""The names of audit files.

`audit.jsonl` is written now; `audit.000001.jsonl`, `audit.000002.jsonl` … were full before it. Each process has files
of its own: a second one on the same path writes `audit.p2.jsonl`, a third `audit.p3.jsonl`. Beside each of these lies
its head, `audit.jsonl.head`: the last record, so that it is noticed when that goes missing.
"""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Lane:
    """The files of one process at a time, and thereby one chain. `number` counts from 1."""

    path: Path
    number: int = 1

    @property
    def stem(self) -> str:
        return self.path.stem if self.number == 1 else f"{self.path.stem}.p{self.number}"

    @property
    def current(self) -> Path:
        """The file that is written."""
        return self.path.with_name(self.stem + self.path.suffix)

    @property
    def head(self) -> Path:
        """The file that says which record is the last one; also what a process locks that writes the lane."""
        return self.path.with_name(self.stem + self.path.suffix + ".head")

    def full(self) -> list[tuple[int, Path]]:
        """The files that were written before, with their numbers, the oldest first."""
        pattern = re.compile(re.escape(self.stem) + r"\.(\d{6,})" + re.escape(self.path.suffix))
        if not self.path.parent.is_dir():
            return []
        found = ((pattern.fullmatch(file.name), file) for file in self.path.parent.iterdir())
        return sorted((int(match[1]), file) for match, file in found if match)

    def numbered(self, number: int) -> Path:
        """What the current file is called once it is full."""
        return self.path.with_name(f"{self.stem}.{number:06}{self.path.suffix}")

    def files(self) -> list[Path]:
        """Every file of the lane, the oldest first."""
        current = [self.current] if self.current.exists() else []
        return [*(file for _, file in self.full()), *current]


def lanes(path: Path) -> list[Lane]:
    """The lanes at this path that there is anything of."""
    if not path.parent.is_dir():
        return []
    pattern = re.compile(re.escape(path.stem) + r"(?:\.p(\d+))?(?:\.\d{6,})?" + re.escape(path.suffix) + r"(?:\.head)?")
    matches = (pattern.fullmatch(file.name) for file in path.parent.iterdir())
    return [Lane(path, number) for number in sorted({int(match[1] or 1) for match in matches if match})]
