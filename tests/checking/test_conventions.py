"""What a source may do otherwise without being wrong, and that the convention is named."""

from __future__ import annotations

from typing import Any

import pytest

import attncalc
from attncalc.checking import check
from attncalc.report import Report, Verdict

C, F, S, W = (verdict.value for verdict in Verdict)
STABLE = "stable softmax: the row's maximum is subtracted first"
MATRIX = "stable softmax: the maximum of the whole matrix is subtracted first"
WITH_SINK = "stable softmax: the maximum of the row and the sink is subtracted first"
EQUAL = "every key is masked: with a large number in place of −∞ all of them weigh the same"
UNMASKED = "every key is masked: the same large number added to all scores changes no weight"
NAN = "0/0: every key is masked"
CAUSAL = {"scores": [["1", "2"], ["3", "4"]], "attention": {"mask": "causal"}}
NOTHING = {"scores": [["1", "2", "3"]], "V": [["1"], ["2"], ["4"]]}
BLIND = {**NOTHING, "attention": {"mask": [["0", "0", "0"]]}}


def found(problem: dict[str, Any], claims: dict[str, Any]) -> Report:
    return check(attncalc.explain(attncalc.load({**problem, "claims": claims})))


def said(report: Report) -> list[tuple[str, str | None]]:
    return [(finding.verdict.value, finding.reason) for finding in report.findings]


def biased(*biases: str) -> dict[str, Any]:
    return {**NOTHING, "attention": {"bias": [list(biases)]}}


