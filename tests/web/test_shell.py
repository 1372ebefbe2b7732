"""The shell of the Playground: its pages are there, and it follows the server."""

import pytest

from tests.engines.node import Conversation
from tests.engines.server import RunningServer
from tests.web.scenes import Scene, scenes

pytestmark = pytest.mark.node


@pytest.mark.parametrize("scene", scenes("shell"), ids=str)
def test_shell(scene: Scene, browser: Conversation, playground: RunningServer) -> None:
    scene.play(browser, playground.url)
