"""Where the demo lies when nobody says."""

from collections.abc import Mapping
from pathlib import Path


def demo_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """The demo's folder among the data that programs keep for a user: `kubus/demo` below it.

    `platform` is `sys.platform`. Source: https://specifications.freedesktop.org/basedir-spec/latest/ (which says to
    ignore a path that is not absolute), and the habits of macOS and Windows.
    """
    match platform:
        case "darwin":
            data = home / "Library" / "Application Support"
        case "win32":
            data = _absolute(environment.get("LOCALAPPDATA")) or home / "AppData" / "Local"
        case _:
            data = _absolute(environment.get("XDG_DATA_HOME")) or home / ".local" / "share"
    return data / "kubus" / "demo"


def _absolute(path: str | None) -> Path | None:
    return Path(path) if path and Path(path).is_absolute() else None
