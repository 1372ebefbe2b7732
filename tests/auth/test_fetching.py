"""One document by HTTP: what is asked, what is read of the answer, and what of a failure is told."""

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kubus.auth import fetching
from kubus.auth.fetching import FetchFailed, Line, get_json, reason_of, within
from tests.engines.key_server import Signer, certificate_file, key_server


@pytest.fixture
def signer() -> Iterator[Signer]:
    with key_server() as running:
        running.behave = lambda _: (200, running.headers, b'{"a": 1}')
        yield running


def get(url: str, line: Line | None = None, seconds: float = 5.0) -> fetching.Document:
    return get_json(url, line or Line(), seconds=seconds, insecure_loopback=True)


def failure(url: str, **more: Any) -> str:
    with pytest.raises(FetchFailed) as failed:
        get(url, **more)
    return str(failed.value)


# ── what is asked ──


class Noting(BaseHTTPRequestHandler):
    """Answers with the headers that came, and as a proxy with the address that is asked for."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def noting() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_json_is_asked_for_in_our_name(noting: str) -> None:
    content: Any = get(f"{noting}/keys?a=b").content
    assert (content["path"], content["accept"], content["user-agent"]) == ("/keys?a=b", "application/json", "kubus")


def test_http_is_for_loopback_in_development_alone(noting: str) -> None:
    with pytest.raises(FetchFailed, match=r"^the address has to begin with https://"):
        get_json(noting, Line(), seconds=5)
    assert failure("http://10.0.0.1/keys").startswith("the address has to begin with https://")
    assert failure("file:///etc/hostname").startswith("the address is no address of a host")


def test_no_proxy_is_asked_for_this_machine_and_one_for_others(noting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with key_server() as signer:
        signer.behave = lambda _: (200, {}, b'"itself"')
        monkeypatch.setenv("http_proxy", noting)
        assert get(signer.url).content == "itself"
        # The check of addresses stands before: only the opener is asked for a name elsewhere.
        with fetching.opener("http://login.example.com/keys", Line()).open("http://login.example.com/keys") as answer:
            assert json.loads(answer.read())["path"] == "http://login.example.com/keys"


# ── TLS ──


def test_a_certificate_that_is_known_is_taken_and_another_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = certificate_file(tmp_path / "ours.pem"), certificate_file(tmp_path / "theirs.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(ours))
    with key_server(certificate=ours) as signer:
        signer.behave = lambda _: (200, {"Cache-Control": "max-age=60"}, b"[1]")
        line = Line()
        assert get_json(signer.url, line, seconds=5) == fetching.Document([1], 60)
        # What was opened can be cut off.
        (opened,) = line.sockets
        assert isinstance(opened, ssl.SSLSocket)
        cut = Line(is_cut=True)
        with pytest.raises(FetchFailed, match=r"^it was given up$"):
            get_json(signer.url, cut, seconds=5)
    with key_server(certificate=theirs) as stranger:
        with pytest.raises(FetchFailed, match=r"^the certificate is not valid: self-signed certificate$"):
            get_json(stranger.url, Line(), seconds=5)
        assert stranger.asked == []


def test_a_certificate_of_another_host_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = certificate_file(tmp_path / "elsewhere.pem", host="127.0.0.9")
    monkeypatch.setenv("SSL_CERT_FILE", str(elsewhere))
    with key_server(certificate=elsewhere) as signer:
        with pytest.raises(FetchFailed, match=r"^the certificate is not valid: .*127\.0\.0\.1"):
            get_json(signer.url, Line(), seconds=5)
        assert signer.asked == []


# ── what is read of the answer ──


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=60"}, 60),
        ({"cache-control": "public, MAX-AGE=3600"}, 3600),
        ({"Cache-Control": 'max-age = "7", public'}, 7),
        ({"Cache-Control": "max-age=0"}, 0),
        ({"Cache-Control": "s-maxage=60"}, None),
        ({"Cache-Control": "no-store"}, None),
        ({"Cache-Control": "max-age=soon"}, None),
    ],
)
def test_for_how_long_an_answer_may_be_kept(signer: Signer, header: dict[str, str], seconds: int | None) -> None:
    signer.headers = header
    assert get(signer.keys_url) == fetching.Document({"a": 1}, seconds)


def test_an_answer_is_read_to_its_last_byte_and_no_further_than_the_limit(signer: Signer) -> None:
    for length, fits in ((fetching.MOST_BYTES, True), (fetching.MOST_BYTES + 1, False)):
        body = b'"' + b"x" * (length - 2) + b'"'
        signer.behave = lambda _, body=body: (200, {}, body)
        if fits:
            assert get(signer.keys_url).content == body[1:-1].decode()
        else:
            assert failure(signer.keys_url) == "the answer is larger than 1048576 bytes"


def test_an_answer_that_goes_on_and_on_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        def read1(self, _: int) -> bytes:
            time.sleep(0.01)
            return b"x"

    began = time.monotonic()
    with pytest.raises(FetchFailed, match=r"^the answer took too long$"):
        fetching.read_bounded(Endless(), time.monotonic() + 0.05)
    assert 0.04 < time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"{}", "status 404"),
        (500, b"{}", "status 500"),
        (201, b"{}", "status 201"),
        (200, b"{", "the answer is no JSON"),
        (200, b"", "the answer is no JSON"),
    ],
)
def test_what_is_no_answer(signer: Signer, status: int, body: bytes, reason: str) -> None:
    signer.behave = lambda _: (status, {}, body)
    assert failure(signer.keys_url) == reason


def test_redirects_stay_on_the_host_and_end(signer: Signer) -> None:
    with key_server() as other:
        there = other.keys_url
        signer.behave = lambda path: {
            "/away": (302, {"Location": f"{there}?secret=1"}, b""),
            "/moved": (302, {"Location": "/keys"}, b""),
            "/round": (302, {"Location": "/round"}, b""),
            "/keys": (200, {}, b"7"),
        }[path]
        assert get(f"{signer.url}/moved").content == 7
        assert failure(f"{signer.url}/away") == f"redirects to another host: {there}"
        assert failure(f"{signer.url}/round") == "status 302"
        assert signer.asked.count("/round") <= 1 + fetching.MOST_REDIRECTS
        assert other.asked == []


# ── what is told, and when it is enough ──


def test_nobody_there_is_told_in_a_line() -> None:
    with key_server() as gone:
        pass
    reason = failure(gone.keys_url)
    assert reason.startswith("cannot be reached: ")
    assert reason.endswith("Connection refused")


def test_who_is_silent_is_waited_for_so_long(signer: Signer) -> None:
    signer.delay = 0.6
    began = time.monotonic()
    assert failure(signer.keys_url, seconds=0.1) == "cannot be read: timed out"
    assert time.monotonic() - began < 0.5


def test_what_an_error_says_is_a_short_line() -> None:
    assert reason_of(ValueError("one\ntwo\tthree")) == "one two three"
    assert reason_of(ValueError()) == "ValueError"
    assert reason_of(ValueError("x" * 201)) == "x" * 200


async def test_work_is_done_beside_the_loop_and_what_it_says_is_told() -> None:
    def named(_: Line) -> str:
        return f"{threading.current_thread().name} {threading.current_thread().daemon}"

    # A daemon: one that hangs does not keep the process from ending.
    assert await within(5, named) == "kubus-keys True"

    def failing(_: Line) -> None:
        raise FetchFailed("no")

    with pytest.raises(FetchFailed, match=r"^no$"):
        await within(5, failing)


async def test_work_that_takes_too_long_is_cut_off(signer: Signer) -> None:
    signer.trickle = True
    lines: list[Line] = []
    ended = threading.Event()

    def work(line: Line) -> None:
        lines.append(line)
        try:
            get(signer.keys_url, line)
        finally:
            ended.set()

    began = time.monotonic()
    with pytest.raises(FetchFailed, match=r"^no answer within 0\.1 seconds$"):
        await within(0.1, work)
    assert time.monotonic() - began < 0.5
    # Its socket is closed, so that its thread does not wait for the rest.
    assert await asyncio.to_thread(ended.wait, 2)
    (line,) = lines
    assert line.is_cut
    with pytest.raises(FetchFailed, match=r"^it was given up$"):
        get(signer.keys_url, line)


async def test_work_that_ends_after_its_loop_is_no_error() -> None:
    hooked: list[object] = []
    running: list[threading.Thread] = []
    ended, go_on = threading.Event(), threading.Event()

    def late(_: Line) -> None:
        running.append(threading.current_thread())
        go_on.wait(5)

    def ask() -> None:
        with pytest.raises(FetchFailed):
            asyncio.run(within(0.05, late))
        ended.set()

    before, threading.excepthook = threading.excepthook, lambda given: hooked.append(given.exc_value)
    try:
        await asyncio.to_thread(ask)
        go_on.set()
        await asyncio.to_thread(running[0].join, 5)
    finally:
        threading.excepthook = before
    assert ended.is_set()
    assert hooked == []
