"""Settings: what the environment and `.env` mean, and every way in which they are wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from kubus.config.missing import NO_EFFECT, REFUSED
from kubus.config.settings import load_settings
from kubus.config.table import SETTINGS
from kubus.errors import ConfigError
from kubus.sources.options import DuckDBOptions, PostgresOptions

FOLDER = Path("/project")
SECRET = "a8F3kQ9xLm2Pz7Rt5Vw1Yb4Nc6Hd0Je8Sg"
PRODUCTION = {"CUBEJS_API_SECRET": SECRET, "CUBEJS_DB_TYPE": "duckdb"}
DEVELOPMENT = {"CUBEJS_DEV_MODE": "true"}
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----"""


def production(**more):
    return load_settings({**PRODUCTION, **more}, {}, FOLDER)


def development(**more):
    return load_settings({**DEVELOPMENT, **more}, {}, FOLDER)


def faults(environ, dotenv=None):
    with pytest.raises(ConfigError) as caught:
        load_settings(environ, dotenv or {}, FOLDER)
    return caught.value.message.split("\n")


def faults_of(**more):
    return faults({**PRODUCTION, **more})


# ── where settings come from ──


def test_the_process_environment_wins_over_dotenv_and_that_over_defaults():
    settings = load_settings({**PRODUCTION, "PORT": "5001"}, {"PORT": "5002", "CUBEJS_DB_QUERY_LIMIT": "7"}, FOLDER)
    assert settings.port == 5001
    assert settings.values["CUBEJS_DB_QUERY_LIMIT"] == 7
    assert settings.values["CUBEJS_DEFAULT_TIMEZONE"] == "UTC"
    assert settings.given["PORT"] == "environment"
    assert settings.given["CUBEJS_DB_QUERY_LIMIT"] == ".env"
    assert "CUBEJS_DEFAULT_TIMEZONE" not in settings.given


def test_an_empty_value_counts_as_not_set():
    assert production(PORT="", CUBEJS_DEFAULT_TIMEZONE="  ").port == 4000
    assert faults({"CUBEJS_API_SECRET": "", "CUBEJS_DB_TYPE": "duckdb"})[0].startswith("apiSecret is required")


def test_an_empty_list_of_algorithms_or_scopes_means_none():
    settings = production(CUBEJS_JWT_ALGS="", CUBEJS_DEFAULT_API_SCOPES="")
    assert settings.jwt[0].algorithms == ()
    assert settings.values["CUBEJS_DEFAULT_API_SCOPES"] == ()
    assert production().jwt[0].algorithms is None


def test_all_problems_are_told_together():
    told = faults({"PORT": "x", "CUBEJS_DB_QUERY_TIMEOUT": "soon", "CUBEJS_DB_SSL": "yes"})
    assert len(told) == 5
    assert told[-2:] == [
        "Either CUBEJS_DB_TYPE or CreateOptions.driverFactory must be specified: "
        "set CUBEJS_DB_TYPE to duckdb or postgres",
        "apiSecret is required option(s): set CUBEJS_API_SECRET to the output of `kubus secret`",
    ]


# ── values ──


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PORT", "0", 0),
        ("PORT", " 65535 ", 65535),
        ("CUBEJS_DB_QUERY_TIMEOUT", "90", timedelta(seconds=90)),
        ("CUBEJS_DB_QUERY_TIMEOUT", "30s", timedelta(seconds=30)),
        ("CUBEJS_DB_QUERY_TIMEOUT", "5m", timedelta(minutes=5)),
        ("CUBEJS_DB_QUERY_TIMEOUT", "1h", timedelta(hours=1)),
        ("CUBEJS_MAX_REQUEST_SIZE", "102400", 100 * 1024),
        ("CUBEJS_MAX_REQUEST_SIZE", "100kb", 100 * 1024),
        ("CUBEJS_MAX_REQUEST_SIZE", "64MB", 64 * 1024**2),
        ("KUBUS_CACHE_SIZE", "1.5gb", 3 * 512 * 1024**2),
        ("CUBEJS_JWT_ISSUER", " a , b,", ("a", "b")),
        ("CUBEJS_JWT_ALGS", "HS256, HS512", ("HS256", "HS512")),
        ("CUBEJS_DEFAULT_TIMEZONE", "america/los_angeles", "America/Los_Angeles"),
        ("CUBEJS_LOG_LEVEL", "TRACE", "trace"),
    ],
)
def test_values_are_read(name, text, value):
    assert production(**{name: text}).values[name] == value


