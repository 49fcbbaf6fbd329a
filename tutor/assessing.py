"""Judging a student's solution for a program: solutions of our own from turns, then the checker, a few at once.

The first turn's solutions are in words. Where they do not speak for the student, a second turn's, with Python, are heard as well.
"""

import asyncio
from collections.abc import Sequence
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


async def opinion(request: assessment.Request, turn: Turn) -> Sequence[Sample]:
    """The solutions of a turn that is done, without those that calculate wrongly."""
    samples = [Sample(candidate.text, candidate.score) async for candidate in turn.candidates.order_by("number")]
    async with _places:
        return await asyncio.to_thread(assessment.sound, request.problem, samples)


async def needs_second_opinion(request: assessment.Request, first: Sequence[Sample]) -> bool:
    """Whether an opinion does not speak for the student's solution, where a bare verdict is asked for."""
    async with _places:
        return await asyncio.to_thread(assessment.needs_second_opinion, request, first)


async def judge(request: assessment.Request, first: Sequence[Sample], second: Sequence[Sample] | None) -> Judgement:
    """What one opinion or two say to the student's solution."""
    async with _places:
        return await asyncio.to_thread(assessment.judge, request, first, second)
