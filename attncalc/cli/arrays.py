"""How arrays of others are taken, at the command line: flags for whatever reads a problem."""

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperOption

if TYPE_CHECKING:
    from attncalc.readers.arrangement import Arrangement

_BATCH = "Of a batch of several problems, the one to take, from 1."
_LAYOUT = (
    "The axes of arrays of queries, keys and values: b batch, h heads, n tokens, d numbers. "
    "Default: bhnd, heads before tokens."
)
_MAP = "What an array of the file is: q_proj=Q, attn=weights. Repeatable."


class ReadsArrays(TyperCommand):
    """A command that is told how arrays lie, by flags behind its own."""

    def __init__(self, *arguments: Any, params: list[Any], **settings: Any) -> None:
        flags = [
            TyperOption(param_decls=["--batch"], type=int, metavar="N", help=_BATCH),
            TyperOption(param_decls=["--layout"], type=str, metavar="AXES", help=_LAYOUT),
            TyperOption(
                param_decls=["--map"], type=str, multiple=True, metavar="NAME=MEANING", help=_MAP
            ),
        ]
        super().__init__(*arguments, params=[*params, *flags], **settings)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what is given of arrays is kept for it, under `arranged`."""
        ctx.meta[__name__] = [ctx.params.pop(name) for name in ("batch", "layout", "map")]
        return super().invoke(ctx)


def arranged(context: typer.Context) -> "Arrangement":
    """How arrays lie, as it was typed. Raises InputErrors."""
    from attncalc.readers.arrangement import arrangement

    batch, layout, names = context.meta[__name__]
    return arrangement(batch, layout, names)
