"""Judging a student's solution where something is missing. What is judged with all there is stands in `test_api.py`."""

import pytest
from channels.db import database_sync_to_async
from django.db.models import Q

from accounts import keys
from accounts.models import ApiKey, User
from inference.assessment import SAMPLES, read
from tutor import asking, assessing, eventlog, queue
from tutor.api import Assessed
from tutor.api_request import ApiError, Asked
from tutor.failures import Failure
from tutor.models import Candidate, Turn

pytestmark = pytest.mark.django_db(transaction=True)
PROBLEM = "How many socks are in the drawer?"
REQUEST = read(
    f"Problem: {PROBLEM}\nStudent Solution: Step 1 - I look.\nStep 2 - There are 7.\nQ: Is it incorrect? Write only the step number."
)


@pytest.fixture(autouse=True)
def layer_in_memory(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def solved(db, monkeypatch):
    """A turn in words that comes to 5; the next one fails for the reason that the value is called with."""
    user = User.objects.create_user("student")
    keys.make(user, "mine")
    monkeypatch.setattr(queue, "send", lambda pk: None)
    turn = asking.ask_once(user, PROBLEM, assessing.FIRST, SAMPLES, [])
    Candidate.objects.create(turn=turn, number=0, text="There are 2 + 3 = 5. The answer is \\boxed{5}.", checked=False, tokens=9)
    eventlog.finish(turn.pk, Q(state="queued"), "done", {"candidate": 0, "tokens": 9, "finish": "stop"}, state="done")

    def fails(reason):
        end = {"state": Turn.State.FAILED, "failure": reason}
        monkeypatch.setattr(queue, "send", lambda pk: eventlog.finish(pk, Q(state="queued"), "failed", {"reason": reason}, **end))
        return Assessed(
            turn,
            ApiKey.objects.select_related("user").get(user=user),
            Asked("lemma-check", PROBLEM, [], False, False, REQUEST),
            is_new=False,
        )

    return fails


@pytest.mark.parametrize("reason", [Failure.SANDBOX_UNAVAILABLE, Failure.SANDBOX_BUSY, Failure.SANDBOX_LOST])
async def test_where_no_python_can_be_run_the_first_opinion_stands(solved, reason):
    answer = await database_sync_to_async(solved)(reason)
    assert (await answer.whole())["choices"][0]["message"]["content"] == "2"


async def test_another_failure_of_the_second_opinion_is_said(solved):
    answer = await database_sync_to_async(solved)(Failure.ENGINE_UNAVAILABLE)
    with pytest.raises(ApiError) as caught:
        await answer.whole()
    assert (caught.value.status, caught.value.code) == (503, Failure.ENGINE_UNAVAILABLE)


async def test_a_second_opinion_is_counted_and_a_first_that_was_there_already_is_not(solved, monkeypatch):
    answer = await database_sync_to_async(solved)(Failure.INTERNAL)

    def solve(pk):
        Candidate.objects.create(turn_id=pk, number=0, text="There are $\\boxed{7}$.", checked=True, tokens=7)
        eventlog.finish(pk, Q(state="queued"), "done", {"candidate": 0, "tokens": 7, "finish": "length"}, state=Turn.State.DONE)

    monkeypatch.setattr(queue, "send", solve)
    said = await answer.whole()
    assert (said["usage"]["completion_tokens"], said["choices"][0]["finish_reason"]) == (9 + 7, "stop")
    assert await database_sync_to_async(keys.used_today)(answer.key.user) == 7
