"""Start everything that a step of the tutorial needs, and end it with Ctrl+C.

python start.py [open | authentication | authorization | identification | audit]

kubus answers on http://localhost:4000, the dashboard is on http://localhost:3000, and from the fourth step on there is
a provider where people sign in on http://localhost:9000. Without a step it is the last one.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
DASHBOARD = HERE / "dashboard"
# What is run, in which folder, with which settings besides.
Command = tuple[list[str], Path, dict[str, str]]

STEPS = ("open", "authentication", "authorization", "identification", "audit")


def main() -> None:
    """Read the command line, install what is missing, and run until the first of the servers ends."""
    parser = argparse.ArgumentParser(description="Start a step of the tutorial.")
    parser.add_argument("step", nargs="?", choices=STEPS, default="audit")
    parser.add_argument("--port", type=int, default=4000, help="the port of kubus")
    parser.add_argument("--app-port", type=int, default=3000, help="the port of the dashboard")
    parser.add_argument("--built", action="store_true", help="serve the dashboard built, as for those who use it")
    parser.add_argument("--provider-port", type=int, default=9000, help="the port of the OpenID provider")
    chosen = parser.parse_args()
    ports = {"4000": str(chosen.port), "3000": str(chosen.app_port), "9000": str(chosen.provider_port)}
    settings = read_step(chosen.step, ports)
    signs_in = "KUBUS_ISSUERS" in settings
    options = {"--port": chosen.port, "--app-port": chosen.app_port}
    if signs_in:
        options["--provider-port"] = chosen.provider_port
    for option, port in options.items():
        if is_open(port):
            sys.exit(f"Something listens on port {port} already: end it, or choose another with {option}")

    install()
    page = {"VITE_API_URL": f"http://localhost:{chosen.port}", "VITE_ISSUER": settings.get("KUBUS_ISSUERS", "")}
    commands: list[Command] = [(kubus_command(chosen.port), HERE, settings)]
    if signs_in:
        provider = {"PROVIDER_PORT": ports["9000"], "APP_PORT": ports["3000"]}
        # First: kubus asks it for its keys.
        commands.insert(0, (["node", "provider/provider.mjs"], DASHBOARD, provider))
    vite = ["node", str(DASHBOARD / "node_modules" / "vite" / "bin" / "vite.js")]
    if chosen.built:
        build(vite, page)
        vite.append("preview")
    # Where it is, is told below, once all of it answers.
    commands.append(([*vite, "--port", ports["3000"], "--strictPort", "--logLevel", "warn"], DASHBOARD, page))

    message = f"Step '{chosen.step}': the dashboard is at http://localhost:{chosen.app_port}. Ctrl+C ends it."
    sys.exit(run(commands, (chosen.port, chosen.app_port), message))


def run(commands: list[Command], ports: tuple[int, ...], message: str) -> int:
    """Run commands side by side until Ctrl+C, which is 0, or until one of them ends by itself, which is 1.

    The message is printed once somebody listens on every one of the ports.
    """
    running: list[subprocess.Popen[bytes]] = []
    try:
        for command, folder, more in commands:
            running.append(subprocess.Popen(command, cwd=folder, env={**os.environ, **more}))
        told = False
        while all(process.poll() is None for process in running):
            if not told and all(map(is_open, ports)):
                print(f"\n{message}\n", flush=True)
                told = True
            time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait()
    return 1


def is_open(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def read_step(step: str, ports: dict[str, str]) -> dict[str, str]:
    """The settings in `steps/<step>.env`, with the ports that were asked for."""
    settings: dict[str, str] = {}
    for line in (HERE / "steps" / f"{step}.env").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, value = line.split("=", 1)
            for usual, port in ports.items():
                value = value.replace(f":{usual}", f":{port}")
            settings[name] = value
    return settings


def install() -> None:
    """Put the dashboard's packages into its folder, once, exactly those of package-lock.json."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        sys.exit("The dashboard needs node 20.19 or later, with npm")
    if not (DASHBOARD / "node_modules").is_dir():
        print("Installing the dashboard's packages, once", flush=True)
        quiet = ["--no-audit", "--no-fund", "--no-update-notifier"]
        subprocess.run(["npm", "ci", "--ignore-scripts", *quiet], cwd=DASHBOARD, check=True)


def build(vite: list[str], page: dict[str, str]) -> None:
    """Build the dashboard, unless it was built of the same files for the same addresses already."""
    settings = {name: value for name, value in {**os.environ, **page}.items() if name.startswith("VITE_")}
    files = [*DASHBOARD.glob("*.*"), *(DASHBOARD / "src").rglob("*.*"), *(DASHBOARD / "public").rglob("*.*")]
    made_of = json.dumps([settings, sorted((str(path), path.stat().st_mtime_ns) for path in files)], sort_keys=True)
    stamp = DASHBOARD / "node_modules" / ".built"
    if (DASHBOARD / "dist").is_dir() and stamp.is_file() and stamp.read_text("utf-8") == made_of:
        return
    subprocess.run([*vite, "build", "--logLevel", "warn"], cwd=DASHBOARD, env={**os.environ, **page}, check=True)
    stamp.write_text(made_of, "utf-8")


def kubus_command(port: int) -> list[str]:
    """How to start kubus here: the command, or else the package of this Python."""
    found = shutil.which("kubus")
    # Without the folder on the path: the project may have a kubus.py.
    command = [found] if found else [sys.executable, "-P", "-m", "kubus"]
    return [*command, "serve", "--host", "127.0.0.1", "--port", str(port)]


if __name__ == "__main__":
    # What ends it otherwise ends it like Ctrl+C: nothing is left running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
