"""Who may ask what, and how a conversation's tree is read."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from tutor import asking, conversations, standing
from tutor.models import Conversation, Plot, Turn, TurnEvent, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def student():
    return User.objects.create_user("student")


@pytest.fixture
def outsider():
    return User.objects.create_user("outsider")


def ask(user, question="What is 1 + 1?", **more):
    return asking.ask(user, question, "cot", "en", **more)


def answered(turn, answer="2"):
    Turn.objects.filter(pk=turn.pk).update(state="done", answer=answer, text=f"It is {answer}.")
    turn.refresh_from_db()
    return turn


def test_a_question_is_stored_and_waits(student):
    turn = ask(student, "  What is 1 + 1?\r\nSay why. ")
    assert (turn.question, turn.state, turn.conversation.owner) == ("What is 1 + 1?\nSay why.", "queued", student)
    assert turn.conversation.title == "What is 1 + 1? Say why."
    assert list(turn.events.values_list("seq", "run", "kind")) == [(1, 0, "queued")]


def test_a_long_first_line_makes_a_short_title(student):
    assert len(ask(student, "x" * 500).conversation.title) == asking.TITLE_LENGTH
    assert ask(student, "x" * asking.TITLE_LENGTH).conversation.title == "x" * asking.TITLE_LENGTH


def test_a_question_may_be_so_long(student, settings):
    assert len(ask(student, "x" * settings.QUESTION_LIMIT).question) == settings.QUESTION_LIMIT


def test_where_there_is_own_work_one_solution_is_written(student):
    assert [ask(student, n=4, attempt=work).n for work in ("", "1 + 1 = 3")] == [4, 1]


@pytest.mark.parametrize(("question", "error"), [(" \n ", asking.QuestionEmpty), ("x" * 8001, asking.QuestionTooLong)])
def test_what_is_no_question_is_refused(student, question, error):
    with pytest.raises(error, match=r"\w"):
        ask(student, question)
    assert not Conversation.objects.exists()


def test_a_student_has_so_many_turns_at_once(student, outsider, settings):
    settings.ACTIVE_TURNS_PER_USER = 2
    turns = [ask(student), ask(student)]
    with pytest.raises(asking.TooManyTurns):
        ask(student)
    with pytest.raises(asking.TooManyTurns):
        asking.regenerate(turns[0])
    ask(outsider)
    answered(turns[0])
    ask(student)


def test_a_student_has_so_many_solutions_written_at_once(student):
    first = ask(student, n=16)
    with pytest.raises(asking.TooManySolutions):
        ask(student, n=8)
    with pytest.raises(asking.TooManySolutions):
        asking.regenerate(first)
    ask(student, n=64, in_background=True)  # a few of them at once
    ask(student)
    asking.stop(first)
    ask(student, n=16)


def test_the_queue_has_an_end(student, outsider, settings):
    settings.QUEUE_LIMIT = 1
    first = ask(student)
    with pytest.raises(asking.QueueFull):
        ask(outsider)
    answered(first)
    ask(outsider)


def test_what_waits_in_the_background_takes_no_question_s_place(student, outsider, settings):
    settings.QUEUE_LIMIT = 1
    waiting = ask(student, n=64, in_background=True)
    with pytest.raises(asking.QueueFull):
        ask(outsider, n=64, in_background=True)
    with pytest.raises(asking.QueueFull):
        asking.edit(waiting, "What is 1 + 2?")
    ask(outsider)
    with pytest.raises(asking.QueueFull):
        ask(student)


def test_a_follow_up_waits_for_the_answer_before_it(student):
    first = ask(student)
    with pytest.raises(asking.StillSolving):
        ask(student, "And 2 + 2?", conversation=first.conversation)
    answered(first)
    assert ask(student, "And 2 + 2?", conversation=first.conversation).parent == first


def test_only_the_owner_finds_things(student, outsider):
    turn = ask(student)
    plot = Plot.objects.create(turn=turn, png=b"png")
    found = asking.get_conversation_for, asking.get_turn_for, asking.get_plot_for
    for get, thing in zip(found, (turn.conversation, turn, plot), strict=True):
        assert get(student, thing.pk) == thing
        for user, pk in ((outsider, thing.pk), (student, uuid4())):
            with pytest.raises(Http404):
                get(user, pk)


def test_branches_and_siblings(student):
    root = answered(ask(student, "one"))
    again = answered(asking.regenerate(root))
    follow = answered(ask(student, "two", conversation=root.conversation, parent=root))
    edited = answered(asking.edit(follow, "two, otherwise"))
    conversation = root.conversation

    newest = conversations.branch(conversation)
    assert [(step.turn, step.position, step.count) for step in newest] == [(root, 1, 2), (edited, 2, 2)]
    assert (newest[0].previous, newest[0].next, newest[1].previous, newest[1].next) == (None, again, follow, None)
    assert [step.turn for step in conversations.branch(conversation, again)] == [again]
    assert conversations.branch(conversation, again)[0].previous == edited  # the newest turn below the sibling
    assert [step.turn for step in conversations.branch(conversation, root)] == [root, edited]
    assert conversations.branch(Conversation.objects.create(owner=student, title="empty")) == []


def test_of_three_siblings_each_leads_to_the_one_beside_it(student):
    one = answered(ask(student))
    two, three = (answered(asking.regenerate(one)) for _ in range(2))
    steps = [conversations.branch(one.conversation, turn)[0] for turn in (one, two, three)]
    beside = [(step.position, step.count, step.previous, step.next) for step in steps]
    assert beside == [(1, 3, None, two), (2, 3, one, three), (3, 3, two, None)]


def test_stop_ends_what_waits_and_marks_what_runs(student):
    waiting, running, lost, done = (ask(student) for _ in range(4))
    now = timezone.now()
    Turn.objects.filter(pk=running.pk).update(state="running", run=1, lease_expires=now + timedelta(seconds=9))
    Turn.objects.filter(pk=lost.pk).update(state="running", run=1, lease_expires=now - timedelta(seconds=1))
    Turn.objects.filter(pk=answered(done).pk).update(lease_expires=now - timedelta(seconds=1))
    for turn in (waiting, running, lost, done):
        asking.stop(turn)
        turn.refresh_from_db()
    assert [(turn.state, turn.stop_requested) for turn in (waiting, running, lost, done)] == [
        ("stopped", False),
        ("running", True),
        ("stopped", False),
        ("done", False),
    ]
    assert list(lost.events.values_list("seq", "kind")) == [(1, "queued"), (2, "stopped")]


def test_a_branch_is_read_at_once_however_long_it_is(student, django_assert_num_queries):
    turn = ask(student)
    for _more in range(2):
        turn = ask(student, parent=answered(turn), conversation=turn.conversation)
    with django_assert_num_queries(2):
        assert len([conversations.replay(step.turn) for step in conversations.branch(turn.conversation)]) == 3


def test_replay_has_the_latest_run_with_its_tokens_joined(student):
    turn = ask(student)
    log = [
        (1, "started", {"mode": "cot"}),
        (1, "token", {"candidate": 0, "part": "text", "text": "lost"}),
        (1, "queued", {"again": True}),
        (2, "started", {"mode": "cot"}),
        (2, "token", {"candidate": 0, "part": "text", "text": "It "}),
        (2, "token", {"candidate": 0, "part": "text", "text": "is"}),
        (2, "token", {"candidate": 0, "part": "code", "text": "1"}),
    ]
    for seq, (run, kind, payload) in enumerate(log, 2):
        TurnEvent.objects.create(turn=turn, seq=seq, run=run, kind=kind, payload=payload)
    events, last = conversations.replay(turn)
    assert last == 8
    assert [(event["seq"], event["kind"], event["data"].get("text")) for event in events] == [
        (5, "started", None),
        (7, "token", "It is"),
        (8, "token", "1"),
    ]


def test_search_reads_titles_questions_and_answers_of_ones_own(student, outsider):
    pie = answered(ask(student, "How large is a pie?"), answer=r"\pi r^2")
    ask(student, "Something else, " + "and " * 20 + "apples")
    ask(outsider, "A pie, too")
    assert list(conversations.search(student, "PIE ")) == [pie.conversation]
    assert list(conversations.search(student, "pi r")) == [pie.conversation]
    assert "apples" not in conversations.search(student, "apples").get().title
    assert list(conversations.search(student, " pie\x00 ")) == [pie.conversation]  # Postgres would refuse to look for it
    assert len(conversations.search(student, " ")) == 2
    assert not conversations.search(student, "%")


def test_the_conversation_that_was_asked_in_last_comes_first(student):
    old, new = answered(ask(student)), answered(ask(student))
    assert list(conversations.search(student, "")) == [new.conversation, old.conversation]
    asking.regenerate(old)
    assert list(conversations.search(student, "")) == [old.conversation, new.conversation]


def test_state_says_what_is_missing():
    assert standing.state().no_worker
    now = timezone.now()
    Worker.objects.create(name="silent", seen=now - timedelta(minutes=1), engine_loading=False)
    assert standing.state().no_worker
    Worker.objects.create(name="loading", seen=now, engine_loading=True, sandbox_error="no namespaces")
    assert standing.state() == standing.State(loading=True, sandbox_error="no namespaces")
    Worker.objects.create(name="worse", seen=now, engine_loading=False, engine_error="refused")
    assert standing.state() == standing.State(loading=True, engine_error="refused")
    Worker.objects.filter(name="loading").delete()
    assert standing.state() == standing.State(engine_error="refused")
    Worker.objects.create(name="able", seen=now, engine_loading=False, model="qwen")
    Worker.objects.create(name="unnamed", seen=now, engine_loading=False)
    assert standing.state() == standing.State(models=["qwen"])
    assert standing.state().ok
    assert not any(standing.State(**{what: "x"}).ok for what in ("no_worker", "loading", "engine_error", "sandbox_error"))


def test_position_counts_those_before(student):
    first, second = ask(student), ask(student)
    assert (standing.position(first.pk), standing.position(second.pk)) == (1, 2)
    asking.stop(first)
    assert (standing.position(first.pk), standing.position(second.pk)) == (None, 1)
