"""A project to run commands in."""

from pathlib import Path

import pytest

from tests.cli.project import MODEL, SECRET, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """In production mode, with a secret and a model."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "orders.yml").write_text(MODEL)
    (tmp_path / ".env").write_text(f"CUBEJS_API_SECRET={SECRET}\nCUBEJS_DB_TYPE=duckdb\n")
    return Project(tmp_path)
