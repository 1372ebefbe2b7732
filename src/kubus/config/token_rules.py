"""The rules for tokens that the settings make."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from kubus.auth.addresses import BadAddress, check_address
from kubus.auth.key_place import KeyPlace
from kubus.auth.keys import CURVES, HMAC, RSA, VerificationKey, configured_keys, secret_key, secret_keys, shared_secret
from kubus.auth.rules import DEV_ISSUER, JwtRules
from kubus.auth.secrets import make_secret, secret_refusal, secret_warning
from kubus.config.findings import Findings
from kubus.config.issuers import Issuer, read_issuers
from kubus.errors import ConfigError

MOST_SKEW = timedelta(seconds=60)
PUBLIC = RSA | frozenset[str]().union(*CURVES.values())
ALGORITHMS = HMAC | PUBLIC
MOST_ATTEMPTS = 5


def jwt_rules(values: Mapping[str, Any], findings: Findings) -> tuple[JwtRules, ...]:
    """How tokens are verified: one set of rules, or one for each of several issuers."""
    common = common_rules(values, findings)
    if values["KUBUS_ISSUERS"]:
        rules = issuers_rules(common, values, findings)
    elif values["CUBEJS_JWK_URL"]:
        check_replaced("CUBEJS_JWK_URL", values, findings)
        place = key_place(values, findings, "CUBEJS_JWK_URL", url=values["CUBEJS_JWK_URL"])
        rules = (replace(common, key_place=place),)
        if not values["CUBEJS_DEV_MODE"]:
            check_receivers(rules[0], findings)
    else:
        try:
            rules = (replace(common, keys=verification_keys(values, findings)),)
        except ConfigError as error:
            findings.fault(str(error))
            rules = (common,)
    for each in rules:
        check_algorithms(each, findings)
    return rules


def common_rules(values: Mapping[str, Any], findings: Findings) -> JwtRules:
    """What holds for every token, whoever signs it, where nothing more is said of that one."""
    dev_mode: bool = values["CUBEJS_DEV_MODE"]
    require: bool | None = values["KUBUS_JWT_REQUIRE_EXP"]
    if require is False and not dev_mode:
        findings.warn("KUBUS_JWT_REQUIRE_EXP", "tokens without an expiry are accepted: they are valid for ever")
    if values["KUBUS_JWT_CLOCK_SKEW"] > MOST_SKEW:
        findings.fault("KUBUS_JWT_CLOCK_SKEW: must be at most 60 seconds")
    if values["KUBUS_JWT_MAX_AGE"] == timedelta(0):
        findings.fault("KUBUS_JWT_MAX_AGE: must be more than 0 seconds, or every token is too old")
    audience: str | None = values["CUBEJS_JWT_AUDIENCE"]
    return JwtRules(
        algorithms=values["CUBEJS_JWT_ALGS"],
        issuers=values["CUBEJS_JWT_ISSUER"],
        audiences=None if audience is None else (audience,),
        subject=values["CUBEJS_JWT_SUBJECT"],
        types=header_types(values["KUBUS_JWT_TYPES"]),
        claims_namespace=values["CUBEJS_JWT_CLAIMS_NAMESPACE"],
        groups_claim=values["KUBUS_GROUPS_CLAIM"],
        tenant_claim=values["KUBUS_TENANT_CLAIM"],
        subject_claim=values["KUBUS_SUBJECT_CLAIM"],
        require_expiry=(not dev_mode or values["KUBUS_DEV_AUTH"]) if require is None else require,
        max_age=values["KUBUS_JWT_MAX_AGE"],
        clock_skew=values["KUBUS_JWT_CLOCK_SKEW"],
        max_size=values["KUBUS_JWT_MAX_SIZE"],
        refused_issuers=frozenset() if dev_mode else frozenset({DEV_ISSUER}),
        raw_context=values["KUBUS_CONTEXT_COMPAT"] == "raw",
    )


def playground_rules(values: Mapping[str, Any], rules: tuple[JwtRules, ...]) -> JwtRules:
    """How tokens are verified that the Playground mints, in development mode, beside those of `rules`.

    Its key is the secret of the project, which a `check_auth` of the host has too; where tokens of that are refused,
    one that ends with the process.
    """
    own = rules[0].keys
    secret: str | None = values["CUBEJS_API_SECRET"]
    if own and secret and not values["CUBEJS_JWT_KEY"]:
        key = secret_key(secret)
    elif own and shared_secret(own[0]) is not None:
        key = own[0]
    else:
        key = secret_key(make_secret())
    return replace(
        rules[0],
        keys=(key,),
        key_place=None,
        algorithms=None,
        issuers=(DEV_ISSUER,),
        audiences=None,
        subject=None,
        required={},
        types=None,
        max_age=None,
        refused_issuers=frozenset(),
    )


def issuers_rules(common: JwtRules, values: Mapping[str, Any], findings: Findings) -> tuple[JwtRules, ...]:
    """The rules of each issuer in `KUBUS_ISSUERS`."""
    for name in ("CUBEJS_JWK_URL", "CUBEJS_JWT_ISSUER"):
        if values[name]:
            findings.fault(f"KUBUS_ISSUERS and {name}: both say whose tokens are taken; keep one of them")
    check_replaced("KUBUS_ISSUERS", values, findings)
    try:
        issuers = read_issuers(values["KUBUS_ISSUERS"])
    except ValueError as error:
        findings.fault(f"KUBUS_ISSUERS: {error}")
        return (common,)
    rules = tuple(issuer_rules(common, one, values, findings) for one in issuers)
    for each in rules:
        if each.audiences is None and not each.required and not values["CUBEJS_DEV_MODE"]:
            findings.warn(
                "KUBUS_ISSUERS",
                f"{(each.issuers or ('',))[0]} has no audience: every token that it makes, for whatever application, "
                "is taken",
            )
        tenant = each.tenant_claim
        if len(rules) > 1 and tenant is not None and tenant not in each.required and not values["CUBEJS_DEV_MODE"]:
            findings.warn(
                "KUBUS_ISSUERS",
                f"{(each.issuers or ('',))[0]} can name any tenant in '{tenant}', those of the other issuers as well; "
                "if it is that of one customer, `required` holds it to their tenant",
            )
    return rules


def issuer_rules(common: JwtRules, issuer: Issuer, values: Mapping[str, Any], findings: Findings) -> JwtRules:
    setting = f"KUBUS_ISSUERS: {issuer.name}"
    return replace(
        common,
        key_place=key_place(values, findings, setting, url=issuer.jwk_url, issuer=issuer.name),
        algorithms=common.algorithms if issuer.algorithms is None else issuer.algorithms,
        issuers=(issuer.name,),
        audiences=issuer.audiences or common.audiences,
        subject=issuer.subject or common.subject,
        required=issuer.required,
        types=header_types(issuer.types) or common.types,
        claims_namespace=issuer.claims_namespace or common.claims_namespace,
        groups_claim=issuer.groups_claim or common.groups_claim,
        tenant_claim=issuer.tenant_claim or common.tenant_claim,
        subject_claim=issuer.subject_claim or common.subject_claim,
    )


def key_place(
    values: Mapping[str, Any], findings: Findings, setting: str, *, url: str | None, issuer: str | None = None
) -> KeyPlace:
    """Where keys are fetched: from `url`, or as `issuer` says."""
    dev_mode: bool = values["CUBEJS_DEV_MODE"]
    try:
        check_address(url or issuer or "", insecure_loopback=dev_mode)
    except BadAddress as error:
        findings.fault(f"{setting}: the address {error}")
    if not 1 <= values["KUBUS_JWK_RETRY"] <= MOST_ATTEMPTS:
        findings.fault(f"KUBUS_JWK_RETRY: must be between 1 and {MOST_ATTEMPTS}")
    return KeyPlace(
        url,
        issuer,
        lifetime=values["KUBUS_JWK_DEFAULT_EXPIRE"],
        least_gap=values["KUBUS_JWK_REFETCH_WINDOW"],
        stale_limit=values["KUBUS_JWK_STALE"],
        attempts=values["KUBUS_JWK_RETRY"],
        insecure_loopback=dev_mode,
    )


def header_types(given: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Types as they are compared: `application/at+jwt` is `at+jwt`."""
    return None if given is None else tuple(one.lower().removeprefix("application/") for one in given)


