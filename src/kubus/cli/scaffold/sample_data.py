"""Write the sample data of a project, and show how far that is."""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from kubus.cli.scaffold.project import SAMPLE_DATABASE, Database
from kubus.demo.data import write_demo_csv, write_demo_database


def write_sample_data(folder: Path, database: Database, today: date, console: Console) -> None:
    """Make the data of the project in `folder`: a DuckDB file, or CSV files for `data/load.sql`.

    Raises:
        OSError: the folder cannot be written to.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Generating sample data")

        def show(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        if database == "duckdb":
            write_demo_database(folder / SAMPLE_DATABASE, today, show)
        else:
            write_demo_csv(folder / "data", today, show)
