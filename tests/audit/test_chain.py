"""A chain of records: whatever is done to its files is found, at its record."""

import hmac
import json
import os
import select
import subprocess
import sys
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from kubus.audit.chain import Head, hashing
from kubus.audit.file_names import Lane, lanes
from kubus.audit.verify import Finding, anchors_in, verify_lane, verify_lines
from kubus.events import AuditCheckpoint
from kubus.telemetry.log import for_machines, for_people
from tests.audit.conftest import Clock, file_sink, records

KEY = b"a key of more than thirty-two bytes for tests"


def body(number: int) -> bytes:
    return b'"kind":"request","number":%d,"subject":"anna \\u00e9 \xc3\xa9"' % number


def write(path: Path, count: int, key: bytes | None = None, **options: object) -> None:
    """A log of so many records, and of one that opens and one that closes it."""
    sink = file_sink(path, key, **options)
    sink.open()
    for number in range(count):
        sink.append([body(number)])
    sink.close()


def faults(path: Path, key: bytes | None = None, anchors: tuple[Head, ...] = ()) -> list[Finding]:
    return [finding for finding in verify_lane(Lane(path), hashing(key), anchors).findings if finding.kind == "fault"]


def notes(path: Path) -> list[str]:
    return [finding.message for finding in verify_lane(Lane(path), hashing(None)).findings if finding.kind == "note"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    write(path, 3)
    return path


def test_a_log_is_whole_and_says_how_it_began_and_ended(log):
    found = verify_lane(Lane(log), hashing(None))
    assert (found.findings, found.records) == ([], 5)
    first, *_, last = records(log)
    assert (first["kind"], first["file"], first["before"], first["prev"]) == ("opened", "audit.jsonl", None, "0" * 64)
    assert (last["kind"], last["seq"]) == ("closed", 5)
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "keyed"])
def test_anybody_can_check_it_with_a_few_lines(tmp_path, key):
    path = tmp_path / "audit.jsonl"
    write(path, 3, key)
    before = "0" * 64
    for line in path.read_bytes().splitlines():
        said, _, own = line.rpartition(b',"hash":"')
        assert json.loads(line)["prev"] == before
        before = sha256(said).hexdigest() if key is None else hmac.new(key, said, "sha256").hexdigest()
        assert own == before.encode() + b'"}'


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "keyed"])
def test_every_byte_counts(tmp_path, key):
    path = tmp_path / "audit.jsonl"
    write(path, 1, key)
    text = path.read_bytes()
    assert faults(path, key) == []
    for place, byte in enumerate(text):
        others = [text[:place] + bytes([byte ^ 1 << place % 8]) + text[place + 1 :]]
        if key is None:
            # Taken out, put in, and cut here.
            others += [text[:place] + text[place + 1 :], text[:place] + b"\n" + text[place:], text[:place]]
        for other in others:
            path.write_bytes(other)
            assert faults(path, key), (place, other)


def test_what_was_changed_is_named(log):
    text = log.read_bytes()
    log.write_bytes(text.replace(b'"number":1', b'"number":7'))
    assert [(f.place, f.message) for f in faults(log)] == [
        ("audit.jsonl:3", "record 3 was changed, or the key is another one: its hash is not its own")
    ]


def test_a_change_with_its_hash_made_anew_breaks_the_chain_after_it(log):
    lines = log.read_bytes().splitlines(keepends=True)
    said = lines[2].replace(b'"number":1', b'"number":7').rpartition(b',"hash":"')[0]
    lines[2] = said + b',"hash":"%b"}\n' % sha256(said).hexdigest().encode()
    log.write_bytes(b"".join(lines))
    assert [(f.place, f.message) for f in faults(log)] == [
        ("audit.jsonl:4", "record 3, before this one, was exchanged or changed")
    ]


