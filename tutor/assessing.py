"""Judging a student's solution for a program: solutions of our own from turns, then the checker, a few at once.

The first turn's solutions are in words. Where they speak against the student, a second turn's are with Python, and may acquit. Which step
is wrong is said by the first, whose steps are more like a student's (docs/log.md, "A second opinion").
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from inference import assessment
from inference.assessment import Judgement
from tutor import asking, permission
from tutor.models import Turn

TOGETHER = 2  # judged at once in one web process
KEPT = timedelta(hours=20)  # less than what programs asked is kept for

_places = asyncio.Semaphore(TOGETHER)


@dataclass(frozen=True, slots=True)
class Opinion:
    """How the solutions of our own are made."""

    mode: Turn.Mode
    n: int


FIRST = Opinion(Turn.Mode.COT, assessment.SAMPLES)
SECOND = Opinion(Turn.Mode.TIR, assessment.SAMPLES)


def ask(user: User, problem: str, opinion: Opinion) -> tuple[Turn, bool]:
    """The turn that makes the solutions, and whether it is a new one. Raises `AskingError`."""
    if before := solved(user, problem, opinion):
        return before, False
    return asking.ask_once(user, problem, opinion.mode, opinion.n, []), True


def solved(user: User, problem: str, opinion: Opinion) -> Turn | None:
    """This person's solutions of the same problem, if it was judged before: a class hands in many solutions of one problem.

    None where a teacher's rule has come to hold for it since; asking for them anew is refused then.
    """
    if not permission.is_free(user, problem):
        return None
    turns = Turn.objects.filter(conversation__owner=user, conversation__api=True, question=problem, mode=opinion.mode, n=opinion.n)
    return turns.filter(state=Turn.State.DONE, created__gt=timezone.now() - KEPT).order_by("-created").first()


async def judge(turn: Turn, request: assessment.Request) -> Judgement:
    """What the solutions of a turn that is done say to the student's."""
    samples = await sync_to_async(_texts)(turn)
    async with _places:
        return await asyncio.to_thread(assessment.judge, request, samples)


def _texts(turn: Turn) -> list[str]:
    return list(turn.candidates.order_by("number").values_list("text", flat=True))
