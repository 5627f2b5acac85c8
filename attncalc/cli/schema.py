"""attncalc schema: the formats, for editors and programs."""

from enum import Enum
from typing import Annotated

import typer

from attncalc.cli import output

EXAMPLES = """\b
Examples:
  attncalc schema input > attncalc.schema.json
  attncalc schema output | jq .properties.stages
"""


class Which(str, Enum):
    INPUT = "input"
    OUTPUT = "output"
    CHECK = "check"
    COMPARE = "compare"
    DIFF = "diff"
    WORKSHEET = "worksheet"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("schema", epilog=EXAMPLES)(schema)


def schema(
    which: Annotated[
        Which,
        typer.Argument(
            help="The problem file, or what explain, check, compare, diff or worksheet print "
            "with --json."
        ),
    ],
) -> None:
    """Print a JSON Schema (draft 2020-12)."""
    from attncalc import shipped

    output.write(shipped.schema(which.value), None)
