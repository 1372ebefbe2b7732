"""Every answer in the model reference is the one that kubus gives."""

from pathlib import Path

import pytest

from tests.reference.pages import FOLDER, filled, make_tables, pages


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reference") / "tables.duckdb"
    make_tables(path)
    return path


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_page_shows_what_is_answered(page: Path, database: Path) -> None:
    """After a change on purpose: `make docs`, and read what became of the pages."""
    assert filled(page.read_text(), database) == page.read_text()


def test_every_page_is_in_the_overview() -> None:
    overview = (FOLDER.parent / "model.md").read_text()
    assert [page.name for page in pages() if f"(model/{page.name})" not in overview] == []
