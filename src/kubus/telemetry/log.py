"""The log: a listener to events. For people in development, a JSON object a line in production.

Lines are written by a thread of their own, so that no request waits for them.
"""

import json
import logging
import queue
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from typing import Any, Literal

from kubus.events import (
    AuthRefused,
    Event,
    ModelFailed,
    ModelLoaded,
    RequestFailed,
    RequestFinished,
    ServerListening,
    ServerStopping,
    SettingWarning,
    StatementFailed,
    StatementFinished,
    listen,
)

Level = Literal["error", "warn", "info", "debug", "trace"]

LEVELS: dict[str, int] = {
    "error": logging.ERROR,
    "warn": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
    "trace": logging.DEBUG,
}

LOGGER = logging.getLogger("kubus")


def start_log(level: str, *, dev_mode: bool) -> Callable[[], None]:
    """Write events of this level and above to standard error from now on; what is returned ends that."""
    lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(logging.Formatter("%(message)s"))
    writer = QueueListener(lines, out)
    LOGGER.handlers = [QueueHandler(lines)]
    LOGGER.propagate = False
    LOGGER.setLevel(LEVELS[level])
    # The pool says in words of its own, many times over, what our own error says once.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    written = for_people if dev_mode else for_machines

    # The line that says where the server is comes at every level: what starts it waits for that.
    shown = {kind for kind, severity in SEVERITY.items() if severity >= LEVELS[level] or kind is ServerListening}

    def listener(event: Event) -> None:
        severity = SEVERITY[type(event)]
        LOGGER.log(max(severity, LEVELS[level]), "%s", written(event, severity))

    writer.start()
    end = listen(listener, shown)

    def stop() -> None:
        end()
        writer.stop()

    return stop


SEVERITY: dict[type[Event], int] = {
    ModelFailed: logging.ERROR,
    RequestFailed: logging.ERROR,
    SettingWarning: logging.WARNING,
    AuthRefused: logging.WARNING,
    StatementFailed: logging.WARNING,
    RequestFinished: logging.INFO,
    ServerListening: logging.INFO,
    ServerStopping: logging.INFO,
    ModelLoaded: logging.INFO,
    StatementFinished: logging.DEBUG,
}


# ── development ──


def for_people(event: Event, _severity: int) -> str:
    match event:
        case SettingWarning(setting, message):
            return f"Warning. {setting}: {message}"
        case ModelLoaded(cubes, seconds, _):
            return f"Data model compiled: {cubes} cubes in {seconds * 1000:.0f} ms"
        case ModelFailed(problems):
            return "The data model does not compile:\n" + "\n".join(f"  {p}" for p in problems)
        case AuthRefused():
            return f"Token refused: {reason_text(event.reason)} ({event.path})"
        case RequestFinished(method, path, status, milliseconds, request_id, length):
            return f"{method} {path} {status} {length} bytes ({milliseconds:.0f} ms) {request_id}"
        case RequestFailed(method, path, request_id, traceback):
            return f"Internal Server Error: {method} {path} {request_id}\n{traceback}"
        case StatementFinished(_, sql, rows, milliseconds, request_id):
            return f"Executing SQL: {request_id} ({milliseconds:.0f} ms, {rows} rows)\n--\n  {sql}\n--"
        case StatementFailed(data_source, sql, message, milliseconds, request_id):
            return (
                f"Error querying db '{data_source}': {request_id} ({milliseconds:.0f} ms)\n--\n  {sql}\n--\n{message}"
            )
        case ServerListening() | ServerStopping():
            return listening_text(event)


def listening_text(event: ServerListening | ServerStopping) -> str:
    """What the console says when the server begins and ends."""
    if isinstance(event, ServerStopping):
        return "Stopping: running requests finish, new ones are refused"
    place = "localhost" if event.host in ("127.0.0.1", "0.0.0.0", "::1", "::") else event.host  # noqa: S104 - compared, not bound
    lines: list[str] = []
    if event.dev_mode:
        lines += [
            "Authentication checks are disabled in developer mode. Set CUBEJS_DEV_MODE=false to enable them.",
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


def for_machines(event: Event, severity: int) -> str:
    if isinstance(event, ServerListening):
        # The one line for people: what starts the server looks for it.
        return listening_text(event)
    name, fields = fields_of(event)
    record: dict[str, Any] = {
        "version": 1,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": logging.getLevelName(severity).lower(),
        "message": name,
        **fields,
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


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
            }
        case RequestFinished(method, path, status, milliseconds, request_id, length):
            return "REST API Request", {
                "method": method,
                "path": path,
                "status": status,
                "duration_ms": round(milliseconds, 3),
                "content_length": length,
                "request_id": request_id,
            }
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
        case ServerStopping(running):
            return "Server stopping", {"running": running}
        case ServerListening():
            return "Server listening", {}
