"""Model files written: where they may lie, what is refused, and that all or nothing is there afterwards."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kubus.errors import ChangedMeanwhile, NotSaved
from kubus.loading import saving
from kubus.loading.saving import LONGEST, Edit, SavedFile, backup_text, backups_in, save, saved_file

NOW = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model" / "cubes").mkdir(parents=True)
    (tmp_path / "model" / "cubes" / "orders.yml").write_text("cubes: []\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.yml").write_text("secret")
    return tmp_path / "model"


def written(folder: Path, *edits: Edit) -> list[SavedFile]:
    return save(folder, edits, folder.parent / ".kubus" / "backups", NOW)


def files(folder: Path) -> dict[str, str]:
    """Everything that lies beside and below the model's folder, without the backups."""
    found = (path for path in folder.parent.rglob("*") if path.is_file() and ".kubus" not in path.parts)
    return {path.relative_to(folder.parent).as_posix(): path.read_text() for path in found}


def base_of(folder: Path, path: str) -> str:
    found = saved_file(folder, path)
    assert found is not None
    return found.version


def test_a_file_is_replaced_and_what_it_was_is_kept(folder: Path) -> None:
    (one,) = written(folder, Edit("cubes/orders.yml", "cubes: [] # more\n", base_of(folder, "cubes/orders.yml")))
    assert (one.text, one.version) == ("cubes: [] # more\n", base_of(folder, "cubes/orders.yml"))
    assert (folder / "cubes" / "orders.yml").read_text() == "cubes: [] # more\n"
    (kept,) = (folder.parent / ".kubus" / "backups").rglob("*.yml")
    assert kept.read_text() == "cubes: []\n"
    # Nothing half written lies about.
    assert [path.name for path in (folder / "cubes").iterdir()] == ["orders.yml"]


def test_a_new_file_in_a_new_folder(folder: Path) -> None:
    written(folder, Edit("views/a/sales.yml", "views: []\n", None))
    assert (folder / "views" / "a" / "sales.yml").read_text() == "views: []\n"
    assert not (folder.parent / ".kubus").exists()


@pytest.mark.parametrize(
    "path",
    [
        "../elsewhere/secret.yml", "cubes/../../elsewhere/secret.yml", "/etc/secret.yml", "..", ".", "", "a//b.yml",
        "./a.yml", "cubes/.hidden.yml", ".git/a.yml", "a\\..\\b.yml", "C:/a.yml", "a.yml\0", "a\n.yml", "a.yml/",
        "a.yml.", "a .yml/ b.yml", "cubes/orders.txt", "cubes/orders", ".env", "a.yml:stream", "orders.test.yml",
        "a\ud800.yml", "x" * 300 + ".yml", "ж" * 150 + ".yml", "a/" * 3000 + "b.yml", "~/\u202e/../a.yml", "con?.yml",
    ],
)  # fmt: skip
def test_paths_that_lead_elsewhere_or_to_no_model_file(folder: Path, path: str) -> None:
    before = files(folder)
    with pytest.raises(NotSaved):
        written(folder, Edit(path, "x", None))
    with pytest.raises(NotSaved):
        saved_file(folder, path)
    assert files(folder) == before


def test_links_are_not_followed(folder: Path) -> None:
    (folder / "linked").symlink_to(folder.parent / "elsewhere")
    (folder / "linked.yml").symlink_to(folder.parent / "elsewhere" / "secret.yml")
    (folder / "dangling.yml").symlink_to(folder.parent / "elsewhere" / "new.yml")
    before = files(folder)
    for path in ("linked/secret.yml", "linked/new.yml", "linked.yml", "dangling.yml"):
        with pytest.raises(NotSaved, match="link"):
            written(folder, Edit(path, "x", None))
        with pytest.raises(NotSaved, match="link"):
            saved_file(folder, path)
    assert files(folder) == before


def test_a_model_folder_that_is_a_link_itself_is_meant(folder: Path) -> None:
    (folder.parent / "also").symlink_to(folder)
    written(folder.parent / "also", Edit("new.yml", "x", None))
    assert (folder / "new.yml").read_text() == "x"


