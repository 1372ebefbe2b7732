"""Files to a model: read, decode, extend, compile, check. Every problem of every file is told at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubus.loading.compiler import Compiler
from kubus.loading.files import model_files
from kubus.model.model import Model


def load_model(folder: Path, dialects: Mapping[str, str]) -> Model:
    """The model in a folder. `dialects` has the SQL dialect of each data source by its name.

    Raises:
        ModelError: it does not compile; holds every problem.
        ConfigError: the folder is not there.
    """
    return load_files(model_files(folder), dialects, folder=folder)


def load_files(
    files: Mapping[str, str],
    dialects: Mapping[str, str],
    *,
    folder: Path | None = None,
    compile_context: Mapping[str, Any] | None = None,
) -> Model:
    """The model in these texts, by file name. Raises ModelError if it does not compile.

    `folder` is where the files lie, if they do. `compile_context` is what templates read as COMPILE_CONTEXT: one value
    for each compiled model, such as `{"security_context": {"tenant": 7}}`; without it they are refused to.
    """
    return Compiler(dialects, folder, keeps=False).compile(files, compile_context)
