"""The documents are true, and the house is kept."""

import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kubus import errors

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "kubus"

# Names that say nothing about what is in them.
EMPTY_NAMES = {
    "utils",
    "util",
    "common",
    "helpers",
    "helper",
    "misc",
    "core",
    "base",
    "types",
    "manager",
    "handler",
    "handlers",
}


def classes_of_errors() -> list[type[errors.KubusError]]:
    return [found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, errors.KubusError)]


@pytest.mark.parametrize("error", classes_of_errors(), ids=lambda e: e.__name__)
def test_every_error_code_is_documented(error: type[errors.KubusError]) -> None:
    assert f"| `{error.code}` |" in (ROOT / "docs" / "errors.md").read_text()


def test_error_codes_are_used_once() -> None:
    codes = [error.code for error in classes_of_errors()]
    assert len(codes) == len(set(codes))


def test_the_tree_of_errors_is_drawn() -> None:
    drawn = errors.__doc__ or ""
    assert [e.__name__ for e in classes_of_errors() if e.__name__ not in drawn] == []


def test_every_room_is_in_the_architecture() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = [p.name for p in SOURCE.iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    assert [room for room in rooms if f"`{room}/`" not in page] == []


def test_every_room_has_its_place_in_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = " ".join(contracts[0]["layers"])
    rooms = [p.stem for p in SOURCE.iterdir() if (p.is_dir() and (p / "__init__.py").exists()) or p.suffix == ".py"]
    missing = [room for room in rooms if not room.startswith("__") and not re.search(rf"\b{room}\b", layers)]
    assert missing == []


def test_no_file_has_an_empty_name() -> None:
    assert [str(p) for p in SOURCE.rglob("*.py") if p.stem in EMPTY_NAMES] == []


def test_public_names_are_there_and_have_docstrings() -> None:
    import kubus

    for name in kubus.__all__:
        if name != "__version__":
            assert inspect.getdoc(getattr(kubus, name)), name


def test_the_glossary_words_are_in_the_code() -> None:
    """Each class that the glossary names exists; later words are listed here until their time comes."""
    later = {
        "View",
        "Hierarchy",
        "PreAggregation",
        "Rollup",
        "Partition",
        "AccessPolicy",
        "Hooks",
        "Tenants",
        "Granularity",
        "Reference",
        "Scan",
        "Operator",
        "Predicate",
        "Relationship",
        "Dialect",
        "Source",
        "Filter",
    }
    text = "\n".join(p.read_text() for p in SOURCE.rglob("*.py"))
    for row in (ROOT / "GLOSSARY.md").read_text().splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) < 5 or "STEPS" in cells[3]:
            continue
        for name in re.findall(r"`([A-Z][A-Za-z]+)`", cells[3]):
            assert name in later or re.search(rf"\b{name}\b", text), name


def test_no_machine_path_or_registry_host_is_tracked() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    # Spelled apart, so that this file does not find itself.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "registry.npmjs" + ".org", "deb.debian" + ".org"]
    found = []
    for name in listed:
        path = ROOT / name
        if path.suffix in {".png", ".svg", ".parquet"} or not path.is_file():
            continue
        text = path.read_text(errors="ignore")
        found += [(name, host) for host in hosts if host in text]
    assert found == []


def test_serving_imports_nothing_that_it_does_not_need() -> None:
    """Start-up time is part of the product: these are imported by what needs them."""
    code = "import sys, kubus.api.app, kubus.semantic_layer; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"pandas", "polars", "pyarrow", "rich", "cyclopts", "dateparser", "psycopg", "fastapi"}
    assert heavy & set(loaded) == set()
