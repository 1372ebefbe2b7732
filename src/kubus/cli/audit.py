"""`kubus audit`: the audit log, checked and shown."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, cast

from cyclopts import Parameter

from kubus.audit.chain import Hashing, Head, hashing
from kubus.audit.file_names import Lane, lanes
from kubus.audit.verify import Verified, anchors_in, verify_lane, verify_lines
from kubus.cli.project import project_settings
from kubus.config.audit import audit_key
from kubus.config.settings import Settings
from kubus.errors import ConfigError

# A lone `-` is standard input, and no option.
PathArgument = Annotated[str | None, Parameter(allow_leading_hyphen=True)]


def verify(path: PathArgument = None, *, anchors: Path | None = None) -> None:
    """Check the audit log: every change, gap and cut, with the record it is at. Exits with status 1 if there is one.

    Parameters
    ----------
    path
        The file that is written to, with those that were full before it; `-` for standard input. Without it, what the
        settings say. The key is that of the settings.
    anchors
        A log of the server, kept elsewhere: the checkpoints in it have to be in the audit log.
    """
    settings = project_settings()
    hash_of = hashing(audit_key(settings.values))
    known = checkpoints(anchors)
    if path is None and settings.values["KUBUS_AUDIT"] == "table":
        results = list(checked_table(settings, hash_of, known))
    else:
        results = list(checked(path or str(settings.folder / settings.values["KUBUS_AUDIT_FILE"]), hash_of, known))
    for name, found in results:
        for finding in found.findings:
            print(f"{finding.place}: {'note: ' if finding.kind == 'note' else ''}{finding.message}")  # noqa: T201 - a command's answer
        last = "" if found.last is None else f", the last {found.last.seq}:{found.last.hash}"
        told = "is whole" if found.is_whole else "is not whole"
        print(f"{name} {told}: {found.records} records{last}")  # noqa: T201
    if not all(found.is_whole for _, found in results):
        sys.exit(1)


def checked_table(settings: Settings, hash_of: Hashing, anchors: list[Head]) -> Iterator[tuple[str, Verified]]:
    """The lanes of the table that the settings name, checked."""
    from kubus.audit.table_sink import table_lines  # needs a driver

    table = settings.values["KUBUS_AUDIT_TABLE"]
    lanes_found = dict(table_lines(settings.values["KUBUS_AUDIT_URL"], table))
    if not lanes_found:
        raise ConfigError(f"There are no records in {table}")
    chains = {lane: {str(record.get("chain")) for record in decoded(lines)} for lane, lines in lanes_found.items()}
    known = set[str]().union(*chains.values())
    first = min(lanes_found)
    for lane, lines in lanes_found.items():
        own = [head for head in anchors if head.chain in chains[lane] or (head.chain not in known and lane == first)]
        name = f"{table}, lane {lane}"
        yield name, verify_lines(name, lines, hash_of, own, is_one_chain=True)


def checked(path: str, hash_of: Hashing, anchors: list[Head]) -> Iterator[tuple[str, Verified]]:
    """What there is at a path, checked; each lane by itself. An anchor is missing only if it is in none of them."""
    if path == "-":
        yield "standard input", verify_lines("-", sys.stdin.buffer, hash_of, anchors)
        return
    place = Path(path)
    found = lanes(place)
    if not found:
        raise ConfigError(f"There is no audit log at {path}", hint="KUBUS_AUDIT_FILE says where it is")
    # Reading everything once more is for anchors alone.
    chains = {lane: chains_of(lane) if anchors else set[str]() for lane in found}
    known = set[str]().union(*chains.values())
    for lane in found:
        own = [head for head in anchors if head.chain in chains[lane] or (head.chain not in known and lane is found[0])]
        try:
            yield str(lane.current), verify_lane(lane, hash_of, own)
        except OSError as error:
            raise ConfigError(f"{error.filename} cannot be read: {error.strerror or error}") from error


def chains_of(lane: Lane) -> set[str]:
    """The names of the chains in a lane."""
    return {str(record.get("chain")) for record in records(lane.files())}


def checkpoints(file: Path | None) -> list[Head]:
    """The checkpoints in a log of the server."""
    if file is None:
        return []
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return list(anchors_in(opened))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror or error}") from error


def show(
    path: PathArgument = None,
    *,
    subject: str | None = None,
    tenant: str | None = None,
    member: str | None = None,
    outcome: str | None = None,
    since: str | None = None,
    last: int | None = None,
    json_lines: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Print who asked what, the oldest first. Nothing is checked: that is what `kubus audit verify` does.

    Parameters
    ----------
    path
        The file that is written to; `-` for standard input. Without it, what the settings say.
    subject
        Only who has this subject.
    tenant
        Only who has this app id.
    member
        Only queries of this member or cube.
    outcome
        Only this outcome: ok, denied, refused, failed, running, cancelled.
    since
        Only from this time on, such as 2026-01-31 or 2026-01-31T12:00.
    last
        Only so many, the last ones.
    json_lines
        The records as they are, for other programs.
    """
    settings = project_settings()
    found = (
        record
        for record in all_records(path, settings)
        if record.get("kind") in ("request", "begin", "end")
        and (subject is None or record.get("subject") == subject)
        and (tenant is None or record.get("app_id") == tenant)
        and (outcome is None or record.get("outcome") == outcome)
        and (since is None or str(record.get("time")) >= since)
        and (member is None or names(record, member))
    )
    chosen = list(found)[-last:] if last is not None else found
    for record in chosen:
        print(json.dumps(record, separators=(",", ":"), ensure_ascii=False) if json_lines else line(record))  # noqa: T201


