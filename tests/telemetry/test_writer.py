"""Lines by a thread of their own."""

import io
import threading
import time

from kubus.telemetry import writer
from kubus.telemetry.writer import Writer


class SlowStream(io.StringIO):
    """A stream whose reader has gone to lunch until `read` is set."""

    def __init__(self):
        super().__init__()
        self.read = threading.Event()

    def write(self, text):
        self.read.wait(5)
        return super().write(text)


def test_things_are_made_into_lines_by_another_thread():
    threads = set()

    def line(thing):
        threads.add(threading.current_thread().name)
        return f"<{thing}>"

    stream = io.StringIO()
    lines = Writer(stream, line)
    lines.start()
    lines.put(1)
    lines.put(2)
    lines.stop()
    assert stream.getvalue() == "<1>\n<2>\n"
    assert threads == {"kubus-log"}


def test_lines_are_written_before_the_end():
    stream = io.StringIO()
    lines = Writer(stream, str)
    lines.start()
    lines.put("soon")
    deadline = time.monotonic() + 5
    while not stream.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stream.getvalue() == "soon\n"
    lines.stop()


def test_a_stream_that_nobody_reads_stops_nobody_and_fills_no_memory(monkeypatch):
    monkeypatch.setattr(writer, "MOST_WAITING", 10)
    stream = SlowStream()
    lines = Writer(stream, str)
    lines.start()
    lines.put("first")
    time.sleep(writer.SECONDS * 3)
    # Nobody reads until this is done: whoever waited for that would wait for ever.
    for number in range(1000):
        lines.put(number)
    stream.read.set()
    lines.stop()
    written = stream.getvalue().splitlines()
    assert written == ["first", *map(str, range(10)), "990 lines of the log were lost: nobody read them in time"]


def test_a_closed_stream_ends_nothing():
    stream = io.StringIO()
    lines = Writer(stream, str)
    lines.start()
    stream.close()
    lines.put("lost")
    lines.stop()
