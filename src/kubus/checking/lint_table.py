"""Which lint rules a project turns off: the table `[tool.kubus.lint]` of its `pyproject.toml`."""

import tomllib
from pathlib import Path
from typing import cast

from kubus.errors import ConfigError
from kubus.loading.lint.rules import RULE_NAMES
from kubus.loading.problems import nearest_hint

FILE = "pyproject.toml"


def rules_off(folder: Path) -> tuple[str, ...]:
    """The rules under `off` in the project's table; none if there is no file or no table.

    Raises:
        ConfigError: the file cannot be read, or the table says what is not understood.
    """
    try:
        text = (folder / FILE).read_text("utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE} cannot be read: {error}") from error
    try:
        read: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{FILE} is no TOML: {error}") from error
    for key in ("tool", "kubus", "lint"):
        read = cast("dict[str, object]", read).get(key, {}) if isinstance(read, dict) else read
    if not isinstance(read, dict):
        raise ConfigError(f"{FILE}: tool.kubus.lint has to be a table", hint='Such as off = ["unsafe-value"] in it')
    table = cast("dict[str, object]", read)
    for key in table:
        if key != "off":
            raise ConfigError(f"{FILE}: tool.kubus.lint has no '{key}'", hint="It has off, a list of rules")
    off = table.get("off", [])
    names = cast("list[object]", off) if isinstance(off, list) else [off]
    for name in names:
        if not isinstance(off, list) or name not in RULE_NAMES:
            hint = nearest_hint(str(name), RULE_NAMES) or f"A list of {', '.join(RULE_NAMES)}"
            raise ConfigError(f"{FILE}: tool.kubus.lint.off has '{name}', and there is no such rule", hint=hint)
    return tuple(str(name) for name in names)
