"""`kubus doctor`: what is not fit for production is found, and what is fit is left alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kubus.config.hooks import Hooks
from kubus.config.settings import load_settings
from kubus.doctor.audit_checks import check_audit_place
from kubus.doctor.check import Check
from kubus.doctor.database_checks import check_databases, encryption
from kubus.doctor.examination import examine
from kubus.doctor.settings_checks import check_settings
from kubus.doctor.tenant_checks import check_tenants
from kubus.sources.options import PostgresOptions
from tests.cli.project import SECRET, Project
from tests.engines.certificates import Authority
from tests.engines.postgres import Server, running_postgres

FIT = {
    "CUBEJS_API_SECRET": SECRET,
    "CUBEJS_DB_TYPE": "duckdb",
    "CUBEJS_DEFAULT_API_SCOPES": "data,meta",
    "KUBUS_CORS_ORIGINS": "https://app.example",
    "KUBUS_JWT_MAX_AGE": "12h",
    "KUBUS_AUDIT": "file",
    "KUBUS_AUDIT_KEY": "a key of the audit log of more than thirty-two bytes",
    "KUBUS_AUDIT_REQUIRED": "true",
    "KUBUS_MISSING_CLAIMS": "deny",
}
SIGNER = {**FIT, "CUBEJS_API_SECRET": "", "CUBEJS_JWK_URL": "https://id.example/keys"}
WHOLE_SIGNER = {
    **SIGNER,
    "CUBEJS_JWT_ISSUER": "https://id.example/",
    "CUBEJS_JWT_AUDIENCE": "shop",
    "CUBEJS_JWT_ALGS": "RS256",
    "KUBUS_JWT_TYPES": "at+jwt",
}


def judged(
    folder: Path, environ: dict[str, str], more: dict[str, str] | None = None, **hooks: object
) -> dict[str, Check]:
    """The checks of these settings that are not as they should be, by name."""
    settings = replace(load_settings(environ, {}, folder), hooks=Hooks("kubus.py", **hooks))
    found = check_settings(settings, {**environ, **(more or {})})
    return {check.name: check for check in found if check.status in ("warn", "fail")}


@pytest.mark.parametrize("environ", [FIT, WHOLE_SIGNER], ids=["secret", "signer"])
def test_what_is_fit_is_left_alone(tmp_path, environ):
    assert judged(tmp_path, environ) == {}


@pytest.mark.parametrize(
    ("environ", "name", "status", "said"),
    [
        ({**FIT, "CUBEJS_DEV_MODE": "true"}, "dev-mode", "fail", "nobody has to show a token"),
        (
            {**FIT, "CUBEJS_DEV_MODE": "true", "KUBUS_DEV_AUTH": "true"},
            "dev-mode",
            "fail",
            "whoever reaches it can have a token made",
        ),
        ({**FIT, "CUBEJS_API_SECRET": "short, and yet no word"}, "keys", "fail", "shorter than 32 bytes"),
        ({**FIT, "CUBEJS_API_SECRET": "abab" * 20}, "keys", "fail", "no random text"),
        ({**FIT, "CUBEJS_API_SECRETS": f"{SECRET},short and old"}, "keys", "fail", "shorter than 32 bytes"),
        ({**FIT, "KUBUS_JWT_REQUIRE_EXP": "false"}, "expiry", "fail", "good for ever"),
        ({**FIT, "KUBUS_JWT_MAX_AGE": ""}, "revocation", "warn", "cannot be taken back"),
        ({**WHOLE_SIGNER, "CUBEJS_JWT_ISSUER": ""}, "issuer", "fail", "whoever issued it"),
        ({**WHOLE_SIGNER, "CUBEJS_JWT_AUDIENCE": ""}, "audience", "fail", "its other applications"),
        ({k: v for k, v in WHOLE_SIGNER.items() if k != "CUBEJS_JWT_ALGS"}, "algorithms", "warn", "every algorithm"),
        ({**WHOLE_SIGNER, "KUBUS_JWT_TYPES": ""}, "token-types", "warn", "an ID token"),
        ({**FIT, "CUBEJS_DEFAULT_API_SCOPES": "graphql,meta,data,sql"}, "scopes", "warn", "every ordinary scope"),
        ({**FIT, "CUBEJS_DEFAULT_API_SCOPES": "data,meta-extended"}, "scopes", "fail", "the SQL of the model"),
        ({**FIT, "KUBUS_CORS_ORIGINS": "*"}, "cors", "warn", "every origin"),
        ({**FIT, "KUBUS_AUDIT": "off", "KUBUS_AUDIT_REQUIRED": ""}, "audit", "warn", "nothing records"),
        ({**FIT, "KUBUS_AUDIT_KEY": ""}, "audit", "warn", "has no key"),
        (
            {**FIT, "KUBUS_AUDIT_CLAIMS": "api_token", "KUBUS_AUDIT_HASHED": "api_token"},
            "claims",
            "warn",
            "look like secrets: api_token",
        ),
        ({**FIT, "CUBEJS_DB_QUERY_LIMIT": "2000000"}, "limits", "warn", "2000000 rows"),
        ({**FIT, "CUBEJS_DB_QUERY_TIMEOUT": "2h"}, "limits", "warn", "2:00:00"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_fit_is_found_alone_and_with_a_remedy(tmp_path, environ, name, status, said):
    found = judged(tmp_path, environ)
    assert list(found) == [name]
    assert found[name].status == status
    assert said in found[name].said
    assert found[name].remedy


def test_several_processes_with_answers_of_their_own(tmp_path):
    assert list(judged(tmp_path, FIT, {"WEB_CONCURRENCY": "4"})) == ["workers"]
    assert judged(tmp_path, FIT, {"WEB_CONCURRENCY": "1"}) == {}


def test_hooks(tmp_path):
    def hook(*_: object) -> None:
        raise AssertionError("nobody calls it")

    assert judged(tmp_path, FIT, context_to_app_id=hook) == {}
    shared = judged(tmp_path, FIT, context_to_app_id=hook, context_to_orchestrator_id=hook)
    assert (list(shared), shared["tenants"].status) == (["tenants"], "warn")
    wide = {**FIT, "CUBEJS_DEFAULT_API_SCOPES": "graphql,meta,data,sql"}
    assert judged(tmp_path, wide, context_to_api_scopes=hook) == {}


def test_who_may_read_the_secrets(tmp_path):
    (tmp_path / ".env").write_text("CUBEJS_API_SECRET=x\n")
    (tmp_path / ".env").chmod(0o600)
    assert judged(tmp_path, FIT) == {}
    for mode in (0o640, 0o604, 0o666):
        (tmp_path / ".env").chmod(mode)
        found = judged(tmp_path, FIT)["env-file"]
        assert (found.said.split()[3], found.remedy) == (f"{mode:o}:", "chmod 600 .env")


# ── the command ──


def test_a_project_that_is_fit(project: Project) -> None:
    (project.folder / ".env").chmod(0o600)
    done = project.run("doctor", **{name: value for name, value in FIT.items() if name != "CUBEJS_API_SECRET"})
    assert done.returncode == 0, done.stdout
    # The cubes of the project have no access policies.
    assert "1 to look at, 0 not fit" in done.stdout
    assert SECRET not in done.stdout


def test_a_project_in_development_is_warned_and_fails_for_production(project: Project) -> None:
    project.environ["CUBEJS_DEV_MODE"] = "true"
    done = project.run("doctor")
    assert (done.returncode, "warn  dev-mode: " in done.stdout) == (0, True)
    done = project.run("doctor", "--production")
    assert (done.returncode, "fail  dev-mode: " in done.stdout) == (1, True)
    # What only production refuses is found as well.
    done = project.run("doctor", "--production", CUBEJS_API_SECRET="secret", CUBEJS_DB_TYPE="")
    assert "the secret is refused, because everybody knows it" in done.stdout


def test_settings_that_are_wrong(project: Project) -> None:
    done = project.run("doctor", "--json", PORT="http", CUBEJS_DB_SSL="yes")
    checks = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(check["name"], check["status"]) for check in checks] == [("settings", "fail")] * 2


def test_the_answer_for_programs(project: Project) -> None:
    done = project.run("doctor", "--json")
    checks = json.loads(done.stdout)
    assert {tuple(check) for check in checks} == {("name", "status", "said", "remedy")}
    assert {"dev-mode", "keys", "audit", "cors", "model", "database", "database-user", "https"} <= {
        c["name"] for c in checks
    }


def test_a_model_that_lets_callers_see_more_than_is_meant(project: Project) -> None:
    (project.folder / "model" / "own.yml").write_text(
        "cubes:\n  - name: own\n    sql: >\n      SELECT 1 AS a WHERE {SECURITY_CONTEXT.tenant.filter('1')}"
        " AND {SECURITY_CONTEXT.api_key.unsafeValue()} = 'x'\n    measures:\n      - {name: count, type: count}\n"
    )
    checks = {check["name"]: check for check in json.loads(project.run("doctor", "--json").stdout)}
    assert checks["missing-claims"]["status"] == "fail"
    assert checks["unsafe-value"]["said"].endswith("own.yml:3")
    assert "api_key" in checks["model-claims"]["said"]
    (project.folder / "model" / "own.yml").write_text("cubes:\n  - name: own\n    sq: x\n")
    checks = {check["name"]: check for check in json.loads(project.run("doctor", "--json").stdout)}
    assert checks["model"]["status"] == "fail"


def test_cubes_that_nobody_thought_of(project: Project) -> None:
    checks = {check["name"]: check for check in json.loads(project.run("doctor", "--json").stdout)}
    assert (checks["default-access"]["status"], "2 public cubes" in checks["default-access"]["said"]) == ("warn", True)


def test_the_place_of_the_audit_log_is_looked_at(tmp_path, postgres):
    def place(**more: str) -> Check:
        (check,) = check_audit_place(load_settings({**FIT, **more}, {}, tmp_path))
        return check

    assert place().status == "ok"
    (tmp_path / "audit").write_text("no folder")
    assert place().status == "fail"
    url = postgres.create_database("doctor_audit")
    table = {"KUBUS_AUDIT": "table", "KUBUS_AUDIT_URL": url}
    assert "is not there yet" in place(**table).said
    postgres.psql(
        "doctor_audit", "CREATE TABLE kubus_audit (x int)", "CREATE ROLE adder LOGIN", "CREATE ROLE nobody_at_all LOGIN"
    )
    postgres.psql("doctor_audit", "GRANT SELECT, INSERT ON kubus_audit TO adder")
    try:
        assert (place(**table).status, "UPDATE, DELETE, TRUNCATE" in place(**table).said) == ("warn", True)
        for user, status in (("adder", "ok"), ("nobody_at_all", "fail")):
            assert place(**{**table, "KUBUS_AUDIT_URL": url.replace("postgres@", f"{user}@")}).status == status
    finally:
        postgres.psql("doctor_audit", "DROP OWNED BY adder", "DROP ROLE adder", "DROP ROLE nobody_at_all")
    gone = place(**{**table, "KUBUS_AUDIT_URL": "postgresql://postgres@127.0.0.1:1/none"})
    assert (gone.status, "does not answer" in gone.said) == ("fail", True)


def test_a_server_in_production_says_so_when_it_starts(project: Project) -> None:
    with project.serving("--host", "127.0.0.1") as server:
        assert '"setting":"kubus doctor"' in server.said
        assert "cors, " in server.said
    with project.serving("--host", "127.0.0.1", CUBEJS_DEV_MODE="true") as server:
        assert "kubus doctor" not in server.said


# ── databases ──


@pytest.fixture(scope="module")
def readers(postgres: Server) -> Server:
    """A database with a table, and users of several powers."""
    postgres.create_database("doctor")
    postgres.psql(
        "doctor",
        "CREATE TABLE orders (id int)",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        *(f"CREATE ROLE {name} LOGIN" for name in ("reader", "writer", "maker")),
        "CREATE ROLE passer LOGIN BYPASSRLS",
        "GRANT SELECT ON orders TO reader, writer, maker, passer",
        "GRANT UPDATE ON orders TO writer",
        "GRANT CREATE ON SCHEMA public TO maker",
    )
    return postgres


def database(tmp_path: Path, server: Server, user: str, **more: str) -> dict[str, Check]:
    environ = {
        **FIT,
        "CUBEJS_DB_TYPE": "postgres",
        "CUBEJS_DB_HOST": server.host,
        "CUBEJS_DB_PORT": str(server.port),
        "CUBEJS_DB_NAME": "doctor",
        "CUBEJS_DB_USER": user,
        **more,
    }
    return {check.name: check for check in check_databases(load_settings(environ, {}, tmp_path))}


@pytest.mark.parametrize(
    ("user", "status", "said"),
    [
        ("reader", "ok", "its user 'reader' can only read"),
        ("writer", "fail", "may change public.orders"),
        ("maker", "warn", "may make tables in public"),
        ("passer", "fail", "passes by row security"),
        ("postgres", "fail", "is a superuser"),
    ],
)
def test_what_the_user_of_a_database_may_do_is_asked_of_it(tmp_path, readers, user, status, said):
    found = database(tmp_path, readers, user)
    assert (found["database"].status, found["database-tls"].status) == ("ok", "ok")
    assert found["database-user"].status == status
    assert said in found["database-user"].said


def test_a_database_that_does_not_answer(tmp_path, readers):
    found = database(tmp_path, readers, "nobody_there")
    assert (found["database"].status, list(found)) == ("fail", ["database"])
    assert 'role "nobody_there" does not exist' in found["database"].said


@pytest.fixture(scope="module")
def secured() -> Iterator[tuple[Server, str]]:
    authority = Authority("kubus tests")
    certificate = authority.certificate("localhost", "127.0.0.1")
    files = {"server.crt": certificate.pem, "server.key": certificate.key}
    with running_postgres(files=files, settings="-c ssl=on") as server:
        server.create_database("doctor")
        yield server, authority.pem


def test_whether_a_connection_is_encrypted_and_by_whom(tmp_path, secured):
    server, authority = secured
    found = database(tmp_path, server, "postgres", CUBEJS_DB_SSL="true")
    assert found["database-tls"].status == "fail"
    assert "certificate is not checked" in found["database-tls"].said
    checked = {"CUBEJS_DB_SSL": "true", "CUBEJS_DB_SSL_REJECT_UNAUTHORIZED": "true", "CUBEJS_DB_SSL_CA": authority}
    assert database(tmp_path, server, "postgres", **checked)["database-tls"].status == "ok"
    plain = encryption("database 'default'", PostgresOptions(), is_encrypted=False, is_local=False)
    assert (plain.status, "not encrypted" in plain.said) == ("fail", True)


def test_a_duckdb_file_that_can_be_written(tmp_path):
    import duckdb

    duckdb.connect(str(tmp_path / "shop.duckdb")).close()
    environ = {**FIT, "CUBEJS_DB_DUCKDB_DATABASE_PATH": "shop.duckdb"}
    for read_only, status in (("true", "ok"), ("false", "warn")):
        settings = load_settings({**environ, "KUBUS_DUCKDB_READ_ONLY": read_only}, {}, tmp_path)
        assert {c.name: c.status for c in check_databases(settings)}["database-user"] == status
    gone = load_settings({**environ, "CUBEJS_DB_DUCKDB_DATABASE_PATH": "gone.duckdb"}, {}, tmp_path)
    (check,) = check_databases(gone)
    assert (check.status, "There is no DuckDB file" in check.said) == ("fail", True)


def test_every_check_of_the_examination_is_on_the_page(project: Project) -> None:
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()
    found = examine({"CUBEJS_API_SECRET": SECRET, "CUBEJS_DB_TYPE": "duckdb"}, project.folder, for_production=True)
    assert [check.name for check in found if f"`{check.name}`" not in page] == []


MODEL = """
cubes:
  - name: plans
    sql: "SELECT '{{ COMPILE_CONTEXT.securityContext.plan }}{{ COMPILE_CONTEXT.security_context.org.id }}' AS plan"
    dimensions: [{name: plan, sql: plan, type: string}]
