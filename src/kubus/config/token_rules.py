"""The rules for tokens that the settings make."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kubus.auth.jwt import DEV_ISSUER, JwtRules
from kubus.auth.keys import CURVES, HMAC, RSA, VerificationKey, configured_key, secret_keys, shared_secret
from kubus.auth.secrets import make_secret, secret_refusal, secret_warning
from kubus.config.findings import Findings
from kubus.errors import ConfigError

MOST_SKEW = timedelta(seconds=60)
ALGORITHMS = HMAC | RSA | frozenset[str]().union(*CURVES.values())


def jwt_rules(values: Mapping[str, Any], findings: Findings) -> JwtRules:
    """How tokens are verified."""
    dev_mode: bool = values["CUBEJS_DEV_MODE"]
    keys: tuple[VerificationKey, ...] = ()
    try:
        keys = verification_keys(values, findings)
    except ConfigError as error:
        findings.fault(str(error))
    algorithms: tuple[str, ...] | None = values["CUBEJS_JWT_ALGS"]
    check_algorithms(algorithms, keys, findings)
    require: bool | None = values["KUBUS_JWT_REQUIRE_EXP"]
    if require is False and not dev_mode:
        findings.warn("KUBUS_JWT_REQUIRE_EXP", "tokens without an expiry are accepted: they are valid for ever")
    if values["KUBUS_JWT_CLOCK_SKEW"] > MOST_SKEW:
        findings.fault("KUBUS_JWT_CLOCK_SKEW: must be at most 60 seconds")
    return JwtRules(
        keys=keys,
        algorithms=algorithms,
        issuers=values["CUBEJS_JWT_ISSUER"],
        audience=values["CUBEJS_JWT_AUDIENCE"],
        subject=values["CUBEJS_JWT_SUBJECT"],
        claims_namespace=values["CUBEJS_JWT_CLAIMS_NAMESPACE"],
        require_expiry=(not dev_mode) if require is None else require,
        clock_skew=values["KUBUS_JWT_CLOCK_SKEW"],
        max_size=values["KUBUS_JWT_MAX_SIZE"],
        refused_issuers=frozenset() if dev_mode else frozenset({DEV_ISSUER}),
        raw_context=values["KUBUS_CONTEXT_COMPAT"] == "raw",
    )


def check_algorithms(algorithms: tuple[str, ...] | None, keys: tuple[VerificationKey, ...], findings: Findings) -> None:
    """Refuse algorithms that are none; warn when no token could be signed by those that are."""
    if algorithms is None:
        return
    unknown = [name for name in algorithms if name not in ALGORITHMS]
    if unknown:
        known = ", ".join(sorted(ALGORITHMS))
        findings.fault(f"CUBEJS_JWT_ALGS: there is no algorithm {', '.join(unknown)}; there are {known}")
    elif not any(key.algorithms & set(algorithms) for key in keys):
        findings.warn("CUBEJS_JWT_ALGS", "none of the algorithms fits the key, so that every token is refused")


def verification_keys(values: Mapping[str, Any], findings: Findings) -> tuple[VerificationKey, ...]:
    """The keys that verify tokens. Raises ConfigError if what looks like a public key cannot be read."""
    dev_mode: bool = values["CUBEJS_DEV_MODE"]
    if values["CUBEJS_JWT_KEY"]:
        key = configured_key(values["CUBEJS_JWT_KEY"])
        if (held := shared_secret(key)) is not None:
            # Bytes that are no text are not guessed, and only their number counts.
            check_secret("CUBEJS_JWT_KEY", held.decode("utf-8", "surrogateescape"), dev_mode, findings)
        return (key,)
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
