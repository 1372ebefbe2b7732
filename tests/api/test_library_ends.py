"""A program that uses the library ends by itself."""

import subprocess
import sys
import textwrap

import pytest

from tests.engines.postgres import Server


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_layer_that_is_not_closed_keeps_no_process_alive(engine: str, postgres: Server) -> None:
    database = ":memory:" if engine == "duckdb" else postgres.create_database("not_closed")
    program = textwrap.dedent(
        f"""
        from kubus import SemanticLayer

        model = {{"m.yml": "cubes: [{{name: a, sql: SELECT 1 AS x, measures: [{{name: count, type: count}}]}}]"}}
        layer = SemanticLayer(model, {database!r})
        print(layer.query({{"measures": ["a.count"]}})[0]["a.count"], flush=True)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