NUMBER = "Must be a whole number that is not negative."
DURATION = "Must be a number in seconds or duration string (1s, 1m, 1h)."


@pytest.mark.parametrize(
    ("name", "text", "must"),
    [
        ("CUBEJS_DB_SSL", "1", "Must be true or false."),
        ("CUBEJS_DEV_MODE", "True", "Must be true or false."),
        ("CUBEJS_DEV_MODE", "yes", "Must be true or false."),
        ("CUBEJS_DB_QUERY_TIMEOUT", "5 m", DURATION),
        ("CUBEJS_DB_QUERY_TIMEOUT", "1d", DURATION),
        ("CUBEJS_DB_QUERY_TIMEOUT", "-1", DURATION),
        ("CUBEJS_DB_QUERY_TIMEOUT", "1.5", DURATION),
        ("CUBEJS_DB_QUERY_TIMEOUT", "1_000", DURATION),
        ("CUBEJS_DB_QUERY_LIMIT", "-1", NUMBER),
        ("CUBEJS_DB_QUERY_LIMIT", "1e3", NUMBER),
        ("CUBEJS_DB_QUERY_LIMIT", "٣", NUMBER),
        ("KUBUS_CACHE_SIZE", "many", "Must be a number of bytes or size string (100kb, 50mb, 1gb)."),
        ("PORT", "65536", "Must be a port between 0 and 65535."),
        ("PORT", "http", "Must be a port between 0 and 65535."),
        ("PORT", "/run/kubus", "Must be a port; listening on a socket path is not supported yet."),
        ("CUBEJS_DB_TYPE", "oracle", "Must be one of duckdb, postgres."),
        ("CUBEJS_LOG_LEVEL", "loud", "Must be one of error, warn, info, debug, trace."),
        ("CUBEJS_DB_MAX_POOL", "0", "Must be a whole number above 0."),
    ],
)
def test_wrong_values_are_refused(name, text, must):
    assert f'Value "{text}" is not valid for {name}. {must}' in faults_of(**{name: text})


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("CUBEJS_DEFAULT_TIMEZONE", "Mars/Olympus", "CUBEJS_DEFAULT_TIMEZONE: there is no time zone 'Mars/Olympus'"),
        ("CUBEJS_MAX_REQUEST_SIZE", "99kb", "CUBEJS_MAX_REQUEST_SIZE: must be between 100kb and 64mb"),
        ("CUBEJS_MAX_REQUEST_SIZE", "65mb", "CUBEJS_MAX_REQUEST_SIZE: must be between 100kb and 64mb"),
        ("KUBUS_JWT_CLOCK_SKEW", "61", "KUBUS_JWT_CLOCK_SKEW: must be at most 60 seconds"),
    ],
)
def test_values_out_of_bounds_are_refused(name, text, fault):
    assert faults_of(**{name: text}) == [fault]


def test_the_default_limit_is_capped_by_the_limit():
    assert production(CUBEJS_DB_QUERY_LIMIT="100").values["CUBEJS_DB_QUERY_DEFAULT_LIMIT"] == 100


# ── secrets and tokens ──


