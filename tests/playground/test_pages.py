"""The built pages, as they are served."""

import gzip

import pytest

from kubus.playground.bundle import PAGE as FIRST
from tests.playground.conftest import PAGE, SCRIPT, nonce_of


@pytest.mark.parametrize("path", ["/", "/build", "/BUILD/", "/model/cubes/orders.yml", "/access", "/health"])
async def test_every_page_is_the_one_that_has_the_word(playground, path):
    async with playground() as opened:
        answer = await opened.client.get(path)
        assert answer.status_code == 200
        nonce = opened.client.headers["x-kubus-nonce"]
        project = (await opened.client.get("/playground/context")).json()["projectFingerprint"]
        assert answer.text == PAGE.replace('nonce" content=""', f'nonce" content="{nonce}"').replace(
            'project" content=""', f'project" content="{project}"'
        )
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        # Scripts are under the default, and nothing that is inline runs.
        assert "script-src" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert (await opened.client.head(path)).headers["content-length"] == str(len(answer.content))
        assert (await opened.client.post(path, json={})).status_code == 404


@pytest.mark.parametrize(
    "path", ["/builds", "/index.html", "//", "//evil.example", "/playground", "/playground/", "/models"]
)
async def test_others_are_unknown(playground, path):
    async with playground() as opened:
        assert (await opened.raw(path))[0] == 404


async def test_files_of_the_build(playground, bundle):
    async with playground() as opened:
        script = await opened.client.get("/playground/assets/main-4f2a.js", headers={"accept-encoding": "gzip"})
        assert (script.status_code, script.text) == (200, SCRIPT)
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "content-encoding" not in script.headers
        kept = {"if-none-match": script.headers["etag"]}
        assert (await opened.client.get("/playground/assets/main-4f2a.js", headers=kept)).status_code == 304
        icon = await opened.client.get("/playground/favicon.svg")
        assert (icon.headers["content-type"], icon.headers["cache-control"]) == ("image/svg+xml", "no-cache")
        # As the build leaves it: compressed beside the file.
        (bundle.folder / "assets" / "main-4f2a.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
        packed = await opened.raw("/playground/assets/main-4f2a.js", **{"accept-encoding": "br, gzip"})
        assert (packed[1]["content-encoding"], gzip.decompress(packed[2])) == ("gzip", SCRIPT.encode())
        assert packed[1]["vary"] == "accept-encoding"
        assert (await opened.raw("/playground/assets/main-4f2a.js"))[2] == SCRIPT.encode()


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt", "assets/../../secret.txt", "assets/..\\..\\secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt",
        "/etc/passwd", "//etc/passwd", "assets/link.js", "assets", "assets/", "", ".", "..", "assets/main-4f2a.js/",
        "assets/main-4f2a.js\x00.css", "ASSETS/main-4f2a.js", FIRST, f"./{FIRST}", f"assets/../{FIRST}",
    ],
)  # fmt: skip
async def test_nothing_beside_the_files_is_reached(playground, bundle, name):
    (bundle.folder.parent / "secret.txt").write_text("secret")
    (bundle.folder / "assets" / "link.js").symlink_to(bundle.folder.parent / "secret.txt")
    async with playground() as opened:
        status, _, body = await opened.raw(f"/playground/{name}")
        assert status == 404
        assert b"secret\n" not in body
        assert b"root:" not in body


async def test_without_pages_there_is_the_one_that_says_how_to_build_them(playground, bundle):
    async with playground() as opened:
        (bundle.folder / FIRST).unlink()
        answer = await opened.client.get("/")
        assert "development mode" in answer.text
        assert "make web" in answer.text
        assert "kubus-nonce" not in answer.text
        assert (await opened.client.get("/build")).status_code == 404
        # What asks the server works without pages too, for whoever knows the word; nobody does.
        assert (await opened.client.get("/playground/context")).status_code == 200


async def test_the_word_is_that_of_the_page(playground):
    async with playground() as opened:
        assert nonce_of((await opened.client.get("/model")).text) == opened.client.headers["x-kubus-nonce"]
