"""Settings of Cube that kubus does not have: those that are refused, and those without effect.

Refused is what would change who is let in, what is answered or how safe a connection is: passing it over would leave
its owner believing in it. The rest is warned of.
"""

import re

LATER = "comes with a later version"
SQL_API = f"the SQL API {LATER}"
ROLLUPS = "pre-aggregations come with a later version"
NO_DOWNLOADS = "extensions would have to be downloaded at run time, which kubus does not do"
NO_REDIS = "Redis support was removed; set CUBEJS_CACHE_AND_QUEUE_DRIVER=memory"

REFUSED: dict[str, str] = {
    "CUBEJS_PLAYGROUND_AUTH_SECRET": f"the system API {LATER}",
    "CUBEJS_ROLLUP_ONLY": f"answering from pre-aggregations {LATER}",
    "CUBEJS_ENABLE_TLS": "TLS support has been removed: it is the work of a proxy in front",
    "CUBEJS_DB_DUCKDB_MOTHERDUCK_TOKEN": "MotherDuck is not supported",
    "CUBEJS_DB_DUCKDB_EXTENSIONS": NO_DOWNLOADS,
    "CUBEJS_DB_DUCKDB_COMMUNITY_EXTENSIONS": NO_DOWNLOADS,
    "CUBEJS_DB_DUCKDB_S3_*": "reading from S3 needs an extension of DuckDB; " + NO_DOWNLOADS,
    "CUBEJS_DB_SOCKET_PATH": "use CUBEJS_DB_HOST with the folder of the socket",
    "CUBEJS_DB_SSL_CIPHERS": f"choosing ciphers {LATER}",
    "CUBEJS_DB_SSL_PASSPHRASE": f"reading keys with a pass phrase {LATER}",
    "CUBEJS_DB_SSL_SERVERNAME": f"checking for another name than the host's {LATER}",
    "CUBEJS_REDIS_URL": NO_REDIS,
    "REDIS_URL": NO_REDIS,
}

# With these values a refused setting asks for nothing.
HARMLESS = {"CUBEJS_ROLLUP_ONLY": "false", "CUBEJS_ENABLE_TLS": "false"}

NO_EFFECT: dict[str, str] = {
    "CUBEJS_ACCESS_POLICY_MASK_*": "access policies come with a later version",
    "CUBEJS_AGENT_*": "logs go to standard error",
    "CUBEJS_API_URL": "the address is where the server listens",
    "CUBEJS_AWS_*": "AWS data sources are not supported yet",
    "CUBEJS_BATCHING_ROW_SPLIT_COUNT": "answers are not split",
    "CUBEJS_CUBESTORE_*": "Cube Store is not used",
    "CUBEJS_DB_BQ_*": "BigQuery is not supported yet",
    "CUBEJS_DB_EXPORT_BUCKET*": ROLLUPS,
    "CUBEJS_DB_POLL_*": "no supported database is polled",
    "CUBEJS_DB_SNOWFLAKE_*": "Snowflake is not supported yet",
    "CUBEJS_DROP_PRE_AGG_WITHOUT_TOUCH": ROLLUPS,
    "CUBEJS_FAST_RELOAD_ENABLED": "`kubus dev` compiles the model again when its files change",
    "CUBEJS_JDBC_*": "JDBC is not used",
    "CUBEJS_LIVE_PREVIEW": "there is no live preview",
    "CUBEJS_MAX_PARTITIONS_PER_CUBE": ROLLUPS,
    "CUBEJS_MAX_SESSIONS": SQL_API,
    "CUBEJS_MAX_SOURCE_ROW_LIMIT": ROLLUPS,
    "CUBEJS_PG_SQL_PORT": SQL_API,
    "CUBEJS_PREVIEW_FEATURES": "there are none",
    "CUBEJS_PRE_AGGREGATIONS_*": ROLLUPS,
    "CUBEJS_REFRESH_KEY_LOCAL_TIME": "refresh keys that change with the clock are always read from the server's",
    "CUBEJS_REFRESH_WORKER_CONCURRENCY": ROLLUPS,
    "CUBEJS_SCHEDULED_REFRESH*": ROLLUPS,
    "CUBEJS_SERVER_HEADERS_TIMEOUT": "the server's own limit holds",
    "CUBEJS_SERVER_KEEP_ALIVE_TIMEOUT": "the server's own limit holds",
    "CUBEJS_SQL_*": SQL_API,
    "CUBEJS_TOUCH_PRE_AGG_TIMEOUT": ROLLUPS,
    "CUBEJS_TRANSPILATION_*": "models are not transpiled",
    "CUBESQL_*": SQL_API,
}


def refusal(name: str, value: str) -> str | None:
    """Why a setting is refused with this value; None if it is not."""
    plain = undecorated(name)
    reason = told(plain, REFUSED)
    return None if reason is None or value.strip().lower() == HARMLESS.get(plain) else reason


def lack_of_effect(name: str) -> str | None:
    """Why a setting of Cube has no effect here; None if it is none that is known."""
    return told(undecorated(name), NO_EFFECT)


def told(name: str, reasons: dict[str, str]) -> str | None:
    """What is said of a name, or of all that begin like it."""
    if name in reasons:
        return reasons[name]
    return next((why for known, why in reasons.items() if known.endswith("*") and name.startswith(known[:-1])), None)


def undecorated(name: str) -> str:
    """`CUBEJS_DS_<NAME>_DB_X`, a setting of one data source, as the setting `CUBEJS_DB_X`."""
    return re.sub(r"^CUBEJS_DS_.+?_((?:PRE_AGGREGATIONS_)?DB|AWS|JDBC)_", r"CUBEJS_\1_", name)
