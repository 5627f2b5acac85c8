"""Known ways to get attention wrong, as a table that is extended by an entry.

Each entry says what was done, at which stage, and what that stage would be then, for one head at a
time; or which other problem was worked on. What follows is worked on with the ordinary rules, so
an entry explains claims on any later stage too.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP

from attncalc.checking import alterations
from attncalc.checking import mistakes_in_scores as in_scores
from attncalc.checking import mistakes_in_weights as in_weights
from attncalc.checking.misconceptions import Alteration, Misconception

CATALOGUE: tuple[Misconception | Alteration, ...] = (
    Misconception("query and key are swapped", "scores", in_scores.swapped),
    Misconception("K is not transposed", "scores", in_scores.not_transposed),
    Misconception("the diagonal is taken for a row", "scores", in_scores.diagonal),
    Misconception("the scores are not scaled", "scaled_scores", in_scores.unscaled),
    Misconception(
        "the scores are divided by √d_k",
        "scaled_scores",
        in_scores.divided_by_root(in_scores.d_k),
    ),
    Misconception(
        "the scores are divided by d_k", "scaled_scores", in_scores.divided_by(in_scores.d_k)
    ),
    # With the default scale this is the same; dividing by d_k is the likelier mistake.
    Misconception("the scores are scaled twice", "scaled_scores", in_scores.scaled_twice),
    Misconception(
        "the scores are divided by √d_model",
        "scaled_scores",
        in_scores.divided_by_root(in_scores.d_model),
    ),
    Misconception(
        "the scores are divided by √(h·d_k), the width of all heads",
        "scaled_scores",
        in_scores.divided_by_root(in_scores.all_heads),
    ),
    Misconception(
        "the scores are divided by the root of the number of keys",
        "scaled_scores",
        in_scores.divided_by_root(in_scores.keys),
    ),
    Misconception(
        "the scores are divided by the number of keys",
        "scaled_scores",
        in_scores.divided_by(in_scores.keys),
    ),
    Misconception("the soft-cap is not applied", "capped_scores", in_scores.uncapped),
    Misconception(
        "the soft-cap is applied before scaling", "capped_scores", in_scores.capped_before_scaling
    ),
    Misconception(
        "the soft-cap is applied after bias and mask", "masked_scores", in_scores.capped_after_mask
    ),
    Misconception("the mask is not applied", "masked_scores", in_scores.unmasked),
    Misconception(
        "masked scores are set to 0 instead of -inf", "masked_scores", in_scores.masked_with_zero
    ),
    Misconception(
        "the mask is on the wrong side", "masked_scores", in_scores.masked_on_the_wrong_side
    ),
    Misconception("the window is one key too wide", "masked_scores", in_scores.window_wider_by(1)),
    Misconception(
        "the window is one key too narrow", "masked_scores", in_scores.window_wider_by(-1)
    ),
    Misconception(
        "the mask is counted without the cache",
        "masked_scores",
        in_scores.masked_otherwise(in_scores.from_the_top_left),
    ),
    Misconception(
        "the cache is left out", "masked_scores", in_scores.masked_otherwise(in_scores.without_past)
    ),
    Misconception(
        "the bias is not added", "masked_scores", in_scores.biased_otherwise(in_scores.unbiased)
    ),
    Misconception(
        "the bias has the wrong sign",
        "masked_scores",
        in_scores.biased_otherwise(in_scores.negated),
    ),
    Misconception(
        "every head has the slope of the first",
        "masked_scores",
        in_scores.biased_otherwise(in_scores.with_the_first_slope),
    ),
    Misconception(
        "the mask is applied after the softmax", "weights", in_weights.masked_after_softmax
    ),
    Misconception("the sink is left out", "weights", in_weights.without_sink),
    Misconception("the softmax goes down the columns", "weights", in_weights.down_the_columns),
    Misconception("the softmax goes over the whole matrix", "weights", in_weights.over_everything),
    Misconception("the softmax is to base 2", "weights", in_weights.to_base(2)),
    Misconception("the softmax is to base 10", "weights", in_weights.to_base(10)),
    Misconception("the softmax is to base e", "weights", in_weights.to_base_e),
    Misconception(
        "scores are divided by their sum, without powers", "weights", in_weights.divided_by_the_sum
    ),
    Misconception("powers are not divided by their sum", "weights", in_weights.without_division),
    *(
        Misconception(
            f"the weights are {way} {decimals} decimal{'s' if decimals > 1 else ''} on the way",
            "weights",
            in_weights.shortened(decimals, rounding),
        )
        for decimals in (1, 2, 3)
        for way, rounding in (("rounded to", ROUND_HALF_UP), ("cut off after", ROUND_DOWN))
    ),
    Misconception("the weights are applied to the keys", "attended", in_weights.of_keys),
    Misconception(
        "the weights are applied to the embeddings", "attended", in_weights.of_embeddings
    ),
    Misconception("the values are transposed", "attended", in_weights.values_transposed),
    Misconception("the weights are transposed", "attended", in_weights.weights_transposed),
    Misconception(
        "the heads are put together without being transposed",
        "concatenated",
        in_weights.joined_without_transposing,
    ),
    Misconception("the output projection is left out", "output", in_weights.unprojected),
    Alteration(
        "each head takes every h-th column, and not those of its own block",
        alterations.with_every_other_column,
    ),
    Alteration("the heads are cut apart without being transposed", alterations.without_transposing),
    Alteration(
        "query head i uses key-value head i modulo their number, and not its group's",
        alterations.with_groups_in_turn,
    ),
    Alteration("positions are not applied", alterations.unpositioned),
    Alteration("positions are counted from 1", alterations.counted_from_one),
    Alteration("positions are counted without the cache", alterations.counted_without_past),
    Alteration("rope turns the other pairs", alterations.with_other_pairs),
    Alteration("rope turns the other way", alterations.turned_backwards),
)
