"""One number of a stage in words: the query of “it”, head 3, entry 2."""

from __future__ import annotations

from attncalc.document.document import Inlines, Token
from attncalc.document.wording import words
from attncalc.language import template
from attncalc.names import OF_PARAMETERS, Axis
from attncalc.problem.problem import address_of
from attncalc.steps.stages import tokens_along
from attncalc.steps.trace import Trace

_CALLED = {
    "X": template("the embedding of {place}"),
    "X_key": template("the key's embedding of {place}"),
    "positions": template("the position vector of {place}"),
    "X_positioned": template("the embedding with its position of {place}"),
    "Q": template("the query of {place}"),
    "K": template("the key of {place}"),
    "V": template("the value of {place}"),
    "Q_normalized": template("the normalized query of {place}"),
    "K_normalized": template("the normalized key of {place}"),
    "Q_rotated": template("the rotated query of {place}"),
    "K_rotated": template("the rotated key of {place}"),
    "scores": template("the score of {place}"),
    "biased_scores": template("the biased score of {place}"),
    "scaled_scores": template("the scaled score of {place}"),
    "capped_scores": template("the capped score of {place}"),
    "masked_scores": template("the masked score of {place}"),
    "exponentials": template("the exponential of {place}"),
    "sums": template("the row sum of {place}"),
    "weights": template("the attention weight of {place}"),
    "weighted_values": template("the weighted value of {place}"),
    "head_outputs": template("the head output of {place}"),
    "concatenated": template("the concatenated heads of {place}"),
    "gated": template("the gated output of {place}"),
    "output": template("the output of {place}"),
    "d_output": template("the gradient of the output of {place}"),
    "d_gated": template("the gradient of the gated output of {place}"),
    "d_concatenated": template("the gradient of the concatenated heads of {place}"),
    "d_W_O": template("the gradient of {parameter}, {place}"),
    "d_b_O": template("the gradient of {parameter}, {place}"),
    "d_head_outputs": template("the gradient of the head output of {place}"),
    "d_V": template("the gradient of the value of {place}"),
    "d_weights": template("the gradient of the attention weight of {place}"),
    "weight_dots": template("the row sum of weights times gradients of {place}"),
    "d_masked_scores": template("the gradient of the masked score of {place}"),
    "d_capped_scores": template("the gradient of the capped score of {place}"),
    "d_scaled_scores": template("the gradient of the scaled score of {place}"),
    "d_scores": template("the gradient of the score of {place}"),
    "d_Q_rotated": template("the gradient of the rotated query of {place}"),
    "d_K_rotated": template("the gradient of the rotated key of {place}"),
    "d_Q_normalized": template("the gradient of the normalized query of {place}"),
    "d_K_normalized": template("the gradient of the normalized key of {place}"),
    "d_Q": template("the gradient of the query of {place}"),
    "d_K": template("the gradient of the key of {place}"),
    "d_X_positioned": template("the gradient of the embedding with its position of {place}"),
    "d_X": template("the gradient of the embedding of {place}"),
    "d_X_key": template("the gradient of the key's embedding of {place}"),
    "d_W_Q": template("the gradient of {parameter}, {place}"),
    "d_W_K": template("the gradient of {parameter}, {place}"),
    "d_W_V": template("the gradient of {parameter}, {place}"),
    "d_b_Q": template("the gradient of {parameter}, {place}"),
    "d_b_K": template("the gradient of {parameter}, {place}"),
    "d_b_V": template("the gradient of {parameter}, {place}"),
    "d_W_G": template("the gradient of {parameter}, {place}"),
    "d_b_G": template("the gradient of {parameter}, {place}"),
}


def entry_called(trace: Trace, stage: str, index: tuple[int, ...]) -> Inlines:
    """The number at that place of a stage, as the subject of a sentence."""
    place = place_called(trace, stage, index)
    if stage in OF_PARAMETERS:
        name = stage.removeprefix("d_")
        return words(_CALLED[stage], parameter=name, place=place)
    return words(_CALLED[stage], place=place)


def place_called(trace: Trace, stage: str, index: tuple[int, ...]) -> Inlines:
    """Where a number of a stage stands: “it” for “animal”, head 2. Entries count from 1."""
    if stage in OF_PARAMETERS:
        return _place_in_parameter(trace, stage, index)
    axes = dict(zip(trace.axes(stage), index, strict=True))
    tokens: list[Token] = []
    for axis, at in axes.items():
        spelled = tokens_along(axis, trace.problem)
        if spelled is not None:
            tokens.append(Token(address_of(at, spelled)))
    place: Inlines = (tokens[0],)
    if len(tokens) > 1:
        place = words("{query} for {key}", query=tokens[0], key=tokens[1])
    if Axis.HEAD in axes or (Axis.KV_HEAD in axes and not _in_groups(trace)):
        head = axes.get(Axis.HEAD, axes.get(Axis.KV_HEAD, 0)) + 1
        place = words("{place}, head {head}", place=place, head=head)
    elif Axis.KV_HEAD in axes:
        head = axes[Axis.KV_HEAD] + 1
        place = words("{place}, key-value head {head}", place=place, head=head)
    if Axis.ENTRY in axes:
        place = words("{place}, entry {entry}", place=place, entry=axes[Axis.ENTRY] + 1)
    return place


def _place_in_parameter(trace: Trace, stage: str, index: tuple[int, ...]) -> Inlines:
    """Where a number of a matrix or a vector stands: head 2, row 1, column 3."""
    axes = trace.axes(stage)
    *_, last = index
    place = words("entry {entry}", entry=last + 1)
    if axes[-2:] == (Axis.ENTRY, Axis.ENTRY):
        place = words("row {row}, column {column}", row=index[-2] + 1, column=last + 1)
    if axes[0] is Axis.HEAD or (axes[0] is Axis.KV_HEAD and not _in_groups(trace)):
        return words("head {head}, {place}", head=index[0] + 1, place=place)
    if axes[0] is Axis.KV_HEAD:
        return words("key-value head {head}, {place}", head=index[0] + 1, place=place)
    return place


def _in_groups(trace: Trace) -> bool:
    """Whether several heads share a head of keys and values."""
    return trace.problem.kv_heads != trace.problem.heads
