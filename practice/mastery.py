"""How students stand in each skill: the estimate over time, and how they answer alone and with help."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from accounts.models import Classroom, Enrolment, User
from practice.choosing import knowledge_of
from practice.knowledge import MASTERED
from practice.models import Attempt, Knowledge
from practice.skills import SKILLS, Skill

SHOWN = 40  # points of a curve, the newest ones
WIDTH, HEIGHT, EDGE = 160, 44, 4  # of a curve, in units of its drawing


@dataclass(slots=True)
class Score:
    """Right answers of those that count: the first one to each item."""

    right: int = 0
    answered: int = 0


@dataclass(slots=True)
class Curve:
    """An estimate over time, as a drawing; `values` are from 0 to 1."""

    values: list[float] = field(default_factory=list)

    @property
    def points(self) -> list[tuple[float, float]]:
        shown = self.values[-SHOWN:]
        step = (WIDTH - 2 * EDGE) / max(1, len(shown) - 1)
        return [(EDGE + at * step, height(value)) for at, value in enumerate(shown)]

    @property
    def line(self) -> str:
        """The drawing's polyline."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)

    @property
    def last(self) -> str:
        """Where it ends now: "x y"."""
        return " ".join(f"{value:.1f}" for value in self.points[-1]) if self.values else ""

    @property
    def percents(self) -> list[int]:
        return [round(100 * value) for value in self.values[-SHOWN:]]


def height(value: float) -> float:
    return HEIGHT - EDGE - value * (HEIGHT - 2 * EDGE)


MASTERY_LINE = f"{height(MASTERED):.1f}"  # where the threshold stands in the drawing


@dataclass(slots=True)
class Standing:
    """One skill: of one student; or, without `knowledge`, of a class: `students` have answered without help, `mastered` of them have it."""

    skill: Skill
    alone: Score = field(default_factory=Score)
    aided: Score = field(default_factory=Score)
    curve: Curve = field(default_factory=Curve)
    knowledge: Knowledge | None = None
    mastered: int = 0
    students: int = 0

    @property
    def percent(self) -> int | None:
        """Of mastery: the estimate. None where nothing was answered."""
        return round(100 * self.curve.values[-1]) if self.curve.values else None


def of_student(student: User) -> list[Standing]:
    """Every skill, in the order of learning."""
    known = knowledge_of(student)
    standings = {skill.code: Standing(skill, knowledge=known[skill.code]) for skill in SKILLS}
    for attempt in _counted([student.pk]):
        standing = standings[attempt.item.skill]
        _add(standing, attempt)
        if not attempt.aided:
            standing.curve.values.append(attempt.known)
    return list(standings.values())


@dataclass(frozen=True, slots=True)
class Row:
    """One student of a class: the estimate of each skill in percent, None where not begun."""

    enrolment: Enrolment
    percents: list[int | None]


def of_class(classroom: Classroom) -> tuple[list[Standing], list[Row]]:
    """The skills of a class, with the curve of the mean over its students at the end of each day; and its students."""
    enrolments = list(classroom.class_list())
    students = [each.student_id for each in enrolments]
    by_skill: dict[str, list[Attempt]] = {skill.code: [] for skill in SKILLS}
    begun: set[tuple[int, str]] = set()
    for attempt in _counted(students):
        by_skill[attempt.item.skill].append(attempt)
        if not attempt.aided:
            begun.add((attempt.item.student_id, attempt.item.skill))
    found = Knowledge.objects.filter(student__in=students)
    stored = {key: each for each in found if (key := (each.student_id, each.skill)) in begun}
    standings = [_class_standing(skill, by_skill[skill.code], stored.values()) for skill in SKILLS]
    rows = [Row(each, [_percent(stored.get((each.student_id, skill.code))) for skill in SKILLS]) for each in enrolments]
    return standings, rows


def _class_standing(skill: Skill, attempts: Sequence[Attempt], stored: Iterable[Knowledge]) -> Standing:
    mine = [each for each in stored if each.skill == skill.code]
    standing = Standing(skill, mastered=sum(each.mastered for each in mine), students=len(mine))
    latest: dict[int, float] = {}
    days: dict[date, float] = {}
    for attempt in attempts:
        _add(standing, attempt)
        if not attempt.aided:
            latest[attempt.item.student_id] = attempt.known
            days[_day(attempt.created)] = sum(latest.values()) / len(latest)
    standing.curve.values = list(days.values())
    return standing


def _add(standing: Standing, attempt: Attempt) -> None:
    score = standing.aided if attempt.aided else standing.alone
    score.answered += 1
    score.right += attempt.right


def _counted(students: Sequence[int]) -> Iterable[Attempt]:
    """Without the problems' texts: of a class that has practised for a year they take seconds to read."""
    told = ("verdict", "aided", "known", "created", "item__skill", "item__student")
    counted = Attempt.objects.filter(counted=True, item__student__in=students)
    return counted.select_related("item").only(*told)


def _percent(knowledge: Knowledge | None) -> int | None:
    return None if knowledge is None else round(100 * knowledge.known)


def _day(when: datetime) -> date:
    return timezone.localtime(when).date()
