"""`kubus convert`: model files from YAML to Python, or back."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kubus.cli.project import project_settings
from kubus.errors import ConfigError
from kubus.loading.files import in_order, model_files
from kubus.sources.registry import dialect_of
from kubus.writing.convert import YAML_ENDINGS, Conversion, Form, check_same, conversions

ENDINGS: dict[Form, tuple[str, ...]] = {"python": YAML_ENDINGS, "yaml": (".py",)}
Flag = Annotated[bool, Parameter(negative=())]


def convert(
    path: Path,
    /,
    *,
    to: Form | None = None,
    out: Path | None = None,
    in_place: Flag = False,
    outcome: Flag = False,
    model: Path | None = None,
) -> None:
    """Turn model files of YAML into Python, or those of Python into YAML, comments included.

    The model is compiled before and after: what is written means the same, or nothing is written. One file is printed
    unless `--out` or `--in-place` say where it goes.

    A template (Jinja) and code that makes definitions (loops, functions) are refused, as there is nothing that they
    could become; with `--outcome` what they come to now is written.

    Parameters
    ----------
    path
        A model file, or a folder of them.
    to
        What they become; of a single file it is known.
    out
        A folder to write to. No file that is there is overwritten.
    in_place
        Write beside the files, and remove them.
    outcome
        Convert what templates and code come to.
    model
        The folder of the model that the files belong to; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    folder = home_of(path, settings.model)
    if out is not None and in_place:
        raise ConfigError("--out and --in-place do not go together", hint="--in-place removes the files it replaces")
    if out is not None and out.resolve().is_relative_to(folder):
        raise ConfigError(
            f"{out} is in the model folder, which would then have every cube twice",
            hint="Write to another folder, or say --in-place to replace the files",
        )
    files = model_files(folder)
    form = to or form_of(path)
    names = [name for name in files if name.endswith(ENDINGS[form]) and (folder / name).is_relative_to(path.resolve())]
    if not names:
        raise ConfigError(f"There is no {' or '.join(ENDINGS[form])} file at {path} to be turned into {form}")
    made = conversions(files, names, form, folder=folder, outcome=outcome)
    written = {one.target: one.text for one in made if one.text is not None}
    gone = {one.file for one in made if one.text is not None}
    whole = {**files, **written}
    after = {name: whole[name] for name in in_order(whole) if name not in gone}
    check_same(files, after, {name: dialect_of(options) for name, options in settings.sources.items()}, folder)
    if not in_place and out is None:
        if len(written) != 1 or path.is_dir():
            raise ConfigError("Where do the files go?", hint="Say --out FOLDER, or --in-place to replace them")
        print(next(iter(written.values())), end="")  # noqa: T201 - a command's answer
        return
    write(written, folder if out is None else out)
    for one in made:
        if in_place and one.text is not None:
            (folder / one.file).unlink()
        print(told(one))  # noqa: T201


def home_of(path: Path, model: Path) -> Path:
    """The folder of the model that a file or folder is part of. Raises ConfigError if it is not there."""
    if not path.exists():
        raise ConfigError(f"{path} is not there")
    whole = path.resolve()
    if whole.is_relative_to(model.resolve()):
        return model.resolve()
    return whole if whole.is_dir() else whole.parent


def form_of(path: Path) -> Form:
    """What a file becomes."""
    if path.is_dir():
        raise ConfigError(f"{path} is a folder: what shall its files become?", hint="Say --to python or --to yaml")
    return "yaml" if path.suffix == ".py" else "python"


def write(texts: dict[str, str], folder: Path) -> None:
    """Write files that are not there yet. Raises ConfigError before any is written if one is."""
    for name in texts:
        if (folder / name).exists():
            raise ConfigError(f"{folder / name} is there already", hint="Write to another folder, or move it away")
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be written: {error.strerror or error}") from error


def told(one: Conversion) -> str:
    return f"{one.file} defines nothing, and stays" if one.text is None else f"{one.file} -> {one.target}"