"""


def tenants_judged(folder: Path, model: str, hook: object = None) -> dict[str, tuple[str, str]]:
    (folder / "model").mkdir()
    (folder / "model" / "plans.yml").write_text(model)
    settings = replace(load_settings(FIT, {}, folder), hooks=Hooks("kubus.py", context_to_app_id=hook))
    return {check.name: (check.status, check.said) for check in check_tenants(settings)}


@pytest.mark.parametrize(
    ("hook", "status", "said"),
    [
        (lambda ctx: ctx["securityContext"]["org"]["id"] + ctx["securityContext"]["plan"], "ok", "tells apart"),
        (lambda ctx: ctx["securityContext"]["org"]["id"], "warn", "that templates read: plan;"),
        (lambda ctx: "ONE", "warn", "that templates read: plan, org.id;"),
        (lambda ctx: ctx["securityContext"]["nowhere"], "note", "did not answer"),
    ],
)
def test_claims_that_the_app_id_lacks_are_found(tmp_path, hook, status, said):
    found = tenants_judged(tmp_path, MODEL, hook)
    assert found["app-ids"][0] == status
    assert said in found["app-ids"][1]


def test_the_tenancy_of_the_model_is_told(tmp_path):
    found = tenants_judged(tmp_path, "tenant: {claim: org.id, schema: 't_{tenant}'}\n" + MODEL)
    assert found["tenancy"] == (
        "ok",
        "a caller has a schema of their own and sees rows of the tenant that the claim org.id names, and of no other",
    )
    assert found["app-ids"][0] == "warn"
    assert "templates read: plan;" in found["app-ids"][1]


def test_where_there_are_no_tenants_nothing_is_told(tmp_path):
    assert tenants_judged(tmp_path, MODEL) == {}


def test_a_check_auth_that_refuses_nobody_fails(tmp_path):
    assert judged(tmp_path, FIT, check_auth=lambda ctx, token: {"security_context": {}})["keys"].status == "fail"
