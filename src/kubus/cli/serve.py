"""`kubus serve` and `kubus dev`: the server."""

import contextlib
import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from types import FrameType

import uvicorn

import kubus
from kubus.api.assemble import assemble
from kubus.auth.addresses import is_loopback
from kubus.cli.protocol import Application, answering_at_once
from kubus.config.data_sources import PER_SOURCE
from kubus.config.project import project_settings
from kubus.config.settings import Settings
from kubus.doctor.settings_checks import check_settings
from kubus.errors import ConfigError
from kubus.events import ServerListening, ServerStopping, SettingWarning, emit
from kubus.telemetry.log import start_log

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - where a production server listens, as Cube does

# Where the model is if nothing says otherwise.
USUAL_MODEL = "model"

# Connections that wait to be accepted, when many come at once.
BACKLOG = 2048

HIGHEST_PORT = 65_535


def serve(*, host: str | None = None, port: int | None = None, model: Path | None = None) -> None:
    """Start the server, as `.env` and the environment say.

    Parameters
    ----------
    host
        The address to listen on: in production every one, in development mode 127.0.0.1.
    port
        The port to listen on; wins over PORT.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    run(Path.cwd(), os.environ, host=host, port=port, model=model)


def dev(*, host: str | None = None, port: int | None = None, model: Path | None = None) -> None:
    """Start the server in development mode, and compile the model again when its files change.

    Parameters
    ----------
    host
        The address to listen on; another one than 127.0.0.1 needs KUBUS_DEV_ALLOW_REMOTE=true as well.
    port
        The port to listen on; wins over PORT.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    run(Path.cwd(), os.environ, host=host, port=port, model=model, dev_default=True, watch=True)


def run(
    folder: Path,
    environ: Mapping[str, str],
    *,
    host: str | None = None,
    port: int | None = None,
    model: Path | None = None,
    dev_default: bool = False,
    watch: bool = False,
) -> None:
    """Serve the project in `folder` until a signal ends it; exits with status 0 then.

    Raises:
        ConfigError: a setting is wrong, or the address cannot be listened on.
        ModelError: the model does not compile, and KUBUS_FAIL_ON_MODEL_ERROR is set.
        NotAudited: the audit log cannot be opened, and KUBUS_AUDIT_REQUIRED is set.
    """
    overrides = {} if model is None else {"CUBEJS_SCHEMA_PATH": str(model)}
    settings = project_settings(environ, folder, overrides=overrides, dev_default=dev_default)
    address = listening_address(settings, host)
    stop_log = start_log(settings.values["CUBEJS_LOG_LEVEL"], dev_mode=settings.dev_mode, logger=settings.hooks.logger)
    try:
        if settings.dev_mode:
            begin_model(settings)
        else:
            tell_checks(settings, environ)
        assembled = assemble(settings, watch=watch or settings.dev_mode)
        if assembled.layer.model_error is not None and settings.values["KUBUS_FAIL_ON_MODEL_ERROR"]:
            raise assembled.layer.model_error
        if assembled.audit is not None:
            # Before anybody is listened to.
            assembled.audit.open()
        settle()
        with listening_socket(address, settings.port if port is None else port) as listening:
            bound: int = listening.getsockname()[1]
            application: Application = assembled.app
            if settings.dev_mode:
                # Production has none, and loads nothing of it.
                from kubus.playground.app import make_playground

                application = playground = make_playground(settings, assembled, address, telling(address, bound))
                playground.announce()
                # Who types in the editor has a thread compile the model: requests take the interpreter back from it
                # after so many seconds, where Python would let them wait five times as long at each step.
                sys.setswitchinterval(0.001)
            server = Server(
                uvicorn.Config(
                    application,
                    loop="uvloop" if sys.platform != "win32" else "asyncio",
                    http=answering_at_once(application),
                    ws="none",
                    lifespan="on",
                    access_log=False,
                    # Whom to believe who sent a request is a setting of ours.
                    proxy_headers=False,
                    log_config=None,
                    log_level="critical",
                    server_header=False,
                    timeout_graceful_shutdown=int(settings.values["CUBEJS_GRACEFUL_SHUTDOWN"].total_seconds()),
                ),
                ServerListening(
                    address, bound, kubus.__version__, settings.dev_mode, settings.values["KUBUS_DEV_AUTH"]
                ),
            )
            server.run([listening])
            # At the end nothing may be kept: DuckDB would take what is left for a leak, and say so at length.
            gc.unfreeze()
    finally:
        stop_log()
    if not server.started:
        raise ConfigError("The server did not start")


