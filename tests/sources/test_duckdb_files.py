"""DuckDB files that are there, that are not, and that are none; and folders of files as tables."""

import subprocess
import sys
from contextlib import contextmanager

import duckdb
import pytest

from kubus.errors import ConfigError, SourceError
from kubus.sources.options import DuckDBOptions
from tests.sources.statements import statement

ALL = statement("SELECT count(*) AS n FROM kept")


async def test_no_file(opened, tmp_path):
    path = tmp_path / "gone.duckdb"
    with pytest.raises(ConfigError, match="There is no DuckDB file at") as raised:
        await opened(DuckDBOptions(path=path)).check()
    assert "CUBEJS_DB_DUCKDB_DATABASE_PATH" in str(raised.value.hint)
    assert not path.exists()


async def test_a_new_file_where_one_is_asked_for(opened, tmp_path):
    await opened(DuckDBOptions(path=tmp_path / "new.duckdb", create=True)).check()
    assert (tmp_path / "new.duckdb").exists()


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0" * 400, b"\0" * 20_000], ids=["empty", "another", "zeros"]
)
async def test_a_file_that_is_no_database_is_named_and_left_alone(opened, tmp_path, content, read_only):
    path = tmp_path / "other.duckdb"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"other\.duckdb cannot be opened as a DuckDB database"):
        await opened(DuckDBOptions(path=path, read_only=read_only)).check()
    assert path.read_bytes() == content


async def test_a_file_that_was_cut_off_is_an_error(opened, small_duckdb):
    whole = small_duckdb.read_bytes()
    small_duckdb.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(SourceError):
        await opened(DuckDBOptions(path=small_duckdb, read_only=True)).rows(ALL)


async def test_a_folder_is_no_database(opened, tmp_path):
    with pytest.raises((SourceError, ConfigError), match=str(tmp_path)):
        await opened(DuckDBOptions(path=tmp_path)).check()


@contextmanager
def writing(path):
    """Another process that has the file open."""
    code = f"import duckdb; c = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        yield
        other.communicate("\n", timeout=10)


async def test_a_file_that_another_process_writes_is_told_and_answers_later(opened, small_duckdb):
    source = opened(DuckDBOptions(path=small_duckdb, read_only=True))
    with writing(small_duckdb), pytest.raises(SourceError, match="is open in another process") as raised:
        await source.check()
    assert "KUBUS_DUCKDB_READ_ONLY" in str(raised.value.hint)
    assert (await source.rows(ALL)).values == [("3",)]


async def test_two_sources_of_one_file(opened, small_duckdb):
    first, second = (opened(DuckDBOptions(path=small_duckdb, read_only=True)) for _ in range(2))
    assert (await first.rows(ALL)).values == (await second.rows(ALL)).values
    with pytest.raises(SourceError, match="other settings"):
        await opened(DuckDBOptions(path=small_duckdb, read_only=False)).check()


# ── folders of files ──


@pytest.fixture
def folder(tmp_path):
    """Tables of every kind: files, and folders of files."""
    folder = tmp_path / "files [1]*"
    folder.mkdir()
    with duckdb.connect() as made:
        quoted = str(folder).replace("'", "''")
        made.execute(f"COPY (SELECT 1 AS a) TO '{quoted}/one.parquet'")
        made.execute(f"COPY (SELECT 2 AS a) TO '{quoted}/Two Words.CSV'")
        made.execute(f"COPY (SELECT 3 AS a) TO '{quoted}/three.csv.gz'")
        made.execute(f"COPY (SELECT 4 AS a) TO '{quoted}/four.json'")
        for name, value in (("2024/a", 5), ("2025/b", 6)):
            (folder / "many" / name).parent.mkdir(parents=True)
            made.execute(f"COPY (SELECT {value} AS a) TO '{quoted}/many/{name}.parquet'")
        made.execute(f"COPY (SELECT 9 AS a) TO '{tmp_path}/outside.csv'")
    (folder / ".hidden.csv").write_text("a\n7\n")
    (folder / "README.txt").write_text("no table")
    return folder


def sum_of(table):
    return statement(f'SELECT sum(a)::INTEGER AS a FROM "{table}"')


async def test_files_are_tables_by_their_names(opened, folder):
    source = opened(DuckDBOptions(folder=folder))
    for table, value in {"one": "1", "Two Words": "2", "three": "3", "four": "4", "many": "11"}.items():
        assert (await source.rows(sum_of(table))).values == [(value,)], table
    for table in (".hidden", "README"):
        with pytest.raises(SourceError, match="does not exist"):
            await source.rows(sum_of(table))


async def test_a_file_that_comes_later_belongs_to_its_folder(opened, folder):
    source = opened(DuckDBOptions(folder=folder))
    await source.check()
    with duckdb.connect() as made:
        made.execute(f"COPY (SELECT 100 AS a) TO '{folder}/many/2025/c.parquet'")
    assert (await source.rows(sum_of("many"))).values == [("111",)]


async def test_nothing_else_can_be_read(opened, folder, tmp_path):
    source = opened(DuckDBOptions(folder=folder))
    for path in (tmp_path / "outside.csv", folder / ".." / "outside.csv", "/etc/passwd"):
        with pytest.raises(SourceError, match=r"disabled by configuration|Permission"):
            await source.rows(statement(f"SELECT count(*) AS a FROM read_csv('{path}')"))


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (("t.csv", "T.json"), "would both be the table"),
        (("t/a.csv", "t/b.json"), "files of different kinds"),
        (("broken.parquet",), "cannot be read as a table"),
    ],
)
async def test_what_is_no_table_is_named(opened, tmp_path, entries, words):
    for name in entries:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("[]")
    with pytest.raises(ConfigError, match=words) as raised:
        await opened(DuckDBOptions(folder=tmp_path)).check()
    assert entries[0].split("/")[0] in str(raised.value)


async def test_no_folder(opened, tmp_path):
    with pytest.raises(ConfigError, match="There is no folder"):
        await opened(DuckDBOptions(folder=tmp_path / "gone")).check()


async def test_a_file_or_a_folder(opened, small_duckdb, tmp_path):
    with pytest.raises(ConfigError, match="not both"):
        await opened(DuckDBOptions(path=small_duckdb, folder=tmp_path)).check()
