"""Keys that cubes and pre-aggregations have alike."""

from kubus.errors import QueryError
from kubus.loading.cron import BadCron, cron_interval
from kubus.loading.declarations import short
from kubus.loading.intervals import every_seconds, is_cron
from kubus.loading.yaml_text import Yaml
from kubus.model.refresh_key import RefreshInterval
from kubus.query.timezones import canonical_timezone

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
        if key == "timezone" and ("sql" in value.data or "every" not in value.data):
            return part, "(refreshKey.timezone) goes with a cron text in every, and not with sql"
        if key == "every" and every_seconds(part.text) is None:
            if not is_cron(part.text):
                return part, f"(refreshKey.every = {short(part.plain())}) does not match: n second|minute|hour|day|week"
            if "sql" in value.data:
                return part, f"(refreshKey.every = {short(part.plain())}) is a cron text, which does not go with sql"
            try:
                refresh_interval(value)
            except (BadCron, QueryError) as error:
                return part, f"{error.args[0]} in refreshKey ({short(value.plain())})"
    return None


def refresh_interval(value: Yaml) -> RefreshInterval:
    """How long the key of a map with `every` holds. Raises BadCron, and QueryError for a zone that is none."""
    every = value.data["every"].text
    timezone = value.data["timezone"].text if "timezone" in value.data else "UTC"
    seconds = every_seconds(every)
    if seconds is not None:
        return RefreshInterval(seconds)
    return cron_interval(every, canonical_timezone(timezone))
