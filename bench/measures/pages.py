"""The Playground in a browser: the first paint, a long table, and a newcomer's way to the first chart."""

import json
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from tests.engines.node import Conversation, browser_program, conversing
from tests.engines.server import running_server
from tests.web.bundle import built_pages
from tests.web.newcomers import chart_of_demo, chart_of_own_files
from tests.web.scenes import Scene

from bench.figures import Figure, sample
from bench.servers import ROOT
from bench.stage import Stage
from kubus.cli.create import create_project

WEB = ROOT / "tests" / "web"
CHART = {"measures": ["Orders.count"], "timeDimensions": [{"dimension": "Orders.createdAt", "granularity": "month"}]}


def pages(stage: Stage) -> Iterator[Figure]:
    folder = stage.folder / "pages"
    create_project(folder, "duckdb", datetime.now(UTC).date(), Console(quiet=True))
    # A cube of fifty thousand rows.
    shutil.copy(WEB / "model" / "long_and_slow.yml", folder / "model" / "cubes")
    with browsing(stage) as browser, running_server(folder, {}, command="dev") as server:

        def painted(given: dict[str, Any]) -> list[dict[str, float]]:
            play(browser, "painting", server.url, given)
            return [play(browser, "painting", server.url, given) for _ in range(stage.runs)]

        opened = painted({"path": "/", "isChart": False})
        yield Figure("first-paint", "", "ms", sample([one["first"] for one in opened]))
        yield Figure("members", "", "ms", sample([one["wanted"] for one in opened]))
        charts = painted({"path": f"/build?query={quote(json.dumps(CHART))}&chart=line", "isChart": True})
        yield Figure("chart", "", "ms", sample([one["wanted"] for one in charts]))
        scrolled = [play(browser, "scrolling", server.url) for _ in range(stage.runs)]
        for pace, rows in (("slow", "a row or two"), ("fast", "a screen")):
            rates = sample([one[pace]["rate"] for one in scrolled])
            longest = max(one[pace]["longest"] for one in scrolled)
            yield Figure("frames", f"{rows} a frame", "frames/s", rates, note=f"the longest frame {longest:.0f} ms")


def newcomers(stage: Stage) -> Iterator[Figure]:
    """From the command to the first chart. A reader's own time is not in it: the script reads nothing."""
    folder = stage.folder / "newcomers"
    folder.mkdir()
    demo = Scene("demo-first", "light", 1440)
    with browsing(stage) as browser:
        chart_of_demo(browser, folder / "warm", folder, demo)
        made = [chart_of_demo(browser, folder / f"demo-{run}", folder, demo) for run in range(stage.runs)]
        again = [chart_of_demo(browser, folder / "warm", folder, demo) for _ in range(stage.runs)]
        own = [
            chart_of_own_files(browser, fresh(folder / f"own-{run}"), Scene("model-first", "light", 1440))
            for run in range(stage.runs)
        ]
    for detail, found in (("the demo, its data made", made), ("the demo again", again), ("files of one's own", own)):
        decisions = max(one.decisions for one in found)
        note = f"{decisions} decisions" if decisions > 1 else "1 decision"
        yield Figure("first-chart", detail, "s", sample([one.seconds for one in found]), note=note)


def fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def browsing(stage: Stage) -> Generator[Conversation]:
    """A browser, once the pages are built."""
    built_pages()
    shots = stage.folder / "screenshots"
    shots.mkdir(exist_ok=True)
    with conversing(WEB / "browser.mjs", BROWSER=browser_program(), SCREENSHOTS=str(shots)) as browser:
        browser.read()
        yield browser


def play(browser: Conversation, name: str, base: str, given: Any = None) -> Any:
    scenario = str(ROOT / "bench" / "pages" / f"{name}.mjs")
    asked = {"scenario": scenario, "name": name, "theme": "light", "width": 1440}
    return browser.ask(**asked, base=base, given=given)["answer"]
