"""Production has nothing of the Playground: every route of it is as unknown as any path, and none of its code is loaded."""

import json
import re

import httpx
import pytest

from kubus.playground.bundle import FOLDER
from kubus.playground.routes import PAGES, ROUTES
from tests.cli.project import MODEL, SECRET, Project
from tests.engines.server import RunningServer

# What the Playground asks for; none of it helps.
RIGHT = {"x-kubus-nonce": "x" * 43, "sec-fetch-site": "same-origin", "content-type": "application/json"}

# Denies, and says which modules are loaded.
HOOKS = """
import sys
from kubus import AuthError, config

@config("check_auth")
def check_auth(ctx, token):
    raise AuthError(" ".join(name for name in sys.modules if name.startswith("kubus.")))
"""
HEAVY = ("explain", "generate", "lsp", "compare", "live", "checking", "drawing", "lineage", "writing", "typegen")


def project_in(folder, **settings) -> Project:
    (folder / "model").mkdir()
    (folder / "model" / "orders.yml").write_text(MODEL)
    return Project(folder, {"CUBEJS_API_SECRET": SECRET, "CUBEJS_DB_TYPE": "duckdb", **settings})


@pytest.fixture(scope="module", params=["serve", "dev"])
def production(request, tmp_path_factory):
    """In production mode, however it is started."""
    project = project_in(tmp_path_factory.mktemp("production"), CUBEJS_DEV_MODE="false", KUBUS_DEV_AUTH="true")
    with project.serving(command=request.param) as running:
        yield running


def ask(running: RunningServer, method: str, path: str) -> httpx.Response:
    headers = {**RIGHT, "origin": running.url}
    return httpx.request(method, running.url + path, headers=headers, content=b"{}" if method == "POST" else None)


@pytest.mark.parametrize("route", sorted(ROUTES), ids=" ".join)
def test_no_endpoint_is_there(production, route):
    method, path = route
    for spelled in (path, f"{path}/", path.upper()):
        answer = ask(production, method, spelled)
        # Word for word what any unknown path gets.
        assert answer.status_code == 404
        unknown = ask(production, method, "/nothing-here")
        assert answer.text == unknown.text.replace("/nothing-here", spelled)
        assert answer.headers["content-type"] == unknown.headers["content-type"]


@pytest.mark.parametrize("page", sorted(PAGES - {""}))
def test_no_page_is_there(production, page):
    for path in (f"/{page}", f"/{page}/", f"/{page}/a/b"):
        assert ask(production, "GET", path).status_code == 404


def test_no_file_is_there(production):
    built = [file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()]
    for name in (*built, "index.html", "assets/main-4f2a.js", "favicon.svg", "../app.py"):
        assert ask(production, "GET", f"/playground/{name}").status_code == 404, name


def test_the_root_page_has_nothing_of_it(production):
    page = ask(production, "GET", "/")
    assert "production mode" in page.text
    assert "nonce" not in page.text
    assert "playground" not in page.text.lower()
    assert "<script" not in page.text
    assert "dev" not in production.said.lower()


def modules(folder, **settings) -> list[str]:
    project = project_in(folder, **settings)
    (folder / "kubus.py").write_text(HOOKS)
    with project.serving() as running:
        httpx.get(f"{running.url}/playground/context")
        answer = httpx.get(
            f"{running.url}/cubejs-api/v1/load", params={"query": json.dumps({"measures": ["orders.count"]})}
        )
        assert answer.status_code == 403
        return answer.json()["error"].split()


def test_none_of_its_code_is_loaded(tmp_path):
    loaded = modules(tmp_path, CUBEJS_DEV_MODE="false")
    assert "kubus.api.app" in loaded
    assert [name for name in loaded if name.startswith("kubus.playground")] == []
    assert [name for name in loaded if name.split(".")[1] in HEAVY] == []


def test_development_loads_what_endpoints_need_when_they_are_called(tmp_path):
    loaded = modules(tmp_path, CUBEJS_DEV_MODE="true")
    assert "kubus.playground.context" in loaded
    assert "kubus.playground.token" not in loaded
    assert [name for name in loaded if name.split(".")[1] in HEAVY] == []


def test_other_machines_are_told_a_key_that_is_good_for_once(tmp_path):
    project = project_in(tmp_path, CUBEJS_DEV_MODE="true", KUBUS_DEV_ALLOW_REMOTE="true")
    with project.serving("--host", "0.0.0.0") as running:
        address = re.compile(r"needs this address: (http://127\.0\.0\.1:(\d+)/\?key=([\w-]{40,}))")
        told = running.wait_for(address.pattern)
        assert int(told[2]) == running.port
        assert httpx.get(f"{running.url}/playground/context").status_code == 403
        if (FOLDER / "index.html").is_file():
            with httpx.Client() as browser:
                assert browser.get(told[1]).status_code == 200
                assert browser.get(f"{running.url}/playground/context").status_code == 200
            assert httpx.get(told[1]).status_code == 403
            assert len(address.findall(running.said)) == 2


async def test_an_application_that_mounts_the_api_has_no_playground_in_development_either(tmp_path):
    import kubus

    project_in(tmp_path)
    app = kubus.asgi(tmp_path, environ={"CUBEJS_DEV_MODE": "true", "CUBEJS_API_SECRET": SECRET})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:4000") as client:
        assert (await client.get("/")).status_code == 200
        for method, path in ROUTES:
            assert (await client.request(method, path, headers=RIGHT)).status_code == 404
