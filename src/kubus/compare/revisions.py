"""Data models as they are in revisions of git."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kubus.errors import ConfigError
from kubus.loading.files import ENDINGS, in_order, model_files
from kubus.loading.load import load_files
from kubus.model.model import Model

# The files as they are, committed or not.
WORKING_TREE = "."


def model_at(revision: str, folder: Path, dialects: Mapping[str, str]) -> Model:
    """The model of a folder in a revision of git; `.` is the files as they are. `dialects` is by data source.

    Raises:
        ModelError: it does not compile.
        ConfigError: there is no such revision, or no git.
    """
    if revision == WORKING_TREE:
        return load_files(model_files(folder), dialects, folder=folder)
    return load_files(files_at(revision, folder), dialects)


def files_at(revision: str, folder: Path) -> dict[str, str]:
    """The texts of the model files of a folder in a revision, by their path below it, in the order of reading."""
    if revision.startswith("-"):
        raise ConfigError(f"'{revision}' is no revision")
    objects: dict[str, str] = {}
    for entry in git(folder, "ls-tree", "-r", "-z", revision, ".").split(b"\0"):
        told, _, name = entry.decode("utf-8", "replace").partition("\t")
        if name.endswith(ENDINGS) and not any(part.startswith(".") for part in name.split("/")[:-1]):
            objects[name] = told.split()[2]
    texts = blobs(folder, tuple(objects.values()))
    found = dict(zip(objects, texts, strict=True))
    return {name: found[name] for name in in_order(found)}


def blobs(folder: Path, objects: tuple[str, ...]) -> list[str]:
    """The texts of objects of git, all asked for at once."""
    if not objects:
        return []
    said = git(folder, "cat-file", "--batch", asked="\n".join(objects).encode() + b"\n")
    texts: list[str] = []
    for _ in objects:
        header, _, said = said.partition(b"\n")
        size = int(header.rsplit(b" ", 1)[1])
        texts.append(said[:size].decode("utf-8-sig", "replace"))
        # A line break follows what was asked for.
        said = said[size + 1 :]
    return texts


def git(folder: Path, *arguments: str, asked: bytes = b"") -> bytes:
    """What git says. Raises ConfigError if it fails."""
    program = shutil.which("git")
    if program is None:
        raise ConfigError("git is not there, and revisions are git's")
    ran = subprocess.run([program, "-C", str(folder), *arguments], input=asked, capture_output=True, check=False)  # noqa: S603 - revisions begin with no dash
    if ran.returncode:
        raise ConfigError(ran.stderr.decode(errors="replace").strip())
    return ran.stdout
