"""The example, made once, and a browser that plays what people do with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engines.node import Conversation
from tests.tutorial.example import Ports, free_ports, made_example
from tests.web.conftest import browser

__all__ = ["browser"]

SCENARIOS = Path(__file__).with_name("scenarios")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the example."""
    return made_example(tmp_path_factory.mktemp("tutorial"))


@pytest.fixture(scope="session")
def signing_in_at() -> Ports:
    """Where the steps with a provider run, one after the other: at the same addresses, one build serves both."""
    return free_ports()


@dataclass(frozen=True, slots=True)
class Play:
    """Plays a scenario of `scenarios/` in the browser."""

    talk: Conversation

    def __call__(
        self, scenario: str, base: str, given: Any = None, *, theme: str = "light", width: int = 1440, zone: str = "UTC"
    ) -> Any:
        file = SCENARIOS / f"{scenario}.mjs"
        asked = {"scenario": str(file), "name": f"tutorial-{scenario}", "theme": theme, "width": width, "zone": zone}
        return self.talk.ask(**asked, base=base, given=given)["answer"]


@pytest.fixture
def play(browser: Conversation) -> Play:
    return Play(browser)
