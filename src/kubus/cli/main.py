"""The command `kubus`. Each command is imported when it is called, so that none pays for another."""

import os
import sys

from cyclopts import App, CycloptsError

import kubus
from kubus.errors import KubusError

app = App(
    name="kubus",
    help="A semantic layer and embedded-analytics API server that speaks Cube's wire format.",
    version=kubus.__version__,
    version_flags=["--version"],
)

COMMANDS = {
    "demo": "kubus.cli.demo:demo",
    "create": "kubus.cli.create:create",
    "dev": "kubus.cli.serve:dev",
    "serve": "kubus.cli.serve:serve",
    # The names of Cube's own commands.
    "dev-server": "kubus.cli.serve:dev",
    "server": "kubus.cli.serve:serve",
    "validate": "kubus.cli.check:check",
    "check": "kubus.cli.check:check",
    "query": "kubus.cli.query:query",
    "sql": "kubus.cli.sql:sql",
    "token": "kubus.cli.token:token",
    "secret": "kubus.cli.secret:secret",
    "version": "kubus.cli.version:version",
}
CUBE_NAMES = {"dev-server", "server", "validate"}

for _name, _place in COMMANDS.items():
    app.command(_place, name=_name, show=_name not in CUBE_NAMES)

config = App(name="config", help="Settings: what holds, and whether it is right.")
config.command("kubus.cli.config:show", name="show")
config.command("kubus.cli.config:check", name="check")
app.command(config)


def main() -> None:
    """Run the command that the process was called with; exits with its status."""
    try:
        app(sys.argv[1:], exit_on_error=False, print_error=False)
    except CycloptsError as error:
        fail(str(error), status=2)
    except KubusError as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read the output has left; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def fail(message: str, status: int = 1) -> None:
    """End with a message in a frame, on standard error."""
    # Rich is large, and needed only here where things have gone wrong.
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    Console(stderr=True, highlight=False).print(Panel(Text(message), title="Error", border_style="red"))
    sys.exit(status)
