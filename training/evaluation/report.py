"""The figures of an evaluation as JSON, and as a table for a person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grading.checking.answers import Outcome
from training.evaluation.curves import MOST_SUBSETS, RULES
from training.evaluation.measures import Cost, Figure, Measures
from training.evaluation.regrade import Judged

TITLES = {"maj": "Maj@k", "rm": "RM@k", "weighted": "weighted@k", "pass": "pass@k"}
WIDTH = 24  # of a column
LONGEST_SHOWN = 60  # characters of an answer; the JSON has all


def as_json(measures: Measures) -> dict[str, Any]:
    """The plain figures and "mean" in percent at the top; intervals, unbiased estimates, paired differences and cost below."""
    plain = dict(measures.plain)
    estimates = dict(measures.unbiased)
    plain["mean"] = estimates.pop("mean")
    cost = measures.cost
    return {
        "n": measures.n,
        "problems": measures.problems,
        **{name: round(figure.value, 2) for name, figure in plain.items()},
        "intervals": {name: _interval(figure) for name, figure in plain.items()},
        "unbiased": _valued(estimates),
        "differences": _valued(measures.differences),
        "tokens": _rounded(cost.tokens),
        "seconds": _rounded(cost.seconds),
        "blocks": cost.blocks,
        "failed_blocks": _rounded(cost.failed_blocks),
    }


def compared_as_json(own: Measures, given: Measures | None, judged: Sequence[Judged]) -> dict[str, Any]:
    """`as_json(own)`, with what the file's own labels give, the responses that they judge differently, and those that we cannot judge."""
    return as_json(own) | {
        "given": None if given is None else as_json(given),
        "differing": [_judged(each) for each in judged if each.differs],
        "undecided": [_judged(each) for each in judged if each.verdict.outcome is Outcome.UNDECIDED],
    }


def as_table(measures: Measures) -> str:
    return "\n".join(_table(measures))


def compared_as_table(own: Measures, given: Measures | None, judged: Sequence[Judged]) -> str:
    return "\n".join(_compared(own, given, judged))


def _compared(own: Measures, given: Measures | None, judged: Sequence[Judged]) -> Iterator[str]:
    yield "By our own checker"
    yield from _table(own)
    if given is not None:
        differing = [each for each in judged if each.differs]
        yield ""
        yield "By the labels in the file"
        yield from _table(given)
        yield ""
        yield f"Judged differently: {len(differing)} of {len(judged)} responses"
        yield from map(_judged_line, differing)
    undecided = [each for each in judged if each.verdict.outcome is Outcome.UNDECIDED]
    yield ""
    yield f"Could not be judged, and counted as not right: {len(undecided)} of {len(judged)} responses"
    yield from (f"{_judged_line(each)}; {each.verdict.reason}" for each in undecided)


def _table(measures: Measures) -> Iterator[str]:
    yield f"{measures.problems} problems, {measures.n} responses to each; percent right, with 95 % intervals"
    yield ""
    singles = {name: figure for name, figure in measures.plain.items() if "@" not in name} | {"mean": measures.unbiased["mean"]}
    yield from (f"{name:<8}{_shown(figure)}" for name, figure in singles.items())
    yield ""
    yield "The first k responses"
    yield from _rows(measures.plain, measures.n)
    yield ""
    yield f"Unbiased: all subsets of k responses, of votes at most {MOST_SUBSETS} drawn"
    yield from _rows(measures.unbiased, measures.n)
    yield ""
    yield "Differences in points, paired within each problem"
    yield from (
        f"{name:<24}{figure.value:+6.1f}  ({figure.low:+.1f} to {figure.high:+.1f})" for name, figure in measures.differences.items()
    )
    yield from _cost(measures.cost)


def _rows(figures: Mapping[str, Figure], n: int) -> Iterator[str]:
    """One row for each power of two, and the last k; the JSON has all."""
    names = [name for name in (*RULES, "pass") if f"{name}@1" in figures]
    yield (" " * 4 + "".join(f"{TITLES[name]:>{WIDTH}}" for name in names)).rstrip()
    for k in sorted({2**power for power in range(n.bit_length()) if 2**power <= n} | {n}):
        yield f"{k:>4}" + "".join(f"{_shown(figures[f'{name}@{k}']):>{WIDTH}}" for name in names)


def _cost(cost: Cost) -> Iterator[str]:
    lines = {
        "tokens a response": cost.tokens,
        "seconds a response": cost.seconds,
        "blocks of code run": cost.blocks,
        "of them failed, %": cost.failed_blocks,
    }
    known = {name: value for name, value in lines.items() if value is not None}
    yield from [""] if known else []
    yield from (f"{name:<24}{value:>8.1f}" for name, value in known.items())


def _shown(figure: Figure) -> str:
    return f"{figure.value:5.1f} ({figure.low:.1f} to {figure.high:.1f})"


def _interval(figure: Figure) -> list[float]:
    return [round(figure.low, 2), round(figure.high, 2)]


def _valued(figures: Mapping[str, Figure]) -> dict[str, dict[str, Any]]:
    return {name: {"value": round(figure.value, 2), "interval": _interval(figure)} for name, figure in figures.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _judged(judged: Judged) -> dict[str, Any]:
    return {
        "line": judged.line,
        "id": judged.id,
        "response": "greedy" if judged.response is None else judged.response,
        "expected": judged.expected,
        "answer": judged.answer,
        "label": judged.label,
        "verdict": judged.verdict.outcome.value,
        "reason": str(judged.verdict.reason),
    }


def _judged_line(judged: Judged) -> str:
    which = "greedy" if judged.response is None else f"#{judged.response}"
    label = {True: "right", False: "wrong", None: "none"}[judged.label]
    return (
        f"line {judged.line} (problem {judged.id}) {which}: label {label}, ours {judged.verdict.outcome.value}; "
        f"expected {_one_line(judged.expected)}, given {_one_line(judged.answer or 'nothing')}"
    )


def _one_line(text: str) -> str:
    """A beginning of what a model or a file says, without anything that a terminal obeys."""
    short = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else "�" for char in short)
