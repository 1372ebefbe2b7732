"""The log: a listener to events. For people in development, a JSON object a line in production.

Lines are written by a thread of their own, so that no request waits for them.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from kubus.events import (
    AddressThrottled,
    AuditCheckpoint,
    AuditFailed,
    AuditRestored,
    AuthRefused,
    Event,
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
    listen,
)
from kubus.telemetry.writer import Writer

# The levels that settings name, and what each shows: itself and what is worse.
LEVELS = {"error": 40, "warn": 30, "info": 20, "debug": 10, "trace": 10}
NAMES = {40: "error", 30: "warn", 20: "info", 10: "trace"}

encode = msgspec.json.Encoder().encode

# An event, and when it happened in seconds since 1970.
Noted = tuple[Event, float]


def start_log(
    level: str, *, dev_mode: bool, logger: Callable[[str, dict[str, Any]], object] | None = None
) -> Callable[[], None]:
    """Write events of this level and above to standard error from now on; what is returned ends that.

    `logger` is the host's own log: it gets the name of an event and its fields, in the place of a line.
    """
    # The pool says in words of its own, many times over, what our own error says once.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    line = for_machines
    if dev_mode:
        line = coloured if sys.stderr.isatty() and not os.environ.get("NO_COLOR") else for_people
    if logger is not None:
        line = to_host(logger, line)
    writer: Writer[Noted] = Writer(sys.stderr, line)
    # The line that says where the server is comes at every level: what starts it waits for that.
    shown = {kind for kind, severity in SEVERITY.items() if severity >= LEVELS[level] or kind is ServerListening}
    writer.start()
    end = listen(lambda event: writer.put((event, time.time())), shown)

    def stop() -> None:
        end()
        writer.stop()

    return stop


def to_host(logger: Callable[[str, dict[str, Any]], object], line: Callable[[Noted], str]) -> Callable[[Noted], str]:
    """Hands events to the host's log, and writes a line only where that is needed: where the server is, and what the
    host's log failed to take.
    """

    def handed(noted: Noted) -> str:
        if isinstance(noted[0], ServerListening):
            return line(noted)
        fields: dict[str, Any] = json.loads(for_machines(noted))
        try:
            logger(fields.pop("message"), fields)
        except Exception as error:
            return f"{line(noted)}\nThe hook logger failed: {type(error).__name__}: {error}"
        return ""

    return handed


SEVERITY: dict[type[Event], int] = {
    ModelFailed: 40,
    RequestFailed: 40,
    AuditFailed: 40,
    AuditRestored: 30,
    SettingWarning: 30,
    AuthRefused: 30,
    AddressThrottled: 30,
    HookFailed: 30,
    HooksFound: 20,
    KeySetFailed: 40,
    KeySkipped: 30,
    KeySetFetched: 20,
    RevocationsFailed: 40,
    RevocationsRead: 20,
    StatementFailed: 30,
    RefreshKeyFailed: 30,
    RequestFinished: 20,
    ServerListening: 20,
    ServerStopping: 20,
    ModelLoaded: 20,
    AuditCheckpoint: 20,
    StatementFinished: 10,
}


# ── development ──


# How a terminal is told of colours. Source: ECMA-48, section 8.3.117
RED, YELLOW, PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[0m"


def coloured(noted: Noted) -> str:
    """A line for a terminal: errors red, warnings yellow."""
    severity = SEVERITY[type(noted[0])]
    text = for_people(noted)
    return text if severity < 30 else f"{RED if severity >= 40 else YELLOW}{text}{PLAIN}"


def for_people(noted: Noted) -> str:
    """A line to read. Nothing in it moves the cursor or begins a line of its own that a stranger made up."""
    return visible(people_text(noted[0]))


def people_text(event: Event) -> str:
    match event:
        case SettingWarning(setting, message):
            return f"Warning. {setting}: {message}"
        case ModelLoaded(cubes, seconds, _):
            return f"Data model compiled: {cubes} cubes in {seconds * 1000:.0f} ms"
        case ModelFailed(problems):
            return "The data model does not compile:\n" + "\n".join(f"  {p}" for p in problems)
        case AuthRefused():
            return f"Token refused: {reason_text(event.reason)} ({one_line(event.path)})"
        case AddressThrottled(address, untold):
            return f"Too many tokens from {address or 'an unknown address'} were refused: {untold} more, not told here"
        case HooksFound(file, names):
            return f"Hooks of {file}: {', '.join(names)}"
        case HookFailed(hook, request_id, reason):
            return f"The hook {hook} failed: {one_line(request_id)}\n{reason}"
        case RevocationsRead(entries):
            return f"Revoked tokens: {entries} entries"
        case RevocationsFailed(reason, is_known):
            kept = "the last list holds" if is_known else "every token is refused"
            return f"The list of revoked tokens cannot be read: {reason} ({kept})"
        case KeySetFetched(place, keys):
            return f"Keys of {place}: {keys}"
        case KeySetFailed(place, reason, failures, has_keys):
            kept = "those of before are used" if has_keys else "its tokens are refused until they are there"
            return f"Keys of {place} cannot be fetched: {one_line(reason)} ({failures} times; {kept})"
        case KeySkipped(place, key_id, reason):
            return f"A key of {place} is not used: '{one_line(key_id)}' {reason}"
        case RequestFinished(method, path, status, milliseconds, request_id, length):
            place = f"{one_line(method)} {one_line(path)}"
            return f"{place} {status} {length} bytes ({milliseconds:.0f} ms) {one_line(request_id)}"
        case RequestFailed(method, path, request_id, traceback):
            place = f"{one_line(method)} {one_line(path)}"
            return f"Internal Server Error: {place} {one_line(request_id)}\n{traceback}"
        case StatementFinished(_, sql, rows, milliseconds, request_id):
            return f"Executing SQL: {one_line(request_id)} ({milliseconds:.0f} ms, {rows} rows)\n--\n  {sql}\n--"
        case StatementFailed(data_source, sql, message, milliseconds, request_id):
            place = f"'{data_source}': {one_line(request_id)} ({milliseconds:.0f} ms)"
            return f"Error querying db {place}\n--\n  {sql}\n--\n{message}"
        case RefreshKeyFailed(cube, data_source, message, request_id):
            failed = f"The refresh_key of cube '{cube}' failed in '{data_source}': {one_line(request_id)}"
            return f"{failed} (kept answers are given as slow ones)\n{message}"
        case AuditFailed(reason, lost, is_required):
            what = "nothing is answered until it is" if is_required else "answers are given without records"
            return f"The audit log cannot be written, {what}: {reason} ({lost} records lost)"
        case AuditRestored(lost):
            return f"The audit log is written again; {lost} records are missing in it"
        case AuditCheckpoint(chain, seq, last):
            return f"Audit checkpoint: chain {chain}, record {seq}, {last}"
        case ServerListening() | ServerStopping():
            return listening_text(event)


def one_line(text: str) -> str:
    """What a stranger sent, on one line."""
    return text if text.isprintable() else "".join(c if c.isprintable() else escaped(c) for c in text)


def visible(text: str) -> str:
    """Text of several lines, in which everything can be seen."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c in "\n\t" else escaped(c) for c in text)