def begin_model(settings: Settings) -> None:
    """Make an empty model folder where a data source is set and there is none: the Playground makes cubes of tables.

    Where none is set, somebody is in the wrong folder, and has to be told; and where another folder than the usual is
    named, that it is not there.
    """
    own = {setting.decorated(source) for source in settings.sources for setting in PER_SOURCE}
    is_usual = settings.values["CUBEJS_SCHEMA_PATH"] == USUAL_MODEL
    if settings.model.exists() or not is_usual or not own & settings.given.keys():
        return
    settings.model.mkdir(parents=True)
    emit(SettingWarning("CUBEJS_SCHEMA_PATH", f"there was no model; an empty folder is made for it: {settings.model}"))


def tell_checks(settings: Settings, environ: Mapping[str, str]) -> None:
    """Say what `kubus doctor` would find in the settings, in a line."""
    found = [check.name for check in check_settings(settings, environ) if check.status in ("warn", "fail")]
    if found:
        emit(SettingWarning("kubus doctor", f"would look at {', '.join(found)}, and says why and what to do"))


def settle() -> None:
    """Leave what is there for good, the model above all, out of every later search for garbage.

    Requests leave little that counting references does not free, so that searches may be rare: each of them is a
    pause for all requests. Of models that follow only the first is kept from the search.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def listening_address(settings: Settings, host: str | None) -> str:
    """Where to listen. Development mode shows what it has, so it stays on this machine unless told twice.

    Raises:
        ConfigError: development mode is asked to listen elsewhere.
    """
    if not settings.dev_mode:
        return host or EVERYWHERE
    address = host or LOOPBACK
    if not is_loopback(address) and not settings.values["KUBUS_DEV_ALLOW_REMOTE"]:
        raise ConfigError(
            f"In development mode everybody who reaches {address} could read all data, unless KUBUS_DEV_AUTH=true, "
            "and the whole model",
            hint="Set CUBEJS_DEV_MODE=false; or, if that is meant, set KUBUS_DEV_ALLOW_REMOTE=true as well",
        )
    return address


def telling(host: str, port: int) -> Callable[[str], None]:
    """Prints where a browser of another machine finds the Playground, with the key that it needs.

    Not told as an event: logs go to places that may not have it.
    """
    place = called(host, port)

    def tell(key: str) -> None:
        print(f"The next browser that opens the Playground needs this address: {place}/?key={key}", file=sys.stderr)  # noqa: T201 - for whoever sits at the terminal

    return tell


def called(host: str, port: int) -> str:
    """The address of a server, as whoever sits before this machine can open it."""
    # An address that means every one is none to call.
    name = {EVERYWHERE: LOOPBACK, "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def listening_socket(host: str, port: int) -> socket.socket:
    """A bound socket. Raises ConfigError if the address is taken or not this machine's."""
    if not 0 <= port <= HIGHEST_PORT:
        raise ConfigError(f"There is no port {port}", hint=f"Choose one between 0 and {HIGHEST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        hint = (
            "Another program listens there; choose another port with --port or PORT"
            if error.errno == errno.EADDRINUSE
            else None
        )
        raise ConfigError(f"Cannot listen on {host}:{port}: {error.strerror or error}", hint=hint) from error


class Server(uvicorn.Server):
    """uvicorn's server, which says when it listens and when it stops, and ends with status 0 on a signal."""

    def __init__(self, config: uvicorn.Config, listening: ServerListening) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            emit(self._listening)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        emit(ServerStopping(len(self.server_state.tasks)))
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        # uvicorn raises the signal again once it has stopped, which would end the process as if killed.
        def stop(signum: int, frame: FrameType | None) -> None:
            self.handle_exit(signum, frame)

        kept = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
