"""Claims that are signed, and are still not what the server asks for."""

from collections.abc import Iterator
from typing import Any

from tests.attacks.attack import Attack

RFC7519 = "RFC 7519, section 4.1.4"
AUD = "RFC 7519, section 4.1.3; RFC 8725, section 3.9"
ISS = "RFC 7519, section 4.1.1; RFC 8725, section 3.8"
ISSUER = "https://issuer.example/"


def times() -> Iterator[Attack]:
    # Seconds from now, so that each is what it says whenever it is sent.
    rows = [
        ("expired by a second", RFC7519, {"exp": -1}, "expired"),
        ("expires this very second", RFC7519, {"exp": 0}, "expired"),
        ("expired by a fraction of a second", RFC7519, {"exp": -0.01}, "expired"),
        ("expired for a year", RFC7519, {"exp": -31_536_000}, "expired"),
        ("not yet valid", "RFC 7519, section 4.1.5", {"nbf": 60}, "not_yet_valid"),
        ("valid in a year", "RFC 7519, section 4.1.5", {"nbf": 31_536_000}, "not_yet_valid"),
        ("issued in the future", "RFC 7519, section 4.1.6", {"iat": 600}, "issued_in_the_future"),
        ("issued after it expired", "RFC 7519, section 4.1.6", {"iat": 10, "exp": -10}, "expired"),
    ]
    for name, source, offsets, reason in rows:
        yield Attack(
            f"time: {name}",
            source,
            "secret",
            lambda f, offsets=offsets: f.hs256(f.but(**{claim: f.now + value for claim, value in offsets.items()})),
            reason,
        )


# What no clock says.
NO_TIMES: dict[str, Any] = {
    "a text": "9999999999",
    "a date as text": "2099-01-01T00:00:00Z",
    "the empty text": "",
    "true": True,
    "false": False,
    "null": None,
    "an array": [9999999999],
    "an object": {"$gt": 0},
    "a number with an enormous exponent": 1e300,
    "an integer beyond 64 bits": 2**70,
    "an integer beyond what floats hold": 2**53,
    "minus infinity nearly": -1e300,
}


def no_times() -> Iterator[Attack]:
    for claim in ("exp", "nbf", "iat"):
        for name, value in NO_TIMES.items():
            yield Attack(
                f"{claim} is {name}",
                "RFC 7519, section 2: NumericDate",
                "secret",
                lambda f, claim=claim, value=value: f.hs256(f.but(**{claim: value})),
                f"{claim}_is_no_number",
            )
    yield Attack("exp is negative", "RFC 7519, section 2", "secret", lambda f: f.hs256(f.but(exp=-1)), "expired")
    yield Attack("exp is zero", "RFC 7519, section 2", "secret", lambda f: f.hs256(f.but(exp=0)), "expired")
    yield Attack("exp is minus zero", "RFC 7519, section 2", "secret", lambda f: f.hs256(f.but(exp=-0.0)), "expired")
    yield Attack(
        "exp in an exponent that is none",
        "RFC 8259, section 6",
        "secret",
        lambda f: f.hs256('{"exp":1e-400}'),
        "expired",
    )
    yield Attack(
        "exp as a number that no float holds",
        "RFC 8259, section 6",
        "secret",
        lambda f: f.hs256('{"exp":1e400}'),
        "payload",
    )
    yield Attack("no exp", "RFC 8725, section 3; OWASP", "secret", lambda f: f.hs256(f.but("exp")), "no_expiry")
    yield Attack(
        "Exp in capitals", "RFC 7519, section 4", "secret", lambda f: f.hs256(f.but("exp", Exp=2**40)), "no_expiry"
    )
    yield Attack(
        "exp in the header alone",
        "RFC 7519, section 5.3",
        "secret",
        lambda f: f.hs256(f.but("exp"), exp=2**40),
        "no_expiry",
    )
    yield Attack(
        "a name that looks like exp", "Unicode TR 39", "secret", lambda f: f.hs256(f.but("exp", еxp=2**40)), "no_expiry"
    )


def audiences() -> Iterator[Attack]:
    values: dict[str, Any] = {
        "another": "other",
        "a beginning": "kub",
        "an extension": "kubus2",
        "capitals": "KUBUS",
        "a space behind": "kubus ",
        "a space before": " kubus",
        "a line end behind": "kubus\n",
        "a null byte behind": "kubus\0",
        "a list in a text": "kubus,other",
        "words in a text": "other kubus",
        "a list of others": ["other", "another"],
        "an empty list": [],
        "a nested list": [["kubus"]],
        "an object": {"kubus": True},
        "an object in a list": [{"aud": "kubus"}],
        "a wildcard": "*",
        "the empty text": "",
        "null": None,
        "true": True,
        "zero": 0,
        "a look-alike": "kubuѕ",  # a Cyrillic dze
        "full-width letters": "ｋｕｂｕｓ",
    }
    for name, value in values.items():
        yield Attack(
            f"aud is {name}",
            "CVE-2020-26160 (jwt-go)" if isinstance(value, list) else AUD,
            "strict",
            lambda f, value=value: f.hs256(f.but(aud=value), typ="at+jwt"),
            "audience",
        )
    yield Attack("no aud", AUD, "strict", lambda f: f.hs256(f.but("aud"), typ="at+jwt"), "audience")
    yield Attack(
        "aud in the header alone", AUD, "strict", lambda f: f.hs256(f.but("aud"), typ="at+jwt", aud="kubus"), "audience"
    )


