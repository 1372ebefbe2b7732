"""Every error of kubus, as one tree.

```
KubusError
├── ConfigError            the settings are wrong; the process does not start
├── ModelError             the data model does not compile
├── QueryError             the query is malformed or asks for too much
│   ├── MemberError        it names what the model does not have, or members that do not go together
│   ├── LimitExceeded      it asks for more rows than anyone may have
│   ├── BadClaim           the caller's token lacks what the data model reads of it
│   ├── Unsupported        it asks for what this dialect or version cannot do
│   │   └── NotTranslated  SQL of a model has no translation for the database that stands in for its own
│   └── TooLarge           the request is larger than is accepted
├── AccessError            the caller may not
│   ├── Unauthenticated    nobody vouches for the caller
│   │   └── Throttled      so often that their address has to wait
│   ├── AuthError          a hook of the host does not let the caller in, and says so
│   ├── Forbidden          the caller is known and may not
│   ├── NotAdmitted        the Playground does not answer what may come from somebody else's page
│   └── TooManyQueries     as many queries run as the caller's access policy lets run
├── HookError              a hook of the host failed, or gave what it may not give
├── BadPolicy              an access policy cannot be evaluated for this caller
├── SourceError            the database refused or failed
│   ├── ValueRefused       a row holds a value that the statement cannot work with
│   └── SourceTimeout      it took longer than is allowed
├── NotSaved               a model file cannot be written so: its name, its length, or where it would lie
│   └── ChangedMeanwhile   it is not as it was when it was read
├── BadTest                a test of a model cannot be run: what it says is wrong, or the rows that it gives
├── NoAnswer               a server that a program asks does not answer, or not as kubus does
├── NotAudited             the audit log cannot be written, and nothing may be answered without it
└── ShuttingDown           the server takes no new requests
```

`code` is documented in `docs/errors.md` and never reused; `status` is the HTTP status. The text that clients see is
`wire_text`: clients of Cube match on some of them, which is why a few begin with `Error: `.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal


class KubusError(Exception):
    """The root. `message` names the thing in the caller's words, `hint` says what to do."""

    code: ClassVar[str] = "internal"
    status: int = 500
    wire_prefix: ClassVar[str] = "Error: "
    wire_type: ClassVar[str | None] = None

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def wire_text(self) -> str:
        """What a client reads under `error`."""
        return self.wire_prefix + self.message

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n  {self.hint}"


class ConfigError(KubusError):
    """A setting is missing or wrong. Ends the process at start-up with status 1.

    What is found later, when a database is opened say, is for the log: it names files and hosts.
    """

    code = "config"

    @property
    def wire_text(self) -> str:
        """The same for every setting."""
        return "Error: Internal server error"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a data model: where, what, and how to mend it. `line` and `column` count from 1; 0 is unknown.

    `excerpt` is the line without the spaces before it, and `caret` the place in it, counted from 0.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str | None = None
    cube: str | None = None
    excerpt: str | None = None
    caret: int | None = None

    @property
    def pointed(self) -> str | None:
        """The excerpt, and below it a mark at the place; None without an excerpt."""
        if self.excerpt is None or self.caret is None:
            return self.excerpt
        return f"{self.excerpt}\n{' ' * self.caret}^"

    def __str__(self) -> str:
        place = self.file + (f":{self.line}:{self.column}" if self.line else "")
        text = f"{place}: {self.message}" if place else self.message
        if self.pointed:
            text += "\n    " + self.pointed.replace("\n", "\n    ")
        return text if self.hint is None else f"{text}\n    {self.hint}"


class ModelError(KubusError):
    """The data model does not compile. Holds every problem of every file, in order of file and line."""

    code = "model"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        lines = [f"{p.cube} cube: {p.message}" if p.cube else p.message for p in problems]
        super().__init__("Compile errors:\n" + "\n".join(lines))


class QueryError(KubusError):
    """The query is malformed."""

    code = "query"
    status = 400
    wire_prefix = ""


class MemberError(QueryError):
    """The query names a member that is not there, or members that no join connects."""

    code = "member"
    wire_type = "UserError"


