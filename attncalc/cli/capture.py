"""attncalc capture: a head of a model, as a file that explain and check read."""

from typing import Annotated, Literal, Optional

import typer

from attncalc.cli import WRONG, output
from attncalc.errors import InputError, installing

EXAMPLES = """\b
Examples:
  attncalc capture ./model --text "The cat sat" --layer 4 --head 6 -o head.npz
  attncalc capture ./model --text "The cat sat" -o 'layer-{layer}.npz'
  attncalc capture ./model --text-file story.txt --layer 1 -o first.npz
  attncalc explain head.npz --query cat
  attncalc check head.npz
"""

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A folder that transformers can load, or the name of a model on the hub.",
        show_default=False,
    ),
]
Text = Annotated[
    Optional[list[str]],
    typer.Option("--text", help="What the model reads. Repeatable.", show_default=False),
]
TextFile = Annotated[
    Optional[list[str]],
    typer.Option(
        "--text-file",
        metavar="FILE",
        help="A file whose text the model reads; - is standard input. Repeatable.",
        show_default=False,
    ),
]
LayerOption = Annotated[
    Optional[int],
    typer.Option("--layer", metavar="N", help="From 1; without it, all.", show_default=False),
]
HeadOption = Annotated[
    Optional[int],
    typer.Option(
        "--head", metavar="N", help="From 1; without it, all, in one file.", show_default=False
    ),
]
Kind = Annotated[
    Literal["float32", "float16", "bfloat16"],
    typer.Option("--dtype", help="What the model computes in."),
]
Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The .npz to write, with {layer} or {text} in its name where there are several.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("capture", epilog=EXAMPLES)(capture)


def capture(
    model: Model,
    output_file: Output,
    text: Text = None,
    text_file: TextFile = None,
    layer: LayerOption = None,
    head: HeadOption = None,
    dtype: Kind = "float32",
) -> None:
    """Write what a head of a model works on, and what it makes of it.

    Queries, keys and values, before their positions where attncalc knows these, with mask, scale
    and whatever else there is; and the model's own weights and output, as claims. All is worked
    out once more before it is written: exit code 1 if that gives other numbers. It needs
    attncalc[models].
    """
    output.format_of(output_file, {".npz": "npz"}, "--output")
    texts = [*(text or []), *(_text_of(file) for file in text_file or [])]
    if not texts:
        raise InputError("attncalc capture", "no text; expected --text or --text-file")

    from attncalc.capture.files import refuse_name

    refuse_name(output_file, 1, len(texts))
    try:
        from attncalc.capture.model import Apart, Model
    except ImportError as error:
        found = f"needs transformers and torch, and {error.name or error} is not installed"
        raise InputError(
            "attncalc capture", found, hint=installing("'attncalc[models]'")
        ) from error

    from attncalc.capture.work import Parted, captured
    from attncalc.cli.app import say

    try:
        found_files = captured(Model(model, dtype), texts, layer, head, output_file)
    except (Apart, Parted) as error:
        say(str(error))
        raise typer.Exit(WRONG) from error
    for each in found_files:
        output.write_pieces([each.content], each.file)
    output.write("".join(each.told + "\n" for each in found_files), None)


def _text_of(file: str) -> str:
    """The text of a file, without the end of its last line."""
    from pathlib import Path

    from attncalc.readers.contents import content_of, content_of_stdin, decoded

    content = content_of_stdin() if file == "-" else content_of(Path(file))
    return decoded(content, file).rstrip("\n")
