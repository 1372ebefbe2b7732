"""One setting from its text."""

from typing import Any

from kubus.config.findings import Findings
from kubus.config.table import Setting


def read(setting: Setting, value: str | None, findings: Findings, name: str | None = None) -> Any:
    """What the text of a setting means, or its default if it is not set or wrong. `name` is what it is set under."""
    if value is None or (value.strip() == "" and not setting.empty_means_none):
        return setting.default
    try:
        return setting.read(value if setting.secret else value.strip())
    except ValueError as error:
        # A secret's own text has no place in a message.
        said = "The value" if setting.secret else f'Value "{value}"'
        findings.fault(f"{said} is not valid for {name or setting.name}. Must be {error}.")
        return setting.default
