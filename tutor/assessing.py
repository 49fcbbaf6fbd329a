"""Judging a student's solution for a program: solutions of our own from a turn, then the checker, a few at once.

For whoever wants to know the wrong step, and nothing else, a second turn looks for it, whose candidates go on from each beginning of
the student's solution (`inference.rollouts`).
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from inference import assessment, rollouts
from inference.assessment import Judgement
from tutor import asking, permission
from tutor.models import Turn

TOGETHER = 2  # judged at once in one web process
KEPT = timedelta(hours=20)  # less than what programs asked is kept for

_places = asyncio.Semaphore(TOGETHER)


def solved(user: User, problem: str, beginnings: Sequence[str] = ()) -> Turn | None:
    """This person's solutions of the same problem (from the same beginnings), if it was judged before: a class hands in many.

    None where a teacher's rule has come to hold for it since; asking for them anew is refused then.
    """
    if not permission.is_free(user, problem):
        return None
    turns = Turn.objects.filter(conversation__owner=user, conversation__api=True, question=problem, beginnings=list(beginnings))
    count = len(beginnings) or assessment.SAMPLES
    return turns.filter(n=count, state=Turn.State.DONE, created__gt=timezone.now() - KEPT).order_by("-created").first()


def ask(user: User, problem: str, beginnings: Sequence[str] = ()) -> tuple[Turn, bool]:
    """The turn whose candidates are needed, and whether it is a new one. Raises `AskingError`."""
    if before := solved(user, problem, beginnings):
        return before, False
    count = len(beginnings) or assessment.SAMPLES
    return asking.ask_once(user, problem, Turn.Mode.COT, count, beginnings=beginnings), True


def beginnings(request: assessment.Request, judgement: Judgement) -> list[str]:
    """Of the student's solution, to be gone on with; none where it is held to be right, or where more than a step's number is asked for."""
    return rollouts.beginnings(request.steps) if request.wanted == "step" and judgement.first_error is not None else []


async def judge(turn: Turn, request: assessment.Request) -> Judgement:
    """What our own solutions, those of a turn that is done, say to the student's."""
    return await _compared(turn, lambda texts: assessment.judge(request, list(texts.values())))


async def relocate(turn: Turn, request: assessment.Request, judgement: Judgement) -> Judgement:
    """What the continuations of a turn that is done say of the place."""
    return await _compared(turn, lambda texts: assessment.relocated(request, judgement, texts))


async def _compared(turn: Turn, compare: Callable[[dict[int, str]], Judgement]) -> Judgement:
    texts = await sync_to_async(_texts)(turn)
    async with _places:
        return await asyncio.to_thread(compare, texts)


def _texts(turn: Turn) -> dict[int, str]:
    return dict(turn.candidates.order_by("number").values_list("number", "text"))