@pytest.mark.parametrize(
    ("order", "where", "what"),
    [
        ([0, 2, 3, 4], "audit.jsonl:2", "records 2 to 2 are missing before this one"),
        ([0, 1, 4], "audit.jsonl:3", "records 3 to 4 are missing before this one"),
        ([0, 2, 1, 3, 4], "audit.jsonl:3", "record 2 stands after record 3: moved, or written twice"),
        ([0, 1, 1, 2, 3, 4], "audit.jsonl:3", "record 2 stands after record 2: moved, or written twice"),
        ([0, 1, 2, 3], "audit.jsonl.head", "the end is cut off: records 5 to 5 are missing"),
        ([0], "audit.jsonl.head", "the end is cut off: records 2 to 5 are missing"),
        ([1, 2, 3, 4], "audit.jsonl:1", "the beginning is missing: records 1 to 1"),
        ([], "audit.jsonl.head", "every record is gone; the last one was record 5"),
    ],
)
def test_gaps_moves_and_cuts_are_named(log, order, where, what):
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[number] for number in order))
    assert (where, what) in [(f.place, f.message) for f in faults(log)]


def test_records_of_another_log_do_not_fit(log, tmp_path):
    other = tmp_path / "other.jsonl"
    write(other, 3)
    mine, theirs = (path.read_bytes().splitlines(keepends=True) for path in (log, other))
    log.write_bytes(b"".join([*mine[:2], theirs[2], *mine[3:]]))
    assert any("a record of another chain" in f.message for f in faults(log))


def test_without_its_head_or_with_another_a_log_is_not_whole(log, tmp_path):
    head = Lane(log).head
    kept = head.read_bytes()
    head.unlink()
    assert "the head file is missing" in faults(log)[0].message
    head.write_bytes(kept.replace(b'"seq":5', b'"seq":4'))
    assert "the head file was changed" in faults(log)[0].message
    write(tmp_path / "other.jsonl", 3)
    head.write_bytes((tmp_path / "other.jsonl.head").read_bytes())
    assert "the head file is that of another chain" in faults(log)[0].message


def test_with_a_key_nobody_else_makes_a_log_or_a_head(tmp_path):
    path = tmp_path / "audit.jsonl"
    write(path, 3, KEY)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]))
    cut = json.loads(lines[2])
    said = b'{"chain":"%b","seq":3,"hash":"%b"' % (cut["chain"].encode(), cut["hash"].encode())
    forged = b'%b,"seal":"%b"}' % (said, sha256(said).hexdigest().encode())
    Lane(path).head.write_bytes(forged.ljust(255) + b"\n")
    assert "the head file was changed" in faults(path, KEY)[0].message
    path.unlink()
    Lane(path).head.unlink()
    write(path, 3, b"the key of somebody else, of thirty-two bytes")
    assert len(faults(path, KEY)) == 6


def test_anchors_find_what_the_files_alone_cannot(log, tmp_path):
    told = json.loads(log.read_bytes().splitlines()[4])
    anchor = AuditCheckpoint(told["chain"], told["seq"], told["hash"])
    server_log = [for_machines((anchor, 0.0)), "2026 kubus: " + for_people((anchor, 0.0)), "something else"]
    heads = tuple(anchors_in(server_log))
    assert heads == (Head(told["chain"], 5, told["hash"]),) * 2
    assert faults(log, anchors=heads) == []
    # A whole new log of the same records, with its own head.
    for path in (log, Lane(log).head):
        path.unlink()
    write(log, 3)
    assert faults(log) == []
    assert [f.message for f in faults(log, anchors=heads)] == [f"record 5 of chain {told['chain']} is missing"]


# ── across restarts and files ──


def test_a_chain_goes_on_after_a_restart(log):
    write(log, 2)
    assert faults(log) == []
    assert [record["seq"] for record in records(log)] == list(range(1, 10))
    assert [record["kind"] for record in records(log)].count("opened") == 2


