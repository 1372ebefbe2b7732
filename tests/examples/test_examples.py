"""Each example starts and answers."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from fastapi.testclient import TestClient

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRET = "a secret of more than thirty-two bytes, for an example"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / name / "main.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_library() -> None:
    command = [sys.executable, str(EXAMPLES / "library" / "main.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "In all: 7000 rides from 94 docks" in done.stdout
    assert "'cuont' not found for path 'Rides.cuont'" in done.stdout


def test_tenants() -> None:
    command = [sys.executable, str(EXAMPLES / "tenants" / "main.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    by_column, by_schema = done.stdout.split("by_schema:")
    for told in (by_column, by_schema):
        assert "alp    first   6 bookings, 480 in all" in told
        assert "fjord  second  3 bookings, 360 in all" in told
        assert told.count("bookings, ") == 4
        assert "None: Your token names no tenant" in told
    assert "desert: 0 rows" in by_column
    assert "desert: There is no data for your tenant" in by_schema
    assert 'FROM "company_alp".bookings' in by_schema


def test_python_model() -> None:
    command = [sys.executable, str(EXAMPLES / "python_model" / "main.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ("Rides in Oslo: 900\nOslo: 900 rides, 36% of them long\nRome: 600 rides, 36% of them long\n")


def test_embedded_fastapi(tmp_path: Path) -> None:
    example = loaded("embedded_fastapi")
    example.write_tickets(tmp_path / "tickets.duckdb")
    query = '{"measures": ["Tickets.count"], "dimensions": ["Tickets.status"]}'
    with TestClient(example.make_app(tmp_path / "tickets.duckdb", SECRET)) as client:
        refused = client.get("/analytics/cubejs-api/v1/load", params={"query": query})
        assert (refused.status_code, refused.json()) == (403, {"error": "Authorization header isn't set"})
        token = client.post("/login/ada").json()["token"]
        answer = client.get("/analytics/cubejs-api/v1/load", params={"query": query}, headers={"Authorization": token})
        assert answer.status_code == 200
        assert answer.json()["data"][0] == {"Tickets.status": "closed", "Tickets.count": "700"}
        assert client.get("/analytics/livez").json() == {"health": "HEALTH"}
    with TestClient(example.make_app(tmp_path / "tickets.duckdb", SECRET)) as again:
        assert again.post("/login/nobody").status_code == 404