@pytest.mark.parametrize(
    "secret", ["secret", "SECRET", "NEW_SECRET", " secret ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
)
def test_secrets_that_everybody_could_guess_are_refused_in_production(secret):
    (told,) = faults_of(CUBEJS_API_SECRET=secret)
    assert told.startswith("CUBEJS_API_SECRET: the secret is refused, because")
    assert "kubus secret" in told
    assert development(CUBEJS_API_SECRET=secret).warnings == ()


def test_one_bad_secret_of_a_rotation_list_is_refused():
    assert faults_of(CUBEJS_API_SECRETS=f"{SECRET},secret")[0].startswith("CUBEJS_API_SECRETS: the secret is refused")


def test_a_short_secret_is_warned_of():
    ((name, told),) = production(CUBEJS_API_SECRET="x7Kq-31").warnings
    assert name == "CUBEJS_API_SECRET"
    assert "it has 7 bytes" in told
    assert "x7Kq" not in told
    assert production().warnings == ()


def test_production_needs_a_secret_and_development_makes_one():
    assert faults({"CUBEJS_DB_TYPE": "duckdb"}) == [
        "apiSecret is required option(s): set CUBEJS_API_SECRET to the output of `kubus secret`"
    ]
    first, second = development().jwt[0].keys, development().jwt[0].keys
    assert len(first) == 1
    assert first[0].key.raw_value != second[0].key.raw_value
    assert len(first[0].key.raw_value) == 128


def test_the_key_wins_over_the_list_and_that_over_the_secret():
    keys = production(CUBEJS_API_SECRETS=f"{SECRET}1, {SECRET}2").jwt[0].keys
    assert [key.key.raw_value for key in keys] == [f"{SECRET}1".encode(), f"{SECRET}2".encode()]
    (key,) = production(CUBEJS_API_SECRETS=f"{SECRET}1", CUBEJS_JWT_KEY=f"{SECRET}3").jwt[0].keys
    assert key.key.raw_value == f"{SECRET}3".encode()


def test_a_public_key_is_never_taken_for_a_secret():
    (key,) = production(CUBEJS_JWT_KEY=PUBLIC_KEY).jwt[0].keys
    assert key.algorithms == {"ES256"}
    assert faults_of(CUBEJS_JWT_KEY="-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----") == [
        "CUBEJS_JWT_KEY looks like PEM, and holds no RSA, EC or Ed25519 key"
    ]


def test_rules_for_tokens():
    rules = production(
        CUBEJS_JWT_AUDIENCE="me",
        CUBEJS_JWT_ISSUER="a,b",
        CUBEJS_JWT_SUBJECT="s",
        CUBEJS_JWT_CLAIMS_NAMESPACE="https://x",
        CUBEJS_JWT_ALGS="HS512",
        KUBUS_JWT_CLOCK_SKEW="5",
        KUBUS_JWT_MAX_SIZE="4kb",
    ).jwt[0]
    assert (rules.audiences, rules.issuers, rules.subject) == (("me",), ("a", "b"), "s")
    assert (rules.claims_namespace, rules.algorithms) == ("https://x", ("HS512",))
    assert (rules.clock_skew, rules.max_size) == (timedelta(seconds=5), 4096)


def test_production_wants_an_expiry_and_no_tokens_of_development():
    assert production().jwt[0].require_expiry
    assert production().jwt[0].refused_issuers == {"kubus-dev"}
    assert not development().jwt[0].require_expiry
    settings = production(KUBUS_JWT_REQUIRE_EXP="false")
    assert not settings.jwt[0].require_expiry
    assert settings.warnings[0][0] == "KUBUS_JWT_REQUIRE_EXP"


def test_algorithms_that_are_none_are_refused():
    assert faults_of(CUBEJS_JWT_ALGS="HS256,none")[0].startswith(
        "CUBEJS_JWT_ALGS: there is no algorithm none; there are"
    )


def test_algorithms_that_fit_no_key_are_warned_of():
    assert production(CUBEJS_JWT_ALGS="RS256").warnings == (
        ("CUBEJS_JWT_ALGS", "none of the algorithms fits the key, so that every token is refused"),
    )


# ── development mode ──


def test_development_mode_is_off_unless_it_is_asked_for():
    assert not production().dev_mode
    assert not production(NODE_ENV="development").dev_mode
    assert load_settings(PRODUCTION, {"CUBEJS_DEV_MODE": "true"}, FOLDER).dev_mode
    assert not load_settings({**PRODUCTION, "CUBEJS_DEV_MODE": "false"}, {"CUBEJS_DEV_MODE": "true"}, FOLDER).dev_mode


def test_kubus_dev_asks_for_it_unless_something_says_otherwise():
    assert load_settings({}, {}, FOLDER, dev_default=True).dev_mode
    assert load_settings({"CUBEJS_DEV_MODE": ""}, {}, FOLDER, dev_default=True).dev_mode
    assert not load_settings(PRODUCTION, {"CUBEJS_DEV_MODE": "false"}, FOLDER, dev_default=True).dev_mode


def test_node_env_is_warned_of_where_it_contradicts():
    assert development(NODE_ENV="production").warnings[0][0] == "NODE_ENV"
    assert production(NODE_ENV="production").warnings == ()


# ── data sources ──


def test_development_without_a_database_is_duckdb_in_memory():
    assert development().sources == {"default": DuckDBOptions(read_only=True)}


def test_a_duckdb_file():
    source = production(CUBEJS_DB_DUCKDB_DATABASE_PATH="data/x.duckdb", CUBEJS_DB_QUERY_TIMEOUT="7").sources["default"]
    assert isinstance(source, DuckDBOptions)
    assert source.path == FOLDER / "data/x.duckdb"
    assert source.timeout == timedelta(seconds=7)
    assert production(CUBEJS_DB_DUCKDB_DATABASE_PATH=":memory:").sources["default"].path is None
    assert production(CUBEJS_DB_DUCKDB_DATABASE_PATH="/x.duckdb").sources["default"].path == Path("/x.duckdb")


@pytest.mark.parametrize("name", ["CUBEJS_DB_DUCKDB_DATABASE_PATH", "KUBUS_DUCKDB_FOLDER"])
def test_a_duckdb_place_says_which_database_it_is(name):
    settings = load_settings({"CUBEJS_API_SECRET": SECRET, name: "data"}, {}, FOLDER)
    assert isinstance(settings.sources["default"], DuckDBOptions)


def test_postgres():
    source = production(
        CUBEJS_DB_TYPE="postgres",
        CUBEJS_DB_HOST="db",
        CUBEJS_DB_PORT="5433",
        CUBEJS_DB_NAME="shop",
        CUBEJS_DB_USER="reader",
        CUBEJS_DB_PASS="p#w$d ",
        CUBEJS_DB_MAX_POOL="3",
    ).sources["default"]
    assert source == PostgresOptions(
        host="db", port=5433, database="shop", user="reader", password="p#w$d ", max_connections=3
    )


def test_certificates_that_are_not_checked_are_warned_of():
    settings = production(CUBEJS_DB_TYPE="postgres", CUBEJS_DB_SSL="true")
    assert settings.warnings[0][0] == "CUBEJS_DB_SSL_REJECT_UNAUTHORIZED"
    checked = production(CUBEJS_DB_TYPE="postgres", CUBEJS_DB_SSL="true", CUBEJS_DB_SSL_REJECT_UNAUTHORIZED="true")
    assert checked.warnings == ()


def test_a_pool_cannot_keep_more_than_it_may_have():
    assert faults_of(CUBEJS_DB_TYPE="postgres", CUBEJS_DB_MIN_POOL="9", CUBEJS_DB_MAX_POOL="2") == [
        "CUBEJS_DB_MIN_POOL: must not be above CUBEJS_DB_MAX_POOL"
    ]


def test_named_data_sources():
    settings = production(
        CUBEJS_DATASOURCES="default, other_db",
        CUBEJS_DS_OTHER_DB_DB_TYPE="postgres",
        CUBEJS_DS_OTHER_DB_DB_HOST="h",
        CUBEJS_DS_OTHER_DB_DB_PASS="hidden",
    )
    assert settings.warnings == ()
    assert isinstance(settings.sources["default"], DuckDBOptions)
    assert settings.sources["other_db"] == PostgresOptions(host="h", password="hidden")
    assert settings.shown()["CUBEJS_DS_OTHER_DB_DB_HOST"] == "h"
    assert settings.shown()["CUBEJS_DS_OTHER_DB_DB_PASS"] == "********"
    assert settings.given["CUBEJS_DS_OTHER_DB_DB_HOST"] == "environment"


def test_a_named_duckdb_source():
    settings = production(
        CUBEJS_DATASOURCES="default,files",
        KUBUS_DS_FILES_DUCKDB_FOLDER="parquet",
        KUBUS_DS_FILES_DUCKDB_READ_ONLY="false",
    )
    assert settings.sources["files"] == DuckDBOptions(folder=FOLDER / "parquet", read_only=False)


def test_faults_name_the_setting_of_the_source():
    told = faults_of(CUBEJS_DATASOURCES="default,b", CUBEJS_DS_B_DB_TYPE="postgres", CUBEJS_DS_B_DB_PORT="x")
    assert told == ['Value "x" is not valid for CUBEJS_DS_B_DB_PORT. Must be a port between 0 and 65535.']


def test_a_source_that_is_not_declared_is_refused():
    fault = "CUBEJS_DS_OTHER_DB_HOST: The other data source is missing in the declared CUBEJS_DATASOURCES."
    assert faults_of(CUBEJS_DS_OTHER_DB_HOST="h") == [fault]
    assert faults_of(CUBEJS_DATASOURCES="a", CUBEJS_DS_A_DB_TYPE="duckdb") == [
        "The default data source is missing in the declared CUBEJS_DATASOURCES."
    ]
    assert "is no name" in faults_of(CUBEJS_DATASOURCES="default,a-b")[0]


def test_the_default_source_has_plain_names():
    ((name, told),) = production(CUBEJS_DS_DEFAULT_DB_HOST="h").warnings
    assert name == "CUBEJS_DS_DEFAULT_DB_HOST"
    assert told == "has no effect; for the data source 'default' it is CUBEJS_DB_HOST"
    ((_, told),) = production(
        CUBEJS_DATASOURCES="default,b", CUBEJS_DS_B_DB_TYPE="duckdb", CUBEJS_DS_b_DB_HOST="h"
    ).warnings
    assert told == "has no effect; for the data source 'b' it is CUBEJS_DS_B_DB_HOST"


# ── names that kubus does not have ──


@pytest.mark.parametrize("name", [name for name in REFUSED if not name.endswith("*")])
def test_what_is_not_built_and_would_matter_is_refused(name):
    (told,) = faults_of(**{name: "true"})
    assert told.startswith(f"{name}: ")
    assert production(**{name: ""}).warnings == ()


@pytest.mark.parametrize(("name", "value"), [("CUBEJS_ROLLUP_ONLY", "false"), ("CUBEJS_ENABLE_TLS", "false")])
def test_what_is_switched_off_is_not_refused(name, value):
    production(**{name: value})


def test_what_is_refused_for_one_source_is_refused_for_all():
    assert faults_of(
        CUBEJS_DATASOURCES="default,b",
        CUBEJS_DS_B_DB_TYPE="postgres",
        CUBEJS_DS_B_DB_SSL_CIPHERS="x",
        CUBEJS_DB_DUCKDB_S3_REGION="y",
    ) == [
        "CUBEJS_DS_B_DB_SSL_CIPHERS: choosing ciphers comes with a later version",
        f"CUBEJS_DB_DUCKDB_S3_REGION: {REFUSED['CUBEJS_DB_DUCKDB_S3_*']}",
    ]


@pytest.mark.parametrize("name", NO_EFFECT)
def test_what_has_no_effect_is_warned_of(name):
    real = name.replace("*", "_X")
    assert production(**{real: "1"}).warnings == ((real, f"has no effect in kubus: {NO_EFFECT[name]}"),)


def test_mistyped_names_are_warned_of_with_the_nearest():
    assert production(CUBEJS_API_SECERT="x", KUBUS_SOMETHING="1", OTHER="2").warnings == (
        ("CUBEJS_API_SECERT", "kubus knows no such setting; did you mean CUBEJS_API_SECRET?"),
        ("KUBUS_SOMETHING", "kubus knows no such setting"),
    )


def test_websockets_are_warned_of_and_other_drivers_refused():
    assert production(CUBEJS_WEB_SOCKETS="true").warnings[0][0] == "CUBEJS_WEB_SOCKETS"
    assert production(CUBEJS_WEB_SOCKETS="false").warnings == ()
    for driver in ("cubestore", "redis"):
        assert f"{driver} is not supported; set it to memory" in faults_of(CUBEJS_CACHE_AND_QUEUE_DRIVER=driver)[0]


def test_the_guides_env_works_unchanged():
    settings = load_settings(
        {},
        {
            "CUBEJS_DB_TYPE": "postgres",
            "CUBEJS_DB_HOST": "demo-db",
            "CUBEJS_DB_PORT": "5432",
            "CUBEJS_DB_SSL": "false",
            "CUBEJS_DB_USER": "cube",
            "CUBEJS_DB_PASS": "12345",
            "CUBEJS_DB_NAME": "ecom",
            "CUBEJS_DEV_MODE": "false",
            "CUBEJS_WEB_SOCKETS": "false",
            "CUBEJS_API_SECRET": SECRET * 3,
            "CUBEJS_CACHE_AND_QUEUE_DRIVER": "memory",
            "CUBEJS_EXTERNAL_DEFAULT": "true",
            "CUBEJS_SCHEDULED_REFRESH_DEFAULT": "true",
            "CUBEJS_SCHEMA_PATH": "model",
        },
        FOLDER,
    )
    assert settings.warnings == ()
    assert settings.model == FOLDER / "model"


# ── secrets stay secret ──


def test_no_secret_is_shown_or_told():
    secrets = {s.name: f"hidden-{number}-{SECRET}" for number, s in enumerate(SETTINGS) if s.secret}
    settings = load_settings({**secrets, "CUBEJS_DB_TYPE": "postgres"}, {}, FOLDER)
    for text in (str(settings.shown()), repr(settings), str(settings.warnings)):
        assert "hidden" not in text
    assert settings.shown()["CUBEJS_DB_PASS"] == "********"
    assert production().shown()["CUBEJS_DB_PASS"] == ""
    told = faults({**secrets, "PORT": "x", "CUBEJS_JWT_KEY": "-----BEGIN hidden", "CUBEJS_DB_TYPE": "postgres"})
    assert "hidden" not in str(told)


@pytest.mark.parametrize("name", [s.name for s in SETTINGS])
def test_names_that_sound_secret_are(name):
    if name == "CUBEJS_JWK_URL":
        # Everybody may read those keys, and the log says whose they are.
        return
    sounds = any(word in name for word in ("SECRET", "PASS", "_KEY", "_URL")) and not name.endswith("PRIMARY_KEY")
    if name == "KUBUS_REVOCATION":
        # The address of a server may hold a password.
        sounds = True
    (setting,) = (s for s in SETTINGS if s.name == name)
    assert setting.secret == sounds


# ── the page ──


def test_the_page_of_settings_is_in_step_with_the_code():
    from kubus.config.page import page

    assert (Path(__file__).parents[2] / "docs" / "settings.md").read_text() == page()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_every_setting_is_on_the_page(setting):
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    assert f"| `{setting.name}` |" in text
    assert setting.meaning in text
