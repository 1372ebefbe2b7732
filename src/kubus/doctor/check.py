"""One thing that was looked at, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# `note` is what kubus cannot see, such as the proxy in front of it.
Status = Literal["ok", "warn", "fail", "note"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands, in words, and what to do about it: empty where there is nothing to do."""

    name: str
    status: Status
    said: str
    remedy: str = ""


def some(names: Sequence[str]) -> str:
    """The first few of these."""
    return ", ".join(names[:3]) + (" and more" if len(names) > 3 else "")
