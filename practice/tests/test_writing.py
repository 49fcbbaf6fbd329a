"""Problems that the model writes for a student: asked for on the page, made by a worker, kept or said to be none."""

import asyncio
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from inference.engines import EngineUnavailable
from inference.tests.tutoring_engine import Sandbox, ScriptedEngine, solver
from practice import choosing, writing
from practice.models import Attempt, Item, Knowledge, Writing
from tutor.models import Conversation, Turn

pytestmark = pytest.mark.django_db(transaction=True)

CLIPS = "Natalia sold 48 clips in April and half as many in May. How many clips did she sell altogether?"
NEW = CLIPS.replace("48", "60")
SOLUTION = "In May she sold $60/2 = 30$ clips.\nAltogether she sold $60 + 30 = 90$ clips.\nThe answer is $\\boxed{90}$."
WRITES = "New problem:\n"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada():
    return User.objects.create(username="ada")


@pytest.fixture
def bells(monkeypatch):
    """What was sent to the workers."""
    rung = []
    cache.clear()
    monkeypatch.setattr("accounts.workers.current_app.send_task", lambda name, _arguments: rung.append(name))
    return rung


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def turn_of(user, question=CLIPS, answer="72"):
    conversation = Conversation.objects.create(owner=user, title="Clips")
    return Turn.objects.create(conversation=conversation, question=question, answer=answer, state="done", enqueued=timezone.now())


def work(*texts, solves=None, output="90"):
    engine = ScriptedEngine((WRITES, texts or [NEW]), *(solves or solver(SOLUTION, "90")))
    asyncio.run(writing.run(engine, Sandbox(output)))
    return engine


def test_a_question_without_a_generator_is_practised_on_a_new_one(ada, bells):
    client = client_of(ada)
    answer = client.post(reverse("practice:like_turn", args=[turn_of(ada).pk]))
    asked = Writing.objects.get()
    address = reverse("practice:writing", args=[asked.pk])
    assert (answer.url, bells) == (address, [writing.TASK])
    assert "Making a problem…" in client.get(address).content.decode()
    assert "Making a problem…" in client.get(address, headers=HTMX).content.decode()
    assert address in client.get(reverse("practice:index")).content.decode()
    work()
    item = Item.objects.get()
    assert (item.question, item.expected, item.family) == ({"en": NEW}, "90", "")
    assert client.get(address).url == reverse("practice:item", args=[item.pk])
    assert client.get(address, headers=HTMX).headers["HX-Redirect"] == reverse("practice:item", args=[item.pk])
    page = client.get(reverse("practice:item", args=[item.pk]))
    assert "Natalia sold 60 clips" in page.text
    assert "do not change your mastery" in page.text
    assert page.context["key"] == ""


def test_what_a_generator_makes_is_not_written(ada):
    client_of(ada).post(reverse("practice:like_turn", args=[turn_of(ada, "Solve 3x + 4 = 10").pk]))
    assert not Writing.objects.exists()
    assert Item.objects.get().family


def follow_up(parent, question, **fields):
    return Turn.objects.create(conversation=parent.conversation, parent=parent, question=question, enqueued=timezone.now(), **fields)


@pytest.mark.parametrize("remark", ["Why?", "Why did you divide by 12.5?", "为什么除以2？", "第二步我不懂"])
def test_a_remark_is_practised_on_the_problem_that_it_is_about(ada, bells, remark):
    first = turn_of(ada)
    more = follow_up(follow_up(first, remark, state="done", text="Because."), "What do you mean by $96 - 24$?", quote="$96 - 24 = 72$")
    client_of(ada).post(reverse("practice:like_turn", args=[more.pk]))
    assert [(asked.question, asked.answer) for asked in Writing.objects.all()] == [(CLIPS, "72")]


@pytest.mark.parametrize("problem", [CLIPS, CLIPS.replace("48", "forty-eight"), "Why is 7 a factor of 91?"])
def test_a_problem_below_another_one_is_practised_itself(ada, bells, problem):
    own = follow_up(turn_of(ada, "Solve 3x + 4 = 10", "x = 2"), problem, answer="72")
    client_of(ada).post(reverse("practice:like_turn", args=[own.pk]))
    assert Writing.objects.get().question == problem


def test_a_skill_that_is_asked_about_below_a_problem_is_practised_itself(ada, bells):
    own = follow_up(turn_of(ada), "How do I solve a linear equation?")
    client_of(ada).post(reverse("practice:like_turn", args=[own.pk]))
    assert (Item.objects.get().skill, Writing.objects.exists()) == ("linear", False)


