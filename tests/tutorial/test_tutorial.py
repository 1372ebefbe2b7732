"""The five steps of `docs/tutorial/`, each started with its command, and looked at with a real browser."""

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.engines.server import clean_environment
from tests.tutorial.conftest import Play
from tests.tutorial.example import Ports, app_file, running_step
from tests.tutorial.expected import compact, figures, groups, of_each_day, orders

pytestmark = pytest.mark.node

DOCS = Path(__file__).parents[2] / "docs" / "tutorial"

# The shops and people of the tutorial, as conditions on orders and customers.
FIRST, SECOND = "o.tenant_id = 1", "o.tenant_id = 2"
SOUTH = f"{FIRST} AND country IN ('Italy', 'France', 'Spain')"

HIDDEN_FROM_SUPPORT = "5 tiles are not part of your role."


def commands(page: str, name: str) -> list[str]:
    """The commands of this name that a page of the tutorial shows."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith(name)]


def run(folder: Path, command: str) -> str:
    """What a command of the tutorial prints, in the folder of the example."""
    arguments = [sys.executable, "-P", "-m", *shlex.split(command)]
    environ = {**clean_environment(), "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(arguments, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def token(folder: Path, command: str) -> str:
    return run(folder, f"{command} --quiet").strip()


def test_open(example: Path, play: Play) -> None:
    assert commands("open.md", "python") == ["python start.py open"]
    expected = figures(example)
    day = days_ago(40).isoformat()
    with running_step(example, "open", "--built") as running:
        for theme, width, zone in looks():
            play("overview", running.base, expected, theme=theme, width=width, zone=zone)
        given: dict[str, Any] = {
            "orders": expected["orders"],
            "app": figures(example, "channel = 'app'")["orders"],
            "week": figures(example, "channel = 'app'", 7),
            "italy": figures(example, "country = 'Italy'")["orders"],
            "day": day,
            "ofDay": compact(of_day(example, day)),
            "genders": groups(example, "gender", 90),
            "days": [written(days_ago(30)), written(days_ago(1))],
        }
        play("dashboards", running.base, given, zone="Pacific/Auckland")
        for theme, width, zone in looks():
            play("charts", running.base, given, theme=theme, width=width, zone=zone)


def looks() -> list[tuple[str, int, str]]:
    """Theme, width and zone of the reader, whose day is not the query's. With `ALL_SCENES` all themes and widths."""
    if "ALL_SCENES" in os.environ:
        return [(theme, width, "UTC") for theme in ("light", "dark") for width in (1440, 390)]
    return [("light", 1440, "Pacific/Auckland"), ("dark", 390, "America/Los_Angeles")]


def days_ago(count: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=count)


def written(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def of_day(folder: Path, day: str) -> int:
    return int(orders(folder, f"o.channel = 'app' AND o.created_at::DATE = DATE '{day}'", 60)["now"]["count"])


def test_authentication(example: Path, play: Play) -> None:
    [command] = commands("authentication.md", "kubus token")
    good = token(example, command)
    # A character in the middle of the signature, all of whose bits count.
    broken = good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:]
    tokens = [
        {"token": "", "refused": "Authorization header isn't set", "who": "no-token"},
        {"token": good, **figures(example), "who": "token"},
        {"token": broken, "refused": "Invalid token", "who": "broken-token"},
        {"token": good, **figures(example), "who": "token-again"},
    ]
    with running_step(example, "authentication") as running:
        play("tokens", running.base, {"app": str(app_file(example)), "tokens": tokens})
        put_pages(example, running.api, good)
        play("chart_parts", running.base, {"api": running.api, "token": good, "bad": broken})
        play("embedded", running.base)


def put_pages(folder: Path, api: str, bearer: str) -> None:
    """Pages of somebody else beside the dashboard: the one that the document shows, and one that forbids what it can."""
    public = folder / "dashboard" / "public"
    public.mkdir(exist_ok=True)
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">'
    (public / "page.html").write_text(head + embedding_page(api))
    (public / "analytics-token").write_text(bearer)
    policy = f"default-src 'none'; script-src {api}; connect-src {api}; img-src data:"
    forbids = f'<meta http-equiv="content-security-policy" content="{policy}">'
    (public / "empty.html").write_text(f"{head}{forbids}<main><h1>Charts</h1></main>")


def embedding_page(api: str) -> str:
    """The HTML of the page about embedding. In place of another session its chart gets the token of all."""
    blocks = re.findall(r"^```html\n(.*?)^```$", (DOCS.parent / "embedding.md").read_text(), re.MULTILINE | re.DOTALL)
    page = "".join(blocks).replace("https://analytics.example.com", api)
    return page.replace("document.querySelector('#revenue')", "document.querySelector('kubus-chart')").replace(
        "() => session.token()", "KubusChart.token"
    )


