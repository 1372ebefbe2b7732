"""kubus answers as the recorded Cube server did, on both databases; what differs on purpose is listed with why."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.ports import free_port
from tests.engines.postgres import Server

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
DIFFERENCES = HERE / "differences.json"
MODELS = tuple(sorted(folder.name for folder in (CORPUS / "models").iterdir()))
AREAS = {
    "auth", "http", "probes", "format", "errors", "dimensions", "measures", "joins", "fanout", "filters", "order",
    "time", "relative", "segments", "ungrouped", "blending", "dry-run", "sql", "meta",
    "views", "rolling", "security", "visibility", "compile-errors",
}  # fmt: skip
# The checker's tokens carry no expiry, which a production server of ours refuses by default.
ALWAYS = {"KUBUS_JWT_REQUIRE_EXP": "false"}


def replay(
    environment: dict[str, str], server: dict[str, str], folder: Path, *switches: str
) -> list[dict[str, object]]:
    report = folder / "report.json"
    command = [
        sys.executable,
        str(CORPUS / "run_all.py"),
        "--start",
        f"{sys.executable} -m kubus serve",
        "--differences",
        str(DIFFERENCES),
        "--port",
        str(free_port()),
        "--json",
        str(report),
        "--verbose",
    ]
    for model in MODELS:
        command += ["--model", model]
    for name, value in {**ALWAYS, **server}.items():
        command += ["--env", f"{name}={value}"]
    command += ["--", "--text-numbers", *switches]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    results: list[dict[str, object]] = json.loads(report.read_text())
    return results


@pytest.fixture(scope="session")
def on_postgres(golden_postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    environment = {
        "PGHOST": golden_postgres.host,
        "PGPORT": str(golden_postgres.port),
        "PGUSER": golden_postgres.user,
        "PGPASSWORD": golden_postgres.password,
        "PGDATABASE": "golden",
    }
    return replay(environment, {}, tmp_path_factory.mktemp("postgres"))


@pytest.fixture(scope="session")
def on_duckdb(golden_duckdb: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    server = {"CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DB_DUCKDB_DATABASE_PATH": str(golden_duckdb)}
    return replay({}, server, tmp_path_factory.mktemp("duckdb"), "--any-db")


def test_every_case_passes_or_differs_on_purpose(
    on_postgres: list[dict[str, object]], on_duckdb: list[dict[str, object]]
) -> None:
    """On both databases; and a case that has come to pass goes off the list of differences.

    One test, so that processes that share the suite do not each replay the corpus.
    """
    for results in (on_postgres, on_duckdb):
        assert {str(r["id"]).rsplit("-", 1)[0] for r in results} == AREAS
        assert [r["id"] for r in results if not r["ok"] and not r["on_purpose"]] == []
    differing = {r["id"] for r in (*on_postgres, *on_duckdb) if not r["ok"]}
    assert sorted(set(json.loads(DIFFERENCES.read_text())) - differing) == []


def test_the_corpus_is_in_step() -> None:
    """The copy is the corpus that lies beside the repository, where there is one."""
    original = HERE.parents[2] / "shared" / "conformance"
    if not original.is_dir():
        pytest.skip("no corpus beside the repository")
    files = sorted(p.relative_to(original) for p in original.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    assert [str(f) for f in files if (CORPUS / f).read_bytes() != (original / f).read_bytes()] == []
