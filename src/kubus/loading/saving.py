"""Model files written: inside of their folder, whole or not at all, and never over what nobody has seen."""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
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

# What Windows takes for devices, whatever ending follows.
DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})

# How many times of saving their backups are kept of.
BACKUPS_KEPT = 100

# What the folder of a time of saving is called.
TIME = "%Y%m%dT%H%M%S.%fZ"

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
    """A model file as it shall be. `base` is the version that it was made of; None: there was no such file.

    `text` None: there shall be no such file.
    """

    path: str
    text: str | None
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
    """Write or delete all of these files, or none of them, and give those that are there then, as they are.

    What was there before is kept in `backups`.

    Raises:
        NotSaved: a path leads to no model file of the folder, a text is too long, or the folder cannot be written to.
        ChangedMeanwhile: a file is not as it was when the edit was made.
    """
    folder = folder.resolve()
    places = [place_of(folder, edit.path) for edit in edits]
    if len({str(place).casefold() for place in places}) < len(places):
        raise NotSaved(
            "Two files have the same name, but for its case: on some systems they are one",
            hint="Give one of them another name",
        )
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
                raise NotSaved(f"{place.relative_to(folder).as_posix()} may only be read", hint="Nothing was changed")
        for edit, place, old in zip(edits, places, before, strict=True):
            if old is None and edit.text is not None:
                check_new(folder, place)
        after = [encoded(edit, old) for edit, old in zip(edits, before, strict=True)]
        steps = [
            Replacement(edit.path, place, old, new)
            for edit, place, old, new in zip(edits, places, before, after, strict=True)
            if new != old
        ]
        made = [(edit.path, content) for edit, content in zip(edits, after, strict=True) if content is not None]
        try:
            with kept([step for step in steps if step.old is not None], backups, now):
                put(steps)
        except OSError as error:
            what = edits[0].path if len(edits) == 1 else "The files"
            done = "deleted" if all(edit.text is None for edit in edits) else "written"
            raise NotSaved(f"{what} cannot be {done}: {error.strerror or error}", hint="Nothing was changed") from error
    return [read(path, content) for path, content in made]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A file that is to be other bytes than it is. `old` None: it is not there yet; `new` None: it is to go."""

    path: str
    place: Path
    old: bytes | None
    new: bytes | None


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
    try:
        for place in (file, *file.parents[: len(parts) - 1]):
            if place.is_symlink():
                raise NotSaved(f"{path} is reached by a link", hint="Change what it leads to")
            if place.exists() and not (place.is_file() if place is file else place.is_dir()):
                raise NotSaved(f"{place.relative_to(folder)} is no {'file' if place is file else 'folder'}")
    except OSError as error:
        raise NotSaved(f"{path} cannot be reached: {error.strerror or error}") from error
    return file


def check_new(folder: Path, place: Path) -> None:
    """Refuse a name that other systems cannot tell from one that is there, or keep for themselves.

    Files that are there already are as their owner wants them.
    """
    path = place.relative_to(folder)
    for name in path.parts:
        if name.partition(".")[0].upper() in DEVICES:
            raise NotSaved(f"{path.as_posix()}: Windows keeps the name {name} for itself", hint="Take another name")
    above = folder
    for name in path.parts:
        there = names_in(above)
        alike = next((one for one in there if one.casefold() == name.casefold()), None)
        if name not in there and alike is not None:
            beside = (above / alike).relative_to(folder).as_posix()
            raise NotSaved(
                f"{path.as_posix()} differs from {beside} in the case of letters alone: on some systems they are one",
                hint=f"Take another name, or write it as {alike}",
            )
        above /= name


def names_in(folder: Path) -> list[str]:
    try:
        return [place.name for place in folder.iterdir()]
    except OSError:
        # It is not there yet.
        return []


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
        if place.stat().st_size > LONGEST:
            raise NotSaved(f"{place.name} is longer than {LONGEST // 1024} kB", hint="Split it into several files")
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


def encoded(edit: Edit, old: bytes | None) -> bytes | None:
    """The bytes of a text; a mark before the text stays where there is one."""
    if edit.text is None:
        return None
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
    """Each file replaced in one go, once all are written beside; then those taken away that are to go.

    If one cannot be, those before are as they were.
    """
    staged: list[Path] = []
    written = [(step, step.new) for step in steps if step.new is not None]
    done: list[Replacement] = []
    try:
        for step, new in written:
            step.place.parent.mkdir(parents=True, exist_ok=True)
            staged.append(beside(step.place, new))
        for (step, _), ready in zip(written, staged, strict=True):
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
        for step in steps:
            if step.new is None:
                done.append(step)
                step.place.unlink(missing_ok=True)
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
    try:
        with ready.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        # A disk that is full has room for an empty file.
        ready.unlink(missing_ok=True)
        raise
    return ready


@contextmanager
def kept(steps: Sequence[Replacement], backups: Path, now: datetime) -> Generator[None]:
    """While this is done there are copies of what is replaced, in a folder named for the time; of old ones, some stay.

    If it fails they are taken away: a part of a copy is not what was in the file.
    """
    of_now = backups / now.strftime(TIME)
    copies: list[Path] = []
    try:
        if steps:
            backups.mkdir(parents=True, exist_ok=True)
            ignored = backups / ".gitignore"
            if not ignored.exists() or ignored.stat().st_size == 0:
                ignored.write_text("*\n", encoding="utf-8")
        for step in steps:
            copy = of_now / step.path
            copy.parent.mkdir(parents=True, exist_ok=True)
            copies.append(copy)
            copy.write_bytes(step.old or b"")
        yield
    except BaseException:
        for copy in copies:
            copy.unlink(missing_ok=True)
        for folder in sorted((*of_now.rglob("*"), of_now), reverse=True):
            with contextlib.suppress(OSError):
                # Others keep what they have in it.
                folder.rmdir()
        raise
    for folder in folders_in(backups)[:-BACKUPS_KEPT]:
        shutil.rmtree(folder)


# ── back ──


@dataclass(frozen=True, slots=True)
class Backup:
    """What was in a model file until a time: its path below the model's folder, and a name for this version of it."""

    path: str
    name: str
    until: datetime


def backups_in(backups: Path) -> list[Backup]:
    """Everything that is kept, the newest first. What lies there and is no backup is left out."""
    found: list[Backup] = []
    for folder in reversed(folders_in(backups)):
        try:
            until = datetime.strptime(folder.name, TIME).replace(tzinfo=UTC)
        except ValueError:
            continue
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        found += [Backup(path, folder.name, until) for path in files if is_model_file(path.rpartition("/")[2])]
    return found


def backup_text(backups: Path, path: str, name: str) -> str | None:
    """The text of a backup; None where there is none of that name.

    Raises:
        NotSaved: no model file can have that path, or it cannot be read.
    """
    if name not in [folder.name for folder in folders_in(backups)]:
        return None
    kept = saved_file(backups / name, path)
    return None if kept is None else kept.text


def folders_in(backups: Path) -> list[Path]:
    """The folders of backups, the oldest first."""
    if not backups.is_dir():
        return []
    return sorted(folder for folder in backups.iterdir() if folder.is_dir() and not folder.is_symlink())
