"""What of the pages is tested without a browser, and their manners."""

import pytest

from tests.web.bundle import npm, web_folder

pytestmark = pytest.mark.node


def test_units() -> None:
    web_folder()
    npm("test")


def test_manners() -> None:
    web_folder()
    npm("run", "check")
