"""The options of attention at the command line: a table, and the commands that take all of it."""

from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperOption


@dataclass(frozen=True)
class Flag:
    """An option of attention, by its name in files; what is typed behind it is read as there."""

    name: str
    metavar: str
    help: str

    def option(self) -> TyperOption:
        """How it is typed: kv_heads is --kv-heads."""
        return TyperOption(
            param_decls=[f"--{self.name.replace('_', '-')}"],
            type=str,
            metavar=self.metavar,
            help=self.help,
        )


FLAGS = (
    Flag(
        "scale",
        "SCALE",
        "1/sqrt(d_k), none, or a number, like 0.5 or 1/3, that scores are multiplied by.",
    ),
    Flag(
        "mask",
        "MASK",
        "none, causal, {window: 3}, or rows like [[1,0],[1,1]], 1 where a query may attend.",
    ),
    Flag(
        "bias",
        "BIAS",
        "none, alibi, or rows of numbers to add to the scaled scores, like [[0,-inf],[0,0]].",
    ),
    Flag(
        "softcap",
        "C",
        "none, or c: a scaled score s becomes c tanh(s/c).",
    ),
    Flag(
        "sink",
        "SINK",
        "none, or a logit that takes its share and has no value; [1,2]: one for each head.",
    ),
    Flag(
        "base",
        "BASE",
        "Base of the softmax's powers: e, or a number greater than 1.",
    ),
    Flag(
        "heads",
        "H",
        "How many heads the queries are cut into; none for one without an axis.",
    ),
    Flag(
        "kv_heads",
        "H",
        "How many heads of keys and values these share.",
    ),
    Flag(
        "positions",
        "POSITIONS",
        "none, sinusoidal, rope, {rope: {base: 10000, pairing: half}}, or rows to add.",
    ),
    Flag(
        "past",
        "PAST",
        "none, or a key-value cache: {tokens: [a], K: [[1,0]], V: [[1,2]]}.",
    ),
)


class OverridesAttention(TyperCommand):
    """A command that takes every option of attention, behind its own; each overrides the file's."""

    def __init__(self, *arguments: Any, params: list[Any], **settings: Any) -> None:
        flags = [flag.option() for flag in FLAGS]
        super().__init__(*arguments, params=[*params, *flags], **settings)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what is given of attention is kept for it, under `overrides`."""
        typed = {flag.name: ctx.params.pop(flag.name) for flag in FLAGS}
        ctx.meta[__name__] = {name: text for name, text in typed.items() if text is not None}
        return super().invoke(ctx)


def overrides(context: typer.Context) -> dict[str, str]:
    """The options of attention that were typed, by their names in files."""
    given: dict[str, str] = context.meta[__name__]
    return given
