"""What goes into a build of kubus beside its source: the pages of the Playground.

They are made of `web/` by node, when they are not there or older than that. Whoever installs what was built needs no
node. Installing from a checkout for work on it (`pip install --editable`) leaves them to `make web`.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = Path("src") / "kubus" / "playground" / "static"
FIRST = "index.html"
SOURCES = Path("web")
# What is below `web/` and does not go into the pages.
OTHER = {"node_modules", "tests"}

WITHOUT = "KUBUS_BUILD_WITHOUT_PLAYGROUND"


class BuildPages(BuildHookInterface[Any]):
    """Sees to it that the pages are there, and in what is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatch before it collects files."""
        if version == "editable" or os.environ.get(WITHOUT, "").lower() in ("1", "true", "yes"):
            return
        root = Path(self.root)
        if not is_fresh(root):
            build(root)
        build_data["artifacts"].append(f"/{PAGES.as_posix()}/")


def is_fresh(root: Path) -> bool:
    """Whether the pages are there, and not older than what they are made of. A source distribution has them alone."""
    page = root / PAGES / FIRST
    if not page.is_file():
        return False
    made = page.stat().st_mtime
    return all(path.stat().st_mtime <= made for path in sources(root / SOURCES))


def sources(folder: Path) -> list[Path]:
    """The files that pages are made of."""
    return [path for path in folder.rglob("*") if path.is_file() and not OTHER & set(path.relative_to(folder).parts)]


def build(root: Path) -> None:
    """Make the pages. Ends the build of the package with what is missing, if they cannot be made."""
    if not (root / SOURCES / "package.json").is_file():
        raise SystemExit(f"The pages of the Playground are not in {PAGES}, and {SOURCES}/ is not here to make them of")
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(
            f"The pages of the Playground in {PAGES} are missing or older than {SOURCES}/, and there is no node to "
            f"make them with. Install node 20 or later with npm; or set {WITHOUT}=1, and what is built is the server "
            "without them."
        )
    # Packages come as the lock says, and none of them runs anything of its own.
    for command in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([npm, *command], cwd=root / SOURCES, check=True)  # noqa: S603 - both are ours
    if not (root / PAGES / FIRST).is_file():
        raise SystemExit(f"`npm run build` in {SOURCES}/ left no {PAGES / FIRST}")
