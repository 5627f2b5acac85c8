"""Attention, worked out step by step, exactly.

    import attncalc

    problem = attncalc.load("animal.yaml")
    trace = attncalc.explain(problem)
    trace["weights"]      # the array of a stage, by its JSON name
    attncalc.check(trace) # a verdict on each number the problem claims
    attncalc.handout(trace, queries="it").pdf()  # a page, in any format

In a notebook, what explain, check, compare, diff and handout return shows itself; attncalc.weave
puts walkthroughs into a Markdown document.

Names are imported when they are first used: importing the package costs nothing.
"""

from __future__ import annotations

__version__ = "0.1.0"

# typing's constant, without importing typing: --version has nothing else to wait for.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from attncalc.comparison import Comparison
    from attncalc.difference import Difference
    from attncalc.display import check, compare, diff, explain
    from attncalc.errors import AttncalcError, InputError, InputErrors, ProblemError
    from attncalc.handouts import Handout, handout
    from attncalc.problem.options import AttentionOptions
    from attncalc.problem.problem import Problem
    from attncalc.readers import load, load_all
    from attncalc.report import Report, Verdict
    from attncalc.steps.trace import Stage, Trace
    from attncalc.weaving import Woven, weave

_HOMES = {
    "AttncalcError": "errors",
    "AttentionOptions": "problem.options",
    "Comparison": "comparison",
    "Difference": "difference",
    "Handout": "handouts",
    "InputError": "errors",
    "InputErrors": "errors",
    "Problem": "problem.problem",
    "ProblemError": "errors",
    "Stage": "steps.trace",
    "Report": "report",
    "Trace": "steps.trace",
    "Verdict": "report",
    "Woven": "weaving",
    "check": "display",
    "compare": "display",
    "diff": "display",
    "explain": "display",
    "handout": "handouts",
    "load": "readers",
    "load_all": "readers",
    "weave": "weaving",
}

__all__ = [
    "AttentionOptions",
    "AttncalcError",
    "Comparison",
    "Difference",
    "Handout",
    "InputError",
    "InputErrors",
    "Problem",
    "ProblemError",
    "Report",
    "Stage",
    "Trace",
    "Verdict",
    "Woven",
    "__version__",
    "check",
    "compare",
    "diff",
    "explain",
    "handout",
    "load",
    "load_all",
    "weave",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module attncalc has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"attncalc.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
