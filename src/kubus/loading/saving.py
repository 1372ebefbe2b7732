"""Model files written: inside of their folder, whole or not at all, and never over what nobody has seen."""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from kubus.errors import ChangedMeanwhile, NotSaved
from kubus.loading.files import ENDINGS, is_model_file

# Bytes of a model file. What people write has some thousand.
LONGEST = 1024 * 1024

# Where a project keeps what was in its model files before they were written, below its folder.
BACKUPS = Path(".kubus") / "backups"

# Bytes of a path below the folder, and of a part of it: file systems have room for these, and for what is put before.
LONGEST_PATH, LONGEST_PART = 1_000, 200

# How many times of saving their backups are kept of.
BACKUPS_KEPT = 100

MARK = b"\xef\xbb\xbf"

# One part of a path: nothing hidden, nothing that leads elsewhere on any system, nothing that cannot be seen.
PART = re.compile(r"(?![.\s])[^\x00-\x1f\x7f\\/:*?\"<>|]+(?<![.\s])")

# Two savings at a time would each find the files as the other has not left them yet.
ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A model file as it is: its path below the folder, its text, and what tells these bytes from all others."""

    path: str
    text: str
    version: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A model file as it shall be. `base` is the version that it was made of; None: there was no such file."""

    path: str
    text: str
    base: str | None


def version_of(content: bytes) -> str:
    """What tells the bytes of a file from all others."""
    return hashlib.sha256(content).hexdigest()[:32]


def saved_file(folder: Path, path: str) -> SavedFile | None:
    """A model file as it is now; None where there is none.

    Raises:
        NotSaved: no model file can have that path, or it cannot be read.
    """
    content = bytes_of(place_of(folder.resolve(), path))
    return None if content is None else read(path, content)


def save(folder: Path, edits: Sequence[Edit], backups: Path, now: datetime) -> list[SavedFile]:
    """Write all of these files, or none of them, and give them as they are then. What was there is kept in `backups`.

    Raises:
        NotSaved: a path leads to no model file of the folder, a text is too long, or the folder cannot be written to.
        ChangedMeanwhile: a file is not as it was when the edit was made.
    """
    folder = folder.resolve()
    places = [place_of(folder, edit.path) for edit in edits]
    if len({str(place).casefold() for place in places}) < len(places):
        raise NotSaved("A file is there twice")
    with ONE_AT_A_TIME:
        before = [bytes_of(place) for place in places]
        stale = [
            edit.path
            for edit, old in zip(edits, before, strict=True)
            if edit.base != (None if old is None else version_of(old))
        ]
        if stale:
            raise changed(stale)
        for place, old in zip(places, before, strict=True):
            # Whoever may write to the folder could put another in its place. That is not what was meant.
            if old is not None and not os.access(place, os.W_OK):
                raise NotSaved(f"{place.relative_to(folder).as_posix()} may only be read")
        after = [encoded(edit, old) for edit, old in zip(edits, before, strict=True)]
        steps = [
            Replacement(edit.path, place, old, new)
            for edit, place, old, new in zip(edits, places, before, after, strict=True)
            if new != old
        ]
        try:
            keep([step for step in steps if step.old is not None], backups, now)
            put(steps)
        except OSError as error:
            raise NotSaved(
                f"{edits[0].path if len(edits) == 1 else 'The files'} cannot be written: {error.strerror or error}",
                hint="Nothing was changed",
            ) from error
    return [read(edit.path, content) for edit, content in zip(edits, after, strict=True)]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A file that is to be other bytes than it is. `old` None: it is not there yet."""

    path: str
    place: Path
    old: bytes | None
    new: bytes


# ── where ──


def place_of(folder: Path, path: str) -> Path:
    """Where a model file of this path lies.

    Raises:
        NotSaved: that is not in the folder, or behind a link, or it is no name of a model file.
    """
    parts = path.split("/")
    if not all(map(is_plain, parts)) or len(path.encode()) > LONGEST_PATH:
        raise NotSaved(
            f"{path!r} is no path of a model file", hint="It leads downwards from the model's folder: cubes/orders.yml"
        )
    if not is_model_file(parts[-1]):
        raise NotSaved(
            f"{path} is no model file", hint=f"Model files end in {', '.join(ENDINGS)}, and not in .test.yml"
        )
    file = folder.joinpath(*parts)
    for place in (file, *file.parents[: len(parts) - 1]):
        if place.is_symlink():
            raise NotSaved(f"{path} is reached by a link", hint="Change what it leads to")
        if place.exists() and not (place.is_file() if place is file else place.is_dir()):
            raise NotSaved(f"{place.relative_to(folder)} is no {'file' if place is file else 'folder'}")
    return file


def is_plain(part: str) -> bool:
    """Whether a file or folder may be called so."""
    return PART.fullmatch(part) is not None and is_text(part) and len(part.encode()) <= LONGEST_PART


def is_text(text: str) -> bool:
    """Whether it can be written at all: half of a pair of surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# ── bytes ──


