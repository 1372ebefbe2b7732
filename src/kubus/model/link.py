"""Link: where a value of a dimension leads. The address itself is a dimension of its own, `synthetic`."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Link:
    """What clients need to show a link. `params` are the names of the parameters in its address."""

    name: str
    label: str
    dashboard: str | None = None
    icon: str | None = None
    target: Literal["blank", "self"] | None = None
    primary: bool = False
    params: tuple[str, ...] = ()


def address_name(dimension: str, link: str) -> str:
    """The name of the dimension that holds the address."""
    return f"{dimension}___link_{link}_url"