def all_records(path: str | None, settings: Settings) -> Iterator[dict[str, Any]]:
    if path is None and settings.values["KUBUS_AUDIT"] == "table":
        from kubus.audit.table_sink import table_lines  # needs a driver

        lanes_found = table_lines(settings.values["KUBUS_AUDIT_URL"], settings.values["KUBUS_AUDIT_TABLE"])
        yield from in_time(record for _, lines in lanes_found for record in decoded(lines))
        return
    place = path or str(settings.folder / settings.values["KUBUS_AUDIT_FILE"])
    if place == "-":
        yield from decoded(sys.stdin.buffer)
        return
    found = lanes(Path(place))
    if not found:
        raise ConfigError(f"There is no audit log at {place}", hint="KUBUS_AUDIT_FILE says where it is")
    if len(found) == 1:
        yield from records(found[0].files())
        return
    yield from in_time(record for lane in found for record in records(lane.files()))


def in_time(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda record: str(record.get("time")))


def records(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    with ExitStack() as stack:
        for file in files:
            yield from decoded(stack.enter_context(file.open("rb")))


def decoded(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The records in these lines; what is none is passed over."""
    for line_text in lines:
        try:
            record: object = json.loads(line_text)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield cast("dict[str, Any]", record)


def queries_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    return record.get("queries") or []


def members_in(query: dict[str, Any], part: str) -> list[str]:
    found: list[Any] = query.get(part) or []
    return list(map(str, found))


def names(record: dict[str, Any], member: str) -> bool:
    """Whether a record has to do with a member or with a cube."""
    named = [n for query in queries_of(record) for part in ("members", "filtered") for n in members_in(query, part)]
    return any(name == member or name.startswith(f"{member}.") for name in named)


def line(record: dict[str, Any]) -> str:
    """A record for people."""
    who = record.get("subject") or ("(nobody)" if record.get("app_id") is None else "(no subject)")
    claims: dict[str, Any] = record.get("claims") or {}
    told = " ".join(f"{name}={value}" for name, value in claims.items())
    asked = "; ".join(query_text(query) for query in queries_of(record))
    outcome = str(record.get("outcome")) + (f" ({record.get('error')})" if record.get("error") else "")
    parts = (record.get("time"), record.get("app_id"), who, told, record.get("api"), outcome, asked)
    text = "  ".join(str(part) for part in parts if part)
    # What strangers sent moves no cursor.
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def query_text(query: dict[str, Any]) -> str:
    text = ", ".join(members_in(query, "members")) or "no members"
    if filtered := members_in(query, "filtered"):
        text += " by " + ", ".join(filtered)
    rows = "" if query.get("rows") is None else f" → {query['rows']} rows, {query.get('cache')}"
    return text + rows
