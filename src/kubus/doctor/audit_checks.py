"""Checks of where the audit log goes: the place is really looked at."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kubus.config.settings import Settings
from kubus.doctor.check import Check
from kubus.errors import ConfigError

# Less than this is soon full.
LEAST_ROOM = 1024**3


def check_audit_place(settings: Settings) -> Iterator[Check]:
    """Whether records can be written there, and by nobody else taken away."""
    match settings.values["KUBUS_AUDIT"]:
        case "file":
            yield folder(settings.folder / settings.values["KUBUS_AUDIT_FILE"])
        case "table":
            yield table(settings.values["KUBUS_AUDIT_URL"], settings.values["KUBUS_AUDIT_TABLE"])
        case _:
            return


def folder(file: Path) -> Check:
    place = file.parent
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        return Check(
            "audit-log", "fail", f"nothing can be written to {place}", "Let the user of the server write there"
        )
    room = shutil.disk_usage(place).free
    if room < LEAST_ROOM:
        said = f"there are {room // 1024**2} MB left where the audit log is"
        return Check("audit-log", "warn", said, "Make room, or set KUBUS_AUDIT_KEEP")
    return Check("audit-log", "ok", f"there is room for records in {place}")


def table(url: str, name: str) -> Check:
    from kubus.audit.table_sink import powers  # needs a driver

    try:
        held = powers(url, name)
    except ConfigError as error:
        return Check("audit-log", "fail", error.message, error.hint or "See that the database can be reached")
    if held is None:
        return Check("audit-log", "ok", f"the table {name} is not there yet: the server makes it")
    if "INSERT" not in held or "SELECT" not in held:
        said = f"the server's user may not add to the table {name}, or not read it"
        return Check("audit-log", "fail", said, f"GRANT SELECT, INSERT ON {name} TO it")
    more = [power for power in held if power not in ("INSERT", "SELECT")]
    if more:
        said = f"the server's user may {', '.join(more)} records in the table {name}"
        return Check("audit-log", "warn", said, "Let another user own it, and GRANT SELECT, INSERT alone")
    return Check("audit-log", "ok", f"the server's user can only add to the table {name}, and read it")
