"""Scenarios: what a reader does on a page, in `scenarios/*.mjs`, played in themes and at widths."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engines.node import Conversation

SCENARIOS = Path(__file__).parent / "scenarios"
THEMES = ("light", "dark")
DESKTOP = 1440

# What a scenario says of itself: `export const widths = [1440, 390];`, `export const themes = ['light'];`
WIDTHS = re.compile(r"^export const widths = \[([\d, ]+)\];", re.MULTILINE)
ONLY = re.compile(r"^export const themes = \[([\w', ]+)\];", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scene:
    """A scenario in one theme at one width."""

    name: str
    theme: str
    width: int
    # Where the reader is: what the browser takes for local time.
    zone: str = "UTC"

    def play(self, browser: Conversation, base: str, given: Any = None) -> Any:
        """What the scenario gives at its end; its failure is an error with its words."""
        file = SCENARIOS / f"{self.name}.mjs"
        asked = {"scenario": str(file), "name": self.name, "theme": self.theme, "width": self.width, "zone": self.zone}
        return browser.ask(**asked, base=base, given=given)["answer"]


def scenes(*prefixes: str) -> list[Scene]:
    """The scenarios whose names begin so, each in its themes and at its widths.

    One that has several of both is played with each of them once: light and wide, dark and narrow. With `ALL_SCENES`
    in the environment it is played in every theme at every width, for those who look at the screenshots.
    """
    found: list[Scene] = []
    for file in sorted(SCENARIOS.glob("*.mjs")):
        if not file.stem.startswith(prefixes):
            continue
        text = file.read_text()
        widths = [int(one) for one in match[1].split(",")] if (match := WIDTHS.search(text)) else [DESKTOP]
        themes = re.findall(r"\w+", match[1]) if (match := ONLY.search(text)) else THEMES
        if len(themes) == len(widths) and "ALL_SCENES" not in os.environ:
            found += [Scene(file.stem, *pair) for pair in zip(themes, widths, strict=True)]
        else:
            found += [Scene(file.stem, theme, width) for theme in themes for width in widths]
    return found
