"""The command `kubus`. Each command is imported when it is called, so that none pays for another."""

import gc
import os
import sys

from cyclopts import App, CycloptsError

import kubus
from kubus.errors import KubusError, ModelError

app = App(
    name="kubus",
    help="A semantic layer and embedded-analytics API server that speaks Cube's wire format.",
    version=kubus.__version__,
    version_flags=["--version"],
)

# Each with what `kubus --help` says of it, so that no command has to be imported for that.
COMMANDS = {
    "demo": ("kubus.cli.demo:demo", "Start a server on a shop's sample data, with authentication on."),
    "create": ("kubus.cli.create:create", "Make a project: settings, a data model and sample data."),
    "dev": (
        "kubus.cli.serve:dev",
        "Start the server in development mode, and compile the model when its files change.",
    ),
    "serve": ("kubus.cli.serve:serve", "Start the server, as `.env` and the environment say."),
    "doctor": ("kubus.cli.doctor:doctor", "Say whether settings, model and databases are fit for production."),
    "generate": ("kubus.cli.generate:generate", "Make cubes of the tables of a database, shown as a diff."),
    "check": ("kubus.cli.check:check", "Compile the data model and print every problem, and how to mend it."),
    "test": (
        "kubus.cli.test:run_tests",
        "Run the tests of the data model: given rows, a query, and what has to come of it.",
    ),
    "convert": ("kubus.cli.convert:convert", "Turn model files of YAML into Python, or back."),
    "typegen": ("kubus.cli.typegen:typegen", "Write types of the data model for TypeScript or Python."),
    "schema": ("kubus.cli.schema:schema", "Print the JSON Schema of model files, for editors."),
    "format": ("kubus.cli.format:format_files", "Lay out model files; words, comments and order stay."),
    "lsp": ("kubus.cli.lsp:lsp", "Speak the language server protocol: editors start this."),
    "query": ("kubus.cli.query:query", "Ask the data model a JSON query, without a server, and print the rows."),
    "sql": ("kubus.cli.sql:sql", "Print the SQL that answers a JSON query."),
    "explain": (
        "kubus.cli.explain:explain",
        "Explain how a query is answered, and why so.",
    ),
    "lineage": ("kubus.cli.lineage:lineage", "Show what a member is made of, and what is made of it."),
    "diff": ("kubus.cli.diff:diff", "Say what differs in meaning between two versions of the data model."),
    "token": ("kubus.cli.token:tokens", "Make a token that tells the server who is asking."),
    "prove": ("kubus.cli.prove:prove", "Look for leaks: can one caller learn of what only others may see?"),
    "login-check": (
        "kubus.cli.login_check:login_check",
        "Say whether an issuer's tokens can be taken, and how.",
    ),
    "secret": ("kubus.cli.secret:secret", "Make a secret for signing tokens."),
    "version": ("kubus.cli.version:version", "Print the versions of kubus and of what it runs on."),
}
CUBE_NAMES = {"dev-server": "dev", "server": "serve", "validate": "check"}

for _name, (_place, _help) in COMMANDS.items():
    app.command(_place, name=_name, help=_help)
for _name, _ours in CUBE_NAMES.items():
    app.command(COMMANDS[_ours][0], name=_name, show=False)

config = App(name="config", help="Settings: what holds, and whether it is right.")
config.command("kubus.cli.config:show", name="show", help="Print every setting, secrets masked, and where it is from.")
config.command("kubus.cli.config:check", name="check", help="Say what is wrong with the settings, or that nothing is.")
app.command(config)

access = App(name="access", help="Access policies: who sees what, and why.")
access.command(
    "kubus.cli.access:explain", name="explain", help="Say which policies apply to a query, and what they do."
)
access.command("kubus.cli.access:show_matrix", name="matrix", help="Show how several roles see every member.")
access.command("kubus.cli.access:diff", name="diff", help="Say which policies became wider between two revisions.")
app.command(access)

audit = App(name="audit", help="The audit log: whether it is whole, and who asked what.")
audit.command("kubus.cli.audit:verify", name="verify", help="Find every change, gap and cut in the audit log.")
audit.command("kubus.cli.audit:show", name="show", help="Print who asked what.")
app.command(audit)


def main() -> None:
    """Run the command that the process was called with; exits with its status."""
    # A command makes much that stays until it ends, in which searches for garbage find nothing.
    gc.set_threshold(20_000, 20, 20)
    if not {"--help", "-h"}.isdisjoint(sys.argv):
        tell_all(sys.argv[1:])
    try:
        app(sys.argv[1:], exit_on_error=False, print_error=False)
    except CycloptsError as error:
        fail(str(error), status=2)
    except ModelError as error:
        fail("\n".join(str(problem) for problem in error.problems))
    except KubusError as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read the output has left; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def tell_all(arguments: list[str]) -> None:
    """Have a command that is asked for help say all that its docstring does, and not the line of the list alone."""
    command = app
    for word in arguments:
        if word.startswith("-") or word not in list(command):
            break
        command = command[word]
    if command is not app and command.default_command is not None:
        command.help = None


def fail(message: str, status: int = 1) -> None:
    """End with a message in a frame, on standard error."""
    # Rich is large, and needed only here where things have gone wrong.
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        # What reads this looks for sentences, which a frame of eighty columns would cut.
        console.width = max(map(len, message.splitlines()), default=0) + 4
    console.print(Panel(Text(message), title="Error", border_style="red"))
    sys.exit(status)
