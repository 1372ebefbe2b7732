"""The settings of a project: its Python file, the environment, its `.env`, and defaults, the strongest first."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from kubus.config.dotenv import read_dotenv
from kubus.config.options import read_options
from kubus.config.settings import Settings, load_settings

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


def project_settings(
    environ: Mapping[str, str],
    folder: Path,
    *,
    overrides: Mapping[str, str] = NO_OVERRIDES,
    dev_default: bool = False,
) -> Settings:
    """The settings of the project in `folder`; `environ` is the environment of the process.

    `overrides` are settings that win over all, as flags of a command do.

    Raises:
        ConfigError: one is wrong; says all that are.
    """
    options = read_options(folder)
    left = {name: value for name, value in options.settings.items() if name not in overrides}
    options = replace(options, settings=MappingProxyType(left))
    return load_settings(
        {**environ, **overrides}, read_dotenv(folder / ".env"), folder, options, dev_default=dev_default
    )