def bytes_of(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotSaved(f"{place.name} cannot be read: {error.strerror or error}") from error


def read(path: str, content: bytes) -> SavedFile:
    try:
        return SavedFile(path, content.removeprefix(MARK).decode(), version_of(content))
    except UnicodeDecodeError as error:
        raise NotSaved(f"{path} is not written in UTF-8", hint="Save it so with your editor") from error


def encoded(edit: Edit, old: bytes | None) -> bytes:
    """The bytes of a text; a mark before the text stays where there is one."""
    if not is_text(edit.text):
        raise NotSaved(f"{edit.path}: the text has characters that no file can hold")
    content = edit.text.removeprefix("\ufeff").encode()
    if len(content) > LONGEST:
        raise NotSaved(f"{edit.path} would be longer than {LONGEST // 1024} kB", hint="Split it into several files")
    return MARK + content if (old or b"").startswith(MARK) else content


def changed(paths: Sequence[str]) -> ChangedMeanwhile:
    return ChangedMeanwhile(
        f"{', '.join(paths)} changed meanwhile, and {'is' if len(paths) == 1 else 'are'} left as it is",
        hint="Look at what is there now, and do it once more",
    )


# ── onto the disk ──


def put(steps: Sequence[Replacement]) -> None:
    """Each file replaced in one go, once all are written beside. If one cannot be, those before are as they were."""
    staged: list[Path] = []
    done: list[Replacement] = []
    try:
        for step in steps:
            step.place.parent.mkdir(parents=True, exist_ok=True)
            staged.append(beside(step.place, step.new))
        for step, ready in zip(steps, staged, strict=True):
            if step.old is None:
                # Nobody else can take the name from here on, and who has it already is seen.
                try:
                    step.place.open("xb").close()
                except FileExistsError as error:
                    raise changed((step.path,)) from error
            else:
                shutil.copymode(step.place, ready)
            done.append(step)
            ready.replace(step.place)
    except BaseException:
        for step in reversed(done):
            if step.old is None:
                step.place.unlink(missing_ok=True)
            else:
                beside(step.place, step.old).replace(step.place)
        raise
    finally:
        for ready in staged:
            ready.unlink(missing_ok=True)


def beside(place: Path, content: bytes) -> Path:
    """A new file in the same folder with this content, on the disk. Its name is that of no model file."""
    ready = place.with_name(f".{place.name}.{secrets.token_hex(6)}")
    with ready.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return ready


def keep(steps: Sequence[Replacement], backups: Path, now: datetime) -> None:
    """Copies of what will be replaced, in a folder named for the time; of old ones, some."""
    if not steps:
        return
    backups.mkdir(parents=True, exist_ok=True)
    ignored = backups / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", encoding="utf-8")
    of_now = backups / f"{now:%Y%m%dT%H%M%S.%fZ}"
    for step in steps:
        copy = of_now / step.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(step.old or b"")
    kept = sorted(folder for folder in backups.iterdir() if folder.is_dir())
    for folder in kept[:-BACKUPS_KEPT]:
        shutil.rmtree(folder)
