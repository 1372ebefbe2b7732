"""What is known of one request, gathered on its way; its record is made of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kubus.audit.questions import authorized_question, question
from kubus.audit.texts import as_json
from kubus.context import Caller
from kubus.query.authorize import AuthorizedQuery
from kubus.query.query import Query

# How an answer was come by: its bytes were there; it was kept; a new statement ran, or one that others waited for as
# well; an old answer was given for a new one.
CacheState = Literal["warm", "hit", "miss", "joined", "stale"]

# `running`: the client was told to ask again. `cancelled`: it left before. `begun`: the answer is sent from now on.
Outcome = Literal["ok", "denied", "refused", "failed", "running", "cancelled", "begun"]

Kind = Literal["request", "begin", "end"]


class Ending(NamedTuple):
    """What became of a request: the status of its reply, None without one, and the code of its error if it had one."""

    status: int | None
    outcome: Outcome
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedToken:
    """What a token that did not verify said of itself, none of it proven; and the begin of its hash."""

    reason: str
    token_hash: str = ""
    algorithm: str = ""
    key_id: str = ""
    issuer: str = ""


class Account:
    """A request as its record will tell it. Endpoints fill in what they know as soon as they know it.

    `questions` are the queries, as `question` tells them; `results` the rows and the cache state of each that was
    answered, in the same order.
    """

    __slots__ = ("api", "caller", "is_running", "method", "questions", "refused", "results", "with_values")

    def __init__(self, api: str, method: str, *, with_values: bool = False) -> None:
        self.api = api
        self.method = method
        self.with_values = with_values
        self.caller: Caller | None = None
        self.refused: RefusedToken | None = None
        self.questions: tuple[bytes, ...] = ()
        self.results: list[tuple[int | None, CacheState]] = []
        self.is_running = False

    def asked(self, queries: Iterable[Query]) -> None:
        """These are the queries; whether the caller may ask them is not known yet."""
        self.questions = tuple(question(query, with_values=self.with_values) for query in queries)

    def authorized(self, queries: Iterable[AuthorizedQuery]) -> None:
        """These are the queries as their caller may ask them."""
        self.questions = tuple(authorized_question(one, with_values=self.with_values) for one in queries)

    def queries_json(self) -> bytes:
        """The queries, as JSON."""
        if not self.questions:
            return b"[]"
        parts: list[bytes] = []
        for number, said in enumerate(self.questions):
            rows, cache = self.results[number] if number < len(self.results) else (None, None)
            if rows is None:
                parts.append(b'{%b,"rows":null,"cache":%b}' % (said, b"null" if cache is None else as_json(cache)))
            else:
                parts.append(b'{%b,"rows":%d,"cache":"%b"}' % (said, rows, (cache or "").encode()))
        return b"[" + b",".join(parts) + b"]"


def record(
    kind: Kind, account: Account, identity: bytes, request_id: str, ending: Ending, milliseconds: float
) -> bytes:
    """The inside of the record of a request. `identity` says who asked, as `Identities` does."""
    said = b'"kind":"%b","request_id":%b,"api":%b,"method":%b,%b,"queries":%b' % (
        kind.encode(),
        as_json(request_id),
        as_json(account.api),
        as_json(account.method),
        identity,
        account.queries_json(),
    )
    if account.refused is not None:
        refused = account.refused
        said += b',"token":' + as_json(
            {
                "reason": refused.reason,
                "hash": refused.token_hash,
                "alg": refused.algorithm,
                "kid": refused.key_id,
                "iss": refused.issuer,
            }
        )
    return said + b',"duration_ms":%.3f,"status":%b,"outcome":"%b","error":%b' % (
        milliseconds,
        b"null" if ending.status is None else b"%d" % ending.status,
        ending.outcome.encode(),
        b"null" if ending.error is None else as_json(ending.error),
    )