@pytest.mark.parametrize("rest", ["48 in April and 24 in May", "ten in April and as many in May"])
def test_what_completes_a_question_is_practised_with_it(ada, bells, rest):
    half = turn_of(ada, "How many clips did Natalia sell?", "")
    Turn.objects.filter(pk=half.pk).update(progress={"asked_back": True})
    half.refresh_from_db()
    whole = follow_up(half, rest, answer="72")
    client = client_of(ada)
    client.post(reverse("practice:like_turn", args=[whole.pk]))
    assert Writing.objects.get().question == f"How many clips did Natalia sell?\n{rest}"
    page = client.post(reverse("practice:like_turn", args=[half.pk]), follow=True).content.decode()
    assert "no complete problem" in page
    Turn.objects.filter(pk=half.pk).update(question="hi", progress={"refused": True})
    assert "no complete problem" in client.post(reverse("practice:like_turn", args=[half.pk]), follow=True).content.decode()
    assert Writing.objects.count() == 1


def test_an_answer_to_it_is_judged_and_moves_no_estimate(ada):
    writing.ask(ada, CLIPS, "72")
    work()
    item = Item.objects.get()
    client = client_of(ada)
    client.post(reverse("practice:answer", args=[item.pk]), {"answer": "91"})
    page = client.post(reverse("practice:answer", args=[item.pk]), {"answer": "90"}, follow=True).content.decode()
    assert [(attempt.right, attempt.counted) for attempt in Attempt.objects.all()] == [(False, False), (True, False)]
    assert {attempt.known for attempt in Attempt.objects.all()} == {Knowledge().known}
    assert not Knowledge.objects.exists()
    assert choosing.choose(ada).why == "new", "no skill was begun by it"
    assert "solved it several times" in page
    client.post(reverse("practice:variant", args=[item.pk]))
    again = Writing.objects.get(state="queued")
    assert (again.question, again.answer, again.parent) == (NEW, "90", item)


@pytest.mark.parametrize(
    ("key", "shown"),
    [("12 apples", "<span data-formula>12\\ \\text{apples}</span>"), ("25\\%", "<span data-formula>25\\,\\%</span>"), ("((", "((</span>")],
)
def test_a_key_of_the_model_s_is_shown_as_it_is_read(ada, key, shown):
    item = Item.objects.create(student=ada, skill="arithmetic", level=1, question={"en": "?"}, hint={}, expected=key, revealed=True)
    assert shown in client_of(ada).get(reverse("practice:item", args=[item.pk])).content.decode()


def listed(ada):
    return [asked.question for asked in client_of(ada).get(reverse("practice:index")).context["writings"]]


def test_the_page_of_practice_lists_what_is_written_until_it_is_answered(ada, bells, monkeypatch):
    first = writing.ask(ada, CLIPS, "72")
    work()
    second = writing.ask(ada, f"{CLIPS} Say why.", "72")
    writing.ask(User.objects.create(username="bea"), CLIPS, "72")
    assert listed(ada) == [second.question, CLIPS]
    assert writing.get_writing_for(ada, first.pk) == first
    monkeypatch.setattr(writing, "SHOWN", 1)
    assert listed(ada) == [second.question]
    Writing.objects.filter(pk=second.pk).update(state="failed")
    assert listed(ada) == [CLIPS]
    Item.objects.update(revealed=True)
    assert listed(ada) == []
    Item.objects.update(revealed=False)
    client_of(ada).post(reverse("practice:answer", args=[Item.objects.get().pk]), {"answer": "1"})
    assert listed(ada) == []


def test_what_the_student_had_is_not_written_again(ada):
    for question in (CLIPS, f"{CLIPS} Say why."):
        writing.ask(ada, question, "72")
    other = NEW.replace("60", "80")
    work(NEW, NEW, other)
    assert [asked.item.question["en"] for asked in Writing.objects.order_by("created")] == [NEW, other]


def test_hints_push_nothing_out_of_what_the_student_asked_last(ada, monkeypatch):
    monkeypatch.setattr(writing, "LOOKED_AT", 1)
    follow_up(turn_of(ada, NEW), "Give me a hint", request="hint")
    writing.ask(ada, CLIPS, "72")
    other = NEW.replace("60", "80")
    work(NEW, other)
    assert Item.objects.get().question == {"en": other}