def issuers() -> Iterator[Attack]:
    values: dict[str, Any] = {
        "another": "https://attacker.example/",
        "without its slash": "https://issuer.example",
        "with a second slash": "https://issuer.example//",
        "a beginning": "https://issuer",
        "an extension": "https://issuer.example/.attacker.example",
        "a part of it": "issuer.example",
        "one letter of it": "h",
        "capitals": "https://ISSUER.example/",
        "another scheme": "http://issuer.example/",
        "a port": "https://issuer.example:443/",
        "our host as user": "https://issuer.example@attacker.example/",
        "a space behind": "https://issuer.example/ ",
        "a list": ["https://issuer.example/"],
        "a list with another": ["https://attacker.example/", "https://issuer.example/"],
        "an object": {"https://issuer.example/": 1},
        "the empty text": "",
        "null": None,
        "true": True,
        "the list of the settings": "https://issuer.example/,https://second.example/",
        "a look-alike": "https://іssuer.example/",  # a Ukrainian i
        "percent signs": "https%3A%2F%2Fissuer.example%2F",
        "a dot segment": "https://issuer.example/./",
        "a fragment": "https://issuer.example/#",
    }
    sources = {
        "a part of it": "CVE-2024-53861 (PyJWT)",
        "one letter of it": "CVE-2024-53861 (PyJWT)",
        "a list": "CVE-2025-30144 (fast-jwt)",
        "a list with another": "CVE-2025-30144 (fast-jwt)",
    }
    for name, value in values.items():
        yield Attack(
            f"iss is {name}",
            sources.get(name, ISS),
            "strict",
            lambda f, value=value: f.hs256(f.but(iss=value), typ="at+jwt"),
            "issuer",
        )
    yield Attack("no iss", ISS, "strict", lambda f: f.hs256(f.but("iss"), typ="at+jwt"), "issuer")


def subjects() -> Iterator[Attack]:
    for name, value in {
        "another": "bob",
        "capitals": "ALICE",
        "a list": ["alice"],
        "null": None,
        "a number": 0,
    }.items():
        yield Attack(
            f"sub is {name}",
            "RFC 7519, section 4.1.2",
            "strict",
            lambda f, value=value: f.hs256(f.but(sub=value), typ="at+jwt"),
            "subject",
        )


def tenants() -> Iterator[Attack]:
    """Against a server whose callers have a tenant, and whose tokens are of the last hour."""
    values: dict[str, Any] = {
        "empty": {"id": ""},
        "null": {"id": None},
        "true": {"id": True},
        "a float": {"id": 1.5},
        "a list": {"id": ["red"]},
        "an object": {"id": {"red": 1}},
        "one step too high": "red",
        "in another case": {"ID": "red"},
        "a list on the way": [{"id": "red"}],
        "nowhere": {},
    }
    for name, value in values.items():
        yield Attack(
            f"the tenant is {name}",
            "OWASP multi-tenant security: the tenant comes from the verified token",
            "tenants",
            lambda f, value=value: f.hs256(f.but(org=value)),
            "no_tenant",
        )
    yield Attack(
        "the tenant in the header alone",
        "RFC 7519, section 5.3",
        "tenants",
        lambda f: f.hs256(f.claims, org={"id": "red"}),
        "no_tenant",
    )
    yield Attack(
        "a token of yesterday that holds for years",
        "RFC 8725, section 3.10; OWASP: long sessions",
        "tenants",
        lambda f: f.hs256(f.but(org={"id": "red"}, iat=f.now - 86_400, exp=f.now + 10**8)),
        "too_old",
    )
    yield Attack(
        "a token that does not say when it was made",
        "OWASP: long sessions",
        "tenants",
        lambda f: f.hs256(f.but("iat", org={"id": "red"})),
        "no_issue_time",
    )


def development() -> Iterator[Attack]:
    yield Attack(
        "a token that development mode minted",
        "Cube: playground tokens are signed with the secret of production",
        "secret",
        lambda f: f.hs256(f.but(iss="kubus-dev")),
        "refused_issuer",
    )


ATTACKS = (*times(), *no_times(), *audiences(), *issuers(), *subjects(), *tenants(), *development())
