"""What can be observed: one frozen class each. Listeners decide what is logged or counted.

Events hold no token, no secret and no value that a query compares with.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import get_args


@dataclass(frozen=True, slots=True)
class ServerListening:
    """The server accepts requests. In `dev_mode` authentication checks are off unless `dev_auth` keeps them on."""

    host: str
    port: int
    version: str
    dev_mode: bool
    dev_auth: bool = False


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
    address: str = ""


@dataclass(frozen=True, slots=True)
class AddressThrottled:
    """Tokens from one address failed too often; so many of them are not told one by one."""

    address: str
    untold: int


@dataclass(frozen=True, slots=True)
class HooksFound:
    """The Python file of a project has these hooks."""

    file: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HookFailed:
    """A hook of the project failed, and what it was asked for was denied. `reason` is for the log."""

    hook: str
    request_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RevocationsRead:
    """The list of revoked tokens has become another, or can be read again. `entries` are those that have not ended."""

    entries: int


@dataclass(frozen=True, slots=True)
class RevocationsFailed:
    """The list of revoked tokens cannot be read. `is_known`: the last one holds; else every token is refused."""

    reason: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class KeySetFetched:
    """The keys of a signer are there, and are others than before, or were missed before. `keys` are the usable ones."""

    place: str
    keys: int


@dataclass(frozen=True, slots=True)
class KeySetFailed:
    """The keys of a signer could not be fetched, so many times in a row. `has_keys`: those of before are used."""

    place: str
    reason: str
    failures: int
    has_keys: bool


@dataclass(frozen=True, slots=True)
class KeySkipped:
    """A key of a signer is not used; `reason` goes on after its name."""

    place: str
    key_id: str
    reason: str


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


@dataclass(frozen=True, slots=True)
class RefreshKeyFailed:
    """The database did not say what the refresh key of a cube is: nobody knows whether kept answers are stale."""

    cube: str
    data_source: str
    message: str
    request_id: str


@dataclass(frozen=True, slots=True)
class AuditFailed:
    """The audit log cannot be written. `lost` records are not in it so far; `is_required`: nothing is answered then."""

    reason: str
    lost: int
    is_required: bool


@dataclass(frozen=True, slots=True)
class AuditRestored:
    """The audit log is written again; so many records are missing in it."""

    lost: int


@dataclass(frozen=True, slots=True)
class AuditCheckpoint:
    """The last record of the audit log. Kept elsewhere, it shows later whether records were cut off."""

    chain: str
    seq: int
    hash: str


Event = (
    ServerListening
    | ServerStopping
    | SettingWarning
    | ModelLoaded
    | ModelFailed
    | AuthRefused
    | AddressThrottled
    | HooksFound
    | HookFailed
    | RevocationsRead
    | RevocationsFailed
    | KeySetFetched
    | KeySetFailed
    | KeySkipped
    | RequestFinished
    | RequestFailed
    | StatementFinished
    | StatementFailed
    | RefreshKeyFailed
    | AuditFailed
    | AuditRestored
    | AuditCheckpoint
)

Listener = Callable[[Event], None]

# The one thing here that changes: who listens, and to what. Set up at start-up by `telemetry`, and by tests.
_listeners: list[tuple[Listener, frozenset[type[Event]]]] = []
_heard: set[type[Event]] = set()

EVERYTHING: frozenset[type[Event]] = frozenset(get_args(Event))


def listen(listener: Listener, to: Iterable[type[Event]] = EVERYTHING) -> Callable[[], None]:
    """Call `listener` with every event of these kinds from now on; what is returned ends that."""
    entry = (listener, frozenset(to))
    _listeners.append(entry)
    _heard.update(entry[1])

    def end() -> None:
        _listeners.remove(entry)
        _heard.clear()
        _heard.update(*(kinds for _, kinds in _listeners))

    return end


def is_heard(kind: type[Event]) -> bool:
    """Whether anybody listens to such events. Those that come with every request are not even made otherwise."""
    return kind in _heard


def emit(event: Event) -> None:
    """Tell everyone who listens to this kind."""
    for listener, kinds in _listeners:
        if type(event) in kinds:
            listener(event)
