"""`kubus serve` and `kubus dev`, as processes: how they start, what they say, how they end."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pytest

from tests.cli.project import MODEL, SECRET

COUNT = {"query": json.dumps({"measures": ["orders.count"]})}
SLOW = {"query": json.dumps({"measures": ["slow.sum"]})}
LOAD = "/cubejs-api/v1/load"

MANY = """
cubes:
  - name: many
    sql: SELECT * FROM range(200000) AS r (n)
    dimensions:
      - {name: n, sql: n, type: number, primary_key: true, public: true}
      - {name: text, sql: "'some longer text of ' || n", type: string}
"""


def token(**claims) -> str:
    return jwt.encode({"exp": int(time.time()) + 600, **claims}, SECRET, algorithm="HS256")


def load(running, query=COUNT, **headers):
    return httpx.get(running.url + LOAD, params=query, headers=headers, timeout=60)


# ── modes ──


def test_production_asks_for_a_token_and_does_not_mention_development(project):
    with project.serving() as running:
        answer = load(running)
        assert (answer.status_code, answer.json()) == (403, {"error": "Authorization header isn't set"})
        assert load(running, authorization=token()).json()["data"] == [{"orders.count": "3"}]
        assert "server" not in load(running).headers
        assert running.stop() == 0
    assert "kubus: Cube API server" in running.said
    assert "dev" not in running.said.lower()


def test_development_asks_nobody_and_says_so(project):
    with project.serving(CUBEJS_DEV_MODE="true") as running:
        assert load(running).json()["data"] == [{"orders.count": "3"}]
        lines = running.said.splitlines()
        assert (
            "Authentication checks are disabled in developer mode. Set CUBEJS_DEV_MODE=false to enable them." in lines
        )
        assert f"Dev environment available at http://localhost:{running.port}" in lines
        assert lines.index(f"Dev environment available at http://localhost:{running.port}") + 1 == next(
            number for number, line in enumerate(lines) if line.endswith(f"is listening on {running.port}")
        )


def test_development_listens_on_this_machine_alone(project):
    with project.serving(CUBEJS_DEV_MODE="true") as running:
        with socket.socket() as probe:
            # All of 127/8 is this machine; a server that listens everywhere would answer here.
            assert probe.connect_ex(("127.0.0.2", running.port)) != 0
    with project.serving() as running, socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", running.port)) == 0


@pytest.mark.parametrize("command", ["serve", "dev"])
def test_development_elsewhere_has_to_be_said_twice(project, command):
    done = project.run(command, "--host", "0.0.0.0", "--port", "0", CUBEJS_DEV_MODE="true")
    assert done.returncode == 1
    assert "everybody who reaches 0.0.0.0 could read all data" in done.stderr
    assert "KUBUS_DEV_ALLOW_REMOTE=true" in done.stderr
    with project.serving("--host", "0.0.0.0", CUBEJS_DEV_MODE="true", KUBUS_DEV_ALLOW_REMOTE="true") as running:
        assert load(running).status_code == 200


def test_allowing_others_alone_opens_nothing(project):
    with project.serving(CUBEJS_DEV_MODE="true", KUBUS_DEV_ALLOW_REMOTE="true") as running, socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", running.port)) != 0


def test_kubus_dev_is_development_unless_the_settings_say_otherwise(project):
    with project.serving(command="dev") as running:
        assert load(running).status_code == 200
    with project.serving(command="dev", CUBEJS_DEV_MODE="false") as running:
        assert load(running).status_code == 403


def test_development_makes_a_secret_that_nobody_is_told(project):
    (project.folder / ".env").write_text("CUBEJS_DEV_MODE=true\nCUBEJS_LOG_LEVEL=trace\n")
    with project.serving() as running:
        assert load(running).status_code == 200
        running.wait_for("Executing SQL")
        assert running.stop() == 0
    assert "secret" not in running.said.lower()
    # The secret would be 128 hex digits.
    assert not any(len(word) > 100 for word in running.said.split())


# ── settings ──


def test_wrong_settings_end_the_start_with_all_of_them_in_a_frame(project):
    done = project.run("serve", PORT="http", CUBEJS_API_SECRET="secret", KUBUS_JWT_CLOCK_SKEW="2h")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("╭")
    for fault in (
        'Value "http" is not valid for PORT. Must be a port between 0 and 65535.',
        "CUBEJS_API_SECRET: the secret is refused, because everybody knows it",
        "KUBUS_JWT_CLOCK_SKEW: must be at most 60 seconds",
    ):
        assert fault in done.stderr


def test_warnings_are_said_once_and_do_not_stop_the_start(project):
    with project.serving(CUBEJS_API_SECRET="short-one", CUBEJS_WEB_SOCKETS="true", CUBEJS_PORT="1") as running:
        records = [json.loads(line) for line in running.said.splitlines() if line.startswith("{")]
        warned = [record["setting"] for record in records if record["message"] == "Warning"]
        assert sorted(warned) == ["CUBEJS_API_SECRET", "CUBEJS_PORT", "CUBEJS_WEB_SOCKETS", "kubus doctor"]
        assert "short-one" not in running.said


def test_flags_win_over_settings(project):
    (project.folder / "other").mkdir()
    (project.folder / "other" / "a.yml").write_text(
        "cubes:\n  - {name: a, sql: SELECT 1, measures: [{name: count, type: count}]}\n"
    )
    with project.serving("--model", "other", CUBEJS_DEV_MODE="true", PORT="1") as running:
        assert running.port > 1
        assert load(running, {"query": '{"measures": ["a.count"]}'}).json()["data"] == [{"a.count": "1"}]


def test_a_port_in_use_is_one_clear_sentence(project):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = project.run("serve", "--host", "127.0.0.1", PORT=str(port))
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr
    assert "choose another port with --port or PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_not_here_is_one_clear_sentence(project):
    for host in ("192.0.2.1", "no.such.host.invalid"):
        done = project.run("serve", "--host", host, "--port", "0")
        assert done.returncode == 1
        assert f"Cannot listen on {host}:0" in done.stderr
        assert "Traceback" not in done.stderr


# ── what fails later ──


def test_a_model_that_does_not_compile_does_not_end_the_server(project):
    (project.folder / "model" / "bad.yml").write_text("cubes:\n  - name: b\n    sql: SELECT 1\n    meassures: []\n")
    with project.serving() as running:
        assert httpx.get(f"{running.url}/livez").status_code == 200
        for _ in range(2):
            answer = load(running, authorization=token())
            assert answer.status_code == 500
            assert "Compile errors" in answer.json()["error"]
        assert running.stop() == 0
    assert running.said.count("Compiling schema error") == 1
    assert "bad.yml:4" in running.said


def test_a_database_that_is_away_does_not_end_the_server(project):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    more = {"CUBEJS_DB_TYPE": "postgres", "CUBEJS_DB_HOST": "127.0.0.1", "CUBEJS_DB_PORT": port}
    more |= {"CUBEJS_DB_USER": "somebody", "CUBEJS_DB_PASS": "a password that no line may hold"}
    with project.serving(**more, KUBUS_CONTINUE_WAIT="40") as running, ThreadPoolExecutor() as pool:
        # Both wait for the database as long as it may take to connect.
        ready = pool.submit(httpx.get, f"{running.url}/readyz", timeout=60)
        answer = pool.submit(load, running, authorization=token())
        assert httpx.get(f"{running.url}/livez", timeout=5).status_code == 200
        assert ready.result().status_code == 500
        assert answer.result().status_code == 400
        assert f"127.0.0.1:{port}" in answer.result().json()["error"]
        assert httpx.get(f"{running.url}/livez", timeout=5).status_code == 200
        assert running.stop() == 0


def test_development_compiles_the_model_when_its_files_change(project):
    model = project.folder / "model" / "orders.yml"
    good = model.read_text()
    query = {"query": json.dumps({"measures": ["orders.number"]})}
    with project.serving(command="dev") as running:
        assert load(running, query).status_code == 400
        model.write_text(good.replace("{name: count,", "{name: number,"))
        running.wait_for(r"(?s)Data model compiled.*Data model compiled", 10)
        assert load(running, query).json()["data"] == [{"orders.number": "3"}]
        assert httpx.get(f"{running.url}/readyz").json() == {"health": "HEALTH"}
        model.write_text("cubes: [")
        running.wait_for("does not compile", 10)
        stale = load(running, query)
        assert stale.json()["data"] == [{"orders.number": "3"}]
        assert stale.headers["x-kubus-model"] == "stale; problems=1"
        assert httpx.get(f"{running.url}/readyz").json() == {"health": "HEALTH", "model": "stale"}
        model.unlink()
        (project.folder / "model" / "again.yml").write_text(good)
        running.wait_for(r"(?s)does not compile.*Data model compiled", 10)
        mended = load(running)
        assert mended.json()["data"] == [{"orders.count": "3"}]
        assert "x-kubus-model" not in mended.headers


def test_a_rolling_deployment_stops_at_a_model_that_does_not_compile(project):
    (project.folder / "model" / "bad.yml").write_text("cubes:\n  - {name: b, sql: SELECT 1, meassures: []}\n")
    done = project.run("serve", "--port", "0", KUBUS_FAIL_ON_MODEL_ERROR="true")
    assert done.returncode == 1
    assert "(meassures = []) is not allowed" in done.stderr
    (project.folder / "model" / "bad.yml").unlink()
    with project.serving(KUBUS_FAIL_ON_MODEL_ERROR="true") as running:
        assert load(running, authorization=token()).status_code == 200


def test_production_keeps_the_model_that_it_began_with(project):
    with project.serving() as running:
        (project.folder / "model" / "orders.yml").write_text("cubes: []")
        time.sleep(1.5)
        assert load(running, authorization=token()).json()["data"] == [{"orders.count": "3"}]


# ── the end ──


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_when_running_requests_have_finished(project, number):
    # One thread takes about as long on every machine.
    with project.serving(KUBUS_DUCKDB_THREADS="1", KUBUS_CONTINUE_WAIT="60") as running:
        answers = []
        asking = threading.Thread(target=lambda: answers.append(load(running, SLOW, authorization=token())))
        asking.start()
        time.sleep(0.3)
        assert answers == [], "the query was to take longer"
        assert running.stop(number) == 0
        asking.join(30)
        # What is left in memory at the end is not complained of.
        assert "leaked" not in running.said
    assert answers[0].status_code == 200
    assert answers[0].json()["data"][0]["slow.sum"].isdigit()


def test_a_signal_lets_an_answer_that_is_being_sent_come_to_its_end(project):
    """The rows are more than a socket holds, so that the answer is still on its way when the signal comes."""
    many = {"query": json.dumps({"dimensions": ["many.n", "many.text"], "limit": 200_000, "ungrouped": True})}
    (project.folder / "model" / "many.yml").write_text(MANY)
    with project.serving(CUBEJS_DB_QUERY_LIMIT="200000", KUBUS_CACHE_SIZE="1000000") as running:
        asked = httpx.stream("GET", running.url + LOAD, params=many, headers={"authorization": token()}, timeout=30)
        with asked as answer:
            parts = answer.iter_bytes()
            body = next(parts)
            running.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert running.process.poll() is None, "the answer was to take longer"
            body += b"".join(parts)
        assert running.process.wait(30) == 0
    assert len(json.loads(body)["data"]) == 200_000


def test_an_idle_connection_does_not_hold_the_end_up(project):
    with project.serving() as running:
        connection = http.client.HTTPConnection("127.0.0.1", running.port)
        connection.request("GET", "/livez")
        assert connection.getresponse().read()
        started = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - started < 5
        connection.close()


def test_requests_that_take_too_long_are_given_up(project):
    endless = project.folder / "model" / "endless.yml"
    endless.write_text(
        MODEL[: MODEL.index("  - name: orders")]
        + MODEL[MODEL.index("  - name: slow") :]
        .replace("- name: slow", "- name: endless")
        .replace("range(20000)", "range(20000000)")
    )
    with project.serving(CUBEJS_GRACEFUL_SHUTDOWN="1") as running, ThreadPoolExecutor() as pool:
        asking = pool.submit(load, running, {"query": '{"measures": ["endless.sum"]}'}, authorization=token())
        time.sleep(0.5)
        started = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - started < 6
        assert asking.exception() is not None or asking.result().status_code != 200


# ── what the log may not hold ──


def test_no_token_secret_or_value_is_in_the_log(project):
    good = token(role="hidden-role")
    forged = jwt.encode({"exp": int(time.time()) + 600, "role": "hidden-role"}, "x" * 40, algorithm="HS256")
    expired = token(exp=1, role="hidden-role")
    query = {
        "query": json.dumps(
            {
                "measures": ["orders.count"],
                "filters": [{"member": "orders.status", "operator": "equals", "values": ["hidden-value"]}],
            }
        )
    }
    for mode in ("false", "true"):
        with project.serving(CUBEJS_LOG_LEVEL="trace", CUBEJS_DEV_MODE=mode) as running:
            for sent in (good, forged, expired, good[:-1], f"Bearer {good}", "hidden-junk"):
                load(running, query, authorization=sent)
            httpx.post(
                running.url + LOAD, json={"query": json.loads(query["query"])}, headers={"authorization": forged}
            )
            assert running.stop() == 0
        said = running.said
        assert LOAD in said
        assert "$1" in said
        for hidden in (SECRET, "hidden-", *good.split("."), *forged.split(".")[1:], expired.split(".")[2]):
            assert hidden not in said, mode
    # Production says why, and which token it was by the begin of its hash.
    with project.serving() as running:
        load(running, authorization=forged)
        record = json.loads(running.wait_for(r'\{.*"Auth Error".*\}')[0])
        assert record["reason"] == "signature"
        assert len(record["token_hash"]) == 12
        assert record["alg"] == "HS256"


# ── what a start costs ──


def test_a_server_imports_nothing_that_other_commands_need():
    code = "import sys, kubus.cli.main, kubus.cli.serve; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    unwanted = {"rich.console", "psycopg", "pyarrow", "pandas", "dateparser", "fastapi", "asyncpg", "kubus.cli.create"}
    assert unwanted & set(done.stdout.split()) == set()
