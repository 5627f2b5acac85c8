"""Known ways to get attention wrong, as a table that is extended by an entry.

Each entry says what was done, at which stage, and what that stage would be then, for one head at a
time; or which other problem was worked on. What follows is worked on with the ordinary rules, so
an entry explains claims on any later stage too. The likelier one of two stands first: of few
digits, both may be said.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from attncalc.checking import alterations
from attncalc.checking import alterations_of_options as of_options
from attncalc.checking import alterations_of_positions as of_positions
from attncalc.checking import mistakes_in_gates as in_gates
from attncalc.checking import mistakes_in_masks as in_masks
from attncalc.checking import mistakes_in_scores as in_scores
from attncalc.checking import mistakes_in_weights as in_weights
from attncalc.checking.misconceptions import Alteration, Misconception
from attncalc.checking.mistakes_in_scores import biased_otherwise, masked_otherwise
from attncalc.language import Sentence, template
from attncalc.problem.options import Chosen

CATALOGUE: tuple[Misconception | Alteration, ...] = (
    Misconception("query and key are swapped", "scores", in_scores.swapped),
    Misconception("queries meet queries instead of keys", "scores", in_scores.of_queries),
    Misconception("keys meet keys instead of queries", "scores", in_scores.of_keys),
    Misconception("queries meet values instead of keys", "scores", in_scores.of_values),
    Misconception("the scores are cosines", "scores", in_scores.cosines),
    Misconception("Q and K are multiplied entry by entry", "scores", in_scores.entry_by_entry),
    Misconception("K is not transposed", "scores", in_scores.not_transposed),
    Misconception("the diagonal is taken for a row", "scores", in_scores.diagonal),
    Misconception(
        "the bias before scaling is not added",
        "biased_scores",
        in_scores.biased_early(in_scores.unbiased),
    ),
    Misconception(
        "the bias before scaling has the wrong sign",
        "biased_scores",
        in_scores.biased_early(in_scores.negated),
    ),
    Misconception(
        "the bias is added after scaling, though it should be scaled",
        "scaled_scores",
        in_scores.biased_after_scaling,
    ),
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
        "the scores are multiplied by √d_k",
        "scaled_scores",
        in_scores.multiplied_by_root(in_scores.d_k),
    ),
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
    Misconception(
        "the scores are divided by √d_v",
        "scaled_scores",
        in_scores.divided_by_root(in_scores.d_v),
    ),
    Misconception("the soft-cap is not applied", "capped_scores", in_scores.uncapped),
    Misconception(
        "the soft-cap's tanh is not multiplied by the cap", "capped_scores", in_scores.capped_to_one
    ),
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
    Misconception(
        "the mask is inverted, visible and hidden exchanged",
        "masked_scores",
        masked_otherwise(in_masks.inverted),
    ),
    Misconception(
        "the causal mask is aligned to the lower right (the last query sees the last key)",
        "masked_scores",
        masked_otherwise(in_masks.from_the_end(causal=True)),
        convention=True,
    ),
    Misconception(
        "the causal mask is aligned to the upper left (the first query sees the first key alone)",
        "masked_scores",
        masked_otherwise(in_masks.from_the_start),
        convention=True,
    ),
    Misconception(
        "the causal mask hides each query's own key too",
        "masked_scores",
        masked_otherwise(in_masks.causal_further_by(-1)),
    ),
    Misconception(
        "the causal mask shows each query the next key too",
        "masked_scores",
        masked_otherwise(in_masks.causal_further_by(1)),
    ),
    Misconception(
        "a causal mask is applied", "masked_scores", masked_otherwise(in_masks.causal_too)
    ),
    Misconception(
        "the window is counted from the lower right (the last query goes with the last key)",
        "masked_scores",
        masked_otherwise(in_masks.from_the_end(causal=False)),
        convention=True,
    ),
    Misconception(
        "the window is one key too wide",
        "masked_scores",
        masked_otherwise(in_masks.window_wider_by(1)),
    ),
    Misconception(
        "the window is one key too narrow",
        "masked_scores",
        masked_otherwise(in_masks.window_wider_by(-1)),
    ),
    Misconception(
        "the window reaches one key too far back",
        "masked_scores",
        masked_otherwise(in_masks.sides_wider_by(1, 0)),
    ),
    Misconception(
        "the window lacks its furthest key back",
        "masked_scores",
        masked_otherwise(in_masks.sides_wider_by(-1, 0)),
    ),
    Misconception(
        "the window reaches one key too far ahead",
        "masked_scores",
        masked_otherwise(in_masks.sides_wider_by(0, 1)),
    ),
    Misconception(
        "the window lacks its furthest key ahead",
        "masked_scores",
        masked_otherwise(in_masks.sides_wider_by(0, -1)),
    ),
    Misconception(
        "the window is one key too wide on either side",
        "masked_scores",
        masked_otherwise(in_masks.sides_wider_by(1, 1)),
    ),
    Misconception(
        "the window is one key too narrow on either side",
        "masked_scores",
        masked_otherwise(in_masks.sides_wider_by(-1, -1)),
    ),
    Misconception(
        "the window is left out of the causal mask",
        "masked_scores",
        masked_otherwise(in_masks.reaching(in_masks.without_window)),
    ),
    Misconception(
        "the window reaches as far forward as back",
        "masked_scores",
        masked_otherwise(in_masks.reaching(in_masks.window_both_ways)),
    ),
    Misconception(
        "the first keys are hidden outside of the window",
        "masked_scores",
        masked_otherwise(in_masks.reaching(in_masks.without_first)),
    ),
    Misconception(
        "the first keys are counted among those of the window",
        "masked_scores",
        masked_otherwise(in_masks.reaching(in_masks.first_in_window)),
    ),
    Misconception(
        "the padding is ignored",
        "masked_scores",
        masked_otherwise(in_masks.reaching(in_masks.without_padding)),
    ),
    Misconception(
        "nothing but the padding is hidden",
        "masked_scores",
        masked_otherwise(in_masks.reaching(in_masks.padding_alone)),
    ),
    Misconception(
        "the padding is inverted, 1 for what is hidden",
        "masked_scores",
        masked_otherwise(in_masks.reaching(in_masks.padding_inverted)),
    ),
    Misconception(
        "the padding hides queries instead of keys",
        "masked_scores",
        masked_otherwise(in_masks.padding_of_queries),
    ),
    Misconception(
        "the mask is counted without the cache",
        "masked_scores",
        masked_otherwise(in_masks.without_the_cache),
    ),
    Misconception(
        "the cache is left out", "masked_scores", masked_otherwise(in_scores.without_past)
    ),
    Misconception("the bias is not added", "masked_scores", biased_otherwise(in_scores.unbiased)),
    Misconception(
        "the bias has the wrong sign",
        "masked_scores",
        biased_otherwise(in_scores.negated),
    ),
    Misconception(
        "every head has the slope of the first",
        "masked_scores",
        biased_otherwise(in_masks.with_the_first_slope),
    ),
    *(
        Misconception(
            what,
            "masked_scores",
            biased_otherwise(in_masks.with_slopes(exponent)),
        )
        for what, exponent in (
            (
                template("the slopes of ALiBi are 1, 2^(-8/h), … and begin one head too early"),
                in_masks.from_one,
            ),
            (
                template("the slopes of ALiBi are 1/2, 1/4, …, whatever the number of heads"),
                in_masks.halved,
            ),
            (
                template("the slopes of ALiBi are 1, 1/2, …, whatever the number of heads"),
                in_masks.halved_from_one,
            ),
            (
                template(
                    "the slopes of ALiBi are 2^(-8/h), 2^(-16/h), … though h is no power of two"
                ),
                in_masks.in_even_steps,
            ),
        )
    ),
    Misconception(
        "the slopes are ALiBi's own for so many heads, and not those that are given",
        "masked_scores",
        biased_otherwise(in_masks.with_slopes(in_masks.its_own, given=True)),
    ),
    Misconception(
        "the slopes of ALiBi are in reverse order",
        "masked_scores",
        biased_otherwise(in_masks.reversed_),
    ),
    Misconception(
        "the distances of ALiBi are signed, so that later keys are favoured",
        "masked_scores",
        biased_otherwise(in_masks.signed),
    ),
    *(
        Misconception(what, "masked_scores", biased_otherwise(bias))
        for what, bias in (
            (
                template("the relative position is i − j instead of j − i"),
                in_masks.by_buckets(in_masks.mirrored),
            ),
            (
                template("keys after the query have no buckets of their own, though they should"),
                in_masks.in_other_directions(bidirectional=False),
            ),
            (
                template(
                    "keys after the query have half of the buckets, though they should have none"
                ),
                in_masks.in_other_directions(bidirectional=True),
            ),
            (
                template("every distance has a bucket of its own, up to the last one"),
                in_masks.by_buckets(in_masks.without_wider_ones),
            ),
            (template("the buckets are one too high"), in_masks.shifted(1)),
            (template("the buckets are one too low"), in_masks.shifted(-1)),
            (
                template("every head has the first column of the table of buckets"),
                in_masks.with_column(lambda _head, _heads: 0),
            ),
            (
                template("the columns of the table of buckets are in reverse order"),
                in_masks.with_column(lambda head, heads: heads - 1 - head),
            ),
        )
    ),
    Misconception("the bias is scaled with the scores", "masked_scores", in_masks.scaled_with_bias),
    Misconception(
        "the mask is applied after the softmax", "weights", in_weights.masked_after_softmax
    ),
    Misconception("the sink is left out", "weights", in_weights.without_sink),
    Misconception("the softmax goes down the columns", "weights", in_weights.down_the_columns),
    Misconception("the softmax goes over the whole matrix", "weights", in_weights.over_everything),
    Misconception(
        "scores are divided by their sum, without powers", "weights", in_weights.divided_by_the_sum
    ),
    Misconception(
        "scores are divided by the sum of their magnitudes, without powers",
        "weights",
        in_weights.divided_by_magnitudes,
    ),
    Misconception("the scaling comes after the softmax", "weights", in_weights.scaled_afterwards),
    Misconception("the softmax is applied twice", "weights", in_weights.softmax_twice),
    Misconception("the softmax is to base 2", "weights", in_weights.to_base(2)),
    Misconception("the softmax is to base 10", "weights", in_weights.to_base(10)),
    Misconception("the softmax is to base e", "weights", in_weights.to_base_e),
    Misconception("powers are not divided by their sum", "weights", in_weights.without_division),
    Misconception(
        "powers, the largest score taken off, are not divided by their sum",
        "weights",
        in_weights.without_division_of_stable_powers,
    ),
    Misconception(
        "the last key is left out of the sum", "weights", in_weights.without_the_last_key
    ),
    Misconception("each score goes through a sigmoid", "weights", in_weights.sigmoid),
    Misconception("the largest score takes all", "weights", in_weights.largest_takes_all),
    Misconception("logarithms of the weights are given", "weights", in_weights.logarithms),
    *(
        Misconception(
            Sentence(several if decimals > 1 else one, count=decimals),
            "weights",
            in_weights.shortened(decimals, rounding),
            rounds=True,
        )
        for decimals in (1, 2, 3)
        for one, several, rounding in (
            (
                template("the weights are rounded to 1 decimal on the way"),
                template("the weights are rounded to {count} decimals on the way"),
                ROUND_HALF_UP,
            ),
            (
                template("the weights are cut off after 1 decimal on the way"),
                template("the weights are cut off after {count} decimals on the way"),
                ROUND_DOWN,
            ),
        )
    ),
    Misconception("the weights are applied to the keys", "attended", in_weights.of_keys),
    Misconception(
        "the weights are applied to the embeddings", "attended", in_weights.of_embeddings
    ),
    Misconception("the weights are applied to the queries", "attended", in_weights.of_queries),
    Misconception("the values are added up without weights", "attended", in_weights.added_up),
    Misconception("the values are averaged without weights", "attended", in_weights.averaged),
    Misconception("the values are transposed", "attended", in_weights.values_transposed),
    Misconception("the weights are transposed", "attended", in_weights.weights_transposed),
    Misconception(
        "the heads are put together without being transposed",
        "concatenated",
        in_weights.joined_without_transposing,
    ),
    Misconception(
        "the heads are put together column by column",
        "concatenated",
        in_weights.joined_column_by_column,
    ),
    Misconception(
        "the heads are put together in reverse order", "concatenated", in_weights.joined_backwards
    ),
    Misconception("the gate is left out", "gated", in_gates.ungated),
    Misconception("the gate is not put through a sigmoid", "gated", in_gates.without_sigmoid),
    Misconception("the gate is inverted, 1 - σ(g)", "gated", in_gates.inverted),
    Misconception("the output projection is left out", "output", in_weights.unprojected),
    Misconception(
        Sentence("{matrix} is transposed (out × in, as nn.Linear keeps it)", matrix="W_O"),
        "output",
        in_weights.projected_transposed,
    ),
    Misconception("b_O is not added", "output", in_weights.projected_without_bias),
    Misconception(
        "the embeddings are added to the output (a residual connection)",
        "output",
        in_weights.with_residual,
        convention=True,
    ),
    *(
        Alteration(
            Sentence("{matrix} is transposed (out × in, as nn.Linear keeps it)", matrix=name),
            alterations.transposed(name),
        )
        for name in ("W_Q", "W_K", "W_V")
    ),
    Alteration(
        "W_Q, W_K and W_V are transposed (out × in, as nn.Linear keeps them)",
        alterations.transposed("W_Q", "W_K", "W_V"),
    ),
    *(
        Alteration(
            Sentence("W_{one} and W_{other} are exchanged", one=one, other=other),
            alterations.exchanged(one, other),
        )
        for one, other in ("QK", "KV", "QV")
    ),
    Alteration("the biases b_Q, b_K and b_V are not added", alterations.without_biases),
    Alteration("the embeddings are not projected", alterations.unprojected),
    Alteration(
        "W_Q, W_K and W_V stand for Q, K and V, without the embeddings",
        alterations.without_embeddings,
    ),
    Alteration(
        "each head takes every h-th column, and not those of its own block",
        alterations.with_every_other_column,
    ),
    Alteration("the heads are cut apart without being transposed", alterations.without_transposing),
    Alteration(
        "query head i uses key-value head i modulo their number, and not its group's",
        alterations.with_groups_in_turn,
    ),
    Alteration("the heads are not cut apart", alterations.as_one_head),
    Alteration("positions are not added to the values", of_positions.values_unpositioned),
    Alteration("positions are not applied", of_positions.unpositioned),
    Alteration("positions are applied twice", of_positions.positioned_twice),
    Alteration("the position ids are ignored", of_positions.ids_ignored),
    Alteration("positions are counted from 1", of_positions.counted_from_one),
    Alteration("positions are counted without the cache", of_positions.counted_without_past),
    Alteration("rope turns the other pairs", of_positions.with_other_pairs, convention=True),
    Alteration("rope turns the other way", of_positions.turned_backwards),
    Alteration("the queries are not turned", of_positions.queries_unturned),
    Alteration("the keys are not turned", of_positions.keys_unturned),
    Alteration(
        "the positions of the queries are one too high, beside those of the keys",
        of_positions.moved_beside("Q", 1),
    ),
    Alteration(
        "the positions of the keys are one too high, beside those of the queries",
        of_positions.moved_beside("K", 1),
    ),
    Alteration("the values are turned too", of_positions.values_turned_too),
    Alteration("rope turns whole vectors", of_positions.with_all_entries_turned),
    Alteration("queries and keys are not normalized", of_options.without("qk_norm")),
    Alteration(
        "the gains of queries and keys are left out",
        of_options.leaving_out("qk_norm", "gain_q", "gain_k"),
    ),
    Alteration(
        "queries and keys are divided by their length, not by their root mean square",
        of_options.taken_for("qk_norm", "rms", Chosen("l2")),
    ),
    Alteration(
        "queries and keys are divided by their root mean square, not by their length",
        of_options.taken_for("qk_norm", "l2", Chosen("rms", {"epsilon": Decimal("1e-6")})),
    ),
    Alteration("the scores are plain dot products", of_options.as_dot_products),
    Alteration("the matrix of the score is transposed", of_options.with_its_matrix_transposed),
    Alteration("W_1 and W_2 of the score are exchanged", of_options.with_its_matrices_exchanged),
    *(
        Alteration(Sentence("positions are to base {base}", base=base), of_positions.to_base(base))
        for base in (10_000, 500_000, 1_000_000, 100_000, 1000, 100, 10)
    ),
    Alteration(
        "sines stand in the first half of a row, cosines in the second",
        of_positions.with_sines_first,
        convention=True,
    ),
    Alteration("sines and cosines are exchanged", of_positions.with_cosines_for_sines),
    Alteration(
        "each column of the positions has a frequency of its own",
        of_positions.with_a_frequency_a_column,
    ),
    Alteration(
        "the embeddings are multiplied by √d_model before positions are added",
        of_positions.embeddings_scaled,
        convention=True,
    ),
)
