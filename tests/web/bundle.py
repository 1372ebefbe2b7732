"""The pages of the Playground, built once for all test processes."""

import fcntl
import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
PAGES = ROOT / "src" / "kubus" / "playground" / "static"
CACHE = ROOT / ".cache" / "web"

# What is below `web/` and does not go into the pages.
OTHER = {"node_modules", "tests"}


def web_folder() -> Path:
    """`web/`, with its node packages as the lock says."""
    with only_one():
        install()
    return WEB


def built_pages() -> Path:
    """The folder of the built pages, made anew if what they are made of changed."""
    with only_one():
        install()
        made_of = digest(path for path in WEB.rglob("*") if path.is_file() and not OTHER & set(path.parts))
        stamp = CACHE / "pages"
        if not (PAGES / "index.html").is_file() or said(stamp) != made_of:
            npm("run", "build")
            stamp.write_text(made_of)
    return PAGES


def install() -> None:
    lock = digest([WEB / "package-lock.json"])
    stamp = CACHE / "packages"
    if not (WEB / "node_modules").is_dir() or said(stamp) != lock:
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        stamp.write_text(lock)


def npm(*arguments: str) -> None:
    done = subprocess.run(["npm", *arguments], cwd=WEB, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def digest(paths: "Iterator[Path] | list[Path]") -> str:
    """What these files are, by name and content."""
    hashed = hashlib.sha256()
    for path in sorted(paths):
        hashed.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes() + b"\0")
    return hashed.hexdigest()


def said(stamp: Path) -> str:
    return stamp.read_text() if stamp.is_file() else ""


@contextmanager
def only_one() -> Iterator[None]:
    """Test processes that run side by side wait here for each other."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
