"""The steps of attention, in the order in which they are taken."""

from __future__ import annotations

from attncalc.steps import (
    add_positions,
    bias_scores,
    cap,
    compare,
    embed,
    gate,
    join,
    mask,
    mix,
    normalize,
    project,
    project_out,
    rotate,
    scale,
    score,
    softmax,
)
from attncalc.steps.interface import Step

FORWARD: tuple[Step, ...] = (
    embed,
    add_positions,
    project,
    normalize,
    rotate,
    score,
    compare,
    bias_scores,
    scale,
    cap,
    mask,
    softmax,
    mix,
    join,
    gate,
    project_out,
)
"""Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V, from top to bottom (Vaswani et al., 2017, 3.2).

    Q = X W_Q + b_Q,  S = Q Kᵀ,  A = softmax(c tanh(S / √d_k / c) + B),  O = A V
"""
