"""Requests that the Playground does not answer: every one that may come from somebody else's page."""

import pytest

from kubus.playground.routes import PAGES, ROUTES
from tests.playground.conftest import ORIGIN, nonce_of

EVERYTHING = [*ROUTES, *(("GET", f"/{page}") for page in sorted(PAGES)), ("GET", "/playground/assets/main-4f2a.js")]
WRITING = [route for route in ROUTES if route[0] != "GET"]

REBOUND = [
    "evil.example:4000",
    "evil.example",
    "localhost.evil.example:4000",
    "127.0.0.1.evil.example:4000",
    "192.168.1.7:4000",
]
STRANGE = [
    "0.0.0.0:4000",
    "localhost:4001",
    "localhost",
    "[::ffff:10.0.0.1]:4000",
    "localhost:4000@evil.example",
    "",
    "localhost:99999",
]


async def refused(opened, method, path, text, **headers):
    answer = await opened.client.request(method, path, json=None if method == "GET" else {}, headers=headers)
    assert answer.status_code == 403, (method, path, answer.text)
    assert text in answer.text
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "kubus-nonce" not in answer.text


@pytest.mark.parametrize("route", EVERYTHING, ids=" ".join)
async def test_a_name_that_points_here_is_not_the_servers(playground, route):
    async with playground() as opened:
        for host in (*REBOUND, *STRANGE):
            await refused(opened, *route, "The Playground is not at" if host else "does not say whom", host=host)


@pytest.mark.parametrize("host", ["localhost:4000", "127.0.0.1:4000", "[::1]:4000", "LOCALHOST:4000", "127.8.9.1:4000"])
async def test_the_names_of_this_machine_are(playground, host):
    async with playground() as opened:
        headers = {"host": host, "origin": f"http://{host}".lower(), "sec-fetch-site": "same-origin"}
        assert (await opened.client.get("/playground/context", headers=headers)).status_code == 200
        assert (await opened.client.get("/", headers=headers)).status_code == 200


@pytest.mark.parametrize("route", EVERYTHING, ids=" ".join)
async def test_pages_of_others_may_not_ask(playground, route):
    async with playground() as opened:
        for origin in ("http://evil.example", "null", "http://localhost:3000", "http://127.0.0.1:4000", "file://"):
            await refused(opened, *route, "another origin", origin=origin)
        for site in ("cross-site", "same-site", "whatever"):
            await refused(opened, *route, "another site", **{"sec-fetch-site": site})
            # As an image, a script or in a frame.
            for use in ("image", "script", "iframe"):
                fetching = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": use}
                await refused(opened, *route, "another site", **fetching)


async def test_a_link_of_others_opens_a_page_and_nothing_else(playground):
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    async with playground() as opened:
        for page in PAGES:
            assert (await opened.client.get(f"/{page}", headers=followed)).status_code == 200
        for method, path in ROUTES:
            await refused(opened, method, path, "another site", **followed)


@pytest.mark.parametrize("route", WRITING, ids=" ".join)
async def test_what_writes_needs_the_word_of_this_start(playground, route):
    method, path = route
    async with playground() as opened:
        right = opened.client.headers.pop("x-kubus-nonce")
        for wrong in (None, "", right[:-1], f"{right}x", right.swapcase(), "ü"):
            headers = {} if wrong is None else {"x-kubus-nonce": wrong.encode()}
            answer = await opened.client.request(method, path, json={}, headers=headers)
            assert answer.status_code == 403, wrong
            assert "x-kubus-nonce" in answer.json()["error"]
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonx",
            "",
        ):
            headers = {"x-kubus-nonce": right, "content-type": kind}
            answer = await opened.client.request(method, path, content=b"{}", headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (403, "The Playground takes JSON"), kind


async def test_each_start_has_a_word_of_its_own(playground):
    words = set()
    for _ in range(2):
        async with playground() as opened:
            words.add(opened.client.headers["x-kubus-nonce"])
    assert len(words) == 2


@pytest.mark.parametrize("route", EVERYTHING, ids=" ".join)
async def test_nobody_is_told_that_other_origins_may_ask(playground, route):
    async with playground() as opened:
        for origin in (ORIGIN, "http://evil.example"):
            asking = {
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "x-kubus-nonce",
            }
            answer = await opened.client.options(route[1], headers=asking)
            assert answer.status_code in (403, 404)
            assert not [name for name in answer.headers if name.startswith("access-control")]
        answer = await opened.client.request(route[0], route[1], headers={"origin": ORIGIN}, json={})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] == "DENY"


async def test_the_api_behind_it_is_as_it_was(playground):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        asked = {"origin": "https://app.example", "host": "shop.example"}
        token = (await opened.post("/playground/token", payload={})).json()["token"]
        answer = await opened.client.get("/cubejs-api/v1/meta", headers={**asked, "authorization": token})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert (await opened.client.get("/unknown")).status_code == 404
        assert (await opened.client.get("/readyz", headers=asked)).json() == {"health": "HEALTH"}


# ── on another machine ──


@pytest.mark.parametrize("route", EVERYTHING, ids=" ".join)
async def test_other_machines_need_the_key(playground, route):
    async with playground(address="0.0.0.0") as opened:
        await refused(opened, *route, "has not shown the key", **{"x-kubus-nonce": "x"})
        for cookie in ("kubus-playground=x", "a=b; c", f"{opened.app._guard.key._cookie}="):
            await refused(opened, *route, "has not shown the key", cookie=cookie)
        for host in REBOUND[:4]:
            await refused(opened, *route, "The Playground is not at", host=host)


async def test_a_key_is_good_for_one_browser(playground):
    async with playground(address="0.0.0.0") as opened:
        opened.app.announce()
        [first] = opened.told
        assert len(first) >= 40
        at = {"host": "192.168.1.7:4000"}
        for wrong in ("", "x", first[:-1]):
            assert (await opened.client.get("/", params={"key": wrong}, headers=at)).status_code == 403
        page = await opened.client.get("/", params={"key": first}, headers=at)
        assert page.status_code == 200
        assert "kubus-nonce" not in page.text
        cookie = page.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        opened.client.cookies.clear()
        # The next browser needs the next key, which was printed.
        assert (await opened.client.get("/", params={"key": first}, headers=at)).status_code == 403
        assert len(opened.told) == 2
        known = {**at, "cookie": cookie.partition(";")[0]}
        nonce = nonce_of((await opened.client.get("/", headers=known)).text)
        answer = await opened.client.post(
            "/playground/token", json={"payload": {}}, headers={**known, "x-kubus-nonce": nonce}
        )
        assert answer.status_code == 200
        # The word of the page is needed all the same, and the page's own origin.
        assert (await opened.client.post("/playground/token", json={"payload": {}}, headers=known)).status_code == 403
        wrong = {**known, "x-kubus-nonce": nonce, "origin": "http://evil.example"}
        assert (await opened.client.post("/playground/token", json={"payload": {}}, headers=wrong)).status_code == 403


async def test_the_key_of_a_rebound_name_opens_nothing(playground):
    async with playground(address="0.0.0.0") as opened:
        opened.app.announce()
        answer = await opened.client.get("/", params={"key": opened.told[0]}, headers={"host": "evil.example:4000"})
        assert answer.status_code == 403
        assert len(opened.told) == 1
