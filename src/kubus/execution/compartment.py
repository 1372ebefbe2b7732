"""What callers share of connections, kept answers and statements that run."""

from typing import NamedTuple


class Compartment(NamedTuple):
    """What callers share: connections, kept answers and statements that run. Nothing is shared with other ones.

    `tenant` is the one that the data model names, in whose rows nobody else has a part. A `furnished` one has sources
    of its own, and never falls back on those of all. One of many has no more than its share of what all have.
    """

    name: str = ""
    furnished: bool = False
    tenant: str = ""
    is_one_of_many: bool = False


NO_COMPARTMENT = Compartment()
