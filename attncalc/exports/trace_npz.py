"""A trace as NumPy arrays in an .npz file, by the names of its stages."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from attncalc.steps.trace import Trace


def trace_npz(trace: Trace, stages: Sequence[str] = (), heads: Sequence[int] = ()) -> bytes:
    """The stages as float64, -inf for a masked score, with tokens and key_tokens as text.

    heads: the only ones to be written, from 0; all if empty.
    """
    arrays = {
        name: trace.of_heads(name, heads).astype(np.float64)
        for name in trace.exported(stages, heads)
    }
    problem = trace.problem
    out = io.BytesIO()
    np.savez(
        out,
        allow_pickle=False,
        tokens=np.array(problem.tokens),
        key_tokens=np.array(problem.key_tokens),
        **arrays,
    )
    return out.getvalue()
