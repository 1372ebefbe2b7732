"""What statements tell the database of who asks."""

import json
import re
import threading
import time

import psycopg
import pytest

from kubus.audit.query_tags import QueryTags, comment
from kubus.context import Caller, SecurityContext
from tests.api.conftest import token
from tests.audit.test_server import load
from tests.cli.conftest import project
from tests.cli.project import SECRET, Project

__all__ = ["project"]

ALL = QueryTags(frozenset({"tenant", "user", "request"}), b"k" * 32)
ANNA = Caller(SecurityContext(issuer="https://id", subject="anna"), app_id="north")


def said(tag: str) -> dict[str, str]:
    found = re.fullmatch(r"/\* kubus: (\{.*\}) \*/ ", tag)
    assert found is not None
    return json.loads(found[1])


def test_what_is_told():
    told = said(ALL.of(ANNA, "r-1"))
    assert (told["tenant"], told["request"]) == ("north", "r-1")
    assert re.fullmatch("[0-9a-f]{32}", told["user"])
    assert "anna" not in ALL.of(ANNA, "r-1")
    assert said(ALL.of(Caller(SecurityContext(issuer="https://else", subject="anna")), ""))["user"] != told["user"]
    assert QueryTags().of(ANNA, "r-1") == ""
    assert said(ALL.of(ANNA, "r-1", {"team": "sales", "tenant": "mine"})) == {**told, "team": "sales"}


@pytest.mark.parametrize(
    "value", ["*/ DROP TABLE orders; /*", "/*", "a\nb\r\0\x1b", '"}', "é\u2028\U0001f600", "\\", "*" * 500, "$1 %s ?"]
)
def test_nothing_ends_the_comment(value):
    tag = comment({"request": value, value: "x"})
    assert tag.isascii()
    assert tag.isprintable()
    assert tag[2:-3].count("*") == 0
    assert said(tag)["request"] == value[:128]


def test_the_database_sees_who_asks_and_answers_are_shared_all_the_same(project: Project, postgres) -> None:
    database = postgres.create_database("tagged")
    postgres.psql("tagged", "CREATE TABLE t (id int)", "INSERT INTO t SELECT generate_series(1, 5)")
    (project.folder / "model" / "orders.yml").write_text(
        "cubes:\n  - name: t\n    sql: SELECT t.*, pg_sleep(0.2) FROM t\n    measures:\n      - {name: count, type: count}\n"
    )
    project.environ.update({"CUBEJS_DB_TYPE": "postgres", "CUBEJS_DB_URL": database})
    settings = {
        "KUBUS_QUERY_TAGS": "tenant,user,request",
        "KUBUS_AUDIT_KEY": "a key of the audit log, of more than thirty-two bytes",
        "KUBUS_AUDIT": "file",
        "KUBUS_AUDIT_FILE": "audit.jsonl",
    }
    query = {"measures": ["t.count"]}
    seen: set[str] = set()
    ended = threading.Event()

    def watch() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not ended.is_set():
                rows = connection.execute(
                    "SELECT query FROM pg_stat_activity WHERE datname = 'tagged' AND query LIKE '%%kubus:%%' "
                    "AND pid <> pg_backend_pid()"
                ).fetchall()
                seen.update(row[0] for row in rows)
                time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with project.serving("--host", "127.0.0.1", **settings) as server:
            bearer = token(SECRET, sub="anna")
            for request_id in ("r*/1", "r-2"):
                status, body = load(server.port, query, request_id, bearer)
                assert (status, body["data"]) == (200, [{"t.count": "5"}])
            # Another caller with another tag: the statement is the same, and so is its answer.
            assert load(server.port, query, "r-3", token(SECRET, sub="ben"))[0] == 200
    finally:
        ended.set()
        watcher.join()
    tags = {text.split(" */ ")[0] for text in seen}
    assert tags
    told = [json.loads(tag.removeprefix("/* kubus: ")) for tag in tags]
    assert "anna" not in "".join(seen)
    assert all(set(one) == {"tenant", "user", "request"} for one in told)
    first = next(one for one in told if one["request"] == "r*/1")
    assert first["tenant"] == "STANDALONE"
    records = [json.loads(line) for line in (project.folder / "audit.jsonl").read_text().splitlines()]
    caches = [record["queries"][0]["cache"] for record in records if record["kind"] == "request"]
    assert caches[0] == "miss"
    # The clock may have gone on to the next interval of the refresh key once.
    assert caches[1:].count("miss") <= 1
