"""Judging a student's solution for a program: solutions of our own from a turn, then the checker, a few at once."""

import asyncio
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from inference import assessment
from tutor import permission
from tutor.models import Turn

TOGETHER = 2  # judged at once in one web process
KEPT = timedelta(hours=20)  # less than what programs asked is kept for

_places = asyncio.Semaphore(TOGETHER)


def solved(user: User, problem: str) -> Turn | None:
    """This person's solutions of the same problem, if it was judged before: a class hands in many solutions of one problem.

    None where a teacher's rule has come to hold for it since; asking for them anew is refused then.
    """
    if not permission.is_free(user, problem):
        return None
    turns = Turn.objects.filter(conversation__owner=user, conversation__api=True, question=problem, n=assessment.SAMPLES)
    return turns.filter(state=Turn.State.DONE, created__gt=timezone.now() - KEPT).order_by("-created").first()


async def reply(turn: Turn, request: assessment.Request) -> str:
    """What is said of the student's solution, once the turn is done."""
    samples = await sync_to_async(_texts)(turn)
    async with _places:
        judgement = await asyncio.to_thread(assessment.judge, request, samples)
    return assessment.answer(request, judgement)


def _texts(turn: Turn) -> list[str]:
    return list(turn.candidates.order_by("number").values_list("text", flat=True))
