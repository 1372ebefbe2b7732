"""The audit log that the settings describe. Apart from their checks, which every command makes."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubus.audit.audit_log import AuditLog, AuditOptions
from kubus.audit.chain import hashing
from kubus.audit.identity import IdentityOptions
from kubus.audit.sink import Sink
from kubus.config.audit import audit_key


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
