"""The built pages: what `web/` is made into, as files beside this one."""

import asyncio
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from kubus.api.rest.reply import HTML, Header, Reply

FOLDER = Path(__file__).parent / "static"
PAGE = "index.html"

# The tags that tell scripts of this start, as the build leaves them.
TAG = re.compile(r'(<meta name="kubus-(nonce|project)" content=")(")')

# Files whose names have a hash of what is in them never change.
HASHED = "assets/"
FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
EACH_TIME: Header = (b"cache-control", b"no-cache")
NEVER: Header = (b"cache-control", b"no-store")

# Scripts and everything else come from here alone. Styles may stand in elements: the editor and charts put them there.
POLICY: Header = (
    b"content-security-policy",
    b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)

TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".ico": b"image/x-icon",
    ".js": b"text/javascript; charset=utf-8",
    ".json": b"application/json",
    ".map": b"application/json",
    ".png": b"image/png",
    ".svg": b"image/svg+xml",
    ".txt": b"text/plain; charset=utf-8",
    ".webmanifest": b"application/manifest+json",
    ".woff2": b"font/woff2",
}
UNKNOWN = b"application/octet-stream"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The pages in a folder, as the build of `web/` leaves them there."""

    folder: Path = FOLDER
    # What was found the last time: going through the folder for each file takes longer than reading the file.
    _known: dict[str, Path] = field(default_factory=dict[str, Path], init=False, repr=False, compare=False)

    @property
    def is_built(self) -> bool:
        """Whether there are any."""
        return (self.folder / PAGE).is_file()

    async def page(self, nonce: str, project: str) -> Reply:
        """The one page, whose scripts show what its address says.

        It tells them the word of this start, and which project this is: browsers keep things for an address, and the
        next project may be at the same.
        """
        text = await asyncio.to_thread((self.folder / PAGE).read_text, "utf-8")
        told = {"nonce": escape(nonce), "project": escape(project)}
        whole, times = TAG.subn(lambda tag: f"{tag[1]}{told[tag[2]]}{tag[3]}", text)
        assert times == len(told), f"{self.folder / PAGE} has no place for {' and '.join(told)}"
        return Reply(200, (whole.encode(),), HTML, headers=(NEVER, POLICY))

    async def file(self, name: str, *, gzip: bool) -> Reply | None:
        """A file that pages load, compressed if the client takes that and it was built so. None if there is none."""
        path = await asyncio.to_thread(self._place, name)
        if path is None or name == PAGE:
            return None
        headers = (FOR_EVER if name.startswith(HASHED) else EACH_TIME, (b"vary", b"accept-encoding"))
        compressed = path.with_name(f"{path.name}.gz")
        if gzip and compressed.is_file():
            path, headers = compressed, (*headers, (b"content-encoding", b"gzip"))
        content = await asyncio.to_thread(path.read_bytes)
        return Reply(200, (content,), TYPES.get(Path(name).suffix, UNKNOWN), headers=headers)

    def _place(self, name: str) -> Path | None:
        """Where the file of this name is. What is asked for is looked up, and never a path by itself."""
        path = self._known.get(name)
        if path is None or not path.is_file():
            # Built anew since, or not there.
            self._known.clear()
            self._known.update(self._files())
            path = self._known.get(name)
        return path

    def _files(self) -> dict[str, Path]:
        """Every file by its name below the folder."""
        return {
            path.relative_to(self.folder).as_posix(): path
            for path in self.folder.rglob("*")
            if path.is_file() and not path.is_symlink()
        }
