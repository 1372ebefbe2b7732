"""What has to hold for the settings of the audit log."""

from collections.abc import Mapping
from typing import Any

from kubus.config.findings import Findings

# What HMAC-SHA-256 should have at least, as RFC 2104 says in section 3.
LEAST_KEY = 32

# Names of claims that hold what nobody should read in a log.
SECRET_NAMES = ("password", "passwd", "secret", "token", "api_key", "apikey", "private_key", "credential")


def check_audit(values: Mapping[str, Any], findings: Findings) -> None:
    """What has to hold for the settings of the audit log together."""
    key: str | None = values["KUBUS_AUDIT_KEY"]
    if key is not None and len(key.encode("utf-8", "surrogateescape")) < LEAST_KEY:
        findings.fault(f"KUBUS_AUDIT_KEY: it needs {LEAST_KEY} bytes at least; `kubus secret` makes a good one")
    for name in values["KUBUS_AUDIT_CLAIMS"]:
        if looks_secret(name) and name not in values["KUBUS_AUDIT_HASHED"]:
            findings.fault(
                f"KUBUS_AUDIT_CLAIMS: the claim '{name}' looks like a secret, which has no place in a log; "
                "name it in KUBUS_AUDIT_HASHED as well, or leave it out"
            )
    if "user" in values["KUBUS_QUERY_TAGS"] and key is None:
        findings.fault("KUBUS_QUERY_TAGS: user needs KUBUS_AUDIT_KEY: a hash without a key is guessed by trying")
    if values["KUBUS_AUDIT_HASHED"] and key is None:
        findings.fault("KUBUS_AUDIT_HASHED: needs KUBUS_AUDIT_KEY: a hash without a key is guessed by trying")
    if values["KUBUS_AUDIT"] == "table" and values["KUBUS_AUDIT_URL"] is None:
        findings.fault("KUBUS_AUDIT: a table needs KUBUS_AUDIT_URL, such as postgresql://auditor@host/audit")
    if values["KUBUS_AUDIT_REQUIRED"] and values["KUBUS_AUDIT"] == "off":
        findings.fault("KUBUS_AUDIT_REQUIRED: there is no audit log; set KUBUS_AUDIT to file, stdout or table")


def looks_secret(name: str) -> bool:
    """Whether the name of a claim says that its value is a secret."""
    lower = name.lower().replace("-", "_")
    return any(word in lower for word in SECRET_NAMES)


def audit_key(values: Mapping[str, Any]) -> bytes | None:
    """The key of the chain, and of hashes of claims."""
    key: str | None = values["KUBUS_AUDIT_KEY"]
    return None if key is None else key.encode("utf-8", "surrogateescape")