class LimitExceeded(QueryError):
    """The query's limit is above `CUBEJS_DB_QUERY_LIMIT`."""

    code = "limit"
    wire_prefix = "Error: "


class BadClaim(QueryError):
    """The caller's security context has not what the data model's SQL reads of it."""

    code = "claim"
    wire_type = "UserError"


class Unsupported(QueryError):
    """What is asked for can be said, and kubus or this database cannot answer it."""

    code = "unsupported"


class NotTranslated(Unsupported):
    """SQL of the data model cannot be said to the database that stands in for its own while a model is tested."""

    code = "not_translated"


class TooLarge(QueryError):
    """The request is larger than `CUBEJS_MAX_REQUEST_SIZE`."""

    code = "too_large"
    status = 413


class AccessError(KubusError):
    """The caller may not."""

    code = "access"
    status = 403
    wire_prefix = ""


class Unauthenticated(AccessError):
    """No token, or one that does not verify. `reason` is for the log alone: a caller never learns it."""

    code = "unauthenticated"

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class Throttled(Unauthenticated):
    """Too many tokens from one address did not verify. `seconds` is how long it should wait."""

    code = "throttled"
    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many failed attempts", reason="throttled")
        self.seconds = seconds


class AuthError(AccessError):
    """Raised by the hook `check_auth`: the caller is not let in. The message is what the caller reads."""

    code = "auth"

    def __init__(self, message: str, *, status: Literal[401, 403] = 403) -> None:
        super().__init__(message)
        if status not in (401, 403):
            raise ValueError(f"The status of an AuthError is 401 or 403, and not {status!r}")
        self.status = status


class Forbidden(AccessError):
    """The caller is known, and may not do or see this."""

    code = "forbidden"


class NotAdmitted(AccessError):
    """The Playground does not answer this request: it may come from somebody else's page, or another machine."""

    code = "not_admitted"


class HookError(KubusError):
    """A hook of the host failed, took too long, or gave what it may not give. The reason is for the log."""

    code = "hook"


class TooManyQueries(AccessError):
    """As many queries are running as the caller's access policy lets run at the same time."""

    code = "too_many"
    status = 429


class BadPolicy(KubusError):
    """A condition of an access policy comes to something that is neither true nor false."""

    code = "policy"


class SourceError(KubusError):
    """The database refused the statement or failed; the message is the database's own."""

    code = "source"
    status = 400


class ValueRefused(SourceError):
    """A row holds a value that the statement cannot work with. The message is the database's own, for the log alone.

    It may quote the value, and databases test conditions in any order: the row may be one that the caller may not see.
    """

    code = "source_value"

    @property
    def wire_text(self) -> str:
        """The same for every value."""
        return "Error: The database met a value that it cannot work with"


class SourceTimeout(SourceError):
    """The statement took longer than `CUBEJS_DB_QUERY_TIMEOUT`."""

    code = "source_timeout"


class NotSaved(KubusError):
    """A model file cannot be written so. Nothing was written."""

    code = "not_saved"
    status = 400
    wire_prefix = ""


class ChangedMeanwhile(NotSaved):
    """A model file is not as it was when it was read, so that writing it would undo what somebody else did."""

    code = "changed_meanwhile"
    status = 409


class BadTest(KubusError):
    """A test of a data model cannot be run. `problem` is where its file, or a row that it gives, is wrong."""

    code = "bad_test"

    def __init__(self, message: str, *, hint: str | None = None, problem: Problem | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problem = problem


class NoAnswer(KubusError):
    """A server that a program asks cannot be reached, fails, or is no kubus."""

    code = "no_answer"


class NotAudited(KubusError):
    """The audit log cannot be written, and `KUBUS_AUDIT_REQUIRED` says that nothing is answered without it."""

    code = "not_audited"
    status = 503
    wire_prefix = ""


class ShuttingDown(KubusError):
    """The server is draining and takes no new requests."""

    code = "shutting_down"
    status = 503
    wire_prefix = ""
