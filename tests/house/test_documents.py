"""What the documents show works: every Python snippet runs, every model compiles, every query answers."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from kubus.cli.create import create_project
from kubus.library import SemanticLayer
from kubus.loading.load import load_files

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "tutorial").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def snippets(language: str) -> list[object]:
    found = []
    for page in PAGES:
        for number, match in enumerate(FENCE.finditer(page.read_text())):
            if match[1] == language:
                found.append(pytest.param(match[2], id=f"{page.parent.name}-{page.name}-{number}"))
    assert found
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as `kubus create` makes it, with its sample data."""
    folder = tmp_path_factory.mktemp("documents") / "shop"
    create_project(folder, "duckdb", datetime.now(UTC).date(), Console(quiet=True))
    return folder


@pytest.mark.parametrize("code", snippets("python"))
def test_python(code: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("CUBEJS_API_SECRET", "a secret of more than thirty-two bytes, for documents")
    exec(compile(code, "snippet", "exec"), {"__name__": "snippet"})


@pytest.mark.parametrize("text", snippets("yaml"))
def test_models(text: str, project: Path) -> None:
    model = {str(p): p.read_text() for p in (project / "model" / "cubes").glob("*.yml")}
    names = set(re.findall(r"^  - name: (\w+)", text, re.MULTILINE))
    # A snippet either adds to the sample model or stands for itself.
    own = {"snippet.yml": text}
    files = own if names & {"orders", "users"} else {**model, **own}
    for dialect in ("duckdb", "postgres"):
        assert names <= set(load_files(files, {"default": dialect}).holders)


@pytest.mark.parametrize("text", snippets("json"))
def test_queries(text: str, project: Path) -> None:
    with SemanticLayer(project / "model", project / "data" / "shop.duckdb") as layer:
        layer.query(json.loads(text))


def test_queries_in_shell_lines(project: Path) -> None:
    asked = [
        query
        for page in PAGES
        for match in FENCE.finditer(page.read_text())
        if match[1] in {"sh", "text"}
        for query in re.findall(r"(?:query=|kubus (?:query|sql) ')(\{.*?\})'", match[2])
    ]
    assert len(asked) >= 4
    with SemanticLayer(project / "model", project / "data" / "shop.duckdb") as layer:
        for query in asked:
            assert layer.query(json.loads(query))


def test_links_lead_somewhere() -> None:
    broken = [
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
