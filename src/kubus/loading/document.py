"""What a Python file of a model defines."""

from dataclasses import dataclass, field

from kubus.loading.yaml_text import Yaml


@dataclass(frozen=True, slots=True)
class Document:
    """What a Python file defines, as the YAML that it stands for. Equal where values and places are."""

    root: Yaml = field(compare=False)
    digest: bytes
