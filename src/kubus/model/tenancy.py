"""Tenancy: whose rows a caller reads, said once for a whole model."""

from dataclasses import dataclass

from kubus.model.context import ClaimPath


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The claim that names a caller's tenant. Each cube says whose its rows are, or that they are everybody's."""

    claim: ClaimPath

    @property
    def name(self) -> str:
        return ".".join(self.claim)
