"""What the pages of the tools show is what the tools print."""

from pathlib import Path

import pytest

from tests.tools.pages import DOCS, PAGES, filled


@pytest.mark.parametrize("name", [name for name in PAGES if (DOCS / f"{name}.md").exists()])
def test_the_page_shows_what_is_printed(name: str, tmp_path: Path) -> None:
    page = (DOCS / f"{name}.md").read_text()
    assert filled(page, tmp_path) == page
    assert "```sh\nkubus " in page
