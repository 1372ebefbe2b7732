"""The audit log that the settings describe."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubus.audit.audit_log import AuditLog, AuditOptions
from kubus.audit.chain import hashing
from kubus.audit.identity import IdentityOptions
from kubus.audit.sink import Sink
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


def make_audit(values: Mapping[str, Any], folder: Path) -> AuditLog | None:
    """The audit log, not opened yet; None where there is none. Paths are below `folder`, the project's.

    Raises:
        ConfigError: this system cannot lock files, or the driver of a database is missing.
    """
    if values["KUBUS_AUDIT"] == "off":
        return None
    key = audit_key(values)
    options = AuditOptions(
        required=values["KUBUS_AUDIT_REQUIRED"],
        with_values=values["KUBUS_AUDIT_VALUES"],
        identity=IdentityOptions(
            claims=values["KUBUS_AUDIT_CLAIMS"], hashed=frozenset(values["KUBUS_AUDIT_HASHED"]), key=key
        ),
    )
    return AuditLog(make_sink(values, folder, key), options, time.time)


def make_sink(values: Mapping[str, Any], folder: Path, key: bytes | None) -> Sink:
    hash_of = hashing(key)
    if values["KUBUS_AUDIT"] == "stdout":
        from kubus.audit.stream_sink import StreamSink  # only what is named is loaded

        return StreamSink(hash_of, time.time)
    if values["KUBUS_AUDIT"] == "table":
        from kubus.audit.table_sink import TableSink  # needs a driver

        return TableSink(values["KUBUS_AUDIT_URL"], values["KUBUS_AUDIT_TABLE"], hash_of, time.time)
    # Not on every system.
    from kubus.audit.file_sink import FileOptions, FileSink

    options = FileOptions(
        path=folder / values["KUBUS_AUDIT_FILE"],
        sync=values["KUBUS_AUDIT_SYNC"],
        rotate_size=values["KUBUS_AUDIT_ROTATE_SIZE"],
        rotate_every=values["KUBUS_AUDIT_ROTATE_EVERY"],
        keep=values["KUBUS_AUDIT_KEEP"],
    )
    return FileSink(options, hash_of, time.time)
