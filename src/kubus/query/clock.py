"""What time it is for a query, and until when what was read by it holds."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from kubus.model.granularity import Unit
from kubus.query.date_range import next_change


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, and in which zone.

    `moments` gathers the instants at which relative dates, once read, would be read otherwise.
    """

    now: datetime
    timezone: str
    moments: list[datetime] = field(default_factory=list[datetime])

    @property
    def local(self) -> datetime:
        """Now, as wall time of the zone."""
        return self.now.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None, fold=0)

    def holds_until_end_of(self, unit: Unit | None) -> None:
        if unit is not None:
            self.moments.append(next_change(unit, self.now, self.timezone))

    @property
    def moves_at(self) -> datetime | None:
        """The first instant at which something that was read would be read otherwise; None says never."""
        return min(self.moments, default=None)
