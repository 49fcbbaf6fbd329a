"""How a student has been doing, topic by topic, from the marks that they have seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _

from accounts.models import Classroom, User
from grading import release
from grading.models import Mark

SHOWN = 12  # marks of a topic, the newest ones
WIDTH, HEIGHT = 120, 32  # of a line of marks, in units of its drawing
EDGE = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One mark: when it was released, its share of the points in percent, and where it stands in the drawing."""

    when: datetime
    percent: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Topic:
    """`points` are in the order of time; `percent` is over all of them."""

    name: str
    percent: int
    count: int
    points: list[Point]

    @property
    def line(self) -> str:
        """The drawing's polyline."""
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)


def topics(student: User, classrooms: Iterable[Classroom]) -> list[Topic]:
    """The topics that a student has marks in, by name."""
    work = {"submission__student": student, "submission__problem__assignment__classroom__in": classrooms}
    marks = release.standing().filter(**work, points__isnull=False).select_related("submission__problem")
    by_topic = sorted(marks.order_by("released"), key=_topic)
    return [_summary(name, list(group)) for name, group in groupby(by_topic, key=_topic)]


def _topic(mark: Mark) -> str:
    return mark.submission.problem.topic or _("Other")


def _summary(name: str, marks: list[Mark]) -> Topic:
    shares = [(mark.released, _percent(mark)) for mark in marks]
    shown = [(when, percent) for when, percent in shares if when is not None][-SHOWN:]
    step = (WIDTH - 2 * EDGE) / max(1, len(shown) - 1)
    points = [
        Point(when, percent, EDGE + index * step, HEIGHT - EDGE - percent * (HEIGHT - 2 * EDGE) / 100)
        for index, (when, percent) in enumerate(shown)
    ]
    return Topic(name, round(sum(percent for _when, percent in shares) / len(shares)), len(shares), points)


def _percent(mark: Mark) -> int:
    assert mark.points is not None  # as they were asked for
    return round(100 * mark.points / mark.submission.problem.points)
