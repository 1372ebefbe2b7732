"""docs/settings.md, made from the table of settings: `make docs`."""

import sys

from kubus.config.missing import NO_EFFECT, REFUSED
from kubus.config.settings import display
from kubus.config.table import SETTINGS

HEAD = """# Settings

Settings are environment variables. The process environment wins over the file `.env` in the folder of the project, and that over
the defaults below. `kubus config show` prints what holds, secrets masked; `kubus config check` says what is wrong. Cube's names work
as they are; what only kubus has is named `KUBUS_…`. This page is made from the code by `make docs`.

Values: booleans are `true` or `false`; durations are whole seconds, or `30s`, `5m`, `1h`; sizes are bytes, or `100kb`, `50mb`, `1gb`;
lists are separated by commas. A wrong value ends the start with a message that says what it must be. An empty value counts as not set, except for lists of algorithms and scopes, where it means none.

## Options in Python

`kubus.py`, or else `cube.py`, in the folder of the project sets options that win over the environment:

```text
from kubus import config          # or: from cube import config

config.schema_path = "model"
config.base_path = "/cubejs-api"
config.jwt = {"issuer": "https://example.com", "audience": "analytics"}
```

There are `schema_path`, `base_path`, `api_secret`, `api_secrets`, `jwt`, `cache_and_queue_driver`, `orchestrator_options`,
`allow_ungrouped_without_primary_key`, `graceful_shutdown`, `telemetry` and `web_sockets`. Functions of the project in the way of a
request are [hooks](hooks.md). A file that sets a hook that kubus does not have yet ends the start, since without it callers might see
more than they should. `cube.js` is not run.

## The .env file

| Line | Value |
|---|---|
| `A=1 # c` | `1 # c`: there are no comments behind values |
| `B="x # y"`, `C='…'` | quotes are taken off; values in quotes may go over several lines |
| `D="a\\nb"` | `\\n` is the end of a line in double quotes, and nothing else there is an escape |
| `E=$A` | `$A`: variables are not filled in |
| `export F=2` | `2` |
"""

SEVERAL = """
## Several data sources

Name them all in `CUBEJS_DATASOURCES`, `default` among them. `default` has the plain names above; each other source has its settings as
`CUBEJS_DS_<NAME>_DB_…` (and `KUBUS_DS_<NAME>_DUCKDB_…`).
"""

REFUSED_HEAD = """
## Settings that are refused

kubus does not have these yet, and they would change who is let in, what is answered or how safe a connection is. The server does not
start with them.

| Name | Why |
|---|---|
"""

NO_EFFECT_HEAD = """
## Settings of Cube without effect

The server starts with these, and warns that they do nothing.

| Name | Why |
|---|---|
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
    parts.append(SEVERAL)
    for head, reasons in ((REFUSED_HEAD, REFUSED), (NO_EFFECT_HEAD, NO_EFFECT)):
        parts.append(head)
        parts += [f"| `{name}` | {why} |\n" for name, why in sorted(reasons.items())]
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
