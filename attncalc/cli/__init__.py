"""The command line: options, streams and exit codes. No arithmetic and no prose of its own.

Start-up is felt on every call, so this module imports next to nothing, and only the module of the
command that is called is built.
"""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper

from attncalc import __version__

SUCCESS, WRONG, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def run() -> None:
    """The console script.

    A run is short: collecting garbage on the way would cost 7 ms, and tearing the interpreter down
    at the end 24 ms, more than all the arithmetic of a problem worked by hand.
    """
    gc.disable()
    _open_streams()
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED  # while modules were still being imported
    except OSError:
        code = BAD_INPUT  # standard error cannot be written to either
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass  # whoever read us is gone
    os._exit(code)


def _print(text: str) -> int:
    """Print something short, and return the exit code."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        sys.stderr.write(f"attncalc: cannot write: {error.strerror or error}\n")
        return BAD_INPUT
    return SUCCESS


def _open_streams() -> None:
    """Where a stream was closed before we began (attncalc … >&-), read and write nothing.

    What the encoding of a locale has not is replaced. Results are UTF-8 wherever they go.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - for the rest of the run
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if arguments[:1] in (["--version"], ["-V"]):
        return _print(f"attncalc {__version__}\n")
    # More threads cost time where matrices are small, or multiplied a block of rows at a time; and
    # how many share in a product may decide about the last bit of its numbers.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from attncalc.cli.app import call

    return call(arguments)