def test_a_problem_like_one_that_was_written_is_of_its_skill_whatever_others_had(ada):
    bea = User.objects.create(username="bea")
    texts = {"level": 2, "hint": {}, "expected": "72"}
    parent = Item.objects.create(student=ada, skill="percent", question={"en": CLIPS}, **texts)
    Item.objects.create(student=bea, skill="percent", question={"en": NEW}, **texts)
    turn_of(bea, NEW)
    writing.ask(ada, CLIPS, "72", parent)
    work()
    item = Item.objects.get(parent=parent)
    assert (item.question, item.skill, item.level) == ({"en": NEW}, "percent", 2)
    assert "60/2 = 30" in item.hint["en"]
    assert "solutions in words and with Python agree" in item.proof


def test_where_no_text_passes_the_student_is_told(ada):
    asked = writing.ask(ada, CLIPS, "72")
    client, address = client_of(ada), reverse("practice:writing", args=[asked.pk])
    work(output="7")
    answer = client.get(address, headers=HTMX)
    assert answer.status_code == 286  # the page asks no more
    assert "None could be made: of no problem" in answer.content.decode()
    assert not Item.objects.exists()
    client.post(reverse("practice:write_again", args=[asked.pk]))
    work()
    assert Item.objects.exists()


def test_an_engine_that_is_away_is_said(ada):
    class Away(ScriptedEngine):
        def stream(self, prompt, sampling, request_id):
            raise EngineUnavailable("The engine is away.")

    asked = writing.ask(ada, CLIPS, "72")
    asyncio.run(writing.run(Away(), Sandbox("")))
    assert "the model could not be asked" in client_of(ada).get(reverse("practice:writing", args=[asked.pk])).content.decode()


def test_one_that_takes_too_long_is_given_up(ada, monkeypatch):
    class Slow(ScriptedEngine):
        async def stream(self, prompt, sampling, request_id):
            await asyncio.sleep(60)
            yield

    monkeypatch.setattr(writing, "SECONDS", 0.05)
    asked = writing.ask(ada, CLIPS, "72")
    asyncio.run(writing.run(Slow(), Sandbox("")))
    asked.refresh_from_db()
    assert (asked.state, asked.no_engine) == ("failed", False)


def test_pressed_twice_it_is_asked_for_once_and_there_is_an_end(ada, settings):
    assert writing.ask(ada, CLIPS, "72") == writing.ask(ada, CLIPS, "72")
    for number in range(writing.AT_ONCE - 1):
        writing.ask(ada, f"{CLIPS} {number}", "")
    with pytest.raises(writing.StillWriting):
        writing.ask(ada, "Another?", "")
    page = client_of(ada).post(reverse("practice:like_turn", args=[turn_of(ada, "Another?").pk]), follow=True).content.decode()
    assert "still being written for you" in page
    settings.QUEUE_LIMIT = writing.AT_ONCE
    with pytest.raises(writing.TooMany):
        writing.ask(User.objects.create(username="bea"), CLIPS, "")


def test_who_waits_looks_after_it(ada, bells):
    asked = writing.ask(ada, CLIPS, "72")
    long_ago = timezone.now() - timedelta(minutes=1)
    bells.clear()
    assert writing.look(asked).state == "queued"
    assert not bells
    Writing.objects.update(created=long_ago)
    asked.refresh_from_db()
    writing.look(asked)
    assert bells == [writing.TASK]
    for run, state in ((1, "queued"), (2, "failed")):
        Writing.objects.update(state="running", run=run, expires=long_ago)
        assert (writing.look(asked).state, asked.no_engine) == (state, state == "failed")
    Writing.objects.update(state="queued", no_engine=False, created=timezone.now() - 2 * writing.WAITED)
    assert (writing.look(asked).state, asked.no_engine) == ("failed", True)


def test_what_is_being_written_and_what_is_over_is_left_alone(ada, bells):
    asked = writing.ask(ada, CLIPS, "72")
    Writing.objects.update(created=timezone.now() - 2 * writing.WAITED)
    claimed = writing._claim()
    bells.clear()
    assert (writing.look(asked).state, asked.run, bells) == ("running", 1, [])
    writing._fail(claimed)
    Writing.objects.update(expires=timezone.now() - timedelta(days=1))
    assert (writing.look(asked).state, asked.no_engine, bells) == ("failed", False, [])


def test_a_worker_that_ends_gives_it_back(ada, bells):
    asked = writing.ask(ada, CLIPS, "72")

    class Ended(ScriptedEngine):
        async def stream(self, prompt, sampling, request_id):
            raise asyncio.CancelledError
            yield

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(writing.run(Ended(), Sandbox("")))
    asked.refresh_from_db()
    assert (asked.state, asked.run, asked.expires) == ("queued", 0, None)
    work()
    assert Item.objects.get().question == {"en": NEW}


