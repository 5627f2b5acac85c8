"""The command line: options, streams and exit codes. No arithmetic and no prose of its own.

Start-up is felt on every call, so this module imports next to nothing, and only the module of the
command that is called is built.
"""

from __future__ import annotations

import gc
import os
import sys

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
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass  # whoever read us is gone
    os._exit(code)


def _open_streams() -> None:
    """Where a stream was closed before we began (attncalc … >&-), read and write nothing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - for the rest of the run


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if arguments[:1] in (["--version"], ["-V"]):
        sys.stdout.write(f"attncalc {__version__}\n")
        return SUCCESS
    if not any(argument.endswith((".npy", ".npz", ".safetensors")) for argument in arguments):
        # More threads only cost time on problems that are typed by hand.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from attncalc.cli.app import call

    return call(arguments)