def test_a_chain_goes_on_across_files(tmp_path):
    path = tmp_path / "deep" / "audit.jsonl"
    write(path, 20, rotate_size=1500)
    write(path, 5, rotate_size=1500)
    files = Lane(path).files()
    assert [file.name for file in files][:2] == ["audit.000001.jsonl", "audit.000002.jsonl"]
    assert files[-1] == path
    assert len(files) > 4
    told = [record for file in files for record in records(file)]
    assert [record["seq"] for record in told] == list(range(1, len(told) + 1))
    assert [record["number"] for record in told if record["kind"] == "request"] == [*range(20), *range(5)]
    for before, file in pairwise(files):
        assert records(file)[0]["before"] == before.name
        assert before.stat().st_size < 2500
    assert faults(path) == []
    # Any file taken away, and any two exchanged, are found.
    for file in files[:-1]:
        kept = file.read_bytes()
        file.unlink()
        assert faults(path)
        file.write_bytes(kept)
    first, second = files[0].read_bytes(), files[1].read_bytes()
    files[0].write_bytes(second)
    files[1].write_bytes(first)
    assert faults(path)


def test_a_file_of_some_age_is_followed_by_another_and_removed_when_its_time_is_over(tmp_path):
    from datetime import timedelta
    from os import utime

    path, clock = tmp_path / "audit.jsonl", Clock()
    sink = file_sink(path, clock=clock, rotate_every=timedelta(hours=1), keep=timedelta(hours=2))
    sink.open()
    for hour in range(6):
        for minute in range(3):
            sink.append([body(hour * 10 + minute)])
            clock.now += 1200
        for _, file in Lane(path).full():
            utime(file, (clock.now - 3600 * (hour - int(file.name.split(".")[1])),) * 2)
    sink.close()
    names = [file.name for file in Lane(path).files()]
    assert "audit.000001.jsonl" not in names
    assert names[-2:] == ["audit.000005.jsonl", "audit.jsonl"]
    assert faults(path) == []
    assert any("were removed when their time was over" in note for note in notes(path))
    # One more, and nobody said so.
    Lane(path).full()[0][1].unlink()
    assert any("the beginning is missing" in f.message for f in faults(path))


def test_what_a_crash_left_half_written_is_marked(log):
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"version":1,"chain":"')
    assert "half written" in faults(log)[0].message
    write(log, 1)
    assert faults(log) == []
    assert any("left by a crash and marked" in note for note in notes(log))
    assert log.read_bytes().startswith(whole + b'{"version":1,"chain":"\n')
    torn = next(json.loads(line) for line in log.read_bytes().splitlines()[6:])
    assert (torn["kind"], torn["bytes"], torn["seq"]) == ("torn", 22, 6)
    # Changed afterwards, it is not what was marked.
    log.write_bytes(log.read_bytes().replace(b'{"version":1,"chain":"\n', b'{"version":1,"chaim":"\n'))
    assert "this line is no record" in faults(log)[0].message


def test_a_cut_that_a_restart_covers_is_still_a_gap(log):
    text = log.read_bytes()
    for kept in (b"".join(text.splitlines(keepends=True)[:3]), text[:-40], b""):
        log.write_bytes(kept)
        before = Lane(log).head.read_bytes()
        write(log, 1)
        assert any("the log was not as it had been left" in f.message for f in faults(log)), kept
        log.write_bytes(text)
        Lane(log).head.write_bytes(before)
    Lane(log).head.unlink()
    write(log, 1)
    assert any("the log was not as it had been left" in f.message for f in faults(log))


def test_a_file_that_is_taken_or_cut_while_it_is_written_leaves_a_gap(tmp_path):
    path = tmp_path / "audit.jsonl"
    sink = file_sink(path)
    sink.open()
    sink.append([body(1)])
    path.unlink()
    sink.append([body(2)])
    assert path.exists()
    path.write_bytes(path.read_bytes()[:100])
    sink.append([body(3)])
    sink.append([body(4)])
    with path.open("ab") as opened:
        opened.write(b"by somebody else\n")
    sink.append([body(5)])
    sink.close()
    found = faults(path)
    # What the first one was about went with the cut.
    assert sum("the log was not as it had been left" in f.message for f in found) == 2
    assert any("the beginning is missing" in f.message for f in found)
    assert [r["number"] for r in map(json.loads, path.read_bytes().splitlines()[-3:]) if r["kind"] == "request"] == [5]


