"""Judging a student's solution for a program: solutions of our own from turns, then the checker, a few at once.

The first turn's solutions are in words. Where they do not speak for the student, a second turn's, with Python, are heard as well.
"""

import asyncio
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from inference import assessment
from inference.assessment import Judgement, Sample
from tutor import asking, permission
from tutor.models import Turn

TOGETHER = 2  # judged at once in one web process
KEPT = timedelta(hours=20)  # less than what programs asked is kept for
FIRST, SECOND = Turn.Mode.COT, Turn.Mode.TIR  # opinions

_places = asyncio.Semaphore(TOGETHER)


def ask(user: User, problem: str, mode: Turn.Mode) -> tuple[Turn, bool]:
    """The turn that makes the solutions, and whether it is a new one. Raises `AskingError`."""
    if before := solved(user, problem, mode):
        return before, False
    return asking.ask_once(user, problem, mode, assessment.SAMPLES, []), True


def solved(user: User, problem: str, mode: Turn.Mode) -> Turn | None:
    """This person's solutions of the same problem, if it was judged before: a class hands in many solutions of one problem.

    None where a teacher's rule has come to hold for it since; asking for them anew is refused then.
    """
    if not permission.is_free(user, problem):
        return None
    turns = Turn.objects.filter(conversation__owner=user, conversation__api=True, question=problem, mode=mode, n=assessment.SAMPLES)
    return turns.filter(state=Turn.State.DONE, created__gt=timezone.now() - KEPT).order_by("-created").first()


async def needs_second_opinion(request: assessment.Request, first: Turn) -> bool:
    """Whether the solutions of a turn that is done do not speak for the student's, where a bare verdict is asked for."""
    samples = await _samples(first)
    async with _places:
        return await asyncio.to_thread(assessment.needs_second_opinion, request, samples)


async def judge(request: assessment.Request, first: Turn, second: Turn | None = None) -> Judgement:
    """What the solutions of turns that are done say to the student's."""
    samples = await _samples(first), await _samples(second) if second else None
    async with _places:
        return await asyncio.to_thread(assessment.judge, request, *samples)


async def _samples(turn: Turn) -> list[Sample]:
    return [Sample(candidate.text, candidate.score) async for candidate in turn.candidates.order_by("number")]
