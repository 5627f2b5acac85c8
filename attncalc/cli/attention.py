"""The options of attention at the command line: flags, and the commands that take all of them."""

from typing import Any

import typer
from typer.core import TyperOption

from attncalc.cli.arrays import ReadsArrays
from attncalc.options import OPTIONS, Option


class OverridesAttention(ReadsArrays):
    """A command that takes every option of attention, behind its own; each overrides the file's."""

    def __init__(self, *arguments: Any, params: list[Any], **settings: Any) -> None:
        flags = [_flag(option) for option in OPTIONS.values()]
        super().__init__(*arguments, params=[*params, *flags], **settings)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what is given of attention is kept for it, under `overrides`."""
        typed = {name: ctx.params.pop(name) for name in OPTIONS}
        ctx.meta[__name__] = {name: text for name, text in typed.items() if text is not None}
        return super().invoke(ctx)


def _flag(option: Option) -> TyperOption:
    return TyperOption(
        param_decls=[option.flag], type=str, metavar=option.metavar, help=option.help
    )


def overrides(context: typer.Context) -> dict[str, str]:
    """The options of attention that were typed, by their names in files."""
    given: dict[str, str] = context.meta[__name__]
    return given