@pytest.mark.parametrize(
    ("problem", "claims", "expected"),
    [
        # The largest score subtracted: e^(0 − 2) and e^0, and their sum; no weight changes.
        (
            {"scores": [["0", "2"]]},
            {"exponentials": [["0.1353", "1"]], "sums": ["1.1353"],
             "weights": [["0.1192", "0.8808"]]},
            [(C, STABLE), (C, STABLE), (C, STABLE), (C, None), (C, None)],
        ),
        # Row by row: the second one is as the formula stands.
        (
            {"scores": [["0", "2"], ["0", "1"]]},
            {"exponentials": [["0.1353", "1"], ["1", "2.7183"]]},
            [(C, STABLE), (C, STABLE), (C, None), (C, None)],
        ),
        # One misprint in a row that is read so is the only one.
        (
            {"scores": [["0", "2", "1"]]},
            {"exponentials": [["0.1353", "1.0000", "0.4679"]]},
            [(C, STABLE), (C, STABLE), (W, None)],
        ),
        # Neither mixed within a row, nor another number subtracted.
        (
            {"scores": [["1", "2"]]},
            {"exponentials": [["2.7183", "1.0000"]]},
            [(C, None), (W, None)],
        ),
        (
            {"scores": [["0", "2"], ["3", "4"]]},
            {"exponentials": [["0.0183", "0.1353"], ["0.3679", "1.0000"]]},
            [(C, MATRIX), (C, MATRIX), (C, STABLE), (C, STABLE)],
        ),
        # A sink of 3, above the row's 2: 1 / (1 + e^(3 − 2)) and so on.
        (
            {"scores": [["0", "2"]], "attention": {"sink": "3"}},
            {"exponentials": [["0.0498", "0.3679"]], "weights": [["0.0351", "0.2595"]]},
            [(C, WITH_SINK), (C, WITH_SINK), (C, None), (C, None)],
        ),
        (
            {"scores": [["0", "2"]], "attention": {"sink": "3"}},
            {"exponentials": [["0.1353", "1"]], "sums": ["1.1353"],
             "weights": [["0.0351", "0.2595"]]},
            [(C, STABLE), (C, STABLE), (C, STABLE), (C, None), (C, None)],
        ),
        # What programs fill in for a masked score, alone or added to it.
        (CAUSAL, {"masked_scores": [["1", "-1e9"], ["3", "4"]]},
         [(C, None), (C, "-1e9 stands for −∞"), (C, None), (C, None)]),
        (CAUSAL, {"masked_scores": [["1", "-9998.0"], [None, None]]},
         [(C, None), (C, "-9998.0 stands for −∞")]),
        ({**CAUSAL, "attention": {"mask": "causal", "scale": "2.5"}},
         {"masked_scores": [["2.5", "-9995"], [None, None]]},
         [(C, None), (C, "-9995 stands for −∞")]),
        ({**CAUSAL, "attention": {"mask": "causal", "bias": [["0", "7"], ["0", "0"]]}},
         {"masked_scores": [["1", "-9991"], [None, None]]},
         [(C, None), (C, "-9991 stands for −∞")]),
        ({**CAUSAL, "attention": {"mask": "causal", "bias": [["0", "7"], ["0", "0"]]}},
         {"masked_scores": [["1", "-9990"], [None, None]]}, [(C, None), (W, None)]),
        (CAUSAL, {"masked_scores": [["1", "-3.4028235e+38"], [None, None]]},
         [(C, None), (C, "-3.4028235e+38 stands for −∞")]),
        (CAUSAL, {"masked_scores": [["1", "-100"], ["3", "-1e9"]]},
         [(C, None), (W, None), (C, None), (W, None)]),
        (CAUSAL, {"scores": [["1", "-1e9"], [None, None]]},
         [(C, None), (C, "-1e9 stands for −∞")]),
        (CAUSAL, {"masked_scores": [["1", "-1e9"], [None, None]], "weights": [["0.9", None]] * 2},
         [(C, None), (C, "-1e9 stands for −∞"), (W, None), (W, None)]),
        # Filled in before scaling, and scaled by 1/√3 or by 0.5; not so where nothing is scaled.
        (
            {"Q": [["1", "0", "0"]], "K": [["3", "0", "0"]], "attention": {"mask": [["0"]]}},
            {"scores": [["-1e4"]], "scaled_scores": [["-5773.5"]], "masked_scores": [["-5773.5"]]},
            [(C, "-1e4 stands for −∞"), (C, "-5773.5 stands for −∞"), (C, "-5773.5 stands for −∞")],
        ),
        ({**CAUSAL, "attention": {"mask": "causal", "scale": "0.5"}},
         {"masked_scores": [["0.5", "-5000"], ["1.5", "-4990"]]},
         [(C, None), (C, "-5000 stands for −∞"), (C, None), (W, None)]),
        ({**CAUSAL, "attention": {"mask": "causal", "scale": "2"}},
         {"masked_scores": [["2", "-9000"], [None, None]]}, [(C, None), (W, None)]),
        (CAUSAL, {"masked_scores": [["1", "-5000"], [None, None]]}, [(C, None), (W, None)]),
        # Added to the score that is printed, which is wrong, or is the print of another.
        (CAUSAL, {"scores": [["1", "3"], [None, None]], "masked_scores": [["1", "-9997"]] * 2},
         [(C, None), (W, None), (C, None), (C, "-9997 stands for −∞"), (W, None), (W, None)]),
        ({"Q": [["-0.05"]], "K": [["-0.01"]], "attention": {"mask": [["0"]], "scale": "0.5"}},
         {"Q": [["-0.1"]], "masked_scores": [["-9999.9995"]]},
         [(C, None), (C, "-9999.9995 stands for −∞")]),
        (CAUSAL, {"scores": [["1", "-∞"], [None, None]]},
         [(C, None), (C, "masked already, before what is done to the scores here")]),
        # And the other way round.
        (biased("0", "-1e9", "0"), {"masked_scores": [["1", "-inf", "3"]]},
         [(C, None), (C, "−∞ stands for the bias of −1e9"), (C, None)]),
        (biased("0", "-1e9", "0"), {"masked_scores": [["1", "-1000000000", "3"]]},
         [(C, None), (C, "-1000000000 stands for −∞"), (C, None)]),
        (biased("0", "-1e9", "0"), {"masked_scores": [["1", "-999999998", "3"]]}, [(C, None)] * 3),
        (biased("0", "-100", "0"), {"masked_scores": [["1", "-inf", "3"]]},
         [(C, None), (W, None), (C, None)]),
        # Nothing but biases that are meant for -inf.
        (biased("-1e9", "-1e9", "-1e9"), {"weights": [["0.3333"] * 3], "output": [["2.3333"]]},
         [(C, "in 32-bit numbers a bias of −1e9 swallows the scores")] * 4),
        (biased("-10000", "-10000", "-10000"), {"weights": [["0.3333"] * 3]},
         [(C, "in 16-bit numbers a bias of −10000 swallows the scores")] * 3),
        (biased("-1e9", "-1e9", "-1e9"), {"weights": [["0.0900", "0.2447", "0.6652"]]},
         [(C, None)] * 3),
        (biased("-1e9", "-1e9", "-100"), {"weights": [["0.3333"] * 3]}, [(W, None)] * 3),
        # Nothing but masked keys.
        (BLIND, {"weights": [["0.3333"] * 3], "output": [["2.3333"]]}, [(C, EQUAL)] * 4),
        (BLIND, {"output": [["2.3333"]]}, [(C, EQUAL)]),
        (BLIND, {"weights": [["0.0900", "0.2447", "0.6652"]]}, [(C, UNMASKED)] * 3),
        (BLIND, {"weights": [["0", "0", "0"]], "output": [["0"]]}, [(C, None)] * 4),
        (BLIND, {"weights": [["nan", ".NaN", "NAN"]], "output": [["nan"]]}, [(C, NAN)] * 4),
        (BLIND, {"weights": [["0.5", "0.5", "0"]]}, [(W, None), (W, None), (C, None)]),
        (BLIND, {"exponentials": [["0", "0", "0"]], "weights": [["0.9", "0.1", "0.0"]]},
         [(C, None)] * 3 + [(W, None)] * 2 + [(C, None)]),
        # NaN where a number is due, and what follows from it.
        (NOTHING, {"weights": [["nan", "0.24", "0.67"]], "output": [["nan"]]},
         [(W, None), (C, None), (C, None), (F, None)]),
        # A number of an earlier stage, and NaN of another row, carry none.
        (NOTHING, {"exponentials": [["2.7183", None, None]], "weights": [["nan", None, None]]},
         [(C, None), (W, None)]),
        (NOTHING, {"exponentials": [["nan", None, None]], "weights": [["nan", None, None]]},
         [(W, None), (F, None)]),
        ({"scores": [["1", "2"], ["3", "4"]]},
         {"exponentials": [["nan", None], [None, None]], "weights": [[None, None], ["nan", None]]},
         [(W, None), (W, None)]),
        (NOTHING, {"scores": [["nan", "2", "3"]]}, [(W, None), (C, None), (C, None)]),
    ],
)  # fmt: skip
def test_conventions(
    problem: dict[str, Any], claims: dict[str, Any], expected: list[tuple[str, str | None]]
) -> None:
    """Worked by hand: the verdict on each number, and the convention that it is right by."""
    assert said(found(problem, claims)) == expected


