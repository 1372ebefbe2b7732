"""Model files on disk."""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

from kubus.errors import ConfigError, ModelError, Problem

ENDINGS = (".yml", ".yaml", ".jinja", ".py")

# Tests of a model may lie beside it. They are no part of it.
TEST_ENDINGS = (".test.yml", ".test.yaml")


def model_files(folder: Path) -> dict[str, str]:
    """The texts of a folder's model files, by their path below it, in order of the path.

    Raises:
        ConfigError: the folder is not there.
        ModelError: files cannot be read.
    """
    return ModelFolder(folder).texts()


# What changes when a file does: when it was written, how long it is, and which file it is.
Stamp = tuple[int, int, int]

# Nanoseconds. A file written this shortly before it was read may have been written again within one tick of its clock.
TICK = 2_000_000_000


def model_stamps(folder: Path) -> dict[str, Stamp]:
    """The stamp of every model file, by its path below the folder. Cheap enough to ask every second.

    Folders that begin with a dot are those of tools, or of a container's volume, which keeps older files there.
    """
    stamps: dict[str, Stamp] = {}
    waiting = [(str(folder), "")]
    while waiting:
        place, below = waiting.pop()
        try:
            entries = list(os.scandir(place))
        except OSError:
            # Gone while it was looked at, or never there.
            continue
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                waiting.append((entry.path, f"{path}/"))
            elif is_model_file(entry.name) and entry.is_file():
                with contextlib.suppress(OSError):
                    stat = entry.stat()
                    stamps[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return stamps


def is_model_file(name: str) -> bool:
    """Whether a file of this name is read as part of a model."""
    return name.endswith(ENDINGS) and not name.endswith(TEST_ENDINGS)


def check_there(folder: Path) -> None:
    if not folder.is_dir():
        raise ConfigError(
            f"There is no model folder at {folder}",
            hint="Make it, or say where it is with CUBEJS_SCHEMA_PATH or --model",
        )


class ModelFolder:
    """The model files of a folder, read again only where they changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, tuple[Stamp, str]] = {}

    def texts(self) -> dict[str, str]:
        """As `model_files`. Raises ConfigError and ModelError as that does."""
        texts, problems = self.readable()
        if problems:
            raise ModelError(tuple(problems))
        return texts

    def readable(self) -> tuple[dict[str, str], list[Problem]]:
        """The same of the files that can be read, and why the others cannot. Raises ConfigError as `model_files`."""
        check_there(self._folder)
        stamps = model_stamps(self._folder)
        texts: dict[str, str] = {}
        problems: list[Problem] = []
        for path in in_order(stamps):
            held = self._held.get(path)
            try:
                known = held is not None and held[0] == stamps[path]
                texts[path] = held[1] if held is not None and known else (self._folder / path).read_text("utf-8-sig")
            except UnicodeDecodeError:
                problems.append(
                    Problem(path, 0, 0, "The file is not written in UTF-8", hint="Save it so with your editor")
                )
            except OSError as error:
                problems.append(Problem(path, 0, 0, f"The file cannot be read: {error.strerror or error}"))
        settled = time.time_ns() - TICK
        self._held = {p: (stamps[p], text) for p, text in texts.items() if stamps[p][0] < settled}
        return texts, problems


def in_order(paths: Iterable[str]) -> list[str]:
    """The paths in the order in which their files are read: by folders and names."""
    return sorted(paths, key=lambda path: path.split("/"))
