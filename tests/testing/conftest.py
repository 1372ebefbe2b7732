from pathlib import Path

import pytest

from tests.testing.project import MODEL, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write("model/orders.yml", MODEL)
    return made