def escaped(character: str) -> str:
    return ascii(character)[1:-1]


def listening_text(event: ServerListening | ServerStopping) -> str:
    """What the console says when the server begins and ends."""
    if isinstance(event, ServerStopping):
        return "Stopping: running requests finish, new ones are refused"
    place = "localhost" if event.host in ("127.0.0.1", "0.0.0.0", "::1", "::") else event.host  # noqa: S104 - compared, not bound
    lines: list[str] = []
    if event.dev_mode:
        lines += [
            "Authentication checks are on in developer mode: KUBUS_DEV_AUTH=true."
            if event.dev_auth
            else "Authentication checks are disabled in developer mode. Set CUBEJS_DEV_MODE=false to enable them.",
            f"Dev environment available at http://{place}:{event.port}",
        ]
    lines.append(f"kubus: Cube API server ({event.version}) is listening on {event.port}")
    return "\n".join(lines)


def reason_text(reason: str) -> str:
    """A class of reason, with what to do about it where the settings have a say."""
    if reason == "no_expiry":
        return "no_expiry (the token has no exp; KUBUS_JWT_REQUIRE_EXP=false accepts such tokens)"
    return reason


# ── production ──


def for_machines(noted: Noted) -> str:
    event, seconds = noted
    if isinstance(event, ServerListening):
        # The one line for people: what starts the server looks for it.
        return listening_text(event)
    if isinstance(event, RequestFinished):
        # One for every request: as cheap as can be.
        return request_line(event, seconds)
    name, fields = fields_of(event)
    record: dict[str, Any] = {
        "version": 1,
        "timestamp": timestamp(seconds),
        "level": NAMES[SEVERITY[type(event)]],
        "message": name,
        **fields,
    }
    try:
        return encode(record).decode()
    except UnicodeEncodeError:
        # Half a character, which UTF-8 cannot say.
        return json.dumps(record)


