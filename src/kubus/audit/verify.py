"""Checking a chain: every change, gap and cut that can be seen, each at its record."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from kubus.audit.chain import GENESIS, Hashing, Head, Link, link
from kubus.audit.file_names import Lane
from kubus.audit.head_file import read_mark


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or a `note`: what is not, and is worth knowing. `place` names file and line."""

    kind: Literal["fault", "note"]
    place: str
    message: str


@dataclass(slots=True)
class Verified:
    """What was found in a chain, how many records it has, and the hash of each record that was asked for by number."""

    findings: list[Finding] = field(default_factory=list[Finding])
    records: int = 0
    last: Head | None = None
    anchored: set[Head] = field(default_factory=set[Head])

    @property
    def is_whole(self) -> bool:
        return all(finding.kind == "note" for finding in self.findings)

    def fault(self, place: str, message: str) -> None:
        self.findings.append(Finding("fault", place, message))

    def note(self, place: str, message: str) -> None:
        self.findings.append(Finding("note", place, message))


def verify_lane(lane: Lane, hash_of: Hashing, anchors: Iterable[Head] = ()) -> Verified:
    """Check the files of one lane against themselves, their head file and the anchors.

    Raises:
        OSError: a file cannot be read.
    """
    found = Verified()
    walk = Walk(found, hash_of, set(anchors))
    # The head first: a server that is running goes on meanwhile, and the head never says more than there is.
    head = lane.head.read_bytes() if lane.head.exists() else None
    with ExitStack() as stack:
        # All at once, so that a file that is full meanwhile is still the one that was meant.
        files = [(file.name, stack.enter_context(file.open("rb"))) for file in lane.files()]
        for name, opened in files:
            walk.file(name, opened)
    walk.end()
    check_head(lane.head.name, head, found, hash_of)
    return found


def verify_lines(
    name: str, lines: Iterable[bytes], hash_of: Hashing, anchors: Iterable[Head] = (), *, is_one_chain: bool = False
) -> Verified:
    """Check records that lie in no files of ours: what was gathered from standard output, which may hold several
    chains after each other, or the rows of a table.
    """
    found = Verified()
    walk = Walk(found, hash_of, set(anchors), is_lane=False, is_one_chain=is_one_chain)
    walk.lines(name, lines)
    walk.end()
    return found


def check_head(place: str, text: bytes | None, found: Verified, hash_of: Hashing) -> None:
    """Whether the last record is the one that the head file names; `text` is what is in that."""
    if text is None:
        found.fault(place, "the head file is missing: whether records were cut off the end cannot be seen")
        return
    mark = read_mark(text, hash_of)
    if mark.head is None:
        found.fault(place, "the head file was changed: whether records were cut off the end cannot be seen")
        return
    last = found.last
    if last is None:
        if mark.head.seq:
            found.fault(place, f"every record is gone; the last one was record {mark.head.seq}")
    elif mark.head.chain != last.chain:
        found.fault(place, "the head file is that of another chain")
    elif mark.head.seq > last.seq:
        found.fault(place, f"the end is cut off: records {last.seq + 1} to {mark.head.seq} are missing")
    elif mark.head.seq == last.seq and mark.head.hash != last.hash:
        found.fault(place, f"record {last.seq} is not the one that was written")


