"""What of a request is read before a handler sees it: its headers, its body, its parameters."""

import re
from collections.abc import Mapping
from os import urandom
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from kubus.api.wire.malformed import as_array, as_object
from kubus.audit.account import Account
from kubus.errors import QueryError, TooLarge

if TYPE_CHECKING:
    from kubus.semantic_layer import SemanticLayer

# As in `query[filters][0][values][]`: what stands in brackets.
BRACKETS = re.compile(r"\[([^\[\]]*)\]")
MAX_PARAMETERS = 1000
MAX_DEPTH = 20

# Where a token may stand: Cube's own header goes first.
CUBE_HEADER, HEADER = b"x-cube-authorization", b"authorization"

NO_SCOPE: Scope = {}

# The four digits at which the variant of a UUID may begin.
VARIANTS = "89ab"


class Incoming:
    """A request, its body not read. `headers` has the last value of each name, in lower case.

    `auth_seconds` is how long it took to see who asks. `account` is what the audit log will be told of the
    request, None where there is no audit log. `layer` is what answers for the caller, once it is known who that is.
    `several_tokens` says that a header for tokens came more than once.
    """

    layer: "SemanticLayer"

    __slots__ = (
        "_request_id",
        "_scope",
        "account",
        "auth_seconds",
        "headers",
        "layer",
        "method",
        "path",
        "query_string",
        "several_tokens",
    )

    def __init__(
        self,
        method: str,
        path: str,
        query_string: bytes,
        headers: dict[bytes, bytes],
        several_tokens: bool = False,
        scope: Scope = NO_SCOPE,
    ) -> None:
        self.method = method
        self.path = path
        self.query_string = query_string
        self.headers = headers
        self.account: Account | None = None
        self.auth_seconds = 0.0
        self.several_tokens = several_tokens
        self._scope = scope
        self._request_id = ""

    @property
    def request_id(self) -> str:
        """`x-request-id`, else `traceparent`, else a fresh one. The part before `-span-` names one interaction."""
        if not self._request_id:
            given = self.headers.get(b"x-request-id") or self.headers.get(b"traceparent")
            self._request_id = given.decode("latin-1")[:256] if given else f"{random_uuid()}-span-1"
        return self._request_id

    @property
    def takes_chunks(self) -> bool:
        """Whether the client can read a body of which it is not told the length."""
        return self._scope.get("http_version") != "1.0"

    @property
    def peer(self) -> str | None:
        """The address that the connection comes from."""
        client: tuple[str, int] | None = self._scope.get("client")
        return client[0] if client else None

    @property
    def forwarded_for(self) -> str | None:
        """What proxies, or whoever wrote the header, say of who sent the request."""
        given = self.headers.get(b"x-forwarded-for")
        return None if given is None else given.decode("latin-1")

    @property
    def is_json(self) -> bool:
        """Whether the body says that it is JSON; no other type is read."""
        content_type = self.headers.get(b"content-type", b"")
        return content_type.partition(b";")[0].strip().lower() == b"application/json"


def random_uuid() -> str:
    """The text of a random UUID (RFC 9562, version 4); the standard library takes five times as long for it."""
    digits = urandom(16).hex()
    variant = VARIANTS[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def incoming(scope: Scope, path: str) -> Incoming:
    """The request that `scope` opens, to this path below where the application is mounted."""
    given: list[tuple[bytes, bytes]] = scope["headers"]
    headers = dict(given)
    several = len(headers) < len(given) and any(
        sum(name == header for name, _ in given) > 1 for header in (CUBE_HEADER, HEADER)
    )
    return Incoming(scope["method"], path, scope["query_string"], headers, several, scope)


def token_of(request: Incoming) -> str | None:
    """The token of a request: bare, or behind `Bearer`. None for no token, or one of another scheme."""
    header = request.headers.get(CUBE_HEADER) or request.headers.get(HEADER)
    if not header:
        return None
    first, space, rest = header.strip().partition(b" ")
    if not space:
        return first.decode("latin-1") or None
    if first.lower() != b"bearer":
        return None
    return rest.partition(b" ")[0].decode("latin-1") or None


async def read_body(request: Incoming, receive: Receive, limit: int) -> bytes:
    """The body, whole.

    Raises:
        TooLarge: it is longer than `limit` bytes, or says that it is.
        ClientDisconnect: the client left before the end.
    """
    announced = request.headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    chunks: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        length += len(chunk)
        if length > limit:
            raise too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"Request body is larger than {limit} bytes", hint="CUBEJS_MAX_REQUEST_SIZE sets the limit.")


def body_parameters(body: bytes) -> Mapping[str, Any]:
    """The parameters of a JSON body. An array has none, as in Cube.

    Raises:
        QueryError: the body is not JSON, or neither an object nor an array.
    """
    if not body:
        return {}
    try:
        value: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise QueryError(f"Unable to decode the request body as JSON, error: {error}") from error
    given = as_object(value)
    if given is not None:
        return given
    if as_array(value) is not None:
        return {}
    raise QueryError("The request body must be a JSON object")


def url_parameters(query_string: bytes) -> dict[str, Any]:
    """The parameters of a URL: texts, or nested objects and arrays where names have brackets.

    `query[measures][]=a.b` is `{"query": {"measures": ["a.b"]}}`. The first of two equal plain names stands.

    Raises:
        QueryError: there are too many, or they nest too deep.
    """
    try:
        pairs = parse_qsl(
            query_string.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_PARAMETERS
        )
    except ValueError as error:
        raise QueryError(f"There are more than {MAX_PARAMETERS} parameters in the URL") from error
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, bracket, _ = name.partition("[")
        steps = BRACKETS.findall(name[len(head) :]) if bracket and head else []
        if not steps:
            found.setdefault(name, value)
            continue
        if len(steps) > MAX_DEPTH:
            raise QueryError(f"Parameters of the URL nest deeper than {MAX_DEPTH} levels")
        put(found, [head, *steps], value)
    return {name: lists_restored(value) for name, value in found.items()}


def put(target: dict[str, Any], steps: list[str], value: str) -> None:
    """Put `value` where the steps lead. An empty step is the next number."""
    here: dict[str, Any] | None = target
    for step in steps[:-1]:
        here = as_object(here.setdefault(step or str(len(here)), {}))
        if here is None:
            # A plain value is there already, and stands.
            return
    here.setdefault(steps[-1] or str(len(here)), value)


def lists_restored(value: object) -> object:
    """Objects whose keys are 0, 1, 2, … as the arrays they stand for."""
    found = as_object(value)
    if found is None:
        return value
    if list(found) == [str(number) for number in range(len(found))]:
        return [lists_restored(part) for part in found.values()]
    return {key: lists_restored(part) for key, part in found.items()}
