"""Keys that cubes and pre-aggregations have alike."""

from kubus.loading.declarations import short
from kubus.loading.intervals import every_seconds, is_cron
from kubus.loading.yaml_text import Yaml

REFRESH_FORMS = frozenset({"every", "sql", "immutable"})
REFRESH_KEYS = REFRESH_FORMS | {"timezone"}


def refresh_key_problem(value: Yaml, more: frozenset[str] = frozenset()) -> tuple[Yaml, str] | None:
    """The first thing that is wrong with a refresh key, and where; `more` keys may stand there too."""
    if not value.is_map or not REFRESH_FORMS & set(value.data):
        return value, "(refreshKey) must be a map with at least one of [every, sql, immutable]"
    for key, part in value.items():
        if key not in REFRESH_KEYS | more:
            return (value.keys or {})[key], f"(refreshKey.{key}) is not allowed"
        if key == "immutable" and part.data is not True:
            return part, "(refreshKey.immutable) must be true"
        if key == "sql" and not (isinstance(part.data, str) and part.data.strip()):
            return part, f"(refreshKey.sql = {short(part.plain())}) must be SQL text"
        if key == "every" and every_seconds(part.text) is None:
            if is_cron(part.text):
                return part, "a cron text in refreshKey.every is not yet supported by this version of kubus"
            return part, f"(refreshKey.every = {short(part.plain())}) does not match: n second|minute|hour|day|week"
    return None