class Walk:
    """Goes along a chain, record by record."""

    def __init__(
        self,
        found: Verified,
        hash_of: Hashing,
        anchors: set[Head],
        *,
        is_lane: bool = True,
        is_one_chain: bool = True,
    ) -> None:
        self._found = found
        self._hash_of = hash_of
        self._anchors = {(head.chain, head.seq): head for head in anchors}
        self._is_lane = is_lane
        self._is_one_chain = is_one_chain
        self._before: Head | None = None
        self._before_file: str | None = None
        # A line that is no record, until the next record says what it is.
        self._strange: tuple[str, bytes] | None = None
        # Where the chain begins without its beginning: that part may have been removed in order.
        self._begins_after: tuple[str, Head] | None = None
        self._removed: set[tuple[int, str]] = set()

    def file(self, name: str, lines: Iterable[bytes]) -> None:
        """All records of a file."""
        self.lines(name, lines)
        self._before_file = name

    def lines(self, name: str, lines: Iterable[bytes]) -> None:
        is_first = True
        for number, line in enumerate(lines, 1):
            place = f"{name}:{number}"
            whole = line.removesuffix(b"\n")
            found = link(whole, self._hash_of)
            if found is None:
                if whole or self._is_lane:
                    self._odd(place, whole, is_ended=line.endswith(b"\n"))
                continue
            if not line.endswith(b"\n"):
                self._found.fault(place, "the last line is not ended: something was cut off")
            self._record(place, found)
            if is_first and self._is_lane:
                self._opening(place, found)
            is_first = False

    def end(self) -> None:
        """After the last record."""
        if self._strange is not None:
            place, line = self._strange
            self._found.fault(place, f"this line is no record ({len(line)} bytes)")
        if self._begins_after is not None:
            place, head = self._begins_after
            if (head.seq, head.hash) in self._removed:
                self._found.note(place, f"records 1 to {head.seq} were removed when their time was over, as recorded")
            else:
                self._found.fault(place, f"the beginning is missing: records 1 to {head.seq}")
        for head in self._anchors.values():
            self._found.fault("anchor", f"record {head.seq} of chain {head.chain} is missing")

    def _odd(self, place: str, line: bytes, *, is_ended: bool) -> None:
        if self._strange is not None:
            before, content = self._strange
            self._found.fault(before, f"this line is no record ({len(content)} bytes)")
        self._strange = (place, line)
        if not is_ended and self._is_lane:
            self._found.fault(place, "the last line is half written, or cut off; the server marks it when it starts")
            self._strange = None

    def _record(self, place: str, here: Link) -> None:
        self._found.records += 1
        head = here.head
        what = f"record {head.seq}"
        fields = here.fields
        if not here.is_right:
            self._found.fault(place, f"{what} was changed, or the key is another one: its hash is not its own")
        self._explain(fields)
        self._follow(place, here, fields)
        self._note(place, fields)
        anchor = self._anchors.pop((head.chain, head.seq), None)
        if anchor is not None and anchor.hash != head.hash:
            self._found.fault(place, f"{what} is not the one that the anchor names")
        self._before = self._found.last = head

    def _explain(self, fields: Mapping[str, Any]) -> None:
        """A line that is no record is explained by the record after it, which says what was torn."""
        strange, self._strange = self._strange, None
        if strange is None:
            return
        where, line = strange
        if fields.get("kind") == "torn" and fields.get("sha256") == sha256(line).hexdigest():
            self._found.note(where, f"half a record ({len(line)} bytes), left by a crash and marked as that")
        else:
            self._found.fault(where, f"this line is no record ({len(line)} bytes)")

    def _follow(self, place: str, here: Link, fields: Mapping[str, Any]) -> None:
        """Whether a record follows the one before."""
        head, before = here.head, self._before
        if before is None or (not self._is_one_chain and head.chain != before.chain):
            if before is not None:
                self._found.note(place, f"another chain begins: {head.chain}")
            if head.seq > 1:
                self._begins_after = (place, Head(head.chain, head.seq - 1, here.prev))
            elif here.prev != GENESIS:
                self._found.fault(place, "the first record carries the hash of one before it")
            return
        if fields.get("kind") == "gap" and here.is_right:
            # Said by who wrote it: something was gone when the server came back. It goes on from what there was.
            return
        if head.chain != before.chain:
            self._found.fault(place, f"a record of another chain: {head.chain} after {before.chain}")
        elif head.seq == before.seq + 1:
            if here.prev != before.hash:
                self._found.fault(place, f"record {before.seq}, before this one, was exchanged or changed")
        elif head.seq > before.seq + 1:
            self._found.fault(place, f"records {before.seq + 1} to {head.seq - 1} are missing before this one")
        else:
            self._found.fault(place, f"record {head.seq} stands after record {before.seq}: moved, or written twice")

    def _note(self, place: str, fields: Mapping[str, Any]) -> None:
        """What records say of the chain itself."""
        match fields.get("kind"):
            case "gap":
                expected, there = said_head(fields.get("expected")), said_head(fields.get("found"))
                self._found.fault(
                    place,
                    f"when the server came back at {fields.get('time')}, the log was not as it had been left: "
                    f"it should have ended with {shown(expected)}, and ended with {shown(there)}",
                )
            case "lost":
                count, since = fields.get("records"), fields.get("since")
                self._found.note(place, f"{count} records were never written: the log failed from {since} on")
            case "skipped":
                count = fields.get("records")
                self._found.note(place, f"{count} more requests of strangers are not told one by one")
            case "removed":
                last = said_head(fields.get("last"))
                if last is not None:
                    self._removed.add((last.seq, last.hash))
            case _:
                pass

    def _opening(self, place: str, here: Link) -> None:
        """A file begins with the name of the one before."""
        fields = here.fields
        if fields.get("kind") != "opened":
            self._found.fault(place, "a file begins with the record that names the one before, and this is another")
        elif self._before_file is not None and fields.get("before") != self._before_file:
            self._found.fault(place, f"the file before should be {fields.get('before')}, and is {self._before_file}")


def said_head(value: object) -> Head | None:
    """A head as records write it."""
    match value:
        case {"chain": str(chain), "seq": int(seq), "hash": str(own)}:
            return Head(chain, seq, own)
        case _:
            return None


def shown(head: Head | None) -> str:
    return "nothing that can be read" if head is None else f"record {head.seq} of chain {head.chain}"


def anchors_in(lines: Iterable[str]) -> Iterator[Head]:
    """The checkpoints in the log of a server, as both of its forms write them."""
    for line in lines:
        _, mark, rest = line.partition("Audit checkpoint")
        if not mark:
            continue
        if line.startswith("{"):
            head = said_head(json.loads(line))
            if head is not None:
                yield head
            continue
        words = rest.replace(",", " ").split()
        # `: chain <chain> record <seq> <hash>`
        if len(words) >= 6 and words[4].isdigit():
            yield Head(words[2], int(words[4]), words[5])
