"""Curves of a run as lines for an SVG that the server draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from training import progress
from training.models import Run, RunStage

WIDTH, HEIGHT, EDGE = 320, 110, 4
FIGURES: Mapping[str, str | Promise] = {
    "loss": _("Loss"),
    "reward": _("Reward"),
    "right": _("Share of right responses"),
    "score": _("Reward model's score"),
    "kl": _("Distance from the start (KL)"),
    "grad_norm": _("Size of the gradient"),
    "tokens_a_second": _("Tokens a second"),
}
IDLE = {("loss", "grpo")}  # advantages of a group add up to nothing, and so does what is on show there whatever is learnt

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`path` is a polyline's points; `first`, `last` are values. `place` of the run among those shown, by which it has its colour."""

    run: str
    place: int
    path: str
    first: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Of one figure over the steps of a stage, one line for each run."""

    stage: str
    title: str
    lines: tuple[Line, ...]
    low: float
    high: float
    steps: int


def of_runs(runs: Sequence[Run]) -> list[Chart]:
    """The same stages of several runs, drawn over each other. Raises `RowError`."""
    names = dict.fromkeys(stage.name for run in runs for stage in run.stages.all())
    found = [[stage for run in runs for stage in run.stages.all() if stage.name == name] for name in names]
    return [chart for stages in found for chart in _of_stages(stages, [run.number for run in runs])]


def _of_stages(stages: Sequence[RunStage], runs: list[str]) -> list[Chart]:
    read = [(stage, progress.curves(stage.folder, tuple(FIGURES))) for stage in stages]
    charts = []
    for name, title in FIGURES.items():
        if (name, stages[0].kind) in IDLE:
            continue
        series = [(stage.run.number, curves[name]) for stage, curves in read if name in curves]
        if series:
            charts.append(_chart(stages[0].name, str(title), series, runs))
    return charts


def _chart(stage: str, title: str, series: Sequence[tuple[str, Points]], runs: list[str]) -> Chart:
    steps = [step for _run, points in series for step, _value in points]
    values = [value for _run, points in series for _step, value in points]
    low, high = min(values), max(values)
    first, last = min(steps), max(steps)

    def place(step: float, value: float) -> str:
        x = EDGE + (WIDTH - 2 * EDGE) * (step - first) / ((last - first) or 1)
        y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / ((high - low) or 1)
        return f"{x:.1f},{y:.1f}"

    lines = tuple(
        Line(run=run, place=runs.index(run), path=" ".join(place(*point) for point in points), first=points[0][1], last=points[-1][1])
        for run, points in series
    )
    return Chart(stage=stage, title=title, lines=lines, low=low, high=high, steps=int(last))
