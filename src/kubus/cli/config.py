"""`kubus config`: settings, shown and checked."""

import os
from pathlib import Path

from kubus.config.project import project_settings
from kubus.config.settings import Settings


def here() -> Settings:
    return project_settings(os.environ, Path.cwd())


def show() -> None:
    """Print every setting that holds, secrets masked, and where it comes from."""
    settings = here()
    for name, value in settings.shown().items():
        origin = settings.given.get(name, "default")
        print(f"{name}={value}  # {origin}")  # noqa: T201 - a command's answer


def check() -> None:
    """Say what is wrong with the settings, or that nothing is. Exits with status 1 if something is."""
    settings = here()
    for name, message in settings.warnings:
        print(f"Warning. {name}: {message}")  # noqa: T201 - a command's answer
    print("The settings are right" + (", in development mode" if settings.dev_mode else ""))  # noqa: T201
