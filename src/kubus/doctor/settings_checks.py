"""Checks of settings alone. They ask nobody, so that a server does them when it starts.

Source: configuration 8, auth-and-security 14
"""

import os
import stat
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import chain

from kubus.auth.keys import shared_secret
from kubus.auth.rules import JwtRules
from kubus.auth.secrets import ENOUGH_BYTES
from kubus.config.audit import looks_secret
from kubus.config.hooks import cannot_refuse
from kubus.config.settings import Settings
from kubus.doctor.check import Check

# A random text in hex of 32 bytes has all of 16 digits, mostly; fewer than this are a word or a pattern.
LEAST_CHARACTERS = 8

ALL_SCOPES = frozenset({"graphql", "meta", "data", "sql"})
MOST_ROWS = 1_000_000
LONGEST_STATEMENT = timedelta(hours=1)


def check_settings(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    """Every check, in the order in which it is told."""
    yield dev_mode(settings)
    yield from keys(settings)
    yield expiry(settings)
    yield from receivers(settings)
    yield revocation(settings)
    yield scopes(settings)
    yield cors(settings)
    yield env_file(settings)
    yield audit(settings)
    yield secret_claims(settings)
    yield tenants(settings)
    yield limits(settings)
    yield workers(settings, environ)
    yield Check("log", "ok", "values, tokens and secrets are never logged")
    yield Check("sql-api", "ok", "there is no SQL port in this version, and so no password for it")
    yield failures(settings)
    yield from unseen()


def dev_mode(settings: Settings) -> Check:
    if not settings.dev_mode:
        return Check("dev-mode", "ok", "development mode is off")
    asks = settings.values["KUBUS_DEV_AUTH"]
    tokens = "whoever reaches it can have a token made" if asks else "nobody has to show a token"
    return Check(
        "dev-mode",
        "fail",
        f"development mode is on: {tokens}, and hidden members are shown",
        "Set CUBEJS_DEV_MODE=false",
    )


def keys(settings: Settings) -> Iterator[Check]:
    """Whether nobody else can make a token."""
    if settings.hooks.check_auth is not None:
        if cannot_refuse(settings.hooks.check_auth):
            said = f"{settings.hooks.file}: check_auth refuses nobody, so that everybody is let in"
            yield Check("keys", "fail", said, "Raise AuthError for those who may not in, or take it away")
            return
        where = f"{settings.hooks.file}: check_auth decides who is let in, and kubus does not see how"
        yield Check("keys", "note", where, "See that it refuses what it does not know")
        return
    places = [rules.key_place for rules in settings.jwt if rules.key_place is not None]
    if places:
        yield Check("keys", "ok", f"tokens are verified with the public keys of {counted(len(places), 'signer')}")
        return
    found = list(chain.from_iterable(rules.keys for rules in settings.jwt))
    if not found:
        yield Check("keys", "fail", "there is no key to verify tokens with", "Set CUBEJS_API_SECRET: `kubus secret`")
        return
    secrets = [secret for key in found if (secret := shared_secret(key)) is not None]
    weak = [secret for secret in secrets if len(secret) < ENOUGH_BYTES or len(set(secret)) < LEAST_CHARACTERS]
    if weak:
        yield Check(
            "keys",
            "fail",
            f"a secret is shorter than {ENOUGH_BYTES} bytes, or no random text: it can be guessed from any token",
            "Set CUBEJS_API_SECRET to the output of `kubus secret`",
        )
    else:
        kind = f"{counted(len(secrets), 'secret')} of {ENOUGH_BYTES} bytes or more" if secrets else "a public key"
        yield Check("keys", "ok", f"tokens are verified with {kind}")


def expiry(settings: Settings) -> Check:
    # In development mode it is off unless it is set, which is what this is not about.
    if settings.values["KUBUS_JWT_REQUIRE_EXP"] is False:
        return Check(
            "expiry", "fail", "tokens without an expiry are accepted: a stolen one is good for ever",
            "Give tokens an `exp`, and take KUBUS_JWT_REQUIRE_EXP=false away",
        )  # fmt: skip
    return Check("expiry", "ok", "tokens have to expire")


def receivers(settings: Settings) -> Iterator[Check]:
    """Whether tokens that a signer made for somebody else are refused."""
    remote = [rules for rules in settings.jwt if rules.key_place is not None]
    for rules in remote:
        name = named(rules)
        if rules.issuers is None:
            yield Check(
                "issuer", "fail", f"{name}: every token that its keys sign is taken, whoever issued it",
                "Set CUBEJS_JWT_ISSUER",
            )  # fmt: skip
        if rules.audiences is None:
            yield Check(
                "audience", "fail", f"{name}: tokens for its other applications are taken too",
                "Set CUBEJS_JWT_AUDIENCE, or `audience` in KUBUS_ISSUERS",
            )  # fmt: skip
        if rules.algorithms is None:
            yield Check(
                "algorithms", "warn", f"{name}: every algorithm that fits its keys is taken",
                "Set CUBEJS_JWT_ALGS to the one it signs with, such as RS256",
            )  # fmt: skip
        if rules.types is None:
            yield Check(
                "token-types", "warn", f"{name}: an ID token would be taken for an access token",
                "Set KUBUS_JWT_TYPES=at+jwt if its access tokens say so",
            )  # fmt: skip
    if remote and all(r.issuers and r.audiences and r.algorithms and r.types for r in remote):
        yield Check("receivers", "ok", "issuer, audience, algorithms and types of tokens are fixed")


def named(rules: JwtRules) -> str:
    return rules.issuers[0] if rules.issuers else "CUBEJS_JWK_URL"


def revocation(settings: Settings) -> Check:
    if settings.values.get("KUBUS_REVOCATION") not in (None, "off"):
        return Check("revocation", "ok", "tokens can be revoked")
    longest: timedelta | None = settings.values["KUBUS_JWT_MAX_AGE"]
    if longest is not None:
        return Check("revocation", "ok", f"no token is older than {longest}")
    return Check(
        "revocation", "warn", "a token is good until it expires, however long that is, and cannot be taken back",
        "Set KUBUS_JWT_MAX_AGE, such as 12h",
    )  # fmt: skip


def scopes(settings: Settings) -> Check:
    if settings.hooks.context_to_api_scopes is not None:
        return Check("scopes", "ok", f"{settings.hooks.file}: context_to_api_scopes gives each caller their own")
    given: frozenset[str] = frozenset(settings.values["CUBEJS_DEFAULT_API_SCOPES"] or ())
    if "meta-extended" in given:
        return Check(
            "scopes", "fail", "every caller may read the SQL of the model",
            "Take meta-extended out of CUBEJS_DEFAULT_API_SCOPES",
        )  # fmt: skip
    if given >= ALL_SCOPES:
        return Check(
            "scopes", "warn", "every caller has every ordinary scope, also `sql`, which shows the SQL of queries",
            "Set CUBEJS_DEFAULT_API_SCOPES to what your clients use, such as data,meta",
        )  # fmt: skip
    return Check("scopes", "ok", f"callers have {', '.join(sorted(given)) or 'none'}")


def cors(settings: Settings) -> Check:
    origins = settings.values["KUBUS_CORS_ORIGINS"]
    if "*" in origins:
        return Check(
            "cors", "warn", "pages of every origin may read answers, if they have a token",
            "Set KUBUS_CORS_ORIGINS to the addresses of your applications",
        )  # fmt: skip
    return Check("cors", "ok", f"pages may read answers from {', '.join(origins) or 'nowhere else'}")


def env_file(settings: Settings) -> Check:
    try:
        mode = (settings.folder / ".env").stat().st_mode
    except OSError:
        return Check("env-file", "ok", "there is no .env file: settings come from the environment")
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and os.name == "posix":
        said = f".env has mode {mode & 0o777:o}: others may read its secrets"
        return Check("env-file", "warn", said, "chmod 600 .env")
    return Check("env-file", "ok", "nobody else may read .env")


def audit(settings: Settings) -> Check:
    values = settings.values
    if values["KUBUS_AUDIT"] == "off":
        return Check("audit", "warn", "nothing records who asked what", "Set KUBUS_AUDIT=file, see docs/audit.md")
    if values["KUBUS_AUDIT_KEY"] is None:
        return Check(
            "audit", "warn", "the audit log has no key: who can write its files can write others in their place",
            "Set KUBUS_AUDIT_KEY to the output of `kubus secret`",
        )  # fmt: skip
    if not values["KUBUS_AUDIT_REQUIRED"]:
        return Check("audit", "ok", "requests are recorded; when they cannot be, answers go on and an alarm is raised")
    return Check("audit", "ok", "requests are recorded, and nothing is answered that is not")


def secret_claims(settings: Settings) -> Check:
    """Payloads can be read by whoever has the token."""
    told = [name for name in settings.values["KUBUS_AUDIT_CLAIMS"] if looks_secret(name)]
    if told:
        return Check(
            "claims", "warn", f"claims look like secrets: {', '.join(told)}; whoever has the token can read them",
            "Put nothing secret into tokens",
        )  # fmt: skip
    return Check("claims", "ok", "no claim that settings name looks like a secret")


def tenants(settings: Settings) -> Check:
    hooks = settings.hooks
    if hooks.context_to_app_id is None:
        return Check("tenants", "ok", "no hook makes tenants")
    if hooks.context_to_orchestrator_id is not None:
        serious = hooks.driver_factory is not None
        return Check(
            "tenants",
            "fail" if serious else "warn",
            f"{hooks.file}: context_to_orchestrator_id says which tenants share connections and kept answers"
            + (", and driver_factory makes connections of their own" if serious else ""),
            "See that it tells apart whatever context_to_app_id does, or take it away: then nothing is shared",
        )
    return Check("tenants", "ok", f"{hooks.file}: each app id has connections and kept answers of its own")


def limits(settings: Settings) -> Check:
    rows, seconds = settings.values["CUBEJS_DB_QUERY_LIMIT"], settings.values["CUBEJS_DB_QUERY_TIMEOUT"]
    if rows > MOST_ROWS or seconds > LONGEST_STATEMENT:
        return Check(
            "limits", "warn", f"one query may ask for {rows} rows and take {seconds}",
            "Lower CUBEJS_DB_QUERY_LIMIT and CUBEJS_DB_QUERY_TIMEOUT",
        )  # fmt: skip
    return Check("limits", "ok", f"a query gives at most {rows} rows, in at most {seconds}")


def workers(settings: Settings, environ: Mapping[str, str]) -> Check:
    several = environ.get("WEB_CONCURRENCY", "").strip()
    driver = settings.values["CUBEJS_CACHE_AND_QUEUE_DRIVER"]
    if driver == "memory" and several.isdigit() and int(several) > 1:
        return Check(
            "workers", "warn", f"{several} processes keep answers each for itself: two may give answers of other ages",
            "Send one client to one process, or run one process",
        )  # fmt: skip
    return Check("workers", "ok", "answers are kept in each process by itself")


def failures(settings: Settings) -> Check:
    number = settings.values["KUBUS_AUTH_FAILURES"]
    if not number:
        said = "whoever guesses tokens may do so as often as they like"
        return Check("auth-failures", "warn", said, "Set KUBUS_AUTH_FAILURES, such as 60")
    return Check("auth-failures", "ok", f"an address whose tokens fail {number} times a minute has to wait")


def unseen() -> Iterator[Check]:
    """What kubus cannot see."""
    yield Check("https", "note", "kubus speaks plain HTTP", "Put a proxy with HTTPS in front, and let nobody past it")
    yield Check("rate-limits", "note", "kubus does not limit how often known callers ask", "Let the proxy do that")
    yield Check("probes", "note", "whether somebody asks /readyz and /livez", "Wire both to what runs the server")


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
