"""Newcomers: from a command to the first chart, with how much they had to decide and how long it took."""

import time
from dataclasses import dataclass
from pathlib import Path

from tests.engines.node import Conversation
from tests.engines.server import running_demo, running_server
from tests.web.scenes import Scene

# What a newcomer brings.
SALES = "id,customer_id,city,amount,sold_at\n" + "".join(
    f"{n},{n % 40},{('Oslo', 'Bergen', 'Rome', 'Lima')[n % 4]},{n % 90}.5,2024-{n % 12 + 1:02}-{n % 27 + 1:02} 10:00:00\n"
    for n in range(400)
)
CUSTOMERS = "id,name,segment\n" + "".join(f"{n},Customer {n},{('small', 'large')[n % 2]}\n" for n in range(40))


@dataclass(frozen=True, slots=True)
class FirstChart:
    """What it took, from the start of the command to the chart on the page."""

    decisions: int
    seconds: float


def chart_of_demo(browser: Conversation, folder: Path, place: Path, scene: Scene) -> FirstChart:
    """`kubus demo`, and the address that it prints. The demo is made in `folder` where it is not there yet."""
    began = time.monotonic()
    with running_demo(folder, place) as demo:
        address = demo.wait_for(r"Open (\S+) in a browser")[1]
        done = scene.play(browser, address)
        return FirstChart(done["decisions"], time.monotonic() - began)


def chart_of_own_files(browser: Conversation, folder: Path, scene: Scene) -> FirstChart:
    """A folder with two files of rows and nothing else, and `kubus dev`: the model is made on the pages."""
    (folder / "data").mkdir()
    (folder / "data" / "sales.csv").write_text(SALES)
    (folder / "data" / "customers.csv").write_text(CUSTOMERS)
    began = time.monotonic()
    with running_server(folder, {"KUBUS_DUCKDB_FOLDER": "data"}, command="dev") as server:
        done = scene.play(browser, server.url)
        return FirstChart(done["decisions"], time.monotonic() - began)