def check_replaced(by: str, values: Mapping[str, Any], findings: Findings) -> None:
    """Warn of keys that have no say, because others have."""
    for name in ("CUBEJS_JWT_KEY", "CUBEJS_API_SECRETS", "CUBEJS_API_SECRET"):
        if values[name]:
            findings.warn(name, f"has no effect beside {by}: tokens that are signed with it are refused")


def check_receivers(rules: JwtRules, findings: Findings) -> None:
    """Warn of keys by which tokens for others would verify too."""
    if rules.issuers is None:
        findings.warn("CUBEJS_JWK_URL", "no CUBEJS_JWT_ISSUER is set: every token that these keys sign is taken")
    if rules.audiences is None:
        findings.warn("CUBEJS_JWK_URL", "no CUBEJS_JWT_AUDIENCE is set: tokens for other applications are taken too")


def check_algorithms(rules: JwtRules, findings: Findings) -> None:
    """Refuse algorithms that are none; warn when no token could be signed by those that are."""
    algorithms = rules.algorithms
    if algorithms is None:
        return
    possible: Collection[str] = PUBLIC
    if rules.key_place is None:
        possible = frozenset[str]().union(*(key.algorithms for key in rules.keys))
    unknown = [name for name in algorithms if name not in ALGORITHMS]
    if unknown:
        known = ", ".join(sorted(ALGORITHMS))
        findings.fault(f"CUBEJS_JWT_ALGS: there is no algorithm {', '.join(unknown)}; there are {known}")
    elif not set(algorithms) & set(possible):
        findings.warn("CUBEJS_JWT_ALGS", "none of the algorithms fits the key, so that every token is refused")


