"""The log: what is written at which level, for people and for machines."""

import json
from typing import get_args

import pytest

from kubus import events
from kubus.events import (
    AddressThrottled,
    AuditCheckpoint,
    AuditFailed,
    AuditRestored,
    AuthRefused,
    HookFailed,
    HooksFound,
    KeySetFailed,
    KeySetFetched,
    KeySkipped,
    ModelFailed,
    ModelLoaded,
    RefreshKeyFailed,
    RequestFailed,
    RequestFinished,
    RevocationsFailed,
    RevocationsRead,
    ServerListening,
    ServerStopping,
    SettingWarning,
    StatementFailed,
    StatementFinished,
    emit,
)
from kubus.telemetry.log import SEVERITY, coloured, for_machines, for_people, start_log

REQUEST = RequestFinished("GET", "/cubejs-api/v1/load", 200, 12.3456, "abc-span-1", 99)
STATEMENT = StatementFinished("default", "SELECT $1", 3, 4.5, "abc-span-1")
EVENTS = (
    SettingWarning("CUBEJS_API_SECRET", "the secret is weak"),
    ModelLoaded(2, 0.0351, "v1"),
    ModelFailed(("a.yml:1:2: x", "b.yml: y")),
    AuthRefused("signature", "abc-span-1", "/cubejs-api/v1/meta", "0123456789ab", "HS256", "k1", "https://issuer"),
    REQUEST,
    RequestFailed("GET", "/x", "abc-span-1", "Traceback …\nValueError: y"),
    STATEMENT,
    StatementFailed("default", "SELECT $1", "no such table", 4.5, "abc-span-1"),
    ServerListening("127.0.0.1", 4000, "0.1.0", True),
    ServerStopping(2),
    HooksFound("kubus.py", ("check_auth", "logger")),
    HookFailed("check_auth", "abc-span-1", "Traceback …\nValueError: y"),
    AuditFailed("audit.jsonl: No space left on device", 3, True),
    AuditRestored(3),
    AuditCheckpoint("0123456789ab", 7, "ab" * 32),
    AddressThrottled("192.0.2.1", 40),
    RevocationsRead(3),
    RevocationsFailed("revoked.txt cannot be read", True),
    KeySetFetched("https://issuer/keys", 2),
    KeySetFailed("https://issuer/keys", "status 500", 2, True),
    KeySkipped("https://issuer/keys", "k1", "is for encryption"),
    RefreshKeyFailed("orders", "default", "no such table", "abc-span-1"),
)


def written(capsys, level, dev_mode, *emitted):
    stop = start_log(level, dev_mode=dev_mode)
    for event in emitted:
        emit(event)
    stop()
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_every_event_has_a_severity_and_is_tried_here():
    kinds = set(get_args(events.Event))
    assert set(SEVERITY) == kinds
    assert {type(event) for event in EVENTS} == kinds


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_machines_read_an_object_a_line(event):
    line = for_machines((event, 1_795_000_000.5))
    assert "\n" not in line or isinstance(event, ServerListening)
    if not isinstance(event, ServerListening):
        record = json.loads(line)
        assert record["version"] == 1
        assert record["timestamp"] == "2026-11-18T11:06:40.500+00:00"
        assert record["level"] in ("error", "warn", "info", "trace")
        assert all(key == key.lower() and key.isidentifier() for key in record)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (EVENTS[0], "Warning. CUBEJS_API_SECRET: the secret is weak"),
        (EVENTS[1], "Data model compiled: 2 cubes in 35 ms"),
        (EVENTS[2], "The data model does not compile:\n  a.yml:1:2: x\n  b.yml: y"),
        (REQUEST, "GET /cubejs-api/v1/load 200 99 bytes (12 ms) abc-span-1"),
        (
            EVENTS[-1],
            "The refresh_key of cube 'orders' failed in 'default': abc-span-1 (kept answers are given as slow ones)\n"
            "no such table",
        ),
        (STATEMENT, "Executing SQL: abc-span-1 (4 ms, 3 rows)\n--\n  SELECT $1\n--"),
        (
            EVENTS[8],
            "Authentication checks are disabled in developer mode. Set CUBEJS_DEV_MODE=false to enable them.\n"
            "Dev environment available at http://localhost:4000\n"
            "kubus: Cube API server (0.1.0) is listening on 4000",
        ),
    ],
)
def test_people_read_sentences(event, text):
    assert for_people((event, 0.0)) == text


