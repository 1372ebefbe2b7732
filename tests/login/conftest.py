"""What a login takes: a provider, a browser, and a page."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.engines.node import Conversation, browser_program, conversing
from tests.engines.openid import OpenIdProvider, running_provider

PAGE = Path(__file__).with_name("page.html").read_bytes()
BROWSER = Path(__file__).parents[1] / "engines" / "browser.mjs"


class Page(BaseHTTPRequestHandler):
    """The page, at every address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name is the base class's
        """Nothing: the output of tests is for tests."""


@pytest.fixture(scope="session")
def page() -> Iterator[str]:
    """The origin of the page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Conversation]:
    with conversing(BROWSER, BROWSER=browser_program()) as talk:
        talk.read()
        yield talk


@pytest.fixture
def provider(page: str, tmp_path: Path) -> Iterator[OpenIdProvider]:
    with running_provider(tmp_path, page) as running:
        yield running


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """What the page had in the end: its tokens, and what kubus answered."""

    token: str
    id_token: str
    status: int
    answer: Any


@dataclass(frozen=True, slots=True)
class Login:
    """Logs people in with a real browser."""

    page: str
    provider: OpenIdProvider
    browser: Conversation

    def __call__(self, kubus: str, account: str, resource: str = "https://kubus.example/rs256") -> LoggedIn:
        """Log in as `account`, and let the page ask `kubus`, all in the browser."""
        asked = urlencode({"issuer": self.provider.issuer, "resource": resource, "kubus": kubus})
        found = self.browser.ask(url=f"{self.page}/?{asked}", account=account)
        return LoggedIn(found["access_token"], found["id_token"], found["status"], found["answer"])


@pytest.fixture
def login(page: str, provider: OpenIdProvider, browser: Conversation) -> Login:
    return Login(page, provider, browser)
