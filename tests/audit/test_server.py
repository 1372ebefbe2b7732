"""A real server with an audit log: killed under load, and its log looked at with the commands."""

import json
import signal
import threading
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.api.conftest import token
from tests.audit.conftest import requests
from tests.cli.conftest import project
from tests.cli.project import SECRET, Project

__all__ = ["project"]

KEY = "the key of the audit log, of more than thirty-two bytes"
COUNT = {"measures": ["orders.count"], "dimensions": ["orders.status"]}


def load(port: int, query: object = COUNT, request_id: str = "r", bearer: str | None = None) -> tuple[int, dict]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"authorization": bearer or token(SECRET, sub="anna", role="admin"), "x-request-id": request_id}
    connection.request("GET", f"/cubejs-api/v1/load?query={quote(json.dumps(query))}", headers=headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def ask_until_it_ends(port: int, name: str, answered: list[str]) -> None:
    """Ask again and again over one connection; note the id of each request whose answer came whole."""
    bearer = token(SECRET, sub="anna")
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for number in range(100_000):
            request_id = f"{name}-{number}"
            query = {**COUNT, "limit": 1 + number % 50}
            path = f"/cubejs-api/v1/load?query={quote(json.dumps(query))}"
            connection.request("GET", path, headers={"authorization": bearer, "x-request-id": request_id})
            answer = connection.getresponse()
            assert answer.status == 200
            answer.read()
            answered.append(request_id)
    except (OSError, HTTPException):
        return


def test_a_server_that_is_killed_under_load_has_recorded_every_answer(project: Project) -> None:
    log = project.folder / "audit" / "audit.jsonl"
    settings = {"KUBUS_AUDIT": "file", "KUBUS_AUDIT_REQUIRED": "true", "KUBUS_AUDIT_KEY": KEY}
    for _ in range(2):
        with project.serving("--host", "127.0.0.1", **settings) as server:
            answered: list[str] = []
            clients = [
                threading.Thread(target=ask_until_it_ends, args=(server.port, f"c{n}", answered)) for n in range(4)
            ]
            for client in clients:
                client.start()
            while len(answered) < 300:
                clients[0].join(0.01)
            server.process.send_signal(signal.SIGKILL)
            for client in clients:
                client.join()
            server.process.wait()
        told = {record["request_id"] for record in requests(log)}
        assert [request_id for request_id in answered if request_id not in told] == []
    # It comes back, and the chain goes on.
    with project.serving("--host", "127.0.0.1", **settings) as server:
        assert load(server.port, request_id="afterwards")[0] == 200
    done = project.run("audit", "verify", KUBUS_AUDIT_KEY=KEY)
    assert done.returncode == 0, done.stdout
    assert "audit.jsonl is whole: " in done.stdout
    assert "Audit checkpoint" in server.said
    # Each checkpoint of the server's log stands in the audit log.
    assert project.run("audit", "verify", "--anchors", str(server.log), KUBUS_AUDIT_KEY=KEY).returncode == 0
    # Without the key nothing is proven.
    assert project.run("audit", "verify").returncode == 1


def test_who_asked_what_is_shown_and_checked(project: Project) -> None:
    settings = {"KUBUS_AUDIT": "file", "KUBUS_AUDIT_CLAIMS": "role", "KUBUS_AUDIT_FILE": "who.jsonl"}
    project.environ.update(settings)
    with project.serving("--host", "127.0.0.1") as server:
        assert load(server.port)[0] == 200
        assert load(server.port, {"measures": ["orders.total"]}, bearer=token(SECRET, sub="ben\x1b[2J"))[0] == 200
        assert load(server.port, bearer=token("another secret of more than thirty-two bytes"))[0] == 403
    shown = project.run("audit", "show").stdout.splitlines()
    assert len(shown) == 3
    assert "  anna  role=admin  load  ok  orders.count, orders.status → 2 rows, miss" in shown[0]
    assert "ben\\x1b[2J" in shown[1]
    assert shown[2].endswith("(nobody)  load  denied (unauthenticated)")
    assert project.run("audit", "show", "--subject", "anna", "--last", "1").stdout.splitlines() == shown[:1]
    assert project.run("audit", "show", "--outcome", "denied").stdout.splitlines() == shown[2:]
    assert project.run("audit", "show", "--member", "orders.total").stdout.splitlines() == shown[1:2]
    assert project.run("audit", "show", "--member", "orders").stdout.splitlines() == shown[:2]
    assert project.run("audit", "show", "--since", "2999-01-01").stdout == ""
    (told,) = project.run("audit", "show", "--json", "--member", "orders.total").stdout.splitlines()
    assert json.loads(told)["queries"][0]["rows"] == 1

    log = project.folder / "who.jsonl"
    assert project.run("audit", "verify").returncode == 0
    text = log.read_bytes()
    log.write_bytes(text.replace(b"anna", b"otto"))
    done = project.run("audit", "verify")
    assert done.returncode == 1
    assert "who.jsonl:2: record 2 was changed" in done.stdout
    log.write_bytes(b"".join(text.splitlines(keepends=True)[:-2]))
    done = project.run("audit", "verify")
    assert done.returncode == 1
    assert "who.jsonl.head: the end is cut off: records 4 to 5 are missing" in done.stdout


def test_records_on_standard_output(project: Project, tmp_path: Path) -> None:
    with project.serving("--host", "127.0.0.1", KUBUS_AUDIT="stdout") as server:
        assert load(server.port)[0] == 200
    lines = [line for line in server.said.splitlines() if line.startswith('{"version":1,"chain"')]
    assert [json.loads(line)["kind"] for line in lines] == ["opened", "request", "closed"]
    done = project.run("audit", "verify", "-", stdin="\n".join(lines) + "\n")
    assert (done.returncode, "is whole: 3 records" in done.stdout) == (0, True)
    assert project.run("audit", "verify", "-", stdin="\n".join(lines[1:]) + "\n").returncode == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"KUBUS_AUDIT": "file", "KUBUS_AUDIT_KEY": "short"}, "KUBUS_AUDIT_KEY: it needs 32 bytes"),
        ({"KUBUS_AUDIT_REQUIRED": "true"}, "there is no audit log"),
        ({"KUBUS_AUDIT": "file", "KUBUS_AUDIT_HASHED": "sub"}, "needs KUBUS_AUDIT_KEY"),
        ({"KUBUS_AUDIT": "file", "KUBUS_AUDIT_CLAIMS": "role,api_key"}, "the claim 'api_key' looks like a secret"),
        ({"KUBUS_AUDIT": "nowhere"}, "one of off, file, stdout"),
    ],
)
def test_settings_that_do_not_go_together(project: Project, settings, said) -> None:
    done = project.run("config", "check", **settings)
    assert done.returncode == 1
    assert said in done.stderr


def test_a_server_that_cannot_open_the_log_it_needs_says_why(project: Project) -> None:
    (project.folder / "audit").write_text("a file where the folder should be")
    done = project.run("serve", "--port", "0", "--host", "127.0.0.1", KUBUS_AUDIT="file", KUBUS_AUDIT_REQUIRED="true")
    assert done.returncode == 1
    assert "Audit failed" in done.stderr
    assert "File exists" in done.stderr
    assert "The audit log cannot be written" in done.stderr
