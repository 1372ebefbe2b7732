"""Which files of a model are data, which are templates, and which are Python; and the YAML that they come to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubus.loading.document import Document
from kubus.loading.problems import Problems
from kubus.loading.python_files import PythonFiles
from kubus.loading.template_context import PROVIDED

# What begins a template. Two closing braces alone are how nested maps of one line end.
TEMPLATE_MARKS = ("{%", "{{")

# Files that are no model by themselves.
TEMPLATE_ENDING, PYTHON_ENDING = ".jinja", ".py"

# The Python file of a model, in its folder.
GLOBALS = "globals.py"


def model_texts(
    files: Mapping[str, str], problems: Problems, folder: Path | None, compile_context: Mapping[str, Any] | None
) -> dict[str, str | Document]:
    """The texts of the YAML files, templates rendered, and what Python files define, in the order of the files.

    Those that cannot be rendered or run are left out, with a problem.
    """
    plain = {name: text for name, text in files.items() if not name.endswith((TEMPLATE_ENDING, PYTHON_ENDING))}
    templates = [name for name, text in plain.items() if is_template(text)]
    python = PythonFiles({n: text for n, text in files.items() if n.endswith(PYTHON_ENDING)}, folder, PROVIDED)
    documents: dict[str, Document] = {}
    if python.texts:
        # Neither is what Python files can define loaded where there are none.
        from kubus.loading.python_models import python_documents

        documents = python_documents(python, problems)
    rendered = frozenset(templates)
    made: dict[str, str | Document] = {**{n: text for n, text in plain.items() if n not in rendered}, **documents}
    if templates or GLOBALS in files:
        # Jinja is large, and most models have no use for it.
        from kubus.loading.templates import rendered_files

        made |= rendered_files(files, templates, problems, python, compile_context)
    return {name: made[name] for name in files if name in made}


def is_template(text: str) -> bool:
    """Whether a file of YAML is rendered before it is read."""
    statement, value = TEMPLATE_MARKS
    return statement in text or value in text
