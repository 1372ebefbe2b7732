"""The file beside a chain that says which record is the last one, rewritten in place with each record.

It is what shows that records were cut off the end: a chain alone looks whole after that. Its text is as long as ever,
so that it is written with one call.
"""

import re
from dataclasses import dataclass

from kubus.audit.chain import Hashing, Head

HEAD_BYTES = 256
MARK = re.compile(rb'\{"chain":"([0-9a-f]{12})","seq":(\d{1,18}),"hash":"([0-9a-f]{64})","seal":"([0-9a-f]{64})"\} *\n')


@dataclass(frozen=True, slots=True)
class Mark:
    """What a head file says. `is_new` is a file without any text; `head` None one that was changed, or a new one."""

    head: Head | None
    is_new: bool = False


def marked(head: Head, hash_of: Hashing) -> bytes:
    """The text of a head file."""
    said = b'{"chain":"%b","seq":%d,"hash":"%b"' % (head.chain.encode(), head.seq, head.hash.encode())
    return (b'%b,"seal":"%b"}' % (said, hash_of(said).encode())).ljust(HEAD_BYTES - 1) + b"\n"


def read_mark(text: bytes, hash_of: Hashing) -> Mark:
    """What the text of a head file says."""
    if not text:
        return Mark(None, is_new=True)
    match = MARK.fullmatch(text)
    if match is None:
        return Mark(None)
    head = Head(match[1].decode(), int(match[2]), match[3].decode())
    return Mark(head if marked(head, hash_of) == text else None)
