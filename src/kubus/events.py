"""What can be observed: one frozen class each. Listeners decide what is logged or counted.

Events hold no token, no secret and no value that a query compares with.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerListening:
    """The server accepts requests. `dev_mode` says that authentication checks are off."""

    host: str
    port: int
    version: str
    dev_mode: bool


@dataclass(frozen=True, slots=True)
class ServerStopping:
    """The server takes no new requests and lets the running ones finish."""

    running: int


@dataclass(frozen=True, slots=True)
class SettingWarning:
    """A setting works, and is not what one would want."""

    setting: str
    message: str


@dataclass(frozen=True, slots=True)
class ModelLoaded:
    """A data model compiled. `seconds` counts from reading the files."""

    cubes: int
    seconds: float
    version: str


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """A data model did not compile; `problems` are printed as they are."""

    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuthRefused:
    """A token did not verify. `reason` is a class of reason; `token_hash` the first 12 hex digits of its SHA-256."""

    reason: str
    request_id: str
    path: str
    token_hash: str = ""
    algorithm: str = ""
    key_id: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class RequestFinished:
    """A request was answered. `milliseconds` is from the first byte read to the answer handed over."""

    method: str
    path: str
    status: int
    milliseconds: float
    request_id: str
    length: int


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request met an error that nobody foresaw; `traceback` is for the log."""

    method: str
    path: str
    request_id: str
    traceback: str


@dataclass(frozen=True, slots=True)
class StatementFinished:
    """A statement ran. `sql` has placeholders, never values."""

    data_source: str
    sql: str
    rows: int
    milliseconds: float
    request_id: str


@dataclass(frozen=True, slots=True)
class StatementFailed:
    """A statement failed in the database."""

    data_source: str
    sql: str
    message: str
    milliseconds: float
    request_id: str


Event = (
    ServerListening
    | ServerStopping
    | SettingWarning
    | ModelLoaded
    | ModelFailed
    | AuthRefused
    | RequestFinished
    | RequestFailed
    | StatementFinished
    | StatementFailed
)

Listener = Callable[[Event], None]

# The one thing here that changes: who listens. Set up at start-up by `telemetry`, and by tests.
_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Call `listener` with every event from now on; what is returned ends that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def emit(event: Event) -> None:
    """Tell every listener."""
    for listener in _listeners:
        listener(event)