class RequestLine(msgspec.Struct, gc=False):
    """The line of a request, its fields in the order in which they are written."""

    version: int
    timestamp: str
    level: str
    message: str
    method: str
    path: str
    status: int
    duration_ms: float
    content_length: int
    request_id: str


def request_line(event: RequestFinished, seconds: float) -> str:
    line = RequestLine(
        1,
        timestamp(seconds),
        "info",
        "REST API Request",
        event.method,
        event.path,
        event.status,
        round(event.milliseconds, 3),
        event.length,
        event.request_id,
    )
    try:
        return encode(line).decode()
    except UnicodeEncodeError:
        return json.dumps(msgspec.structs.asdict(line))


def timestamp(seconds: float) -> str:
    """As `datetime` writes it in UTC, with milliseconds."""
    whole, microseconds = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{second_text(whole)}.{microseconds // 1000:03}+00:00"


@lru_cache(maxsize=16)
def second_text(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).replace(tzinfo=None).isoformat()


def fields_of(event: Event) -> tuple[str, dict[str, Any]]:
    """The name of an event in the log, and its fields."""
    match event:
        case SettingWarning(setting, message):
            return "Warning", {"setting": setting, "text": message}
        case ModelLoaded(cubes, seconds, version):
            return "Compiling schema completed", {
                "cubes": cubes,
                "seconds": round(seconds, 4),
                "model_version": version,
            }
        case ModelFailed(problems):
            return "Compiling schema error", {"problems": list(problems)}
        case AuthRefused():
            return "Auth Error", {
                "reason": reason_text(event.reason),
                "path": event.path,
                "request_id": event.request_id,
                "token_hash": event.token_hash,
                "alg": event.algorithm,
                "kid": event.key_id,
                "iss": event.issuer,
                "address": event.address,
            }
        case AddressThrottled(address, untold):
            return "Auth Throttled", {"address": address, "refused": untold}
        case HooksFound(file, names):
            return "Hooks", {"file": file, "hooks": list(names)}
        case HookFailed(hook, request_id, reason):
            return "Hook Error", {"hook": hook, "request_id": request_id, "reason": reason}
        case RevocationsRead(entries):
            return "Revocations", {"entries": entries}
        case RevocationsFailed(reason, is_known):
            return "Revocations Error", {"error": reason, "last_list_holds": is_known}
        case KeySetFetched(place, keys):
            return "JWKs Fetching Success", {"place": place, "keys": keys}
        case KeySetFailed(place, reason, failures, has_keys):
            return "JWKs Fetching Error", {
                "place": place,
                "error": reason,
                "failures": failures,
                "keys_of_before": has_keys,
            }
        case KeySkipped(place, key_id, reason):
            return "JWK skipped", {"place": place, "kid": key_id, "reason": reason}
        case RequestFailed(method, path, request_id, traceback):
            return "Internal Server Error", {
                "method": method,
                "path": path,
                "request_id": request_id,
                "traceback": traceback,
            }
        case StatementFinished(data_source, sql, rows, milliseconds, request_id):
            return "Executing SQL", {
                "data_source": data_source,
                "sql": sql,
                "rows": rows,
                "duration_ms": round(milliseconds, 3),
                "request_id": request_id,
            }
        case StatementFailed(data_source, sql, message, milliseconds, request_id):
            return "Error querying db", {
                "data_source": data_source,
                "sql": sql,
                "error": message,
                "duration_ms": round(milliseconds, 3),
                "request_id": request_id,
            }
        case RefreshKeyFailed(cube, data_source, message, request_id):
            return "Error fetching refresh key", {
                "cube": cube,
                "data_source": data_source,
                "error": message,
                "request_id": request_id,
            }
        case AuditFailed(reason, lost, is_required):
            return "Audit failed", {"error": reason, "lost_records": lost, "required": is_required}
        case AuditRestored(lost):
            return "Audit restored", {"lost_records": lost}
        case AuditCheckpoint(chain, seq, last):
            return "Audit checkpoint", {"chain": chain, "seq": seq, "hash": last}
        case ServerStopping(running):
            return "Server stopping", {"running": running}
        case ServerListening() | RequestFinished():
            raise AssertionError("it has a line of its own")
