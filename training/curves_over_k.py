"""An evaluation's curves over k, and its table, for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 12, 30
RULES: dict[str, str | Promise] = {
    "pass": _("any of k is right"),
    "rm": _("the reward model's pick"),
    "weighted": _("weighted majority"),
    "maj": _("majority"),
}
SINGLE: dict[str, str | Promise] = {"greedy": _("temperature 0"), "first": _("the first response")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """`points` of a polyline, `band` of a polygon (its 95 % intervals), `last` in percent at k = n."""

    rule: str
    name: str | Promise
    points: str
    band: str
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`ticks` are (place, label); `rows` are (k, [(value, low, high) or None a rule])."""

    curves: tuple[Curve, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    rows: tuple[tuple[int, tuple[tuple[float, float, float] | None, ...]], ...]


def figure(report: dict[str, Any]) -> Figure:
    """Of the unbiased estimates in a report (`training.evaluation.report.as_json`); k on a logarithmic scale."""
    n, found = report["n"], report["unbiased"]
    rules = [rule for rule in RULES if f"{rule}@1" in found]
    values = {(rule, k): (found[f"{rule}@{k}"]["value"], *found[f"{rule}@{k}"]["interval"]) for rule in rules for k in range(1, n + 1)}
    low = 10 * (min(value[1] for value in values.values()) // 10)
    high = min(100.0, 10 * (max(value[2] for value in values.values()) // 10 + 1))
    x, y = _Scale(0, log2(n) or 1, LEFT, WIDTH - RIGHT), _Scale(low, high, HEIGHT - BOTTOM, TOP)
    shown = sorted({2**power for power in range(n.bit_length())} | {n})
    return Figure(
        curves=tuple(_curve(rule, [values[rule, k] for k in range(1, n + 1)], x, y) for rule in rules),
        x_ticks=tuple((x(log2(k)), str(k)) for k in shown),
        y_ticks=tuple((y(value), f"{value:.0f}") for value in (low, (low + high) / 2, high)),
        rows=tuple((k, tuple(values[rule, k] for rule in rules)) for k in shown),
    )


def differences(report: dict[str, Any]) -> list[tuple[str | Promise, str | Promise, dict[str, Any]]]:
    """What is compared with what, and by how many points the first is better."""
    found = []
    for name, difference in report["differences"].items():
        better, worse = ((SINGLE | RULES)[way.partition("@")[0]] for way in name.split(" - "))
        found.append((better, worse, difference))
    return found


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return round(self.start + (self.end - self.start) * (value - self.low) / ((self.high - self.low) or 1), 1)


def _curve(rule: str, values: Sequence[tuple[float, float, float]], x: _Scale, y: _Scale) -> Curve:
    places = [x(log2(k)) for k in range(1, len(values) + 1)]
    lower = [f"{place},{y(value[1])}" for place, value in zip(places, values, strict=True)]
    upper = [f"{place},{y(value[2])}" for place, value in zip(places, values, strict=True)]
    return Curve(
        rule=rule,
        name=RULES[rule],
        points=" ".join(f"{place},{y(value[0])}" for place, value in zip(places, values, strict=True)),
        band=" ".join([*lower, *reversed(upper)]),
        last=values[-1][0],
    )