def test_a_server_that_was_killed_before_it_said_which_record_is_the_last(log):
    lines = log.read_bytes().splitlines(keepends=True)
    head = Lane(log).head
    told = json.loads(lines[3])
    said = b'{"chain":"%b","seq":4,"hash":"%b"' % (told["chain"].encode(), told["hash"].encode())
    head.write_bytes((b'%b,"seal":"%b"}' % (said, sha256(said).hexdigest().encode())).ljust(255) + b"\n")
    assert faults(log) == []
    write(log, 1)
    assert faults(log) == []


# ── several processes ──


WRITER = """
import sys, time
from pathlib import Path
from kubus.audit.chain import hashing
from kubus.audit.file_sink import FileOptions, FileSink
sink = FileSink(FileOptions(Path(sys.argv[1])), hashing(None), time.time)
sink.open()
print("open", flush=True)
sys.stdin.readline()
for number in range(200):
    sink.append([b'"kind":"request","number":%d' % number])
print("written", flush=True)
sys.stdin.readline()
sink.close()
"""


def test_each_process_has_files_of_its_own(tmp_path):
    path = tmp_path / "audit.jsonl"
    command = [sys.executable, "-c", WRITER, str(path)]
    for _ in range(2):
        writers = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
        ]
        for said in ("open\n", "written\n"):
            assert [writer.stdout.readline() for writer in writers] == [said] * 2
            for writer in writers:
                writer.stdin.write("\n")
                writer.stdin.flush()
        for writer in writers:
            writer.communicate(timeout=30)
            assert writer.returncode == 0
    found = lanes(path)
    assert [lane.current.name for lane in found] == ["audit.jsonl", "audit.p2.jsonl"]
    for lane in found:
        verified = verify_lane(lane, hashing(None))
        assert (verified.findings, verified.records) == ([], 404)


# ── standard output ──


def test_what_was_gathered_from_standard_output(tmp_path):
    from kubus.audit.stream_sink import StreamSink

    gathered = tmp_path / "gathered"
    for _ in range(2):
        with gathered.open("ab") as out:
            sink = StreamSink(hashing(None), Clock(), out.fileno())
            sink.open()
            sink.append([body(1), body(2)])
            sink.close()
    lines = gathered.read_bytes().splitlines(keepends=True)
    found = verify_lines("-", lines, hashing(None))
    assert (found.records, [f.kind for f in found.findings]) == (8, ["note"])
    assert not verify_lines("-", [lines[0], *lines[2:]], hashing(None)).is_whole
    assert not verify_lines("-", [lines[0].replace(b"pid", b"pit"), *lines[1:]], hashing(None)).is_whole


def test_a_pipe_that_nobody_reads_fails_instead_of_waiting(monkeypatch):
    from kubus.audit import stream_sink
    from kubus.audit.sink import SinkError

    monkeypatch.setattr(stream_sink, "PATIENCE_MS", 20)
    reading, writing = os.pipe()
    sink = stream_sink.StreamSink(hashing(None), Clock(), writing)
    while select.select([], [writing], [], 0)[1]:
        sink.append([body(0)])
    with pytest.raises(SinkError, match="nobody reads it"):
        sink.append([body(1)])
    written = os.read(reading, 1_000_000)
    sink.append([body(0)])
    sink.close()
    os.close(writing)
    with os.fdopen(reading, "rb") as rest:
        text = written + rest.read()
    lines = text.splitlines(keepends=True)
    found = verify_lines("-", lines, hashing(None))
    assert found.is_whole
    assert found.records == len(lines)
