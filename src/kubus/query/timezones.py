"""Names of time zones, as the IANA database writes them."""

from functools import lru_cache
from zoneinfo import available_timezones

from kubus.errors import QueryError
from kubus.query.quoted import shortened

# Files in the folder of the database that name no place: the machine's own zone, and one for machines without any.
NO_PLACES = frozenset({"localtime", "Factory"})


def canonical_timezone(name: str) -> str:
    """`america/new_york` as `America/New_York`. Nothing but names of the database gets through.

    Raises:
        QueryError: there is no such time zone.
    """
    found = names_by_lower_case().get(name.lower())
    if found is None:
        raise QueryError(f'Invalid query format: "timezone" must be a valid IANA time zone, got "{shortened(name)}"')
    return found


@lru_cache(maxsize=1)
def names_by_lower_case() -> dict[str, str]:
    """Every name of the database. Kept for the life of the process: finding them walks a folder of 600 files."""
    return {name.lower(): name for name in available_timezones() - NO_PLACES}
