"""Which command is called, and how every command ends."""

# No `from __future__ import annotations` beside typer: it would evaluate each one again, slowly.

import os
import sys
from contextlib import suppress
from importlib import import_module
from io import StringIO

import typer

from attncalc.cli import BAD_INPUT, INTERRUPTED, SUCCESS
from attncalc.errors import AttncalcError, InputError, InputErrors, listed

COMMANDS = (
    "explain",
    "check",
    "compare",
    "diff",
    "graph",
    "worksheet",
    "mark",
    "practice",
    "capture",
    "weave",
    "samples",
    "schema",
)

_WRONG_USAGE: type[Exception] = typer.BadParameter.__mro__[2]
"""Of click, which typer brings along in some versions and not in others."""

HELP = "Attention, worked out step by step: every term written out, every digit right."

EXAMPLES = """\b
Examples:
  attncalc explain handout.yaml
  attncalc samples animal | attncalc explain -
  attncalc explain handout.yaml --json | jq .stages.weights
"""


def call(arguments: list[str]) -> int:
    """Run the command; every way it can end becomes an exit code."""
    try:
        _refuse_file(arguments)
        return _run(arguments)
    except SystemExit as leaving:  # of one who reads no more
        return leaving.code if isinstance(leaving.code, int) else SUCCESS
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return refuse((InputError("attncalc", f"cannot write: {error.strerror or error}"),))
    except Exception as error:
        return INTERRUPTED if _interrupted(error) else refuse(errors_of(error))


def _interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error: numpy says of one that it cannot be imported."""
    behind = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt) or (behind is not None and _interrupted(behind))


def _run(arguments: list[str]) -> int:
    """Run the command; what is wrong with its arguments is told here, too."""
    run = _application(arguments)
    try:
        code = run(arguments, prog_name="attncalc", obj=arguments, standalone_mode=False)
    except _WRONG_USAGE as error:
        text = _Unstripped()
        error.show(text)  # type: ignore[attr-defined]
        for line in text.getvalue().splitlines():
            say(line)
        return BAD_INPUT
    return code if isinstance(code, int) else SUCCESS


class _Unstripped(StringIO):
    """What is written for a terminal, where click leaves escape codes as they are: say does not."""

    def isatty(self) -> bool:
        return True


def _refuse_file(arguments: list[str]) -> None:
    """Say what is missing where a file stands in a command's place. Raises InputError."""
    word = arguments[0] if arguments else ""
    if not word or word in COMMANDS or word.startswith("-"):
        return
    from shlex import join

    from attncalc.shipped import samples

    if os.path.isfile(word) or os.path.splitext(word)[1] or "=" in word:
        hint = f"attncalc explain {join(arguments)}"
    elif word in samples():
        hint = f"there is a sample of this name: attncalc samples {word} | attncalc explain -"
    else:
        return
    message = f"there is no command “{word}”; expected one, and then the file"
    raise InputError("attncalc", message, hint=hint)


def _application(arguments: list[str]) -> typer.Typer:
    app = typer.Typer(
        help=HELP,
        epilog=EXAMPLES,
        no_args_is_help=True,
        rich_markup_mode=None,  # rich help would add 60 ms to -h and to every usage error
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_attncalc)
    known = arguments[:1] and arguments[0] in COMMANDS
    for name in arguments[:1] if known else COMMANDS:
        import_module(f"attncalc.cli.{name}").register(app)
    return app


def _attncalc(
    version: bool = typer.Option(False, "--version", "-V", help="Show the version and exit."),
) -> None:
    # --version itself is answered before typer is imported; it stands here to be listed.
    pass


_attncalc.__doc__ = HELP


def errors_of(error: Exception, file: str = "attncalc") -> tuple[InputError, ...]:
    """Whatever can stop the work on a file, as errors to be told.

    A mistake of ours is one too, in a line that helps to find it; exit code 1 would accuse another.
    """
    match error:
        case InputErrors():
            return error.errors
        case InputError():
            return (error,)
        case AttncalcError():
            return (InputError(file, str(error)),)
        case MemoryError():
            return (InputError(file, "the problem does not fit into memory"),)
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    message = f"a mistake in attncalc itself: {type(error).__name__}: {error} at {place}"
    return (InputError(file, message, hint="please report it, with the input if you can"),)


def say(line: str) -> None:
    """A line on stderr; other people's text in it comes out inert.

    Where it cannot be written, there is nobody to be told, and the exit code says it all.
    """
    from attncalc.renderers.inert import inert, inert_lines

    with suppress(OSError):
        sys.stderr.write(inert_lines(inert(line)) + "\n")
        sys.stderr.flush()


def refuse(errors: tuple[InputError, ...]) -> int:
    """Say on stderr what is wrong."""
    for line in listed(errors):
        say(line)
    return BAD_INPUT
