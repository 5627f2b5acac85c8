"""Where a mistake is looked for: in a whole stage, in rows, in slips; and where nothing is said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import exp, inf, sqrt
from typing import Any

import pytest

import attncalc
from attncalc.checking import check, diagnoses, divisors
from attncalc.checking.enclosures import Enclosures
from attncalc.report import Report, Verdict
from tests import oracle
from tests.checking.test_catalogue import (
    CAUSAL,
    PLAIN,
    Plant,
    Problem,
    every,
    judged,
    printed,
    scores_divided_by,
    shares,
    softmax,
    turned,
    worked,
)
from tests.checking.test_catalogue import diagnoses as said
from tests.checking.test_catalogue_of_options import FOLDED, ROTATED, shown

SUM = "scores are divided by their sum, without powers"
UNSCALED = "the scores are not scaled"


def report_on(problem: Problem, claims: Any) -> Report:
    """The report on claims as they are typed."""
    return check(attncalc.explain(attncalc.load({**problem, "claims": claims})))


def verdicts(report: Report) -> list[Verdict]:
    """Of all claims, in order."""
    return [finding.verdict for finding in report.findings]


# Rows.


def mixed(*ways: Any) -> list[list[str]]:
    """Weights whose rows are worked out in different ways from the unscaled scores."""
    S = worked(PLAIN)["scores"]
    return printed([way([row])[0] for way, row in zip(ways, S, strict=True)])


def right(S: list[list[float]]) -> list[list[float]]:
    """The weights."""
    return softmax(every(S, lambda s: s / sqrt(3)))


def binary(S: list[list[float]]) -> list[list[float]]:
    """The softmax to base 2."""
    return softmax(every(S, lambda s: s / sqrt(3)), 2)


def test_each_row_has_its_own_mistake() -> None:
    """Rows with one mistake are told together, and no row that is right."""
    report = report_on(PLAIN, {"weights": mixed(softmax, right, binary, softmax)})
    assert said(report) == {
        "weights": f"for “the” and “down”, {UNSCALED}; for “sat”, the softmax is to base 2"
    }
    first, second = report.diagnoses
    assert {row for row, _ in first.indices} == {0, 3}
    assert {row for row, _ in second.indices} == {2}
    assert [report.diagnosis_of(finding) for finding in report.findings] == [
        diagnosis for diagnosis in (first, None, second, first) for _ in range(4)
    ]


def test_a_row_that_none_explains_hinders_no_other() -> None:
    """A row out of thin air beside one that was not scaled."""
    weights = mixed(softmax, right, right, right)
    weights[1] = ["0.9", "0.8", "0.7", "0.6"]
    assert said(report_on(PLAIN, {"weights": weights})) == {"weights": f"for “the”, {UNSCALED}"}


def test_one_number_of_a_row_is_not_diagnosed() -> None:
    """Nor is it where another row is right."""
    weights: list[Any] = mixed(softmax, right, right, right)
    weights[0] = [weights[0][0], None, None, None]
    report = report_on(PLAIN, {"weights": weights})
    assert report.first_wrong is not None
    assert said(report) == {}


def test_tokens_that_occur_twice_are_told_with_their_place() -> None:
    """“the” (#1) is not “the” (#3)."""
    problem = {**PLAIN, "tokens": ["the", "cat", "the", "dog"]}
    report = report_on(problem, {"weights": mixed(right, right, softmax, softmax)})
    assert said(report) == {"weights": f"for “the” (#3) and “dog”, {UNSCALED}"}


def test_rows_of_a_head() -> None:
    """A row in one of two heads."""
    stages = oracle.attention(FOLDED)
    claims = [list(head) for head in stages["scaled_scores"]]
    claims[1][2] = stages["scores"][1][2]
    report = report_on(FOLDED, {"scaled_scores": shown(claims)})
    assert said(report) == {"scaled_scores": f"in head 2, for “sat”, {UNSCALED}"}


def test_of_many_rows_the_first_are_named() -> None:
    """Nine rows of ten."""
    n = 10
    problem: Problem = {
        "tokens": [f"t{i}" for i in range(n)],
        "Q": [[f"{(7 * i) % 10 - 4}.5", f"{i % 3}"] for i in range(n)],
        "K": [[f"{i % 4}.25", f"{(3 * i) % 7 - 3}"] for i in range(n)],
    }
    S = [
        [sum(float(a) * float(b) for a, b in zip(q, k, strict=True)) for k in problem["K"]]
        for q in problem["Q"]
    ]
    claims = [*every(S[:9], lambda s: s), *every(S[9:], lambda s: s / sqrt(2))]
    report = report_on(problem, {"scaled_scores": printed(claims)})
    assert said(report) == {
        "scaled_scores": f"for “t0”, “t1”, “t2”, “t3”, “t4” and 4 more, {UNSCALED}"
    }


def test_rows_of_keys_are_named_by_their_tokens() -> None:
    """The row of a key, in a problem with key tokens."""
    problem: Problem = {
        "tokens": ["a"],
        "key_tokens": ["b", "c"],
        "X": [["1", "2"]],
        "X_key": [["3", "1"], ["2", "5"]],
        "W_Q": [["1", "0"], ["0", "1"]],
        "W_K": [["1.5", "0.25"], ["-2", "0.75"]],
        "W_V": [["1", "0"], ["0", "1"]],
    }
    report = report_on(problem, {"K": [["2.50", "1.50"], ["4.25", "-0.25"]]})
    what = "W_K is transposed (out × in, as nn.Linear keeps it)"
    assert said(report) == {"K": f"for “c”, {what}"}


# Slips.


def test_slips_are_diagnosed_too() -> None:
    """0.2 for 0.2693 and 0.5 for 0.4018 are slips, and the scores were divided by their sum."""
    problem = {"tokens": ["a"], "key_tokens": ["a", "b", "c"], "scores": [["0.6", "0.2", "0.4"]]}
    report = report_on(problem, {"weights": [["0.5", "0.2", "0.3"]]})
    assert verdicts(report) == [Verdict.SLIP, Verdict.SLIP, Verdict.CORRECT]
    assert said(report) == {"weights": SUM}
    assert report.first_wrong is None


def test_slips_of_one_row_among_right_rows() -> None:
    """Named for their row; the right one would be printed otherwise."""
    problem = {
        "tokens": ["a", "b"],
        "key_tokens": ["a", "b", "c"],
        "scores": [["0.6", "0.2", "0.4"], ["3", "1", "1"]],
    }
    report = report_on(problem, {"weights": [["0.5", "0.2", "0.3"], ["0.8", "0.1", "0.1"]]})
    assert verdicts(report)[3:] == [Verdict.CORRECT] * 3
    assert said(report) == {"weights": f"for “a”, {SUM}"}


def test_a_single_slip_is_not_diagnosed() -> None:
    """One digit that is off tells nothing."""
    problem = {"tokens": ["a"], "key_tokens": ["a", "b"], "scores": [["0.6", "0.2"]]}
    report = report_on(problem, {"weights": [["0.5", "0.4"]]})
    assert verdicts(report) == [Verdict.SLIP, Verdict.CORRECT]
    assert said(report) == {}


# Rows that are masked whole, and what stands for a masked score.

PADDED: Problem = {
    "tokens": ["a", "b", "c"],
    "scores": [["0.5", "0.3", "0.1"], ["0.2", "0.6", "0.1"], ["2", "0", "1"]],
    "attention": {"mask": [["1", "1", "0"], ["1", "1", "0"], ["0", "0", "0"]]},
}


def test_a_row_that_is_masked_whole_hinders_nothing() -> None:
    """It was left as it should be, and the mistake would say nothing of it, or something else."""
    weights = [["0.625", "0.375", "0"], ["0.25", "0.75", "0"], ["0", "0", "0"]]
    assert said(report_on(PADDED, {"weights": weights})) == {"weights": SUM}
    # Unmasked, the last row would be a row of weights.
    unmasked = softmax(every(PADDED["scores"][:2], float))
    claims = {"weights": [*printed(unmasked), ["0", "0", "0"]]}
    assert said(report_on(PADDED, claims)) == {"weights": "the mask is not applied"}


def test_rows_masked_whole_in_every_head() -> None:
    """Of the heads' results side by side, that is a row of zeros."""
    problem = {
        **FOLDED,
        "attention": {"heads": "2", "mask": [["1", "0", "1"], ["0", "0", "0"], ["1", "1", "0"]]},
    }
    mistaken = oracle.attention({**FOLDED, "attention": {"heads": "2"}})
    for stage in ("head_outputs", "concatenated", "output"):
        claims = shown(mistaken[stage])
        zeros = ["0"] * len(claims[-1][0]) if stage == "head_outputs" else ["0"] * len(claims[0])
        for part in claims if stage == "head_outputs" else [claims]:
            part[1] = zeros
        assert said(report_on(problem, {stage: claims})) == {stage: "the mask is not applied"}


def test_stand_ins_hinder_nothing() -> None:
    """-1e9 for a masked score, among scores that were not scaled; -inf for -1e9 likewise."""
    S = every(worked(PLAIN)["scores"], lambda s: s)
    claims: list[list[str]] = printed(S)
    for i, row in enumerate(claims):
        row[i + 1 :] = ["-1e9"] * (3 - i)
    assert said(report_on(CAUSAL, {"masked_scores": claims})) == {"masked_scores": UNSCALED}
    hiding = [["0" if j <= i else "-1e9" for j in range(4)] for i in range(4)]
    problem = {**PLAIN, "attention": {"bias": hiding}}
    for row in claims:
        row[:] = ["-inf" if text == "-1e9" else text for text in row]
    assert said(report_on(problem, {"masked_scores": claims})) == {"masked_scores": UNSCALED}


# Powers with the largest score taken off.


def test_stable_powers_of_mistaken_scores() -> None:
    """The mistake is known, whether the largest score is taken off or not."""
    S = worked(PLAIN)["scores"]
    stable = [[exp(s - max(row)) for s in row] for row in S]
    for powers in (stable, every(S, exp)):
        claims = {"exponentials": printed(powers)}
        assert said(report_on(PLAIN, claims)) == {"exponentials": UNSCALED}
        sums = {"sums": [f"{sum(row):.4f}" for row in powers]}
        assert said(report_on(PLAIN, sums)) == {"sums": UNSCALED}


def test_stable_powers_alone_are_no_mistake() -> None:
    """Right scores with the largest taken off are not explained by a rule that changes nothing."""
    stages = worked(PLAIN)
    powers = [[exp(s - max(row)) for s in row] for row in stages["scaled_scores"]]
    assert said(report_on(PLAIN, {"exponentials": printed(powers)})) == {}


# Divisors.


@pytest.mark.parametrize(
    ("divisor", "name"),
    [
        (sqrt(12), "divided by √12"),
        (7, "divided by 7"),
        (1.7, "divided by 1.7"),
        (2.83, "divided by 2.83"),
        (1 / sqrt(5), "multiplied by √5"),
        (1 / 6, "multiplied by 6"),
    ],
)
@pytest.mark.parametrize("problem", [PLAIN, CAUSAL])
def test_any_divisor_is_found(divisor: float, name: str, problem: Problem) -> None:
    """From scores, from weights, and from the output alone."""
    stages = worked(problem, Plant(problem, "scaled_scores", scores_divided_by(divisor)))
    for stage in ("scaled_scores", "weights", "output"):
        assert said(judged(problem, stages, stage)) == {stage: f"the scores are {name}"}


def test_a_divisor_of_given_scores_is_found() -> None:
    """Where none is due, from weights alone."""
    problem = {"tokens": PLAIN["tokens"], "scores": printed(worked(PLAIN)["scores"])}
    weights = softmax(every(worked(PLAIN)["scores"], lambda s: s / sqrt(7)))
    report = report_on(problem, {"weights": printed(weights)})
    assert said(report) == {"weights": "the scores are divided by √7"}


def test_a_divisor_of_some_heads_is_found() -> None:
    """Of one of two; and nothing is said of an output that both heads are in."""
    stages = oracle.attention(FOLDED)
    mistaken = oracle.attention({**FOLDED, "attention": {"heads": "2", "scale": str(11**-0.5)}})
    claims = {"weights": shown([stages["weights"][0], mistaken["weights"][1]])}
    assert said(report_on(FOLDED, claims)) == {
        "weights": "in head 2, the scores are divided by √11"
    }
    assert said(report_on(FOLDED, {"output": shown(mistaken["output"])})) == {}


def test_rows_with_divisors_of_their_own() -> None:
    """One row by √7, one by √11."""
    S = worked(PLAIN)["scores"]
    rows = [softmax(every([S[0]], lambda s: s / sqrt(7)))[0], right([S[1]])[0]]
    rows += [softmax(every([S[2]], lambda s: s / sqrt(11)))[0], right([S[3]])[0]]
    assert said(report_on(PLAIN, {"weights": printed(rows)})) == {
        "weights": "for “the”, the scores are divided by √7; for “sat”, the scores are divided by "
        "√11"
    }


def test_few_digits_tell_no_divisor() -> None:
    """Two weights with one decimal fit many divisors, so none is named."""
    problem = {
        "tokens": ["a"],
        "key_tokens": ["a", "b"],
        "Q": [["2", "1"]],
        "K": [["1", "3"], ["0", "1"]],
    }
    report = report_on(problem, {"weights": [["0.7", "0.3"]]})
    assert report.first_wrong is not None
    assert "divided" not in said(report)["weights"]


def test_divisors_of_large_stages_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them at once would take too much."""
    stages = worked(PLAIN, Plant(PLAIN, "scaled_scores", scores_divided_by(7)))
    monkeypatch.setattr(divisors, "_MOST_NUMBERS", 1000)
    assert said(judged(PLAIN, stages, "weights")) == {}


# Any stage, and what is given.


def test_products_of_weights_and_values_are_diagnosed() -> None:
    """The terms of the output, of weights that were not scaled."""
    stages = worked(PLAIN, Plant(PLAIN, "scaled_scores", scores_divided_by(1)))
    terms = [
        [[f"{a * float(v):.4f}" for v in row] for a, row in zip(weights, PLAIN["V"], strict=True)]
        for weights in stages["weights"]
    ]
    assert said(report_on(PLAIN, {"weighted_values": terms})) == {"weighted_values": UNSCALED}


def test_a_mistake_after_given_weights() -> None:
    """Nothing is known of scores then; what is given has no mistake of ours."""
    weights = [["0.1", "0.2", "0.3", "0.4"], ["1", "0", "0", "0"]] * 2
    problem = {"tokens": PLAIN["tokens"], "weights": weights, "V": PLAIN["V"]}
    V = [[float(v) for v in row] for row in PLAIN["V"]]
    mean = [[sum(column) / 4 for column in zip(*V, strict=True)], V[0]] * 2
    what = "the values are averaged without weights"
    assert said(report_on(problem, {"output": printed(mean)})) == {"output": what}
    wrong = report_on(problem, {"weights": [["0.2", "0.1", "0.4", "0.3"], None, None, None]})
    assert wrong.first_wrong is not None
    assert said(wrong) == {}


def test_a_mistake_made_on_printed_masked_scores() -> None:
    """Scores with one decimal, hidden ones among them, and weights down the columns."""
    stages = worked(CAUSAL)
    S = [[round(s, 1) for s in row] for row in stages["masked_scores"]]
    claims = {
        "masked_scores": [["-inf" if s == -inf else f"{s:.1f}" for s in row] for row in S],
        "weights": printed(turned(softmax(turned(S)))),
    }
    what = "the softmax goes down the columns"
    assert said(report_on(CAUSAL, claims)) == {"weights": what}


def test_values_too_narrow_to_be_turned() -> None:
    """One entry a head cannot be turned by mistake."""
    problem = {**ROTATED, "V": [["1.5", "2"], ["-1", "0.5"], ["0.25", "3"]]}
    report = report_on(problem, {"output": [["9", "9"], ["8", "8"], ["7", "7"]]})
    assert report.first_wrong is not None
    assert said(report) == {}


def test_given_scores_of_heads_have_no_vectors_to_alter() -> None:
    """Heads whose queries are not known cannot be cut apart otherwise."""
    problem = {
        "tokens": ["a", "b"],
        "scores": [[["1", "2"], ["0", "1"]], [["3", "1"], ["1", "1"]]],
        "V": [[["1"], ["2"]], [["3"], ["5"]]],
    }
    report = report_on(problem, {"output": [["9.5", "8.5"], ["7.5", "6.5"]]})
    assert report.first_wrong is not None
    assert said(report) == {}


def test_a_single_key_has_no_sum_without_it() -> None:
    """The sum of all powers but the last is empty."""
    problem = {"tokens": ["a", "b"], "key_tokens": ["c"], "scores": [["1"], ["2"]]}
    report = report_on(problem, {"weights": [["0.3"], ["0.4"]]})
    assert report.first_wrong is not None
    assert said(report) == {}


# What speaks against a mistake.


def test_right_numbers_before_it_deny_a_mistake() -> None:
    """One row as if the largest score took all, though its weights are printed, and right."""
    stages = worked(PLAIN)
    best = [row.index(max(row)) for row in stages["weights"]]
    V = [[float(v) for v in row] for row in PLAIN["V"]]
    some: list[Any] = [None] * 4
    some[1] = [f"{v:.1f}" for v in V[best[1]]]
    what = "for “cat”, the largest score takes all"
    right_row = printed(stages["output"])[0]
    alone = {"output": [right_row, *some[1:]]}
    assert said(report_on(PLAIN, alone)) == {"output": what}
    assert said(report_on(PLAIN, {**alone, "weights": printed(stages["weights"])})) == {}
    only = {"output": some, "weights": printed(stages["weights"])}
    assert said(report_on(PLAIN, only)) == {}
    # So many digits as in four rows speak for it all the same.
    every_row = {**only, "output": printed([V[place] for place in best])}
    assert said(report_on(PLAIN, every_row)) == {"output": "the largest score takes all"}


@pytest.mark.parametrize("stage", ["head_outputs", "output"])
def test_right_weights_of_a_head_deny_a_mistake(stage: str) -> None:
    """Those of the same head; and those of all heads where these are put together."""
    problem = {**FOLDED, "attention": {"heads": "2", "scale": "none"}}
    stages, scaled = oracle.attention(problem), oracle.attention(FOLDED)
    claims = shown(stages[stage])
    row = shown(scaled[stage])[0][0] if stage == "head_outputs" else shown(scaled[stage])[0]
    (claims[0] if stage == "head_outputs" else claims)[0] = row
    found = said(report_on(problem, {stage: claims}))
    where = "in head 1, for “the”" if stage == "head_outputs" else "for “the”"
    assert found == {stage: f"{where}, the scores are divided by √d_k"}
    weights = shown(stages["weights"])
    assert said(report_on(problem, {stage: claims, "weights": weights})) == {}
    other = {stage: claims, "weights": [None, weights[1]]}
    denied = stage == "output"
    assert said(report_on(problem, other)) == ({} if denied else found)


def test_right_keys_deny_a_mistake_in_keys() -> None:
    """The scores of a transposed W_K, beside keys that are right."""
    problem: Problem = {
        "tokens": ["a", "b"],
        "X": [["1", "2"], ["3", "1"]],
        **{f"W_{name}": [["1.5", "0.25"], ["-2", "0.75"]] for name in "QKV"},
    }
    turned_key = {**problem, "W_K": [["1.5", "-2"], ["0.25", "0.75"]]}
    right_stages, other = oracle.attention(problem), oracle.attention(turned_key)
    scores = [shown(right_stages["scores"])[0], [x[:4] for x in shown(other["scores"])[1]]]
    found = said(report_on(problem, {"scores": scores}))
    assert found == {"scores": "for “b”, W_K is transposed (out × in, as nn.Linear keeps it)"}
    assert said(report_on(problem, {"scores": scores, "K": shown(right_stages["K"])})) == {}


# Where nothing is said.


def test_an_infinite_number_of_mistakes() -> None:
    """Numbers that doubles cannot hold are not diagnosed, and nothing ends in an error."""
    problem = {
        "Q": [["1", "0"], ["2", "1"]],
        "K": [["1", "1e20"], ["0", "1"]],
        "V": [["1", "0"], ["0", "1"]],
    }
    report = report_on(problem, {"output": [["5", "5"], ["5", "5"]]})
    assert report.first_wrong is not None
    assert said(report) == {}


def test_of_large_stages_only_likely_mistakes_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones of the catalogue."""
    stages = worked(PLAIN)
    swapped = [[row[i] for row in stages["scores"]] for i in range(4)]
    late = [shares(row) for row in stages["scaled_scores"]]
    assert said(report_on(PLAIN, {"weights": printed(late)})) == {"weights": SUM}
    monkeypatch.setattr(diagnoses, "_MOST_NUMBERS", 100)
    assert said(report_on(PLAIN, {"weights": printed(late)})) == {}
    what = {"scores": "query and key are swapped"}
    assert said(report_on(PLAIN, {"scores": printed(swapped)})) == what


def test_large_numbers_are_worked_on_in_all_digits() -> None:
    """Where float64 leaves every mistake open, the right one is found, if it is not far down."""
    S = [["123456789", "123456789.5", "123456788"], ["-99999999", "-99999998", "-99999998.5"]]
    problem = {"tokens": ["a", "b"], "key_tokens": ["a", "b", "c"], "scores": S}
    weights = [[2.0 ** float(s) for s in ("0", "0.5", "-1")], [2.0**s for s in (0, 1, 0.5)]]
    claims = {"weights": printed([shares(row) for row in weights])}
    assert said(report_on(problem, claims)) == {"weights": "the softmax is to base 2"}


def test_not_all_mistakes_are_worked_on_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some that all digits deny, it ends."""
    S = [["123456789", "123456789.5", "123456788"]]
    problem = {"tokens": ["a"], "key_tokens": ["a", "b", "c"], "scores": S}
    claims = {"weights": printed([shares([2.0**s for s in (0, 0.5, -1)])])}
    monkeypatch.setattr(diagnoses, "_MOST_IN_VAIN", 2)
    assert said(report_on(problem, claims)) == {}


def test_not_a_number_hinders_nothing() -> None:
    """NaN is what a row that is masked whole may be printed as; elsewhere no mistake gives it."""
    claims = {"weights": [["0.625", "0.375", "0"], ["0.25", "0.75", "0"], ["0", "0", "0"]]}
    report = report_on(PADDED, claims)
    nan = Decimal("NaN")
    for rows, expected in (({2}, [SUM]), ({1, 2}, [f"for “a”, {SUM}"])):
        findings = [
            replace(
                finding,
                claim=replace(finding.claim, value=nan),
                verdict=Verdict.CORRECT if finding.claim.index[0] == 2 else Verdict.WRONG,
            )
            if finding.claim.index[0] in rows
            else finding
            for finding in report.findings
        ]
        found = diagnoses.diagnose(Enclosures(report.trace), findings)
        assert [diagnosis.sentence for diagnosis in found] == expected
