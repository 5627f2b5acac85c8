"""The least that a tool of this kind does: the yardstick of benchmarks/startup.py.

It imports the libraries of attncalc the ordinary way, has one typer command, and prints rich tables
of the number, rows and columns that `attncalc explain samples/animal.yaml` prints. Their texts are
fixed: nothing is read, computed or laid out here, and no prose or formula stands between them.

Run it from the root of the repository:

    python -m benchmarks.floor anything.yaml
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as attncalc does

import numpy as np
import typer
import yaml
from rich.console import Console
from rich.table import Table

LIBRARIES = (np, yaml)
"""Imported because any such tool reads YAML and computes; here there is nothing to do for them."""

TOKENS = ("The", "animal", "didn't", "cross", "street", "it", "was", "tired")
VECTOR = "[0.7, 0.6, 0.5]"
SUM = "0.6×0.7 + 0.5×0.6 + 0.4×0.5 = 0.42 + 0.30 + 0.20"
BAR = "█" * 15

app = typer.Typer()


def given() -> Table:
    """4 columns, 8 rows."""
    return _table(("token", "q", "k", "v"), (VECTOR, VECTOR, VECTOR))


def scores() -> Table:
    """4 columns, 8 rows."""
    return _table(("key", "k", "q_it · k", "score"), (VECTOR, SUM, "= 0.92"))


def score_matrix() -> Table:
    """9 columns, 8 rows."""
    return _table(("", *TOKENS), ("0.92",) * 8)


def weights() -> Table:
    """5 columns, 8 rows and a sum."""
    row = ("e^0.92 ≈ 2.5093", "2.5093 / 14.8086", "≈ 0.1694", BAR)
    table = _table(("key", "e^score", "÷ sum", "weight", ""), row)
    table.add_section()
    table.add_row("sum", "≈ 14.8086", "", "1", "")
    return table


def heatmap() -> Table:
    """8 by 8 numbers with their labels."""
    return _table(("", *TOKENS), ("0.1694▓",) * 8)


def weighted_sum() -> Table:
    """6 columns, 8 rows and a sum."""
    row = (f"0.1694×{VECTOR}", "≈", "0.1017", "0.0847", "0.0678")
    table = _table(("key", "α×v", "", "1", "2", "3"), row)
    table.add_section()
    table.add_row("output", "", "≈", "0.4735", "0.4236", "0.3651")
    return table


def outputs() -> Table:
    """2 columns, 8 rows."""
    return _table(("query", "o"), ("[0.4735, 0.4236, 0.3651]",))


def _table(headings: tuple[str, ...], row: tuple[str, ...]) -> Table:
    """A table with a row for each token."""
    table = Table(*headings)
    for token in TOKENS:
        table.add_row(token, *row)
    return table


TABLES = (given, scores, score_matrix, weights, heatmap, weighted_sum, outputs)


@app.command()
def explain(file: str) -> None:
    """Print what a walkthrough prints, whatever the file holds."""
    console = Console()
    console.print(f"A walkthrough of {file}")
    for table in TABLES:
        console.print(table())


if __name__ == "__main__":
    app()