def test_a_request_in_production():
    assert json.loads(for_machines((REQUEST, 0.0))) == {
        "version": 1,
        "timestamp": "1970-01-01T00:00:00.000+00:00",
        "level": "info",
        "message": "REST API Request",
        "method": "GET",
        "path": "/cubejs-api/v1/load",
        "status": 200,
        "duration_ms": 12.346,
        "content_length": 99,
        "request_id": "abc-span-1",
    }


def test_production_does_not_mention_development(capsys):
    err = written(capsys, "info", False, ServerListening("0.0.0.0", 4000, "0.1.0", False))
    assert err == "kubus: Cube API server (0.1.0) is listening on 4000\n"


def test_development_says_whether_it_asks_for_tokens(capsys):
    asks = written(capsys, "info", True, ServerListening("127.0.0.1", 4000, "0.1.0", True, dev_auth=True))
    assert "Authentication checks are on in developer mode" in asks
    assert "disabled" not in asks
    open_ = written(capsys, "info", True, ServerListening("127.0.0.1", 4000, "0.1.0", True))
    assert "Authentication checks are disabled in developer mode" in open_


ERRORS = {
    "Internal Server Error",
    "Compiling schema error",
    "Audit failed",
    "Revocations Error",
    "JWKs Fetching Error",
}
WARNINGS = {
    "Warning",
    "Auth Error",
    "Auth Throttled",
    "Hook Error",
    "Error querying db",
    "Error fetching refresh key",
    "Audit restored",
    "JWK skipped",
}


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("error", ERRORS),
        ("warn", ERRORS | WARNINGS),
        (
            "trace",
            {json.loads(for_machines((e, 0.0)))["message"] for e in EVENTS if not isinstance(e, ServerListening)},
        ),
    ],
)
def test_levels_show_themselves_and_what_is_worse(capsys, level, shown):
    lines = written(capsys, level, False, *EVENTS).splitlines()
    assert "is listening on 4000" in "".join(lines)
    assert {json.loads(line)["message"] for line in lines if line.startswith("{")} == shown


def test_requests_are_not_even_made_into_events_when_nobody_reads_them(capsys):
    stop = start_log("warn", dev_mode=False)
    assert not events.is_heard(RequestFinished)
    assert events.is_heard(AuthRefused)
    stop()
    stop = start_log("info", dev_mode=False)
    assert events.is_heard(RequestFinished)
    assert not events.is_heard(StatementFinished)
    stop()
    assert not events.is_heard(RequestFinished)


def test_lines_come_in_order_and_none_is_lost_at_the_end(capsys):
    emitted = [RequestFinished("GET", f"/{number}", 200, 1.0, "", 0) for number in range(5000)]
    lines = written(capsys, "info", False, *emitted).splitlines()
    assert [json.loads(line)["path"] for line in lines] == [f"/{number}" for number in range(5000)]


FORGED = "/x\n\x1b[31mToken refused\r\x9b2J\u2028\x00"


@pytest.mark.parametrize(
    "event",
    [
        RequestFinished(FORGED, FORGED, 404, 1.0, FORGED, 0),
        AuthRefused("signature", FORGED, FORGED, "0", FORGED, FORGED, FORGED),
        StatementFinished("default", "SELECT 1", 1, 1.0, FORGED),
    ],
    ids=lambda e: type(e).__name__,
)
def test_strangers_forge_no_lines(event):
    lines_of_its_own = 4 if isinstance(event, StatementFinished) else 1
    for text in (for_people((event, 0.0)), for_machines((event, 0.0))):
        assert "\x1b" not in text
        assert "\r" not in text
        assert len(text.split("\n")) <= lines_of_its_own
    assert "\x9b" not in for_people((event, 0.0))
    assert r"\x1b[31mToken refused\r" in for_people((RequestFinished("GET", FORGED, 404, 1.0, "", 0), 0.0))


def test_databases_move_no_cursor_and_may_write_lines():
    text = for_people((StatementFailed("default", "SELECT 1", "a\n\tb\x1b[2J", 1.0, "r"), 0.0))
    assert text.endswith("\na\n\tb\\x1b[2J")


def test_half_a_character_ends_no_log(capsys):
    event = RequestFinished("GET", "/\ud800", 404, 1.0, "", 0)
    for dev_mode in (True, False):
        lines = written(capsys, "info", dev_mode, event, REQUEST).splitlines()
        assert len(lines) == 2
        assert "\\ud800" in lines[0]


def test_terminals_get_colours():
    assert coloured((EVENTS[2], 0.0)).startswith("\x1b[31m")
    assert coloured((EVENTS[0], 0.0)) == "\x1b[33mWarning. CUBEJS_API_SECRET: the secret is weak\x1b[0m"
    assert "\x1b" not in coloured((REQUEST, 0.0))
