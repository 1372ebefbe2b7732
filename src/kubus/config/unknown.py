"""Names that the table of settings does not have: refused, without effect, or mistyped."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from kubus.config.findings import Findings
from kubus.config.missing import lack_of_effect, refusal
from kubus.config.table import BY_NAME, SETTINGS, Setting

OURS_OR_CUBES = ("CUBEJS_", "KUBUS_", "CUBESQL_")

DECORATED = re.compile(r"(CUBEJS|KUBUS)_DS_(.+)")


def check_names(given: Mapping[str, str], data_sources: tuple[str, ...], findings: Findings) -> None:
    """Refuse what is not there yet and would matter; warn of what has no effect and of names that nothing knows."""
    known = {s.decorated(source) for source in data_sources for s in SETTINGS if s.per_source} | BY_NAME.keys()
    for name, value in given.items():
        if name in known or not value.strip():
            continue
        if (reason := refusal(name, value)) is not None:
            findings.fault(f"{name}: {reason}")
        elif not name.startswith(OURS_OR_CUBES):
            continue
        elif (decorated := setting_of_source(name)) is not None:
            source, setting = decorated
            if source in map(str.lower, data_sources):
                findings.warn(name, f"has no effect; for the data source '{source}' it is {setting.decorated(source)}")
            else:
                findings.fault(f"{name}: The {source} data source is missing in the declared CUBEJS_DATASOURCES.")
        elif (reason := lack_of_effect(name)) is not None:
            findings.warn(name, f"has no effect in kubus: {reason}")
        else:
            close = get_close_matches(name, known, n=1, cutoff=0.8)
            findings.warn(name, "kubus knows no such setting" + (f"; did you mean {close[0]}?" if close else ""))


def setting_of_source(name: str) -> tuple[str, Setting] | None:
    """The data source in a name that looks like a setting of one, and that setting."""
    match = DECORATED.fullmatch(name)
    if match is None:
        return None
    for setting in SETTINGS:
        owner, _, rest = setting.name.partition("_")
        if setting.per_source and owner == match[1] and match[2].endswith(f"_{rest}"):
            return match[2].removesuffix(f"_{rest}").lower(), setting
    return None
