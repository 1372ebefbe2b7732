"""Figures as a table for people, and as data."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.engines.postgres import program

import kubus
from bench.figures import Figure, Sample
from bench.servers import CUBE_VERSION
from bench.stage import SCALE
from bench.targets import TARGETS, Bound

HEAD = ("What", "kubus", "beside it", "ratio", "first", "goal", "note")

NOT_BUILT = "Not there to be measured yet: a compiled model kept between starts, hand-written SQL beside the planner's."


def line(figure: Figure) -> tuple[str, ...]:
    """A row of the table."""
    target = TARGETS[figure.target]
    what = f"{target.what}: {figure.detail}" if figure.detail else target.what
    other = "" if figure.other is None else f"{figure.against} {shown(figure.other, figure.unit)}"
    ratio = "" if figure.other is None else ratio_text(figure.value)
    bounds = [judged(bound, figure.value) for bound in (target.first, target.goal)]
    return (what, shown(figure.kubus, figure.unit), other, ratio, *bounds, figure.note)


def judged(bound: Bound | None, value: float) -> str:
    """The bound, and whether it holds."""
    return "" if bound is None else f"{bound.text} {'yes' if bound.holds(value) else '**no**'}"


def shown(values: Sample, unit: str) -> str:
    """The median, and between which values it lies."""
    if len(values.values) == 1:
        return f"{number(values.median)} {unit}"
    return f"{number(values.median)} ({number(values.low)}-{number(values.high)}) {unit}"


def number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def ratio_text(value: float) -> str:
    if value >= 2:
        return f"{value:.1f}×"
    return f"1/{1 / value:.1f}" if 0 < value <= 0.5 else f"{value:.2f}"


def about(*, quick: bool) -> str:
    """What ran where: versions, machine, and what else ran."""
    node = told("node", "--version")
    postgres = told(program("postgres") or "postgres", "--version").removeprefix("postgres ").split(" (Debian")[0]
    load = os.getloadavg()
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC{', quick mode' if quick else ''}. kubus {kubus.__version__} ({commit()}), Python "
        f"{platform.python_version()}, uvicorn {version('uvicorn')}, DuckDB {version('duckdb')}, sqlglot {version('sqlglot')}; Cube "
        f"{CUBE_VERSION} (memory driver, without its native part), node {node}; {postgres}. {cpu()}, {os.cpu_count()} cores, "
        f"{memory_gb():.0f} GB; load of the machine at the end {load[0]:.1f} {load[1]:.1f} {load[2]:.1f}. Data: the corpus at scale {SCALE:g} "
        "(100,000 orders, 210,000 line items). Everything on loopback: load generator (wrk), servers and database share the cores, "
        "which costs the faster server more. Both log at level warn. Medians of several runs in turn, with the least and the most of them; ratios of medians."
    )


def told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()


def commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False, timeout=30
    )
    return done.stdout.strip() or "no commit"


def cpu() -> str:
    found = [row for row in Path("/proc/cpuinfo").read_text().splitlines() if row.startswith("model name")]
    return found[0].partition(":")[2].strip() if found else platform.machine()


def memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def write(folder: Path, figures: Sequence[Figure], failed: Sequence[str], *, quick: bool) -> str:
    """Write `RESULTS.md` and `results.json`; gives the page."""
    order = {name: number for number, name in enumerate(TARGETS)}
    ranked = sorted(figures, key=lambda figure: order[figure.target])
    described = about(quick=quick)
    page = ["# Results", "", described, "", "|".join(("", *HEAD, "")), "|" + "---|" * len(HEAD)]
    page += ["| " + " | ".join(line(figure)) + " |" for figure in ranked]
    page += ["", NOT_BUILT, *(f"\nFailed: {one}" for one in failed)]
    text = "\n".join(page) + "\n"
    data = {"about": described, "figures": [as_data(figure) for figure in ranked], "failed": list(failed)}
    (folder / "RESULTS.md").write_text(text)
    (folder / "results.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    return text


def as_data(figure: Figure) -> dict[str, object]:
    target = TARGETS[figure.target]
    return {
        "target": figure.target,
        "what": target.what,
        "detail": figure.detail,
        "unit": figure.unit,
        "kubus": figure.kubus.values,
        "against": figure.against,
        "other": None if figure.other is None else figure.other.values,
        "value": figure.value,
        "first": None if target.first is None else target.first.text,
        "first_reached": None if target.first is None else target.first.holds(figure.value),
        "goal": None if target.goal is None else target.goal.text,
        "goal_reached": None if target.goal is None else target.goal.holds(figure.value),
        "note": figure.note,
    }