def test_many_who_wait_ring_once_in_a_while(bells):
    old = timezone.now() - 2 * writing.AGAIN
    for number in range(3):
        asked = Writing.objects.create(student=User.objects.create(username=f"one{number}"), question=CLIPS)
        Writing.objects.filter(pk=asked.pk).update(created=old)
        for _poll in range(4):
            writing.look(asked)
    assert bells == [writing.TASK]


def test_what_waits_behind_others_that_are_written_waits_on(ada, bells):
    asked = writing.ask(ada, CLIPS, "72")
    Writing.objects.update(created=timezone.now() - 2 * writing.WAITED)
    other = writing.ask(User.objects.create(username="bea"), CLIPS, "72")
    Writing.objects.filter(pk=other.pk).update(created=timezone.now() - 3 * writing.WAITED)
    claimed = writing._claim()
    assert (claimed.pk, writing.look(asked).state) == (other.pk, "queued")
    writing._fail(claimed)
    assert writing.look(asked).state == "queued", "it is the next"
    Writing.objects.filter(pk=other.pk).update(expires=timezone.now() - timedelta(seconds=1))
    assert writing.look(asked).state == "failed"


def test_what_a_lost_worker_held_keeps_nobody_waiting(ada, bells):
    asked = [writing.ask(ada, f"{CLIPS} {number}", "") for number in range(writing.AT_ONCE)]
    long_ago = timezone.now() - timedelta(minutes=1)
    Writing.objects.update(state="running", run=writing.TRIES, expires=long_ago)
    assert writing.ask(ada, CLIPS, "72").state == "queued"
    assert {each.state for each in Writing.objects.filter(pk__in=[each.pk for each in asked])} == {"failed"}


def test_the_page_of_practice_looks_after_what_is_being_written(ada, bells):
    asked = writing.ask(ada, CLIPS, "72")
    long_ago = timezone.now() - timedelta(minutes=1)
    Writing.objects.update(state="running", run=1, expires=long_ago, created=long_ago)
    bells.clear()
    page = client_of(ada).get(reverse("practice:index")).content.decode()
    asked.refresh_from_db()
    assert (asked.state, bells) == ("queued", [writing.TASK])
    assert "Waiting" in page


def test_a_full_queue_is_rung_for(ada, bells, settings):
    settings.QUEUE_LIMIT = 1
    writing.ask(User.objects.create(username="bea"), CLIPS, "")
    bells.clear()
    with pytest.raises(writing.TooMany):
        writing.ask(ada, CLIPS, "")
    assert bells == [writing.TASK]
    Writing.objects.update(state="running", expires=timezone.now() + writing.LEASE)  # and so waits no more
    assert writing.ask(ada, CLIPS, "9" * 600).answer == "9" * 500


def test_a_worker_that_lost_it_writes_nothing(ada):
    writing.ask(ada, CLIPS, "72")

    class Slow(ScriptedEngine):
        async def stream(self, prompt, sampling, request_id):
            await writing.in_database(Writing.objects.update, run=2)
            async for chunk in super().stream(prompt, sampling, request_id):
                yield chunk

    asyncio.run(writing.run(Slow((WRITES, [NEW]), *solver(SOLUTION, "90")), Sandbox("90")))
    assert not Item.objects.exists()
    assert Writing.objects.get().state == "running"


def test_who_is_deleted_meanwhile_leaves_the_worker_to_the_others(ada):
    bea = User.objects.create(username="bea")
    for student in (ada, bea):
        writing.ask(student, CLIPS, "72")

    class Slow(ScriptedEngine):
        async def stream(self, prompt, sampling, request_id):
            await writing.in_database(User.objects.filter(username="ada").delete)
            async for chunk in super().stream(prompt, sampling, request_id):
                yield chunk

    asyncio.run(writing.run(Slow((WRITES, [NEW, NEW]), *solver(SOLUTION, "90")), Sandbox("90")))
    assert [item.student for item in Item.objects.all()] == [bea]


def test_it_is_the_students_alone(ada):
    asked = writing.ask(ada, CLIPS, "72")
    other = client_of(User.objects.create(username="bea"))
    assert other.get(reverse("practice:writing", args=[asked.pk])).status_code == 404
    assert other.post(reverse("practice:write_again", args=[asked.pk])).status_code == 404
    assert other.post(reverse("practice:like_turn", args=[turn_of(ada).pk])).status_code == 404
