"""The pages of the model reference: the SQL and the rows in them are made from the models and queries in them.

A page's model is made of all its YAML (and Python) up to the query, its data are docs/model/tables.sql, on DuckDB. What
follows a query, up to the next paragraph, is what kubus answers: `python -m tests.reference.pages` writes it anew.
"""

import json
import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from kubus.errors import KubusError
from kubus.library import SemanticLayer

FOLDER = Path(__file__).parents[2] / "docs" / "model"
FENCE = re.compile(r"^```(?P<language>\w+)(?: title=(?P<title>\S+))?\n(?P<text>.*?)^```\n", re.MULTILINE | re.DOTALL)
# What a query's answer is shown as: SQL, rows or a refusal, one after the other.
ANSWER = re.compile(
    r"(?:\n*(?:^<details>.*?^</details>\n|^```text\n.*?^```\n|(?:^\|[^\n]*\n)+|^no rows\n))*", re.MULTILINE | re.DOTALL
)


def pages() -> list[Path]:
    return sorted(FOLDER.glob("*.md"))


def filled(page: str, database: Path) -> str:
    """The text of a page with every answer as kubus gives it."""
    files: dict[str, str] = {}
    claims: dict[str, Any] = {}
    done: list[str] = []
    at = 0
    for fence in FENCE.finditer(page):
        if fence.start() < at:
            continue
        done.append(page[at : fence.end()])
        at = fence.end()
        match fence["language"], fence["title"]:
            case (("yaml" | "python"), title):
                files[title or f"page_{len(files) + 1}.yml"] = fence["text"]
            case "json", "claims":
                claims = json.loads(fence["text"])
            case "json", None:
                follows = ANSWER.match(page, at)
                assert follows is not None
                done.append("\n" + answer(files, json.loads(fence["text"]), claims, database) + "\n")
                at = follows.end()
                while page[at : at + 1] == "\n":
                    at += 1
            case _:
                pass
    return "".join(done) + page[at:] if page[at:] else "".join(done).rstrip("\n") + "\n"


def answer(files: dict[str, str], query: dict[str, Any], claims: dict[str, Any], database: Path) -> str:
    """SQL and rows as Markdown, or why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with SemanticLayer(Path(folder), database) as layer:
            try:
                statement = layer.sql(query, context=claims)
                rows = layer.query(query, context=claims)
            except KubusError as error:
                return f"```text\n{error}\n```\n"
    sql = sqlglot.parse_one(statement.sql, dialect="duckdb").sql(dialect="duckdb", pretty=True)
    values = [f"-- ${number} = {value!r}" for number, value in enumerate(statement.parameters, 1)]
    text = "\n".join([sql, *values])
    return f"{table(rows)}\n<details>\n<summary>SQL</summary>\n\n```sql\n{text}\n```\n\n</details>\n"


def table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "no rows\n"
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([shown(value) for value in row.values()] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def shown(value: object) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:.4g}"
        case datetime():
            return value.isoformat(sep=" ")
        case _:
            return str(value)


def make_tables(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute((FOLDER / "tables.sql").read_text())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "tables.duckdb"
        make_tables(database)
        for page in pages():
            page.write_text(filled(page.read_text(), database))


if __name__ == "__main__":
    main()
