"""`kubus schema`: the JSON Schema of model files, for editors."""

import sys
from pathlib import Path

from kubus.loading.schema import SCHEMA_FILE, schema_text


def schema(*, write: bool = False) -> None:
    """Print the JSON Schema of model files, by which an editor completes and checks them.

    Parameters
    ----------
    write
        Write it to model.schema.json in this folder, where the files of `kubus create` look for it, instead.
    """
    if write:
        Path(SCHEMA_FILE).write_text(schema_text(), encoding="utf-8", newline="\n")
        print(f"{SCHEMA_FILE} is written")  # noqa: T201 - a command's answer
    else:
        sys.stdout.write(schema_text())
