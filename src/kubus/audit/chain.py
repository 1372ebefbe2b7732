"""The chain of records: each carries the hash of the one before, so that none is changed, taken out or moved unseen.

A record is one line of JSON, in UTF-8, without spaces. It begins with where it stands and ends with two hashes:

```
{"version":1,"chain":"…","seq":7,"time":"…", …what happened… ,"prev":"<hash of record 6>","hash":"<hash of this one>"}
```

The hash is of the line's own bytes up to `,"hash":`, so that nothing has to be read and written again to check it:
SHA-256 in hex, or HMAC-SHA-256 where there is a key. Whoever can write the file can make a whole new chain of SHA-256;
of HMAC only who has the key as well.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from os import urandom
from typing import Any, cast

import msgspec

VERSION = 1

# What the first record of a chain carries for the hash of the one before.
GENESIS = "0" * 64

LINE = re.compile(rb'(\{"version":(\d{1,9}),"chain":"([0-9a-f]{12})","seq":(\d{1,18}),"time":"[^"]+",.*'
                  rb',"prev":"([0-9a-f]{64})"),"hash":"([0-9a-f]{64})"\}', re.DOTALL)  # fmt: skip

# Makes the hash of a record, in hex.
Hashing = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a chain: its number, counted from 1, and its hash. Number 0 is a chain without records."""

    chain: str
    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Link:
    """A record as it stands in its line. `is_right` says that its hash is that of its bytes."""

    head: Head
    prev: str
    is_right: bool
    line: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """What the record says. Empty if it is no JSON object, which only a record that is not right can be."""
        try:
            found = msgspec.json.decode(self.line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def new_chain() -> Head:
    """A chain without records, under a name that no other has."""
    return Head(urandom(6).hex())


def hashing(key: bytes | None) -> Hashing:
    """How records are hashed: with HMAC where there is a key."""
    if key is None:
        return lambda line: sha256(line).hexdigest()
    return lambda line: hmac.digest(key, line, "sha256").hex()


def sealed(body: bytes, time: str, before: Head, hash_of: Hashing) -> tuple[bytes, Head]:
    """The line of the record that follows `before`, without the end of the line, and the new head.

    `body` is what happened: the inside of a JSON object, such as `"kind":"request","api":"load"`.
    """
    line = b'{"version":%d,"chain":"%b","seq":%d,"time":"%b",%b,"prev":"%b"' % (
        VERSION,
        before.chain.encode(),
        before.seq + 1,
        time.encode(),
        body,
        before.hash.encode(),
    )
    own = hash_of(line)
    return b'%b,"hash":"%b"}' % (line, own.encode()), Head(before.chain, before.seq + 1, own)


def link(line: bytes, hash_of: Hashing) -> Link | None:
    """The record in a line without its end; None if it is none."""
    match = LINE.fullmatch(line)
    if match is None or int(match[2]) != VERSION:
        return None
    head = Head(match[3].decode(), int(match[4]), match[6].decode())
    return Link(head, match[5].decode(), hmac.compare_digest(hash_of(match[1]), head.hash), line)
