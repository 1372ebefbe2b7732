"""The clients, one that waits and one that is awaited. What they send and read is the same."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from kubus.client.replies import Json, read_reply
from kubus.client.values import result_of
from kubus.errors import NoAnswer, QueryError, SourceTimeout
from kubus.query.query import CacheMode
from kubus.results.member_list import member_list_html
from kubus.results.query_result import QueryResult

JsonQuery = Mapping[str, Any]
# A token, or what gives one: it is asked before every request, so that it may be a fresh one each time.
Token = str | Callable[[], str]
AsyncToken = str | Callable[[], str | Awaitable[str]]

BASE_PATH = "/cubejs-api"
# How long an answer may take in all, in seconds; how long a server may be silent meanwhile.
TIMEOUT = 600.0
SILENCE = 60.0


@dataclass(frozen=True, slots=True)
class AskedSql:
    """The statement that answers a query: its text and the values for its placeholders."""

    sql: str
    parameters: tuple[Any, ...]
    data_source: str


class Client:
    """A kubus (or Cube) server at an address, asked as one caller.

    `token` is who asks: a JSON Web Token, or a function that gives one. `timeout` is how many seconds an answer may
    take: until then the client asks again whenever the server says "Continue wait". It may be used from several
    threads, and shows its members in a notebook.
    """

    def __init__(
        self,
        url: str,
        token: Token | None = None,
        *,
        base_path: str = BASE_PATH,
        timeout: float = TIMEOUT,
        http: httpx.Client | None = None,
    ) -> None:
        self._address = address(url, base_path)
        self._token = token
        self._timeout = timeout
        self._owned = http is None
        self._http = http or httpx.Client(timeout=SILENCE, follow_redirects=False)

    def query(self, query: JsonQuery, *, cache: CacheMode | None = None) -> QueryResult:
        """The rows of a query, with what their columns are: the same as `SemanticLayer.query` gives.

        Raises:
            QueryError: the query is malformed, names what the model does not have, or the database refused it.
            AccessError: the token does not verify, or this caller may not see what is asked for.
            SourceTimeout: the answer is not there after `timeout` seconds.
            NoAnswer: the server cannot be reached, fails, or is no kubus.
        """
        return result_of(self._wait("load", load_body(query, cache)))

    def sql(self, query: JsonQuery) -> AskedSql:
        """The statement that answers a query. Raises what `query` does."""
        return sql_of(self._wait("sql", {"query": dict(query)}))

    def members(self) -> list[dict[str, Any]]:
        """The cubes and views with their members that this caller may ask for, as `/v1/meta` has them."""
        return cubes_of(self._wait("meta", None))

    def _wait(self, endpoint: str, body: Json | None) -> Json:
        end = time.monotonic() + self._timeout
        while True:
            try:
                reply = self._http.send(self._request(endpoint, body))
            except httpx.TransportError as error:
                raise unreachable(self._address, error) from error
            read = read_reply(reply)
            if read is not None:
                return read
            if time.monotonic() >= end:
                raise too_late(self._timeout)

    def _request(self, endpoint: str, body: Json | None) -> httpx.Request:
        token = self._token() if callable(self._token) else self._token
        return self._http.build_request(
            "GET" if body is None else "POST", f"{self._address}/v1/{endpoint}", json=body, headers=headers(token)
        )

    def _repr_html_(self) -> str:
        return member_list_html(self.members())

    def close(self) -> None:
        """Close the connections, unless they are those of a given `http`."""
        if self._owned:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient:
    """`Client`, awaited. Its token may also be a function that is awaited."""

    def __init__(
        self,
        url: str,
        token: AsyncToken | None = None,
        *,
        base_path: str = BASE_PATH,
        timeout: float = TIMEOUT,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._address = address(url, base_path)
        self._token = token
        self._timeout = timeout
        self._owned = http is None
        self._http = http or httpx.AsyncClient(timeout=SILENCE, follow_redirects=False)

    async def query(self, query: JsonQuery, *, cache: CacheMode | None = None) -> QueryResult:
        """The rows of a query. Raises what `Client.query` does."""
        return result_of(await self._wait("load", load_body(query, cache)))

    async def sql(self, query: JsonQuery) -> AskedSql:
        """The statement that answers a query. Raises what `Client.query` does."""
        return sql_of(await self._wait("sql", {"query": dict(query)}))

    async def members(self) -> list[dict[str, Any]]:
        """The cubes and views with their members that this caller may ask for, as `/v1/meta` has them."""
        return cubes_of(await self._wait("meta", None))

    async def _wait(self, endpoint: str, body: Json | None) -> Json:
        try:
            async with asyncio.timeout(self._timeout):
                while True:
                    reply = await self._http.send(await self._request(endpoint, body))
                    read = read_reply(reply)
                    if read is not None:
                        return read
        except httpx.TransportError as error:
            raise unreachable(self._address, error) from error
        except TimeoutError as error:
            raise too_late(self._timeout) from error

    async def _request(self, endpoint: str, body: Json | None) -> httpx.Request:
        token = self._token() if callable(self._token) else self._token
        if inspect.isawaitable(token):
            token = await token
        return self._http.build_request(
            "GET" if body is None else "POST", f"{self._address}/v1/{endpoint}", json=body, headers=headers(token)
        )

    async def close(self) -> None:
        """Close the connections, unless they are those of a given `http`."""
        if self._owned:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def address(url: str, base_path: str) -> str:
    """Where the API is. An address that has the path already keeps it."""
    plain = url.rstrip("/").removesuffix("/v1")
    return plain if plain.endswith(base_path) else plain + base_path


def load_body(query: JsonQuery, cache: CacheMode | None) -> Json:
    """What is sent for a query.

    Raises:
        QueryError: it is several queries.
    """
    if any("compareDateRange" in time for time in query.get("timeDimensions", ())):
        raise QueryError("Here one query is asked at a time", hint="Ask for each range of compareDateRange by itself")
    # Compact rows have the keys once.
    body: Json = {"query": {**query, "responseFormat": "compact"}}
    return body if cache is None else body | {"cache": cache}


def headers(token: str | None) -> dict[str, str]:
    return {} if token is None else {"authorization": token}


def sql_of(body: Json) -> AskedSql:
    try:
        asked = body["sql"]
        text, values = asked["sql"]
        return AskedSql(text, tuple(values), asked.get("dataSource", "default"))
    except (KeyError, TypeError, ValueError) as error:
        raise NoAnswer(f"The answer has no statement: {str(body)[:200]}") from error


def cubes_of(body: Json) -> list[dict[str, Any]]:
    try:
        return list(body["cubes"])
    except (KeyError, TypeError) as error:
        raise NoAnswer(f"The answer has no cubes: {str(body)[:200]}") from error


def unreachable(where: str, error: httpx.TransportError) -> NoAnswer:
    return NoAnswer(f"{where} cannot be reached: {error}", hint="Is the server running, and the address right?")


def too_late(seconds: float) -> SourceTimeout:
    return SourceTimeout(f"The answer is not there after {seconds:g} seconds", hint="Ask for less, or raise `timeout`")
