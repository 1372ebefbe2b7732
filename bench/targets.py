"""What is to be reached: first, and in the end. A ratio is kubus' value over the other's; else units stand in the text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit for a value, and how people write it."""

    text: str
    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Target:
    """A row of the table. None where nothing is asked."""

    what: str
    first: Bound | None = None
    goal: Bound | None = None


def times(factor: float) -> Bound:
    """At least so many times as much."""
    return Bound(f"≥ {factor:g}×", least=factor)


def part(divisor: float) -> Bound:
    """At most this part of it."""
    return Bound(f"≤ 1/{divisor:g}", most=1 / divisor)


def at_most(value: float, unit: str = "") -> Bound:
    return Bound(f"≤ {value:g}{' ' + unit if unit else ''}", most=value)


TARGETS: dict[str, Target] = {
    "cached-small": Target("cached load, answers of 1 kB", times(10), times(40)),
    "cached-small-p99": Target("cached load, answers of 1 kB, p99", part(20), part(100)),
    "cached-large": Target("cached load, answers of 22 kB", times(20), times(80)),
    "cached-large-p99": Target("cached load, answers of 22 kB, p99"),
    "cached-raw": Target("cached load against raw ASGI with the same bytes", goal=Bound("≥ 0.8", least=0.8)),
    "auth-warm": Target("a token that was seen before, in the process", at_most(5, "µs"), at_most(2, "µs")),
    "auth-cold": Target("a token that was not seen before, in the process", at_most(300, "µs"), at_most(150, "µs")),
    "new-token": Target("first request with a new token", at_most(1, "ms")),
    "new-token-hs": Target("first request with a new token, over a warm one", at_most(1, "ms"), at_most(0.15, "ms")),
    "new-token-rs": Target("first request with a new token, over a warm one", at_most(1, "ms"), at_most(0.3, "ms")),
    "uncached": Target("uncached load, time over the bare statement", at_most(3, "ms"), at_most(1, "ms")),
    "uncached-cube": Target("uncached load, time over the bare statement, against Cube's over its own"),
    "uncached-heavy": Target("uncached load where the database dominates", at_most(1.2), at_most(1.05)),
    "plan-new-p50": Target("planning a shape not seen before, p50", at_most(5, "ms"), at_most(1, "ms")),
    "plan-new-p99": Target("planning a shape not seen before, p99", at_most(20, "ms"), at_most(5, "ms")),
    "plan-seen": Target("planning a shape seen before", at_most(0.3, "ms"), at_most(0.05, "ms")),
    "plan-policies-none": Target("planning a shape seen before, without access policies", at_most(0.3, "ms")),
    "plan-policies-open": Target("planning a shape seen before, one access policy a cube", at_most(0.3, "ms")),
    "plan-policies-ten": Target("planning a shape seen before, ten access policies a cube", at_most(0.3, "ms")),
    "sql": Target("/sql", times(5), times(20)),
    "meta": Target("/meta"),
    "rows": Target("rows as JSON, time to the last byte", part(3), part(8)),
    "rows-copy": Target("rows as JSON against DuckDB's own COPY … (FORMAT json)", goal=at_most(1.25)),
    "export-flat": Target(
        "memory of an export of 1,000,000 rows over that of 200,000", Bound("flat: ≤ 1.25", most=1.25)
    ),
    "export": Target("memory of an export of 1,000,000 rows, over idle", goal=Bound("< 64 MB", most=64)),
    "sql-worst": Target("the SQL itself, time in the database, the worst query", at_most(1.0), at_most(1.0)),
    "sql-median": Target("the SQL itself, time in the database, median of the queries", at_most(1.0), at_most(0.7)),
    "compile-yaml": Target("model compile, against Cube with YAML", part(20), part(60)),
    "compile-js": Target("model compile, against Cube with JavaScript", part(4), part(10)),
    "compile-100": Target("model compile, 100 cubes", goal=at_most(150, "ms")),
    "compile-1000": Target("model compile, 1,000 cubes", goal=at_most(1500, "ms")),
    "compile-parse": Target("model compile against reading and parsing its YAML", goal=at_most(3)),
    "compile-unchanged": Target(
        "model compile, 1,000 cubes, nothing changed since the last start", goal=at_most(50, "ms")
    ),
    "convert-200": Target("200 cubes into Python, and back into YAML", at_most(4000, "ms"), at_most(2000, "ms")),
    "python-200": Target("200 cubes compiled from Python", at_most(2000, "ms"), at_most(1000, "ms")),
    "python-200-again": Target("the same after a change of one", at_most(1500, "ms"), at_most(500, "ms")),
    "check-200": Target("`kubus check` of 200 cubes, the whole command", at_most(2000, "ms"), at_most(1000, "ms")),
    "test-command": Target(
        "`kubus test` of the demo's tests, the whole command", at_most(2000, "ms"), at_most(1000, "ms")
    ),
    "test-each": Target("`kubus test`, one test among many", at_most(10, "ms"), at_most(5, "ms")),
    "explain-200": Target("`kubus explain`, the whole command", at_most(3000, "ms"), at_most(1500, "ms")),
    "explain-why-200": Target("`kubus explain --why`, the whole command", at_most(4000, "ms"), at_most(2500, "ms")),
    "lineage-200": Target("`kubus lineage`, the whole command", at_most(3000, "ms"), at_most(1500, "ms")),
    "diff-200": Target("`kubus diff`, the whole command", at_most(5000, "ms"), at_most(3000, "ms")),
    "compile-one": Target("one file of 1,000 changed", at_most(50, "ms"), at_most(10, "ms")),
    "model-memory": Target("memory with 1,000 cubes", part(5), part(10)),
    "tenants-held": Target("memory for 100,000 tenants with one model", at_most(1000, "MB"), at_most(500, "MB")),
    "tenant-memory": Target("each further tenant with the same model", at_most(50, "kB"), at_most(10, "kB")),
    "start": Target("process start to first answer, 10 cubes", at_most(1000, "ms"), at_most(400, "ms")),
    "start-cube": Target("process start to first answer, 10 cubes, against Cube"),
    "idle": Target("memory idle", at_most(120, "MB"), at_most(80, "MB")),
    "idle-cube": Target("memory idle, against Cube"),
    "answered": Target("memory after the first answer, against Cube"),
    "burst": Target("200 distinct queries at once, until all are answered", part(2), part(4)),
    "demo": Target("the demo on a prepared machine, command to first answer", at_most(2000, "ms"), at_most(1000, "ms")),
    "first-paint": Target(
        "the Playground in a new browser: something is painted", at_most(1000, "ms"), at_most(400, "ms")
    ),
    "members": Target("the Playground in a new browser: the members of the model are there", goal=at_most(1000, "ms")),
    "chart": Target("the Playground in a new browser: the chart of an address is there", goal=at_most(1500, "ms")),
    "frames": Target("a table of 50,000 rows, scrolled by", Bound("60 frames/s", least=59)),
    "first-chart": Target("a newcomer, from the command to the first chart", at_most(60, "s"), at_most(10, "s")),
}
