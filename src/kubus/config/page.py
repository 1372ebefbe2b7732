"""docs/settings.md, made from the table of settings: `make docs`."""

import sys

from kubus.config.settings import display
from kubus.config.table import NOT_YET, SETTINGS

HEAD = """# Settings

Settings are environment variables. The process environment wins over the file `.env` in the folder of the project, and that over
the defaults below. `kubus config show` prints what holds, secrets masked; `kubus config check` says what is wrong. Cube's names work
as they are; what only kubus has is named `KUBUS_…`. This page is made from the code by `make docs`.

Values: booleans are `true` or `false`; durations are whole seconds, or `30s`, `5m`, `1h`; sizes are bytes, or `100kb`, `50mb`, `1gb`;
lists are separated by commas. An empty value counts as not set, except for lists of algorithms and scopes, where it means none.

## The .env file

| Line | Value |
|---|---|
| `A=1 # c` | `1 # c`: there are no comments behind values |
| `B="x # y"`, `C='…'` | quotes are taken off; values in quotes may go over several lines |
| `D="a\\nb"` | escapes are read in double quotes alone |
| `E=$A` | `$A`: variables are not filled in |
| `export F=2` | `2` |
"""

TAIL = """
## Several data sources

Name them in `CUBEJS_DATASOURCES`. Each setting of a database then exists as `CUBEJS_DS_<NAME>_DB_…`; `default` uses the plain names.

## Not supported yet

These are refused at start-up rather than passed over:

"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for group in dict.fromkeys(setting.group for setting in SETTINGS):
        parts.append(f"\n## {group}\n\n| Name | Default | Meaning |\n|---|---|---|\n")
        for setting in SETTINGS:
            if setting.group == group:
                default = display(setting.default)
                parts.append(f"| `{setting.name}` | {f'`{default}`' if default else ''} | {setting.meaning} |\n")
    parts.append(TAIL)
    parts += [f"- `{name}`: {why}\n" for name, why in sorted(NOT_YET.items())]
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
