"""What access policies cost on the way from JSON to statement: none, one for everyone, and ten with rows of claims."""

from collections.abc import Iterator

import yaml

from bench.figures import Figure, percentile, sample
from bench.measures.planning import planned
from bench.models import SHOP
from bench.queries import shapes, with_other_values
from bench.stage import Stage
from kubus.library import SemanticLayer

# Every one of them is looked at, and the last is for the caller.
MANY = [{"group": f"g{number}", "member_level": {"includes": "*", "excludes": []}} for number in range(9)]


def policies(stage: Stage) -> Iterator[Figure]:
    for name, written in {
        "none": [],
        "open": [{"group": "*"}],
        "ten": [*MANY, {"group": "*", "conditions": [{"if": "{ security_context.ok }"}]}],
    }.items():
        seen: list[float] = []
        for _ in range(stage.runs):
            layer = SemanticLayer({"shop.yml": guarded(written)}, stage.database.url)
            claims = {"ok": True}
            for query in shapes():
                layer.sql(query, context=claims)
            seen.append(percentile([planned(layer, with_other_values(q), claims) for q in shapes()], 0.5))
        yield Figure(f"plan-policies-{name}", "shapes seen before, other values", "ms", sample(seen))


def guarded(written: list[dict[str, object]]) -> str:
    """The shop, with these policies on every cube."""
    model = yaml.safe_load(SHOP)
    for cube in model["cubes"] if written else ():
        cube["access_policy"] = written
    return yaml.safe_dump(model, sort_keys=False)