def test_the_value_shown_is_that_of_the_reading() -> None:
    """Next to a claim that is right by a convention stands what that convention gives."""
    report = found(
        {"scores": [["0", "2", "1"]]}, {"exponentials": [["0.1353", "1.0000", "0.4679"]]}
    )
    assert f"{report.findings[2].computed:.6f}" == "0.367879"


HEADS = {
    "Q": [[["1"]], [["2"]]],
    "K": [[["1"], ["0"]], [["1"], ["0"]]],
    "V": [[["1"], ["3"]], [["5"], ["7"]]],
    "key_tokens": ["a", "b"],
    "attention": {"scale": "none", "mask": [[["1", "1"]], [["0", "0"]]]},
}


def test_heads_are_read_each_on_its_own() -> None:
    """A head that sees nothing, where heads come together."""
    assert said(found(HEADS, {"concatenated": [["1.5379", "6"]]})) == [(C, None), (C, EQUAL)]
    assert said(found(HEADS, {"concatenated": [["1.5379", "nan"]]})) == [(C, None), (C, NAN)]
    assert said(found(HEADS, {"concatenated": [["nan", "0"]]})) == [(W, None), (C, None)]
    projected = {**HEADS, "W_O": [["1"], ["1"]]}
    assert said(found(projected, {"output": [["nan"]]})) == [(C, NAN)]
    assert said(found(projected, {"output": [["7.5379"]]})) == [(C, EQUAL)]
    claims = {"weights": [[["nan", "nan"]], [["0", "0"]]], "output": [["nan"]]}
    projected["attention"] = {"scale": "none"}
    assert said(found(projected, claims))[-1] == (F, None)


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (["0.7311", "0"], [(C, None), (W, "0 is read as 0.0000, like the numbers beside it")]),
        (["0.73", "0"], [(C, None), (W, "0 is read as 0.00, like the numbers beside it")]),
        (["1", "0.3"], [(W, "1 is read as 1.0, like the numbers beside it"), (C, None)]),
        (["1", "0"], [(C, None), (C, None)]),
        (["2", "0.27"], [(W, None), (C, None)]),
        (["73%", "0"], [(C, None), (W, "0 is read as 0.00, like the numbers beside it")]),
    ],
)
def test_a_bare_0_or_1_has_the_decimals_beside_it(
    claimed: list[str], expected: list[tuple[str, str | None]]
) -> None:
    """Of an array with decimals, none claims half a unit each way."""
    assert said(found({"scores": [["1", "0"]]}, {"weights": [claimed]})) == expected


