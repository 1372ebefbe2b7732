"""Model files on disk."""

from pathlib import Path

from kubus.errors import ConfigError

ENDINGS = (".yml", ".yaml", ".jinja", ".py")


def model_files(folder: Path) -> dict[str, str]:
    """The texts of a folder's model files, by their path below it, in order of the path.

    Raises:
        ConfigError: the folder is not there, or a file cannot be read.
    """
    if not folder.is_dir():
        raise ConfigError(
            f"There is no model folder at {folder}",
            hint="Make it, or say where it is with CUBEJS_SCHEMA_PATH or --model",
        )
    found = sorted(p for p in folder.rglob("*") if p.suffix in ENDINGS and p.is_file())
    try:
        return {p.relative_to(folder).as_posix(): p.read_text("utf-8-sig") for p in found}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"A model file cannot be read: {error}") from error


def model_stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """What changes when a model file does: its time and size, by path. Cheap enough to ask every second."""
    if not folder.is_dir():
        return {}
    stamps: dict[str, tuple[int, int]] = {}
    for path in folder.rglob("*"):
        if path.suffix in ENDINGS:
            stat = path.stat()
            stamps[str(path)] = (stat.st_mtime_ns, stat.st_size)
    return stamps
