"""What an operator may set of the HTTP API."""

from dataclasses import dataclass

from kubus.api.rest.cors import ANYBODY, Cors
from kubus.audit.query_tags import NO_TAGS, QueryTags

DEFAULT_SCOPES = frozenset({"graphql", "meta", "data", "sql"})


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """Settings of the HTTP API.

    `dev_mode` turns authentication checks off unless `dev_auth` keeps them on, shows hidden members, and tells callers
    what went wrong inside.
    `max_request_size` is in bytes. `default_scopes` are those of every caller. `cache_control` is sent with answers
    to authenticated callers, and then `Vary: Authorization` with it. `prepared_entries` and `prepared_bytes` bound
    the cache of prepared requests. `drain_seconds` is how long a stopping server lets running requests finish.
    `auth_failures` is how many tokens a minute may fail from one address before it is told to wait; 0 is any number.
    `trusted_proxies` are the addresses and networks whose `X-Forwarded-For` is believed. `auth_401` answers 401 with
    `WWW-Authenticate` where nobody vouches for the caller, instead of 403 as Cube does. `cors` says which
    pages of other origins may read answers, `query_tags` what statements tell the database of their callers.
    `folder_delimiter` stands between the names of nested folders in metadata.
    """

    dev_mode: bool = False
    dev_auth: bool = False
    base_path: str = "/cubejs-api"
    default_limit: int = 10_000
    max_limit: int = 50_000
    default_timezone: str = "UTC"
    max_request_size: int = 50 * 1024 * 1024
    default_scopes: frozenset[str] = DEFAULT_SCOPES
    cache_control: str | None = None
    prepared_entries: int = 10_000
    prepared_bytes: int = 32 * 1024 * 1024
    drain_seconds: int = 30
    folder_delimiter: str = ""
    auth_failures: int = 0
    trusted_proxies: tuple[str, ...] = ()
    auth_401: bool = False
    cors: Cors = ANYBODY
    query_tags: QueryTags = NO_TAGS
    version: str = ""

    @property
    def is_open(self) -> bool:
        """Whether callers are let in whom nobody vouches for."""
        return self.dev_mode and not self.dev_auth
