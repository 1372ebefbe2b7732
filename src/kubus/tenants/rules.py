"""How tenants are served, as the settings say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from kubus.context import APP_ID
from kubus.sources.options import SourceOptions


@dataclass(frozen=True, slots=True)
class TenantRules:
    """How tenants are served. `seconds` bounds hooks of every request, `setup_seconds` those that set up a tenant.

    `models_kept` is how many compiled models are kept, `pools_kept` how many compartments with connections of their
    own. `app_id` is that of callers of no tenant. `sources` are what the settings say of each data source; `folder` is
    the project's.
    """

    seconds: float = 5.0
    setup_seconds: float = 60.0
    models_kept: int = 250
    pools_kept: int = 200
    app_id: str = APP_ID
    sources: Mapping[str, SourceOptions] = field(default_factory=lambda: MappingProxyType({}))
    folder: Path = Path()
    model_folder: Path | None = None
