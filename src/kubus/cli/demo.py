"""`kubus demo`: a server on data to try, with nothing to set up."""

import os
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import duckdb
from cyclopts import Parameter
from rich.console import Console

from kubus.auth.minting import mint_token
from kubus.auth.rules import DEV_ISSUER
from kubus.cli.create import create_project
from kubus.cli.scaffold.project import SAMPLE_DATABASE
from kubus.cli.scaffold.sample_data import write_sample_data
from kubus.cli.serve import called, listening_address, listening_socket, run
from kubus.config.dotenv import read_dotenv
from kubus.config.project import project_settings
from kubus.config.settings import Settings
from kubus.demo.data import demo_data_day
from kubus.demo.folder import demo_folder
from kubus.errors import ConfigError

# Data this far behind still answer for the last 30 days, and a start on most days makes nothing.
FRESH_FOR = timedelta(days=3)

TOKEN_SECONDS = 30 * 24 * 3600


def demo(
    *,
    host: str = "127.0.0.1",
    port: int = 4000,
    folder: Annotated[Path | None, Parameter(name="--folder")] = None,
) -> None:
    """Start a server on two years of a shop's orders.

    The first time, this makes the demo: a project as `kubus create` makes one, in development mode with authentication
    on. It says where the Playground is, and prints a line to paste into another terminal.

    Parameters
    ----------
    host
        The address to listen on.
    port
        The port to listen on.
    folder
        Where the demo is, or is to be; by default among the data that programs keep for you.
    """
    console = Console(highlight=False)
    target = (folder or demo_folder(os.environ, sys.platform, Path.home())).absolute()
    # Before anything is made or promised: is the place to listen free? Port 0 stands for any that is.
    with listening_socket(host, port) as place:
        port = place.getsockname()[1]
    prepare_demo(target, datetime.now(UTC).date(), console)
    # The demo is as its own `.env` says: what the shell says of other projects has no part in it.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("CUBEJS_", "KUBUS_", "PORT"))}
    settings = project_settings(environ, target)
    # Told before anything is promised.
    listening_address(settings, host)
    invited = invitation(host, port, demo_token(target, settings), dev_mode=settings.dev_mode)
    console.print(invited, markup=False, soft_wrap=True)
    run(target, environ, host=host, port=port)


def demo_token(target: Path, settings: Settings) -> str | None:
    """A token for the demo in `target`, good for 30 days. None where its settings ask nobody for one.

    Raises:
        ConfigError: there is no secret to sign with.
    """
    if settings.dev_mode and not settings.values["KUBUS_DEV_AUTH"]:
        return None
    secret = read_dotenv(target / ".env").get("CUBEJS_API_SECRET")
    if not secret:
        raise ConfigError(
            f"There is no CUBEJS_API_SECRET in {target / '.env'}", hint="`kubus secret` makes one; or use kubus serve"
        )
    # A demo of before may be in production mode, which refuses tokens of development.
    issuer = {"iss": DEV_ISSUER} if settings.dev_mode else {}
    return mint_token({"role": "admin", **issuer}, secret, issued_at=int(time.time()), lifetime=TOKEN_SECONDS)


def invitation(host: str, port: int, token: str | None, *, dev_mode: bool) -> str:
    """What to do next: where to look at the server, and a line to paste."""
    url = called(host, port)
    look = (
        f"Open {url} in a browser: the Playground is there."
        if dev_mode
        else f"The demo is at {url}, in production mode."
    )
    asks = (
        "Nobody is asked for a token, and so this answers in another terminal:"
        if token is None
        else "Every request needs a token. This one holds for 30 days, for a line to paste into another terminal:"
    )
    header = "" if token is None else f'  -H "Authorization: {token}" \\\n'
    query = '{"measures": ["Orders.count"], "dimensions": ["Orders.status"]}'
    return f"""
{look}

{asks}

curl -G -s {url}/cubejs-api/v1/load \\
{header}  --data-urlencode 'query={query}'

Ctrl+C ends it.
"""


def prepare_demo(target: Path, today: date, console: Console) -> None:
    """Make the demo in `target` if it is not there, and its data anew if they have fallen behind.

    Raises:
        ConfigError: `target` holds something else, or cannot be written to.
    """
    if not (target / ".env").is_file():
        _make_demo(target, today, console)
        return
    database = target / SAMPLE_DATABASE
    try:
        day = demo_data_day(database)
    except duckdb.IOException:
        # A server has the file open. Its data stay as they are.
        return
    if day is None or today - day > FRESH_FOR:
        console.print(
            f"The data of the demo reach to {day}: making them anew" if day else "Making the data of the demo"
        )
        write_sample_data(target, "duckdb", today, console)


def _make_demo(target: Path, today: date, console: Console) -> None:
    try:
        if target.is_dir() and not any(target.iterdir()):
            target.rmdir()
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written: {error.strerror or error}", hint="Name another folder with --folder"
        ) from error
    if target.exists():
        raise ConfigError(
            f"{target} holds something else than a project of kubus", hint="Name another folder with --folder"
        )
    console.print(f"Making the demo in {target}, once", markup=False, soft_wrap=True)
    create_project(target, "duckdb", today, console, asks_for_tokens=True)
