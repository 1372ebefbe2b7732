"""What a template rendered to, and which line of it made which line."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a template, counted from 1."""

    file: str
    line: int


@dataclass(slots=True)
class Rendered:
    """A rendered text, and the place that each of its lines comes from."""

    pieces: list[str] = field(default_factory=list[str])
    places: list[Place] = field(default_factory=list[Place])
    length: int = 0
    _place: Place | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def add(self, piece: str, place: Place) -> None:
        """Put a piece that comes from `place` behind the rest. A line is from where its first word is from."""
        self.pieces.append(piece)
        self.length += len(piece)
        for number, line in enumerate(piece.split("\n")):
            if number:
                self.places.append(self._place or place)
                self._place = None
            if self._place is None and line.strip():
                self._place = place

    def place(self, line: int) -> Place | None:
        """Where a line of the text, counted from 1, comes from; None if there is no such line."""
        if 0 < line <= len(self.places):
            return self.places[line - 1]
        return self._place or (self.places[-1] if self.places else None)
