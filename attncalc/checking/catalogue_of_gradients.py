"""Known ways to go back wrong, as a table that is extended by an entry.

Each entry says what was done, at which gradient, and what that would be then. What follows is
worked on by the steps as they are. The likelier one of two stands first.
"""

from __future__ import annotations

from attncalc.checking import mistakes_in_gradients as in_gradients
from attncalc.checking.misconceptions import MistakenGradient

OF_GRADIENTS: tuple[MistakenGradient, ...] = (
    MistakenGradient(
        "the row's sum is left out of the softmax's gradient (α dα, and not α (dα − D))",
        in_gradients.of_softmax,
        in_gradients.without_row_sums,
    ),
    MistakenGradient(
        "only the diagonal α (1 − α) of the softmax's Jacobian is taken",
        in_gradients.of_softmax,
        in_gradients.by_diagonal_alone,
    ),
    MistakenGradient(
        "the plain mean of dα is subtracted, and not the one that counts by weights",
        in_gradients.of_softmax,
        in_gradients.with_mean,
    ),
    MistakenGradient(
        "the mask is let through on the way back",
        in_gradients.of_softmax,
        in_gradients.with_mask_let_through,
    ),
    MistakenGradient(
        "the scale is left out on the way back", in_gradients.of_scores, in_gradients.scaled(0)
    ),
    MistakenGradient(
        "the scale is applied twice on the way back",
        in_gradients.of_scores,
        in_gradients.scaled(2),
    ),
    MistakenGradient(
        "dS is not transposed for the keys (dK = dS Q)",
        in_gradients.of_keys,
        in_gradients.not_transposed,
    ),
    MistakenGradient(
        "the weights are not transposed for the values (dV = A dO)",
        in_gradients.of_values,
        in_gradients.values_not_transposed,
    ),
    MistakenGradient(
        "the gradients of keys are not added up over the heads that share them",
        in_gradients.of_keys,
        in_gradients.of_one_head("K"),
    ),
    MistakenGradient(
        "the gradients of values are not added up over the heads that share them",
        in_gradients.of_values,
        in_gradients.of_one_head("V"),
    ),
)