def verification_keys(values: Mapping[str, Any], findings: Findings) -> tuple[VerificationKey, ...]:
    """The keys that verify tokens. Raises ConfigError if what looks like a public key cannot be read."""
    dev_mode: bool = values["CUBEJS_DEV_MODE"]
    if values["CUBEJS_JWT_KEY"]:
        keys = configured_keys(values["CUBEJS_JWT_KEY"])
        for key in keys:
            if (held := shared_secret(key)) is not None:
                # Bytes that are no text are not guessed, and only their number counts.
                check_secret("CUBEJS_JWT_KEY", held.decode("utf-8", "surrogateescape"), dev_mode, findings)
        return keys
    secrets: tuple[str, ...]
    if values["CUBEJS_API_SECRETS"]:
        name, secrets = "CUBEJS_API_SECRETS", values["CUBEJS_API_SECRETS"]
    elif values["CUBEJS_API_SECRET"]:
        name, secrets = "CUBEJS_API_SECRET", (values["CUBEJS_API_SECRET"],)
    elif dev_mode:
        # Development works without a secret; this one ends with the process, and nobody is told it.
        return secret_keys([make_secret()])
    else:
        findings.fault("apiSecret is required option(s): set CUBEJS_API_SECRET to the output of `kubus secret`")
        return ()
    for secret in secrets:
        check_secret(name, secret, dev_mode, findings)
    return secret_keys(secrets)


def check_secret(name: str, secret: str, dev_mode: bool, findings: Findings) -> None:
    """In production, refuse a secret that everybody could guess and warn of a weak one."""
    if dev_mode:
        return
    if (reason := secret_refusal(secret)) is not None:
        findings.fault(f"{name}: the secret is refused, because {reason}; `kubus secret` makes a good one")
    elif (reason := secret_warning(secret)) is not None:
        findings.warn(name, f"the secret is weak: {reason}; `kubus secret` makes a good one")
