"""The pages of the tools: what stands after a command is what the command prints.

A page's project is made of its YAML blocks: one without a title is the model, `title=before` and `title=after` are two
revisions of it in git. A command is a block of `sh` with one line that begins with `kubus`; the block of `text` or
`json` right after it is its output, and is written anew by `python -m tests.tools.pages`.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kubus.cli.main import app

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("explain", "lineage", "diff")
FENCE = re.compile(r"^```(?P<language>\w+)(?: title=(?P<title>\S+))?\n(?P<text>.*?)^```\n", re.MULTILINE | re.DOTALL)
AUTHOR = ("-c", "user.email=a@example.com", "-c", "user.name=a")


def filled(page: str, folder: Path) -> str:
    """The text of a page with every output as the command gives it. The project is made in an empty folder."""
    make_project(page, folder)
    done, at = [], 0
    fences = list(FENCE.finditer(page))
    for number, fence in enumerate(fences):
        if fence["language"] != "sh" or not fence["text"].startswith("kubus "):
            continue
        follows = fences[number + 1] if number + 1 < len(fences) else None
        if (
            follows is None
            or page[fence.end() : follows.start()].strip()
            or follows["language"] not in ("text", "json")
        ):
            continue
        printed = run(fence["text"], folder)
        done += [page[at : follows.start("text")], printed]
        at = follows.end("text")
    return "".join([*done, page[at:]])


def make_project(page: str, folder: Path) -> None:
    (folder / "model").mkdir(parents=True, exist_ok=True)
    (folder / ".env").write_text("CUBEJS_DB_TYPE=duckdb\n")
    model = folder / "model" / "shop.yml"
    for fence in FENCE.finditer(page):
        match fence["language"], fence["title"]:
            case "yaml", None:
                with model.open("a") as text:
                    text.write(fence["text"])
            case "yaml", "before":
                model.write_text(fence["text"])
                commit(folder)
            case "yaml", "after":
                model.write_text(fence["text"])
            case "json", str() as title:
                path = folder / title
                path.parent.mkdir(exist_ok=True)
                path.write_text(fence["text"])
            case _:
                pass


def commit(folder: Path, message: str = "x") -> None:
    for command in (("init", "-q"), ("add", "-A"), (*AUTHOR, "commit", "-qm", message, "--allow-empty")):
        subprocess.run(("git", *command), cwd=folder, check=True, capture_output=True)


def run(line: str, folder: Path) -> str:
    """What a command prints, whatever its status."""
    out = io.StringIO()
    with inside(folder), contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        app(shlex.split(line)[1:], exit_on_error=False, print_error=False, result_action="return_value")
    return out.getvalue()


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def main() -> None:
    for name in PAGES:
        path = DOCS / f"{name}.md"
        if path.exists():
            with tempfile.TemporaryDirectory() as folder:
                path.write_text(filled(path.read_text(), Path(folder)))


if __name__ == "__main__":
    main()