def test_folders_and_files_in_each_others_place(folder: Path) -> None:
    (folder / "a.yml").mkdir()
    with pytest.raises(NotSaved, match="no file"):
        written(folder, Edit("a.yml", "x", None))
    with pytest.raises(NotSaved, match="no folder"):
        written(folder, Edit("cubes/orders.yml/b.yml", "x", None))


def test_what_changed_meanwhile_stays(folder: Path) -> None:
    base = base_of(folder, "cubes/orders.yml")
    (folder / "cubes" / "orders.yml").write_text("cubes: [] # of somebody else\n")
    before = files(folder)
    for edits in (
        [Edit("cubes/orders.yml", "mine", base)],
        # There is one, and it is said that there is none.
        [Edit("cubes/orders.yml", "mine", None)],
        # One that is gone.
        [Edit("cubes/gone.yml", "mine", base)],
        # Of several, none.
        [Edit("cubes/new.yml", "mine", None), Edit("cubes/orders.yml", "mine", base)],
    ):
        with pytest.raises(ChangedMeanwhile):
            written(folder, *edits)
        assert files(folder) == before


def test_all_or_nothing_when_the_disk_fails_midway(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(folder)
    really, calls = Path.replace, [0]

    def replace(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == 3:
            raise OSError(28, "No space left on device")
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    edits = [
        Edit("cubes/orders.yml", "changed", base_of(folder, "cubes/orders.yml")),
        Edit("cubes/a.yml", "new", None),
        Edit("cubes/b.yml", "new", None),
    ]
    with pytest.raises(NotSaved, match="No space left"):
        written(folder, *edits)
    assert files(folder) == before


def test_what_cannot_be_written(folder: Path) -> None:
    with pytest.raises(NotSaved, match="longer than"):
        written(folder, Edit("big.yml", "x" * (LONGEST + 1), None))
    with pytest.raises(NotSaved, match="characters"):
        written(folder, Edit("odd.yml", "\ud800", None))
    with pytest.raises(NotSaved, match="but for its case"):
        written(folder, Edit("a.yml", "1", None), Edit("A.yml", "2", None))
    (folder / "latin.yml").write_bytes(b"caf\xe9")
    with pytest.raises(NotSaved, match="UTF-8"):
        saved_file(folder, "latin.yml")


def test_line_ends_marks_and_modes_stay(folder: Path) -> None:
    place = folder / "cubes" / "orders.yml"
    place.write_bytes(b"\xef\xbb\xbfcubes: []\r\n")
    place.chmod(0o640)
    found = saved_file(folder, "cubes/orders.yml")
    assert found is not None
    assert found.text == "cubes: []\r\n"
    written(folder, Edit("cubes/orders.yml", "cubes: []\r\n# more\r\n", found.version))
    assert place.read_bytes() == b"\xef\xbb\xbfcubes: []\r\n# more\r\n"
    assert place.stat().st_mode & 0o777 == 0o640


def test_of_many_backups_the_newest_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "BACKUPS_KEPT", 3)
    for number in range(5):
        edit = Edit("cubes/orders.yml", f"# {number}\n", base_of(folder, "cubes/orders.yml"))
        save(folder, [edit], folder.parent / "backups", NOW.replace(minute=number))
    kept = sorted(path.read_text() for path in (folder.parent / "backups").rglob("*.yml"))
    assert kept == ["# 1\n", "# 2\n", "# 3\n"]
    assert (folder.parent / "backups" / ".gitignore").read_text() == "*\n"


def test_a_file_is_deleted_and_can_be_had_back(folder: Path) -> None:
    backups = folder.parent / ".kubus" / "backups"
    base = base_of(folder, "cubes/orders.yml")
    with pytest.raises(ChangedMeanwhile):
        written(folder, Edit("cubes/orders.yml", None, "another"))
    assert (folder / "cubes" / "orders.yml").is_file()
    assert written(folder, Edit("cubes/orders.yml", None, base)) == []
    assert not (folder / "cubes" / "orders.yml").exists()
    (kept,) = backups_in(backups)
    assert (kept.path, kept.until) == ("cubes/orders.yml", NOW)
    assert backup_text(backups, kept.path, kept.name) == "cubes: []\n"
    # What is not there any more is not deleted again.
    with pytest.raises(ChangedMeanwhile):
        written(folder, Edit("cubes/orders.yml", None, base))


def test_backups_lead_nowhere_else(folder: Path) -> None:
    backups = folder.parent / ".kubus" / "backups"
    written(folder, Edit("cubes/orders.yml", None, base_of(folder, "cubes/orders.yml")))
    (kept,) = backups_in(backups)
    assert backup_text(backups, kept.path, "..") is None
    assert backup_text(backups, "cubes/other.yml", kept.name) is None
    (backups / "linked").symlink_to(folder.parent / "elsewhere")
    (backups / "20990101T000000.000000Z").symlink_to(folder.parent / "elsewhere")
    for name in ("linked", "20990101T000000.000000Z"):
        assert backup_text(backups, "secret.yml", name) is None
    assert len(backups_in(backups)) == 1
    with pytest.raises(NotSaved):
        backup_text(backups, "../../../elsewhere/secret.yml", kept.name)
    assert backups_in(folder.parent / "nowhere") == []


def test_of_a_renaming_that_fails_nothing_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, base = files(folder), base_of(folder, "cubes/orders.yml")

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.name == "orders.yml":
            raise PermissionError(13, "Permission denied")
        really(self, missing_ok=missing_ok)

    really = Path.unlink
    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(NotSaved, match="Permission denied"):
        written(folder, Edit("cubes/orders.yml", None, base), Edit("cubes/sales.yml", "cubes: []\n", None))
    monkeypatch.undo()
    assert files(folder) == before


def test_names_that_other_systems_cannot_tell_apart(folder: Path) -> None:
    before = files(folder)
    for path in ("cubes/Orders.yml", "CUBES/new.yml"):
        with pytest.raises(NotSaved, match="case of letters alone"):
            written(folder, Edit(path, "x", None))
    for path in ("cubes/con.yml", "Aux/a.yml", "lpt1.jinja", "NUL.py"):
        with pytest.raises(NotSaved, match="Windows"):
            written(folder, Edit(path, "x", None))
    assert files(folder) == before
    # What is there already is written and deleted as it is called.
    (folder / "cubes" / "aux.yml").write_text("x")
    written(folder, Edit("cubes/aux.yml", "y", base_of(folder, "cubes/aux.yml")))
    written(folder, Edit("cubes/aux.yml", None, base_of(folder, "cubes/aux.yml")))


def test_a_file_that_is_too_long_is_not_read(folder: Path) -> None:
    (folder / "big.yml").write_bytes(b"#" * (LONGEST + 1))
    with pytest.raises(NotSaved, match="longer than"):
        saved_file(folder, "big.yml")


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("full", ["backups", "model"])
def test_of_a_full_disk_nothing_half_written_stays(folder: Path, monkeypatch: pytest.MonkeyPatch, full: str) -> None:
    base = base_of(folder, "cubes/orders.yml")
    before = everything(folder.parent)
    really = Path.write_bytes

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def half(self: Path, content: bytes) -> int:
        really(self, content[:3])
        raise OSError(28, "No space left on device")

    if full == "backups":
        monkeypatch.setattr(Path, "write_bytes", half)
    else:
        monkeypatch.setattr(saving.os, "fsync", no_room)
    for edit, words in (
        (Edit("cubes/orders.yml", "cubes: [] # more\n", base), "cubes/orders.yml cannot be written: No space"),
        (Edit("cubes/orders.yml", None, base), "cubes/orders.yml cannot be deleted: No space"),
    ):
        if full == "model" and edit.text is None:
            continue
        with pytest.raises(NotSaved, match=words):
            written(folder, edit)
    monkeypatch.undo()
    # Above all no backup that has a part of the file.
    assert backups_in(folder.parent / ".kubus" / "backups") == []
    assert [path for path in everything(folder.parent) if ".gitignore" not in path] == before
    # What others keep of the same moment stays.
    written(folder, Edit("cubes/orders.yml", "cubes: [] # more\n", base))
    monkeypatch.setattr(saving.os, "fsync", no_room)
    (folder / "other.yml").write_text("cubes: []\n")
    with pytest.raises(NotSaved):
        written(folder, Edit("other.yml", "cubes: [] # 2\n", base_of(folder, "other.yml")))
    assert [one.path for one in backups_in(folder.parent / ".kubus" / "backups")] == ["cubes/orders.yml"]
