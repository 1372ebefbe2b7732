"""What reading the settings has found: faults, which end the process, and warnings, which do not."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Findings:
    """Gathered while settings are read, so that all faults can be told together."""

    faults: list[str] = field(default_factory=list[str])
    warnings: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def fault(self, text: str) -> None:
        """Note what the process cannot start with."""
        self.faults.append(text)

    def warn(self, name: str, text: str) -> None:
        """Note what works, and is not what one would want of the setting `name`."""
        self.warnings.append((name, text))
