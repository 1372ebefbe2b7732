"""Statements as the planner makes them, from a text and nothing else."""

from kubus.sql.statement import Column, Statement


def select(columns: str, *parameters: str, width: int = 1, rest: str = "") -> Statement:
    """`SELECT columns AS c0 …`; give the aliases yourself when there are several."""
    sql = f"SELECT {columns}{' AS c0' if width == 1 else ''} {rest}".rstrip()
    return statement(sql, *parameters, width=width)


def statement(sql: str, *parameters: str, width: int = 1) -> Statement:
    """Any text as a statement whose columns are `c0`, `c1`, …"""
    columns = tuple(Column(f"c{i}", f"cube.c{i}", "dimension", "string") for i in range(width))
    return Statement(sql, parameters, columns, "default")