def test_those_beside_it_are_the_least_precise() -> None:
    """0.26894 is 0 to no decimals at all, and with one decimal beside it 0.3."""
    claims = {"weights": [["0.7", "0"], ["0.73106", "0.26894"]]}
    report = found({"scores": [["1", "0"], ["1", "0"]]}, claims)
    assert report.findings[1].reason == "0 is read as 0.0, like the numbers beside it"


def test_a_sum_is_rounded_before_the_sink_and_after_it() -> None:
    """1 + 0.0058 is 1.01, and 1.01 + 0.016 is 1.03; 1 + 0.0058 + 0.016 would be 1.02."""
    problem = {
        "scores": [["0", "-5.15"]],
        "V": [["1"], ["0"]],
        "attention": {"sink": "-4.135"},
    }
    for claims in ({"weights": [["0.97", None]]}, {"output": [["0.97"]]}):
        assert said(found(problem, claims)) == [(F, "rounded on the way")]
    powers = {"exponentials": [["1.00", "0.0058"]], "weights": [["0.97", None]]}
    assert said(found(problem, powers))[-1] == (F, "rounded on the way")
    without = {"scores": [["0", "-5.15", "-4.135"]]}
    assert said(found(without, {"weights": [["0.97", None, None]]})) == [(S, None)]


def test_a_quotient_as_a_scale_is_rounded_on_the_way() -> None:
    """30 / 3 is 10, and 30 · 0.33 is 9.9."""
    problem = {"scores": [["30", "0"]], "attention": {"scale": "1/3"}}
    assert said(found(problem, {"scaled_scores": [["9.9", None]]})) == [(F, "rounded on the way")]
    decimal = {"scores": [["30", "0"]], "attention": {"scale": "0.333333"}}
    assert said(found(decimal, {"scaled_scores": [["9.9", None]]})) == [(S, None)]


def test_what_is_worked_out_by_a_convention_in_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """A double, as everything there is, of the row as it is read."""
    monkeypatch.setattr("attncalc.readers.fields.hand_sized", lambda *_: False)
    report = found({"scores": [["0", "2"]]}, {"exponentials": [["0.1353", "1.0000"]]})
    assert said(report) == [(C, STABLE), (C, STABLE)]
    worked = [finding.computed for finding in report.findings]
    assert worked == pytest.approx([0.1353352832366127, 1.0])
    assert [type(value) for value in worked] == [float, float]