def test_authorization(example: Path, play: Play) -> None:
    [nobody] = (token(example, one) for one in commands("authentication.md", "kubus token"))
    owner, analyst, support, other = (token(example, one) for one in commands("authorization.md", "kubus token"))
    of_support = {"revenue": None, "note": HIDDEN_FROM_SUPPORT, "countries": ["France", "Italy", "Spain"]}
    tokens = [
        {"token": nobody, "nothing": True, "who": "nobody"},
        {"token": owner, **figures(example, FIRST), "who": "owner"},
        {"token": analyst, **figures(example, FIRST), "masked": True, "who": "analyst"},
        {"token": support, **figures(example, SOUTH), **of_support, "who": "support"},
        {"token": other, **figures(example, SECOND), "who": "other-shop"},
    ]
    with running_step(example, "authorization") as running:
        play("tokens", running.base, {"app": str(app_file(example)), "tokens": tokens}, theme="dark")
        # What the page leaves out is not what keeps it back.
        assert ask(running.api, nobody, "Orders.count") == (403, "Your token names no tenant")
        status, said = ask(running.api, support, "Orders.totalAmount")
        assert (status, said) == (403, "Error: You requested hidden member: 'Orders.totalAmount'")
        assert ask(running.api, owner, "Orders.count", tenant=2) == (200, "0")
        assert ask(running.api, other, "Orders.count", tenant=2)[1] != "0"
    [show] = commands("authorization.md", "kubus access")
    matrix = run(example, show)
    assert re.search(r"Orders.totalAmount\W+full\W+full\W+hidden", matrix)
    assert re.search(r"Users.email\W+full\W+masked\W+filtered", matrix)
    unclear = run(example, show.replace(', "countries": ["Italy"]', ""))
    assert re.search(r"Users.email\W+full\W+masked\W+\?", unclear)
    assert "? for support: queries are refused: Access policy value is missing: countries" in unclear


def ask(api: str, bearer: str, measure: str, tenant: int | None = None) -> tuple[int, str]:
    """The status of an answer, and the number, or the first sentence of the error; perhaps of one shop alone."""
    of_shop = [{"member": "Orders.tenantId", "operator": "equals", "values": [str(tenant)]}] if tenant else []
    query = {"query": json.dumps({"measures": [measure], "filters": of_shop})}
    answer = httpx.get(f"{api}/cubejs-api/v1/load", params=query, headers={"Authorization": bearer}, timeout=20)
    if answer.status_code == 200:
        return 200, str(answer.json()["data"][0][measure])
    return answer.status_code, re.split(r": '(?=tenant)|\. ", answer.json()["error"])[0]


def test_identification(example: Path, play: Play, signing_in_at: Ports) -> None:
    first = {"shop": "Harbor & Co", "orders": of_each_day(example, FIRST), "person": "olivia", "renewed": 280}
    second = {"shop": "Juniper Market", "orders": of_each_day(example, SECOND), "person": "emil"}
    # What the last page adds in code of one's own: no question of anybody fails of it.
    [hook] = re.findall(r"^```text\n(from kubus.*?)^```$", (DOCS / "audit.md").read_text(), re.MULTILINE | re.DOTALL)
    (example / "kubus.py").write_text(hook)
    with running_step(example, "identification", "--built", at=signing_in_at) as running:
        play("signing_in", running.base, first)
        play("signing_in", running.base, second, theme="dark", width=390)
        # The secret, which signed the tokens of the steps before, signs none that is taken here.
        [old] = (token(example, one) for one in commands("authentication.md", "kubus token"))
        assert ask(running.api, old, "Orders.count") == (403, "Invalid token")
        assert ask(running.api, "", "Orders.count") == (403, "Authorization header isn't set")
        assert "olivia@shop.example asked for ['Orders.count']" in running.said
        assert "olivia@shop.example asked for []" in running.said
        assert "Hook Error" not in running.said
    (example / "kubus.py").unlink()


def test_audit(example: Path, play: Play, signing_in_at: Ports) -> None:
    person = {"shop": "Harbor & Co", "orders": of_each_day(example, SOUTH), "person": "sofia"}
    with running_step(example, "audit", "--built", at=signing_in_at) as running:
        play("signing_in", running.base, person)
        assert ask(running.api, "no.real.token", "Orders.count") == (403, "Invalid token")
    # In another terminal, which has none of the step's settings.
    [show], [verify] = (commands("audit.md", f"kubus audit {what}") for what in ("show", "verify"))
    records = [json.loads(line) for line in run(example, show.replace("--last 5", "--json")).splitlines()]
    asked = [one for one in records if one.get("api") == "load" and one["outcome"] == "ok"]
    assert {(one["subject"], one["app_id"], one["claims"]["email"]) for one in asked} == {
        ("sofia", "1", "sofia@shop.example")
    }
    assert [one["token"]["reason"] for one in records if one.get("outcome") == "denied"] == ["encoding"]
    # No question was about money: the page does not ask what its model does not have.
    members = {member for one in asked for query in one["queries"] for member in query["members"]}
    assert "Orders.count" in members
    assert not [member for member in members if "mount" in member or "evenue" in member]
    assert "sofia@shop.example" in run(example, show)
    assert "is whole" in run(example, verify)
