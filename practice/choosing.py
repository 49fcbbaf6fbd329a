"""What to practise next. There is always something: no skill is ever locked, and all of them can be chosen by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from grading import review
from grading.models import Mark, Submission
from practice.models import Knowledge
from practice.skills import BY_CODE, SKILL_OF_MISTAKE, SKILLS, Skill
from tutor.models import TurnEvent

RECENT = timedelta(days=30)  # in which a mistake in a student's work still points to what to practise
MISTAKES = 20  # of handed-in work that are looked at, and as many of what the tutor has checked


@dataclass(frozen=True, slots=True)
class Choice:
    """`why` is a code: review, mistake, learning, new, mastered (all are, and this one is the weakest)."""

    skill: Skill
    level: int
    why: str

    @property
    def review(self) -> bool:
        return self.why == "review"


def knowledge_of(student: User) -> dict[str, Knowledge]:
    """For every skill, stored or as at the beginning."""
    stored = {each.skill: each for each in Knowledge.objects.filter(student=student)}
    return {skill.code: stored.get(skill.code) or Knowledge(student=student, skill=skill.code) for skill in SKILLS}


def level_for(known: float) -> int:
    return 1 if known < 0.4 else 2 if known < 0.75 else 3


def choose(student: User, now: datetime | None = None) -> Choice:
    """A review that is due, else the skill of a recent mistake, else what is being learned, else something new."""
    now = now or timezone.now()
    known = knowledge_of(student)
    due = [skill for skill in SKILLS if (when := known[skill.code].due) is not None and when <= now]
    if due:
        return _choice(min(due, key=lambda skill: known[skill.code].due or now), known, "review")
    open_ = [skill for skill in SKILLS if not known[skill.code].mastered]
    mistaken = [BY_CODE[code] for code, when in recent_mistakes(student, now).items() if _is_open(known[code], when)]
    ready = [skill for skill in open_ if all(known[code].mastered for code in skill.needs)]
    begun = [skill for skill in ready if known[skill.code].pk is not None]  # what was tried too early by hand waits for what it needs
    for skills, why in ((mistaken, "mistake"), (begun, "learning"), (ready, "new")):
        if skills:
            return _choice(_first(skills, known, why), known, why)
    weakest = min(SKILLS, key=lambda skill: (known[skill.code].known, known[skill.code].updated))  # of equal ones, not the same for ever
    return _choice(weakest, known, "mastered")


def _first(skills: Sequence[Skill], known: dict[str, Knowledge], why: str) -> Skill:
    """Of what is being learned, what is nearest to mastery; else the first: the newest mistake, or what comes first in the order of
    learning.
    """
    return max(skills, key=lambda skill: known[skill.code].known) if why == "learning" else skills[0]


def _choice(skill: Skill, known: dict[str, Knowledge], why: str) -> Choice:
    return Choice(skill, level_for(known[skill.code].known), why)


def _is_open(knowledge: Knowledge, when: datetime) -> bool:
    """Whether a mistake still says something of a skill: until it is mastered; of what was mastered before, until it is practised."""
    return not knowledge.mastered or knowledge.updated < when


def recent_mistakes(student: User, now: datetime) -> dict[str, datetime]:
    """The skills that the first wrong steps of a student's work point to, each with the time of its newest, the newest first."""
    found: dict[str, datetime] = {}
    for when, code in sorted([*_marked(student, now), *_checked(student, now)], reverse=True):
        if skill := SKILL_OF_MISTAKE.get(code):
            found.setdefault(skill, when)
    return found


def _marked(student: User, now: datetime) -> Iterator[tuple[datetime, str]]:
    """Mistakes in work that was handed in, unless the teacher says that they are none. What is not released yet tells nothing."""
    released = Submission.objects.filter(student=student, current=True, mark__state=Mark.State.RELEASED)
    work = released.filter(created__gt=now - RECENT).select_related("mark").order_by("-created")
    for submission in work.filter(evidence__isnull=False)[:MISTAKES]:
        found = review.evidence_of(submission)
        if found is not None and found.first_error is not None and submission.mark.first_error in (None, found.first_error):
            yield submission.created, found.steps[found.first_error].misconception or ""


def _checked(student: User, now: datetime) -> Iterator[tuple[datetime, str]]:
    """Mistakes in work that the tutor has read."""
    own = TurnEvent.objects.filter(kind="reviewed", turn__conversation__owner=student, turn__created__gt=now - RECENT)
    for event in own.select_related("turn").order_by("-turn__created")[:MISTAKES]:
        yield event.turn.created, event.payload.get("misconception") or ""
