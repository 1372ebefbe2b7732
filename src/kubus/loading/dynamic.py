"""Which files of a model are data, which are templates, and which are Python; and the YAML that they come to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubus.loading.problems import Problems

# What begins a template. Two closing braces alone are how nested maps of one line end.
TEMPLATE_MARKS = ("{%", "{{")

# Files that are no model by themselves.
TEMPLATE_ENDING, PYTHON_ENDING = ".jinja", ".py"

# The Python file of a model, in its folder.
GLOBALS = "globals.py"


def model_texts(
    files: Mapping[str, str], problems: Problems, folder: Path | None, compile_context: Mapping[str, Any] | None
) -> dict[str, str]:
    """The texts of the YAML files, templates rendered. Those that cannot be rendered are left out, with a problem."""
    plain = {name: text for name, text in files.items() if not name.endswith((TEMPLATE_ENDING, PYTHON_ENDING))}
    templates = [name for name, text in plain.items() if is_template(text)]
    if not templates and GLOBALS not in files:
        return plain
    # Jinja is large, and most models have no use for it.
    from kubus.loading.templates import rendered_files

    rendered = rendered_files(files, templates, problems, folder, compile_context)
    return {name: rendered.get(name, text) for name, text in plain.items() if name in rendered or name not in templates}


def is_template(text: str) -> bool:
    """Whether a file of YAML is rendered before it is read."""
    return any(mark in text for mark in TEMPLATE_MARKS)
