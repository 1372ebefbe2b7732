"""The five steps of `docs/tutorial/`, each started with its command, and looked at with a real browser."""

import json
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.engines.server import clean_environment
from tests.tutorial.conftest import Play
from tests.tutorial.example import put_token, running_step
from tests.tutorial.expected import compact, figures, orders

pytestmark = pytest.mark.node

DOCS = Path(__file__).parents[2] / "docs" / "tutorial"

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
    put_token(example, "")
    expected = figures(example)
    day = (datetime.now(UTC).date() - timedelta(days=40)).isoformat()
    with running_step(example, "open", "--built") as running:
        for theme in ("light", "dark"):
            for width in (1440, 390):
                play("overview", running.base, expected, theme=theme, width=width)
        given: dict[str, Any] = {
            "orders": expected["orders"],
            "app": figures(example, "channel = 'app'")["orders"],
            "week": figures(example, "channel = 'app'", 7),
            "italy": figures(example, "country = 'Italy'")["orders"],
            "day": day,
            "ofDay": compact(of_day(example, day)),
        }
        play("dashboards", running.base, given)


def of_day(folder: Path, day: str) -> int:
    return int(orders(folder, f"o.channel = 'app' AND o.created_at::DATE = DATE '{day}'", 60)["now"]["count"])


def test_authentication(example: Path, play: Play) -> None:
    [command] = commands("authentication.md", "kubus token")
    good = token(example, command)
    # A character in the middle of the signature, all of whose bits count.
    broken = good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:]
    with running_step(example, "authentication") as running:
        put_token(example, "")
        play("refused", running.base, {"said": "Authorization header isn't set", "step": "no-token"})
        put_token(example, good)
        play("as_somebody", running.base, {**figures(example), "who": "token"})
        put_token(example, broken)
        play("refused", running.base, {"said": "Invalid token", "step": "broken-token"}, theme="dark", width=390)


def test_authorization(example: Path, play: Play) -> None:
    [stranger] = commands("authentication.md", "kubus token")
    owner, analyst, support, other = commands("authorization.md", "kubus token")
    countries = ["Italy", "France", "Spain"]
    south = f"o.tenant_id = 1 AND country IN ({', '.join(repr(country) for country in countries)})"
    with running_step(example, "authorization") as running:
        nobody = token(example, stranger)
        put_token(example, nobody)
        play("nothing", running.base)
        assert ask(running.api, nobody) == (403, "Your token names no tenant")
        for command, where, more in (
            (owner, "o.tenant_id = 1", {"who": "owner"}),
            (analyst, "o.tenant_id = 1", {"who": "analyst", "masked": True}),
            (
                support,
                south,
                {"who": "support", "revenue": None, "note": HIDDEN_FROM_SUPPORT, "countries": sorted(countries)},
            ),
            (other, "o.tenant_id = 2", {"who": "other-shop"}),
        ):
            put_token(example, token(example, command))
            play("as_somebody", running.base, {**figures(example, where), **more})
    matrix = run(example, "kubus access matrix owner analyst support")
    assert re.search(r"Orders.totalAmount\W+full\W+full\W+hidden", matrix)
    assert re.search(r"Users.email\W+full\W+masked\W+filtered", matrix)


def ask(api: str, bearer: str) -> tuple[int, str]:
    """The status of a query's answer, and the error up to its colon."""
    query = {"query": '{"measures": ["Orders.count"]}'}
    answer = httpx.get(f"{api}/cubejs-api/v1/load", params=query, headers={"Authorization": bearer}, timeout=20)
    return answer.status_code, answer.json().get("error", "").split(":")[0]


def test_identification_and_audit(example: Path, play: Play) -> None:
    """The fifth step is the fourth with a record of it."""
    put_token(example, "")
    south = "o.tenant_id = 1 AND country IN ('Italy', 'France', 'Spain')"
    with running_step(example, "audit", "--built") as running:
        first = {"shop": "Harbor & Co", "orders": figures(example, "o.tenant_id = 1", 7)["orders"], "person": "olivia"}
        renewed = {"renewed": 280, "ordersOfMonth": figures(example, "o.tenant_id = 1")["orders"]}
        play("signing_in", running.base, {**first, **renewed})
        second = {
            "shop": "Juniper Market",
            "orders": figures(example, "o.tenant_id = 2", 7)["orders"],
            "person": "emil",
        }
        play("signing_in", running.base, second, theme="dark", width=390)
        third = {"shop": "Harbor & Co", "orders": figures(example, south, 7)["orders"], "person": "sofia"}
        play("signing_in", running.base, third)
    settings = dict(line.split("=", 1) for line in step_lines(example, "audit"))
    assert set(step_lines(example, "identification")) < set(step_lines(example, "audit"))
    told = run_with(example, commands("audit.md", "kubus audit show")[0].replace("--last 5", "--json"), settings)
    records = [json.loads(line) for line in told.splitlines()]
    asked = {(one["subject"], one["app_id"], one["claims"]["email"]) for one in records if one.get("outcome") == "ok"}
    assert asked == {
        ("olivia", "1", "olivia@shop.example"),
        ("emil", "2", "emil@shop.example"),
        ("sofia", "1", "sofia@shop.example"),
    }
    # What the page does not ask, it was not told either: no question of support's was about money.
    of_support = {
        member
        for one in records
        if one.get("subject") == "sofia"
        for query in one.get("queries", [])
        for member in query["members"]
    }
    assert "Orders.count" in of_support
    assert not [member for member in of_support if "mount" in member or "evenue" in member]
    assert "is whole" in run_with(example, commands("audit.md", "kubus audit verify")[0], settings)


def step_lines(folder: Path, step: str) -> list[str]:
    return [line for line in (folder / "steps" / f"{step}.env").read_text().splitlines() if line and line[0] != "#"]


def run_with(folder: Path, command: str, settings: dict[str, str]) -> str:
    arguments = [sys.executable, "-P", "-m", *shlex.split(command)]
    environ = {**clean_environment(), **settings, "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(arguments, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
