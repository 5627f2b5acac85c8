"""A trace as NumPy arrays in an .npz file, by the names of its stages."""

from __future__ import annotations

import io

import numpy as np

from attncalc.selection import Selection
from attncalc.steps.trace import Trace


def trace_npz(trace: Trace, selection: Selection) -> bytes:
    """The chosen stages as float64, -inf for a masked score, with tokens and key_tokens as text."""
    arrays = {
        name: trace.of_heads(name, selection.heads).astype(np.float64)
        for name in trace.exported(selection.stages, selection.heads)
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
