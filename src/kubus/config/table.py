"""The one table of settings: name, type, default, meaning. Parsing, `kubus config show` and docs/settings.md come from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kubus.config import values
from kubus.loading.lint.rules import RULE_NAMES


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable of the environment. `secret` values are never shown. `per_source` ones exist for each data source.
    An empty value counts as not set, unless `empty_means_none` says that it is an empty list."""

    name: str
    read: Callable[[str], Any]
    default: Any
    meaning: str
    group: str
    secret: bool = False
    per_source: bool = False
    empty_means_none: bool = False

    def decorated(self, source: str) -> str:
        """The name of this setting for one data source: `CUBEJS_DB_X` is `CUBEJS_DS_<NAME>_DB_X`."""
        owner, rest = self.name.split("_", 1)
        return self.name if source == "default" else f"{owner}_DS_{source.upper()}_{rest}"


SERVER, AUTH, MODEL, SOURCES, AUDIT, OURS = (
    "Server",
    "Tokens",
    "Model and queries",
    "Data sources",
    "Audit log",
    "kubus alone",
)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "CUBEJS_DEV_MODE",
        values.boolean,
        False,
        "development mode: authentication checks are off, model files are watched",
        SERVER,
    ),
    Setting("PORT", values.port, 4000, "the port to listen on", SERVER),
    Setting(
        "CUBEJS_MAX_REQUEST_SIZE", values.size, 50 * 1024**2, "the largest request body, from 100kb to 64mb", SERVER
    ),
    Setting(
        "CUBEJS_GRACEFUL_SHUTDOWN",
        values.duration,
        timedelta(seconds=30),
        "how long running requests may take to finish when the server stops",
        SERVER,
    ),
    Setting(
        "KUBUS_CORS_ORIGINS",
        values.names,
        ("*",),
        "the origins whose pages may read answers, such as `https://app.example.com`; `*` is every one, empty is none",
        SERVER,
        empty_means_none=True,
    ),
    Setting(
        "KUBUS_CORS_METHODS",
        values.names,
        ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"),
        "the methods that such pages may use",
        SERVER,
    ),
    Setting(
        "KUBUS_CORS_HEADERS",
        values.names,
        ("authorization", "content-type", "x-request-id"),
        "the headers that such pages may send",
        SERVER,
    ),
    Setting("KUBUS_CORS_EXPOSED_HEADERS", values.names, (), "the headers of answers that such pages may read", SERVER),
    Setting(
        "KUBUS_CORS_CREDENTIALS",
        values.boolean,
        False,
        "let browsers send cookies along, which kubus does not read; only with origins by name",
        SERVER,
    ),
    Setting(
        "KUBUS_CORS_MAX_AGE",
        values.whole,
        None,
        "how many seconds browsers remember what they may send",
        SERVER,
    ),
    Setting(
        "CUBEJS_LOG_LEVEL",
        values.one_of("error", "warn", "info", "debug", "trace"),
        "info",
        "what is logged: error, warn, info or trace",
        SERVER,
    ),
    Setting(
        "CUBEJS_LOG_REDACTION", values.boolean, None, "accepted; kubus never logs values, tokens or secrets", SERVER
    ),
    Setting("CUBEJS_TELEMETRY", values.boolean, False, "accepted; kubus sends nothing to anybody", SERVER),
    Setting(
        "CUBEJS_CACHE_AND_QUEUE_DRIVER",
        values.one_of("memory", "cubestore", "redis"),
        "memory",
        "where answers are kept: memory is the only one so far",
        SERVER,
    ),
    Setting(
        "CUBEJS_API_SECRET",
        values.text,
        None,
        "the secret that tokens are signed with; `kubus secret` makes one",
        AUTH,
        secret=True,
    ),
    Setting(
        "CUBEJS_API_SECRETS",
        values.names,
        None,
        "several secrets, tried in order, for rotation; wins over the one above",
        AUTH,
        secret=True,
    ),
    Setting(
        "CUBEJS_JWT_KEY",
        values.text,
        None,
        "a secret, a PEM public key, a JWK or a key set; wins over both above",
        AUTH,
        secret=True,
    ),
    Setting(
        "KUBUS_ISSUERS",
        values.text,
        None,
        "whose tokens are taken: addresses of OpenID issuers, or a JSON list, see [openid.md](openid.md); wins over all keys",
        AUTH,
    ),
    Setting(
        "CUBEJS_JWK_URL",
        values.text,
        None,
        "the address of the keys that tokens are signed with; wins over all above but issuers",
        AUTH,
    ),
    Setting(
        "KUBUS_JWK_RETRY", values.positive, 3, "how often fetching keys is tried before it has failed, up to 5", AUTH
    ),
    Setting(
        "KUBUS_JWK_DEFAULT_EXPIRE",
        values.duration,
        timedelta(minutes=5),
        "how long fetched keys are kept where the answer has no `max-age`",
        AUTH,
    ),
    Setting(
        "KUBUS_JWK_REFETCH_WINDOW",
        values.duration,
        timedelta(seconds=60),
        "how often an unknown `kid` may cause a fetch; also the least time between two",
        AUTH,
    ),
    Setting(
        "KUBUS_JWK_STALE",
        values.duration,
        timedelta(hours=24),
        "how long the last keys are used while they cannot be fetched",
        AUTH,
    ),
    Setting("CUBEJS_JWT_ALGS", values.names, None, "the algorithms that tokens may use", AUTH, empty_means_none=True),
    Setting("CUBEJS_JWT_AUDIENCE", values.text, None, "the `aud` that tokens must have", AUTH),
    Setting("CUBEJS_JWT_ISSUER", values.names, None, "the `iss` that tokens must have, one of a list", AUTH),
    Setting("CUBEJS_JWT_SUBJECT", values.text, None, "the `sub` that tokens must have", AUTH),
    Setting("CUBEJS_JWT_CLAIMS_NAMESPACE", values.text, None, "the claim that holds the security context", AUTH),
    Setting(
        "CUBEJS_DEFAULT_API_SCOPES",
        values.names,
        ("graphql", "meta", "data", "sql"),
        "the scopes of every caller; add `meta-extended` for metadata with SQL",
        AUTH,
        empty_means_none=True,
    ),
    Setting(
        "KUBUS_JWT_REQUIRE_EXP",
        values.boolean,
        None,
        "refuse tokens without `exp`; on in production, off in development",
        AUTH,
    ),
    Setting(
        "KUBUS_JWT_CLOCK_SKEW", values.duration, timedelta(0), "how far clocks may be apart, up to 60 seconds", AUTH
    ),
    Setting(
        "KUBUS_JWT_MAX_AGE", values.duration, None, "refuse tokens whose `iat` is longer ago, or that have none", AUTH
    ),
    Setting(
        "KUBUS_JWT_TYPES",
        values.names,
        None,
        "the values of the header `typ` that tokens may have, such as `at+jwt`: keeps ID tokens out",
        AUTH,
    ),
    Setting(
        "KUBUS_GROUPS_CLAIM",
        values.text,
        None,
        "the claim whose values are the caller's groups, for access policies; dots lead into objects",
        AUTH,
    ),
    Setting(
        "KUBUS_TENANT_CLAIM",
        values.text,
        None,
        "the claim that says which tenant the caller belongs to: their app id, unless a hook says otherwise",
        AUTH,
    ),
    Setting("KUBUS_SUBJECT_CLAIM", values.text, "sub", "the claim that says who the caller is, for records", AUTH),
    Setting(
        "KUBUS_REVOCATION",
        values.text,
        None,
        "the list of revoked tokens: a file, or the address of a Valkey or Redis server, see [tokens.md](tokens.md)",
        AUTH,
        secret=True,
    ),
    Setting(
        "KUBUS_REVOCATION_STALE",
        values.duration,
        timedelta(hours=1),
        "how long the last list of revoked tokens holds while it cannot be read; then every token is refused",
        AUTH,
    ),
    Setting(
        "KUBUS_AUTH_401",
        values.boolean,
        False,
        "answer 401 with `WWW-Authenticate`, as RFC 6750 says, where there is no valid token; else 403, as Cube does",
        AUTH,
    ),
    Setting(
        "KUBUS_AUTH_FAILURES",
        values.whole,
        100,
        "how many tokens a minute may fail from one address before it is answered 429; 0 for any number",
        AUTH,
    ),
    Setting(
        "KUBUS_TRUSTED_PROXIES",
        values.networks,
        (),
        "the addresses or networks of proxies whose `X-Forwarded-For` is believed, for counting failures",
        AUTH,
    ),
    Setting("KUBUS_JWT_MAX_SIZE", values.size, 16 * 1024, "the longest token, in bytes", AUTH),
    Setting(
        "KUBUS_CONTEXT_COMPAT",
        values.one_of("overlay", "raw"),
        "overlay",
        "`raw` gives the payload as the security context, without laying namespaced claims over it",
        AUTH,
    ),
    Setting(
        "KUBUS_MISSING_CLAIMS",
        values.one_of("allow", "deny"),
        "allow",
        "what `SECURITY_CONTEXT.….filter` in a model does without its claim: let every row through, or refuse the query",
        AUTH,
    ),
    Setting(
        "KUBUS_DEFAULT_ACCESS",
        values.one_of("allow", "deny"),
        "allow",
        "whether a cube or view without `access_policy` is open to everyone, or closed; see [access](access.md)",
        AUTH,
    ),
    *(
        Setting(
            f"CUBEJS_ACCESS_POLICY_MASK_{kind}",
            read,
            None,
            f"what a masked member of type {kind.lower()} shows that declares no `mask`; null if not set",
            AUTH,
        )
        for kind, read in {
            "STRING": values.text,
            "NUMBER": values.number_text,
            "BOOLEAN": values.boolean_text,
            "TIME": values.date_text,
        }.items()
    ),
    Setting(
        "KUBUS_HOOK_TIMEOUT",
        values.duration,
        timedelta(seconds=5),
        "how long a hook may take that is called for a request, such as `check_auth`; the request is denied then",
        AUTH,
    ),
    Setting(
        "KUBUS_SETUP_HOOK_TIMEOUT",
        values.duration,
        timedelta(seconds=60),
        "how long a hook may take that sets up a tenant: `repository_factory` and `driver_factory`",
        AUTH,
    ),
    Setting(
        "KUBUS_SHARED_COMPARTMENT",
        values.boolean,
        False,
        "let all app ids share connections and kept answers where no `context_to_orchestrator_id` says otherwise, as in Cube",
        AUTH,
    ),
    Setting(
        "KUBUS_TENANT_POOLS",
        values.positive,
        200,
        "how many tenants with connections of their own are kept connected",
        SOURCES,
    ),
    Setting(
        "KUBUS_TENANT_SHARE",
        values.percent,
        50,
        "how much of a data source that tenants share, in percent of its connections, one tenant may take at a time",
        SOURCES,
    ),
    Setting(
        "KUBUS_TENANT_QUEUE",
        values.positive,
        1000,
        "how many statements of one tenant may wait for a data source",
        SOURCES,
    ),
    Setting("CUBEJS_COMPILER_CACHE_SIZE", values.positive, 250, "how many compiled models are kept", MODEL),
    Setting("CUBEJS_APP", values.text, "STANDALONE", "the app id of callers to whom no hook gives another", MODEL),
    Setting("CUBEJS_SCHEMA_PATH", values.text, "model", "the folder of the model files", MODEL),
    Setting(
        "KUBUS_FAIL_ON_MODEL_ERROR",
        values.boolean,
        False,
        "end the start of `kubus serve` with status 1 if the model does not compile, so that a rolling deployment stops",
        MODEL,
    ),
    Setting(
        "KUBUS_AMBIGUOUS_JOINS",
        values.one_of("warn", "error"),
        "warn",
        "what happens to a query whose cubes can be joined in two ways equally short: a warning in development, or `error`",
        MODEL,
    ),
    Setting(
        "KUBUS_LINT_OFF",
        values.some_of(*RULE_NAMES),
        (),
        "the rules of `kubus check` that are not asked, see [lint.md](lint.md)",
        MODEL,
    ),
    Setting(
        "CUBEJS_NESTED_FOLDERS_DELIMITER",
        values.text,
        None,
        "what stands between the names of nested folders in metadata; without it their members are those of the outermost",
        MODEL,
    ),
    Setting("CUBEJS_DB_QUERY_LIMIT", values.whole, 50_000, "the most rows that a query may ask for", MODEL),
    Setting(
        "CUBEJS_DB_QUERY_DEFAULT_LIMIT", values.whole, 10_000, "the rows that a query gets when it does not say", MODEL
    ),
    Setting("CUBEJS_DEFAULT_TIMEZONE", values.text, "UTC", "the time zone of queries that do not say", MODEL),
    Setting("CUBEJS_DB_QUERY_TIMEOUT", values.duration, timedelta(minutes=10), "how long a statement may take", MODEL),
    Setting(
        "CUBEJS_ALLOW_UNGROUPED_WITHOUT_PRIMARY_KEY",
        values.boolean,
        True,
        "whether ungrouped queries may leave out primary keys",
        MODEL,
    ),
    Setting("CUBEJS_EXTERNAL_DEFAULT", values.boolean, True, "accepted; pre-aggregations come later", MODEL),
    Setting("CUBEJS_SCHEDULED_REFRESH_DEFAULT", values.boolean, True, "accepted; pre-aggregations come later", MODEL),
    Setting("CUBEJS_SCHEDULED_REFRESH_TIMER", values.text, None, "accepted; pre-aggregations come later", MODEL),
    Setting("CUBEJS_REFRESH_WORKER", values.boolean, False, "accepted; pre-aggregations come later", MODEL),
    Setting("CUBEJS_TESSERACT_SQL_PLANNER", values.boolean, True, "accepted; there is one planner", MODEL),
    Setting("CUBEJS_WEB_SOCKETS", values.boolean, False, "accepted; WebSockets come later", SERVER),
    Setting("CUBEJS_DATASOURCES", values.names, ("default",), "the names of the data sources", SOURCES),
    Setting(
        "CUBEJS_DB_TYPE",
        values.one_of("duckdb", "postgres"),
        None,
        "the database: duckdb or postgres",
        SOURCES,
        per_source=True,
    ),
    Setting("CUBEJS_DB_URL", values.text, None, "a connection URL", SOURCES, secret=True, per_source=True),
    Setting("CUBEJS_DB_HOST", values.text, None, "the host", SOURCES, per_source=True),
    Setting("CUBEJS_DB_PORT", values.port, None, "the port", SOURCES, per_source=True),
    Setting("CUBEJS_DB_NAME", values.text, None, "the database's name", SOURCES, per_source=True),
    Setting("CUBEJS_DB_USER", values.text, None, "the user", SOURCES, per_source=True),
    Setting("CUBEJS_DB_PASS", values.text, None, "the password", SOURCES, secret=True, per_source=True),
    Setting("CUBEJS_DB_SSL", values.boolean, False, "connect by TLS", SOURCES, per_source=True),
    Setting(
        "CUBEJS_DB_SSL_REJECT_UNAUTHORIZED",
        values.boolean,
        False,
        "check the server's certificate",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "CUBEJS_DB_SSL_CA",
        values.text,
        None,
        "the certificate authority: a path, or PEM text",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "CUBEJS_DB_SSL_CERT",
        values.text,
        None,
        "the client's certificate: a path, or PEM text",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "CUBEJS_DB_SSL_KEY",
        values.text,
        None,
        "the client's key: a path, or PEM text",
        SOURCES,
        secret=True,
        per_source=True,
    ),
    Setting("CUBEJS_DB_MAX_POOL", values.positive, 8, "the most connections", SOURCES, per_source=True),
    Setting("CUBEJS_DB_MIN_POOL", values.whole, 1, "the connections that are kept open", SOURCES, per_source=True),
    Setting(
        "CUBEJS_CONCURRENCY",
        values.whole,
        None,
        "accepted; the pool bounds how many statements run at once",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "CUBEJS_DB_DUCKDB_DATABASE_PATH",
        values.text,
        None,
        "the DuckDB file; without one, memory",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "CUBEJS_DB_DUCKDB_MEMORY_LIMIT",
        values.text,
        None,
        "the most memory that DuckDB may use, such as 2GB",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "CUBEJS_DB_DUCKDB_SCHEMA",
        values.text,
        None,
        "the schema that unqualified tables are in",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "KUBUS_DUCKDB_READ_ONLY",
        values.boolean,
        True,
        "open the DuckDB file for reading alone, so that several processes can",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "KUBUS_DUCKDB_FOLDER",
        values.text,
        None,
        "a folder of Parquet and CSV files that are tables by their names",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "KUBUS_DUCKDB_THREADS",
        values.positive,
        None,
        "the threads that DuckDB uses; every core if not set",
        SOURCES,
        per_source=True,
    ),
    Setting(
        "KUBUS_AUDIT",
        values.one_of("off", "file", "stdout", "table"),
        "off",
        "where who asked what is recorded: file, stdout or table, see [audit.md](audit.md)",
        AUDIT,
    ),
    Setting(
        "KUBUS_AUDIT_REQUIRED",
        values.boolean,
        False,
        "answer nothing that cannot be recorded; otherwise an alarm is raised and answers go on",
        AUDIT,
    ),
    Setting("KUBUS_AUDIT_FILE", values.text, "audit/audit.jsonl", "the file that records go to", AUDIT),
    Setting("KUBUS_AUDIT_URL", values.text, None, "the PostgreSQL of the table that records go to", AUDIT, secret=True),
    Setting(
        "KUBUS_AUDIT_TABLE",
        values.text,
        "kubus_audit",
        "the table that records go to, with its schema if it is another one than the default",
        AUDIT,
    ),
    Setting(
        "KUBUS_AUDIT_KEY",
        values.text,
        None,
        "the key of the chain: who does not have it cannot rewrite the log; `kubus secret` makes one",
        AUDIT,
        secret=True,
    ),
    Setting("KUBUS_AUDIT_CLAIMS", values.names, (), "the claims that are recorded, by name or path", AUDIT),
    Setting(
        "KUBUS_AUDIT_HASHED",
        values.names,
        (),
        "the claims of which a keyed hash is recorded instead of the value; `sub` and `iss` can be among them",
        AUDIT,
    ),
    Setting("KUBUS_AUDIT_VALUES", values.boolean, False, "record the values that queries filter by as well", AUDIT),
    Setting(
        "KUBUS_QUERY_TAGS",
        values.some_of("tenant", "user", "request"),
        (),
        "what statements tell the database of who asks, in a comment: tenant, user (a hash keyed with `KUBUS_AUDIT_KEY`), request",
        AUDIT,
    ),
    Setting(
        "KUBUS_AUDIT_SYNC",
        values.one_of("never", "second", "always"),
        "never",
        "when the disk is asked to keep what was written: never, once a second, or always before the answer",
        AUDIT,
    ),
    Setting(
        "KUBUS_AUDIT_ROTATE_SIZE", values.size, 100 * 1024**2, "a file of this size is followed by a new one", AUDIT
    ),
    Setting(
        "KUBUS_AUDIT_ROTATE_EVERY",
        values.duration,
        timedelta(0),
        "a file of this age is followed by a new one, such as `24h`; 0 is never",
        AUDIT,
    ),
    Setting(
        "KUBUS_AUDIT_KEEP",
        values.duration,
        timedelta(0),
        "full files of this age are removed, such as `8760h`; 0 is never",
        AUDIT,
    ),
    Setting(
        "KUBUS_DEV_ALLOW_REMOTE",
        values.boolean,
        False,
        "let development mode listen on other addresses than loopback: everybody who reaches it reads everything",
        OURS,
    ),
    Setting(
        "KUBUS_DEV_AUTH",
        values.boolean,
        False,
        "development mode asks callers for a token all the same, as production always does",
        OURS,
    ),
    Setting(
        "KUBUS_CONTINUE_WAIT",
        values.duration,
        timedelta(seconds=10),
        "how long a request waits before the client is told to ask again",
        OURS,
    ),
    Setting("KUBUS_CACHE_SIZE", values.size, 256 * 1024**2, "the memory for kept answers", OURS),
    Setting(
        "KUBUS_CACHE_CONTROL",
        values.text,
        None,
        "the Cache-Control header of answers, such as `private, no-store`",
        OURS,
    ),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}
