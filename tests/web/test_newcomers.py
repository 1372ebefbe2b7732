"""The first chart: of the demo, and of files of one's own."""

from pathlib import Path

import pytest

from tests.engines.node import Conversation
from tests.web.newcomers import FirstChart, chart_of_demo, chart_of_own_files
from tests.web.scenes import Scene, scenes

pytestmark = pytest.mark.node


@pytest.mark.parametrize("scene", scenes("demo-first"), ids=str)
def test_demo(scene: Scene, pages: Path, browser: Conversation, tmp_path: Path) -> None:
    at_most_a_minute(chart_of_demo(browser, tmp_path / "demo", tmp_path, scene), decisions=2)


@pytest.mark.parametrize("scene", scenes("model-first"), ids=str)
def test_own_files(scene: Scene, pages: Path, browser: Conversation, tmp_path: Path) -> None:
    at_most_a_minute(chart_of_own_files(browser, tmp_path, scene), decisions=2)
    assert sorted(path.name for path in (tmp_path / "model").rglob("*.yml")) == ["customers.yml", "sales.yml"]


def at_most_a_minute(taken: FirstChart, *, decisions: int) -> None:
    # A promise to people, far above what it takes: the benchmark says how long it is.
    assert taken.seconds < 60
    assert taken.decisions == decisions
