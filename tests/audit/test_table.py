"""Records in a table of PostgreSQL."""

import json
from collections.abc import Iterator

import psycopg
import pytest

from kubus.audit.audit_log import AuditOptions
from kubus.audit.chain import hashing
from kubus.audit.sink import SinkError
from kubus.audit.table_sink import TableSink, table_lines
from kubus.audit.verify import Finding, verify_lines
from tests.audit.conftest import Clock
from tests.audit.test_failing import REFUSAL
from tests.audit.test_requests import COUNT
from tests.cli.conftest import project
from tests.cli.project import SECRET, Project
from tests.engines.postgres import Server, running_postgres

__all__ = ["project"]

BODY = b'"kind":"request","api":"load","subject":"anna\\u0000","outcome":"ok"'


@pytest.fixture
def url(postgres: Server, request: pytest.FixtureRequest) -> str:
    """An empty database."""
    return postgres.create_database(f"audit_{abs(hash(request.node.name))}")


def table_sink(url: str) -> TableSink:
    return TableSink(url, "kubus_audit", hashing(None), Clock())


def write(url: str, count: int) -> None:
    sink = table_sink(url)
    sink.open()
    sink.append([BODY] * count)
    sink.close()


def checked(url: str) -> dict[int, list[Finding]]:
    """What is wrong in each lane."""
    return {
        lane: verify_lines("t", lines, hashing(None), is_one_chain=True).findings
        for lane, lines in table_lines(url, "kubus_audit")
    }


def run(url: str, statement: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_chain_goes_on_in_the_table(url):
    write(url, 2)
    write(url, 3)
    assert checked(url) == {1: []}
    kind = """substring(line from '"kind":"([a-z]+)"')"""
    rows = run(url, f"SELECT seq, kind, subject, outcome, {kind} FROM kubus_audit ORDER BY seq")
    assert [row[0] for row in rows] == list(range(1, 10))
    assert [row[1] for row in rows] == ["opened", "request", "request", "closed", "opened", *["request"] * 3, "closed"]
    assert rows[1][2:] == ("anna\ufffd", "ok", "request")


def test_each_process_has_a_lane_of_its_own(url):
    sinks = [table_sink(url) for _ in range(3)]
    for sink in sinks:
        sink.open()
        sink.append([BODY])
    sinks[1].close()
    again = table_sink(url)
    again.open()
    for sink in (sinks[0], sinks[2], again):
        sink.append([BODY])
        sink.close()
    assert checked(url) == {1: [], 2: [], 3: []}
    assert run(url, "SELECT lane, count(*) FROM kubus_audit GROUP BY 1 ORDER BY 1") == [(1, 4), (2, 6), (3, 4)]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE kubus_audit SET line = replace(line, 'anna', 'otto') WHERE seq = 3", "record 3 was changed"),
        ("DELETE FROM kubus_audit WHERE seq = 3", "records 3 to 3 are missing"),
        ("DELETE FROM kubus_audit WHERE seq < 3", "the beginning is missing: records 1 to 2"),
        ("UPDATE kubus_audit SET seq = 14 - seq WHERE seq IN (3)", "stands after"),
        ("UPDATE kubus_audit SET line = 'x' WHERE seq = 3", "this line is no record"),
    ],
)
def test_what_is_done_to_rows_is_found(url, statement, said):
    write(url, 5)
    run(url, statement)
    assert any(said in finding.message for finding in checked(url)[1])


def test_rows_that_go_while_a_process_writes_leave_a_gap(url):
    sink = table_sink(url)
    sink.open()
    sink.append([BODY] * 3)
    run(url, "DELETE FROM kubus_audit WHERE seq > 2")
    # Its connection is cut, so that it looks again.
    run(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kubus audit'")
    with pytest.raises(SinkError):
        sink.append([BODY])
    sink.append([BODY])
    sink.close()
    assert any("the log was not as it had been left" in finding.message for finding in checked(url)[1])


def test_a_user_that_may_only_add(postgres, url):
    write(url, 1)
    database = url.rsplit("/", 1)[1]
    postgres.psql(
        database,
        "DROP ROLE IF EXISTS auditor",
        "CREATE ROLE auditor LOGIN",
        "GRANT SELECT, INSERT ON kubus_audit TO auditor",
    )
    try:
        write(url.replace("postgresql://postgres@", "postgresql://auditor@"), 2)
        assert checked(url) == {1: []}
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(url.replace("postgresql://postgres@", "postgresql://auditor@"), "DELETE FROM kubus_audit")
    finally:
        postgres.psql(database, "DROP OWNED BY auditor", "DROP ROLE auditor")


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    with running_postgres() as server:
        yield server


async def test_a_database_that_dies_stops_answers_until_it_is_back(audited, mortal):
    async with audited(AuditOptions(required=True), sink=table_sink(mortal.url())) as api:
        assert (await api.load(COUNT)).status_code == 200
        # The answer is in memory, and its record is waited for all the same.
        assert (await api.load(COUNT)).status_code == 200
        mortal.stop()
        answer = await api.load(COUNT)
        assert (answer.status_code, answer.json()) == (503, REFUSAL)
        mortal.start()
        api.audit._clock.now += 2
        assert (await api.load(COUNT)).status_code == 200
    lines = [json.loads(line) for line in dict(table_lines(mortal.url(), "kubus_audit"))[1]]
    assert [line["kind"] for line in lines] == [
        *("opened", "request", "request", "opened", "lost", "request", "closed")
    ]
    notes = checked(mortal.url())[1]
    assert [finding.kind for finding in notes] == ["note"]
    assert [line["queries"][0]["cache"] for line in lines if line["kind"] == "request"] == ["miss", "warm", "warm"]


def test_the_commands_look_at_the_table(project: Project, url: str) -> None:
    from tests.audit.test_server import load

    project.environ.update({"KUBUS_AUDIT": "table", "KUBUS_AUDIT_URL": url, "CUBEJS_API_SECRET": SECRET})
    with project.serving("--host", "127.0.0.1") as server:
        assert load(server.port)[0] == 200
    assert project.run("audit", "verify").stdout.startswith("kubus_audit, lane 1 is whole: 3 records")
    assert "anna" in project.run("audit", "show", "--last", "1").stdout
    run(url, "DELETE FROM kubus_audit WHERE seq = 2")
    assert project.run("audit", "verify").returncode == 1
    done = project.run("config", "check", KUBUS_AUDIT_URL="")
    assert "a table needs KUBUS_AUDIT_URL" in done.stderr
