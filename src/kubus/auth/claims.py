"""What a token says: whether it holds now, and what of it hooks, policies and models read.

Source: RFC 7519, section 4.1; RFC 8725, sections 3.8 to 3.12
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

from kubus.auth.jwt import Refused, Token
from kubus.auth.rules import JwtRules
from kubus.context import Claims, SecurityContext

# No clock counts so many seconds; beyond it floats lose them.
LATEST = 2**53

FOREVER = float("inf")


def held_until(token: Token, claims: Claims, rules: JwtRules, now: float) -> float:
    """Until when a token whose signature is right holds, in seconds since 1970 as `now`.

    Raises:
        Refused: it does not hold now, or is not for here.
    """
    issuer = claims.get("iss")

    def refuse(reason: str) -> Refused:
        return Refused(reason, token.header, issuer)

    until = check_times(claims, rules, now, refuse)
    if rules.types is not None and token_type(token) not in rules.types:
        raise refuse("type")
    if isinstance(issuer, str) and issuer in rules.refused_issuers:
        raise refuse("refused_issuer")
    if rules.issuers is not None and issuer not in rules.issuers:
        raise refuse("issuer")
    if rules.audiences is not None:
        audience = claims.get("aud")
        there = cast("list[object]", audience) if isinstance(audience, list) else [audience]
        if not any(one in there for one in rules.audiences):
            raise refuse("audience")
    if rules.subject is not None and claims.get("sub") != rules.subject:
        raise refuse("subject")
    if rules.tenant_claim is not None and tenant_of(claims, rules) is None:
        # Without a tenant it would be a caller of the one that stands for all.
        raise refuse("no_tenant")
    for name, value in rules.required.items():
        found = claims.get(name)
        # True is no 1 here.
        if found != value or type(found) is not type(value):
            raise refuse("required_claim")
    return until


def check_times(claims: Claims, rules: JwtRules, now: float, refuse: Callable[[str], Refused]) -> float:
    """Until when the times in these claims let a token hold."""
    skew = rules.clock_skew.total_seconds()
    expires, begins, issued = (seconds(claims, name, refuse) for name in ("exp", "nbf", "iat"))
    until = FOREVER
    if expires is None:
        if rules.require_expiry:
            raise refuse("no_expiry")
    else:
        until = expires + skew
        if now >= until:
            raise refuse("expired")
    if begins is not None and now < begins - skew:
        raise refuse("not_yet_valid")
    if issued is not None and issued > now + skew + 1:
        # Clocks of issuers are cut to whole seconds.
        raise refuse("issued_in_the_future")
    if rules.max_age is not None:
        if issued is None:
            raise refuse("no_issue_time")
        oldest = issued + rules.max_age.total_seconds() + skew
        if now >= oldest:
            raise refuse("too_old")
        until = min(until, oldest)
    return until


def seconds(claims: Claims, name: str, refuse: Callable[[str], Refused]) -> float | None:
    """A time claim; None if it is not there."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LATEST < value < LATEST:
        raise refuse(f"{name}_is_no_number")
    return value


def token_type(token: Token) -> str | None:
    """The header `typ`, in lower case and without the `application/` that may be left out (RFC 7515, section 4.1.9)."""
    value = token.header.get("typ")
    return value.lower().removeprefix("application/") if isinstance(value, str) else None


def security_context(claims: Mapping[str, Any], rules: JwtRules) -> SecurityContext:
    """What hooks, policies and models read: the payload, with the namespaced claim and the old claim `u` laid over it.

    With `raw_context`, as upstream: the payload alone.
    """
    raw: Claims = MappingProxyType(dict(claims))
    if rules.raw_context:
        seen, apart = raw, claims_for_sql(claims, rules)
    else:
        seen = overlaid(claims, rules.claims_namespace)
        # Without a namespace SQL reads what all others read.
        apart = claims_for_sql(claims, rules) if rules.claims_namespace else None
    return SecurityContext(
        seen,
        raw,
        apart,
        issuer=text_at(raw, "iss") or "",
        subject=text_at(raw, rules.subject_claim) or "",
        tenant=tenant_of(claims, rules),
        groups=groups_at(seen, rules.groups_claim),
    )


def tenant_of(claims: Claims, rules: JwtRules) -> str | None:
    """The tenant that the claims name, where the rules say that they do."""
    if rules.tenant_claim is None:
        return None
    return text_at(claims if rules.raw_context else overlaid(claims, rules.claims_namespace), rules.tenant_claim)


def overlaid(claims: Claims, namespace: str | None) -> Claims:
    seen = dict(claims)
    inner = seen.get(namespace) if namespace else None
    if isinstance(inner, dict):
        seen.update(cast("dict[str, Any]", inner))
    old = seen.pop("u", None)
    if isinstance(old, dict):
        seen.update(cast("dict[str, Any]", old))
    elif old is not None:
        seen["u"] = old
    return MappingProxyType(seen)


def claims_for_sql(claims: Mapping[str, Any], rules: JwtRules) -> Any:
    """What `SECURITY_CONTEXT` is in SQL, as upstream: the namespaced claim alone, or the payload overlaid with `u`.

    A namespaced claim that is no object is kept as it is, so that SQL that reads it is refused.
    """
    if rules.claims_namespace:
        inner = claims.get(rules.claims_namespace, {})
        return MappingProxyType(cast("dict[str, Any]", inner)) if isinstance(inner, dict) else str(inner)
    old = claims.get("u")
    if not isinstance(old, dict):
        return MappingProxyType(dict(claims))
    rest = {name: value for name, value in claims.items() if name != "u"}
    return MappingProxyType({**rest, **cast("dict[str, Any]", old)})


def claim_at(claims: Claims, name: str) -> object:
    """The claim of this name; else where its dots lead: `realm_access.roles`. None for nothing."""
    if name in claims:
        return claims[name]
    found: object = claims
    for step in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, object]", found).get(step)
    return found


def text_at(claims: Claims, name: str) -> str | None:
    """A claim that is a text or a whole number, as text; None for anything else and for an empty text."""
    match claim_at(claims, name):
        case bool():
            return None
        case str() | int() as value:
            return str(value) or None
        case _:
            return None


def groups_at(claims: Claims, name: str | None) -> frozenset[str]:
    """The groups in a claim: a list of texts, or one text. What is no text is no group."""
    if name is None:
        return frozenset()
    match claim_at(claims, name):
        case str() as one:
            return frozenset({one} if one else ())
        case many:
            listed = cast("list[object]", many) if isinstance(many, list) else []
            return frozenset(part for part in listed if isinstance(part, str) and part)
