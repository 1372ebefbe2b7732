"""Write a project from an example that the package brings along."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from kubus.cli.scaffold.project import SAMPLE_DATABASE, copy_folder, write_settings
from kubus.loading.schema import SCHEMA_FILE, schema_text

Example = Literal["multi-tenant-analytics"]

# What running an example in its folder leaves there, and what is nobody else's: a checkout may have them.
LEFT_BEHIND = frozenset({"node_modules", "dist", "data", "audit", ".env", ".kubus", "__pycache__"})


def write_example(folder: Path, example: Example) -> None:
    """Write everything but the sample data of an example into `folder`, which is made if it is not there.

    `.env` holds a fresh secret and may be read by its owner alone; it asks every caller for a token. The model of the
    first steps is the one that new projects begin with.

    Raises:
        OSError: the folder cannot be written to.
    """
    # In a checkout it is a link to the folder of that name, of which there is no copy.
    copy_folder(files("kubus.cli.scaffold") / "examples" / example, folder, without=LEFT_BEHIND)
    copy_folder(_demo_model(), folder / "steps" / "model")
    (folder / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8", newline="\n")
    place = f"CUBEJS_DB_DUCKDB_DATABASE_PATH={SAMPLE_DATABASE.as_posix()}"
    write_settings(folder, "duckdb", place, asks_for_tokens=True)


def _demo_model() -> Traversable:
    return files("kubus.demo") / "model"
