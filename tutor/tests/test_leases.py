"""Who solves a turn, and what becomes of turns whose worker is lost."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from inference.prompts import Exchange
from tutor import asking, eventlog, leases, lessons
from tutor.models import Conversation, Turn, TurnEvent, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """The turns that were sent to the broker."""
    sent = []
    monkeypatch.setattr("accounts.workers.current_app.send_task", lambda name, arguments: sent.append(arguments[0]))
    return sent


@pytest.fixture
def turn(db):
    return asking.ask(User.objects.create_user("student"), "What is 1 + 1?", "cot", "en")


def expire(turn, **fields):
    Turn.objects.filter(pk=turn.pk).update(lease_expires=timezone.now() - timedelta(seconds=1), **fields)


def log(turn):
    return list(turn.events.values_list("seq", "run", "kind"))


def test_a_turn_is_claimed_once(turn):
    claim = leases.claim(turn.pk)
    assert (claim.turn.run, claim.turn.state, claim.last, claim.seed, claim.temperature) == (1, "running", 1, 0, 0.0)
    now = timezone.now()
    assert now - timedelta(seconds=9) < claim.turn.started <= now < claim.turn.lease_expires <= now + leases.LEASE
    assert leases.claim(turn.pk) is None


@pytest.mark.parametrize(("aim", "clarify"), [("explain", False), ("hints", True)])
def test_a_program_s_question_is_looked_at_first_only_where_a_lesson_begins(turn, aim, clarify):
    asked = asking.ask_once(turn.conversation.owner, "What is 2 + 2?", "cot", 1, [], aim=aim)
    assert leases.claim(asked.pk).clarify is clarify


def test_a_follow_up_knows_what_was_answered_above_it(turn):
    Turn.objects.filter(pk=turn.pk).update(state="done", text="It is 2.")
    failed = asking.ask(turn.conversation.owner, "And?", "cot", "en", conversation=turn.conversation)
    Turn.objects.filter(pk=failed.pk).update(state="failed")
    last = asking.ask(turn.conversation.owner, "And 2 + 2?", "cot", "en", conversation=turn.conversation)
    assert leases.claim(last.pk).history == [Exchange("What is 1 + 1?", "It is 2.")]


@pytest.mark.parametrize(
    ("between", "quote", "is_about_the_first"),
    [("Which of them?", "It is 2.", True), ("why?", "", True), ("What is 2 + 2?", "", False)],
)
def test_a_guess_behind_a_question_about_a_solution_is_about_that(turn, between, quote, is_about_the_first):
    Turn.objects.filter(pk=turn.pk).update(state="done", text="It is 2.", answer="2")
    owner = turn.conversation.owner
    doubt = asking.ask(owner, between, "cot", "en", conversation=turn.conversation, quote=quote)
    Turn.objects.filter(pk=doubt.pk).update(state="done", text="So.")
    guess = asking.ask(owner, "is it 3?", "cot", "en", conversation=turn.conversation)
    assert leases.claim(guess.pk).shown == (turn if is_about_the_first else doubt)


def test_a_guess_is_about_the_newest_answer_and_one_beside_a_quoted_step_is_about_that(turn):
    def behind(question, **more):
        return asking.ask(turn.conversation.owner, question, "cot", "en", conversation=turn.conversation, **more)

    Turn.objects.filter(pk=turn.pk).update(state="done", text="It is 2.", answer="2")
    again = behind("why?")
    Turn.objects.filter(pk=again.pk).update(state="done", text="It is 3.", answer="3")
    guess = leases.claim(behind("is it 3?").pk)
    assert guess.shown == again
    Turn.objects.filter(pk=guess.turn.pk).update(state="done", text="Yes.")
    assert leases.claim(behind("is it 3?", quote="It is 3.").pk).shown is None


def test_within_a_lesson_the_history_ends_where_its_problem_was_posed(turn):
    Turn.objects.filter(pk=turn.pk).update(state="done", text="It is 2.")
    posed = asking.ask(turn.conversation.owner, "And 2 + 2?", "cot", "en", aim="hints", conversation=turn.conversation)
    Turn.objects.filter(pk=posed.pk).update(state="done", text="What have you tried?", offers=["attempt"])
    posed.refresh_from_db()
    assert leases.claim(lessons.go_on(posed, "attempt", attempt="2 + 2 = 4").pk).history == [Exchange("What is 1 + 1?", "It is 2.")]


def test_a_regenerated_turn_is_sampled_with_a_seed_of_its_own(turn):
    again, once_more = asking.regenerate(turn), asking.regenerate(turn)
    claims = [leases.claim(pk) for pk in (again.pk, once_more.pk)]
    assert [(claim.seed, claim.temperature) for claim in claims] == [(1, leases.AGAIN_TEMPERATURE), (2, leases.AGAIN_TEMPERATURE)]
    assert leases.claim(asking.edit(turn, "Another?").pk).seed == 0
    Turn.objects.filter(conversation=turn.conversation).update(state="done")
    turn.refresh_from_db()
    below = asking.ask(turn.conversation.owner, turn.question, "cot", "en", conversation=turn.conversation, parent=turn)
    elsewhere = asking.ask(turn.conversation.owner, turn.question, "cot", "en")
    assert [leases.claim(each.pk).seed for each in (below, elsewhere)] == [0, 0]


def test_each_doubt_is_looked_into_with_a_seed_of_its_own(turn):
    seeds = [leases.claim(turn.pk).seed]
    for _ in range(2):
        Turn.objects.filter(pk=turn.pk).update(state="done", text="It is 2.")
        turn.refresh_from_db()
        turn = lessons.go_on(turn, "challenge", quote="It is 2.")
        seeds.append(leases.claim(turn.pk).seed)
    assert len(set(seeds)) == 3


@pytest.mark.parametrize(("progress", "clarify"), [({}, False), ({"refused": True}, True), ({"asked_back": True}, True)])
def test_a_follow_up_is_looked_at_first_only_where_the_turn_before_was_not_solved(turn, progress, clarify):
    assert leases.claim(turn.pk).clarify
    Turn.objects.filter(pk=turn.pk).update(state="done", text="It is 2.", progress=progress)
    follow = asking.ask(turn.conversation.owner, "Why?", "cot", "en", conversation=turn.conversation)
    claim = leases.claim(follow.pk)
    assert (claim.clarify, bool(claim.history)) == (clarify, not clarify)  # nor is it a part of what the model goes on from
    assert not leases.claim(asking.regenerate(follow).pk).clarify
    Turn.objects.exclude(pk=turn.pk).update(state="done")
    turn.refresh_from_db()
    assert not leases.claim(lessons.go_on(turn, "challenge", quote="It is 2.").pk).clarify


def test_a_lost_turn_is_queued_again(turn, sent, django_capture_on_commit_callbacks):
    leases.claim(turn.pk)
    expire(turn)
    with django_capture_on_commit_callbacks(execute=True):
        leases.sweep(idle=False)
    turn.refresh_from_db()
    assert (turn.state, sent, log(turn)) == ("queued", [str(turn.pk)], [(1, 0, "queued"), (2, 1, "queued")])
    assert leases.claim(turn.pk).turn.run == 2


def test_a_renewed_turn_is_not(turn):
    leases.claim(turn.pk)
    expire(turn)
    leases.renew([turn.pk])
    leases.sweep(idle=True)
    turn.refresh_from_db()
    assert turn.state == "running"


def test_a_next_run_goes_on_from_the_run_that_is_held(turn):
    other = asking.ask(turn.conversation.owner, "What is 2 + 2?", "cot", "en")
    for each in (turn, other):
        leases.claim(each.pk)
    expire(turn)
    assert [leases.next_run(turn.pk, run) for run in (3, 2, 2)] == [False, True, False]
    for each in (turn, other):
        each.refresh_from_db()
    assert (turn.run, other.run, turn.lease_expires > timezone.now()) == (2, 1, True)
    Turn.objects.filter(pk=turn.pk).update(state="stopped")
    assert not leases.next_run(turn.pk, 3)


def test_a_lost_turn_that_was_to_stop_is_stopped(turn):
    leases.claim(turn.pk)
    expire(turn, stop_requested=True)
    leases.sweep(idle=False)
    turn.refresh_from_db()
    assert (turn.state, log(turn)[-1]) == ("stopped", (2, 1, "stopped"))


def test_a_turn_that_was_to_stop_as_its_worker_gave_it_back_is_stopped_by_the_next(turn):
    leases.claim(turn.pk)
    asking.stop(turn)
    Turn.objects.filter(pk=turn.pk).update(state="queued")
    assert leases.claim(turn.pk).turn.run == 2
    assert leases.look({turn.pk: 2}).stopped == {turn.pk}


def test_a_turn_that_kills_its_workers_is_given_up(turn):
    leases.claim(turn.pk)
    expire(turn, run=leases.RUNS)
    leases.sweep(idle=False)
    turn.refresh_from_db()
    assert (turn.state, turn.failure, turn.events.last().payload) == ("failed", "gave_up", {"reason": "gave_up"})
    assert turn.finished


def test_what_waits_beside_an_idle_worker_is_sent_again_once(turn, sent, django_capture_on_commit_callbacks):
    Turn.objects.filter(pk=turn.pk).update(enqueued=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        leases.sweep(idle=False)
        assert sent == []
        leases.sweep(idle=True)
        leases.sweep(idle=True)
    assert sent == [str(turn.pk)]


def test_look_tells_what_to_stop_and_what_is_lost(turn, settings):
    settings.ACTIVE_TURNS_PER_USER = 5
    owner = turn.conversation.owner
    others = [asking.ask(owner, f"{number}", "cot", "en") for number in range(4)]
    for held in (turn, *others):
        leases.claim(held.pk)
    stopped, taken, deleted, given_back = others
    Turn.objects.filter(pk=stopped.pk).update(stop_requested=True)
    Turn.objects.filter(pk=taken.pk).update(run=2)
    Turn.objects.filter(pk=given_back.pk).update(state="queued")
    pks = [held.pk for held in (turn, *others)]
    deleted.conversation.delete()
    look = leases.look(dict.fromkeys(pks, 1))
    assert look == leases.Look(stopped={stopped.pk}, lost={taken.pk, pks[3], given_back.pk})


def test_dead_workers_are_struck_off():
    Worker.objects.create(name="dead", seen=timezone.now() - timedelta(minutes=2))
    leases.report(model="qwen", loading=False, engine_error="", sandbox_error="")
    leases.sweep(idle=True)
    assert Worker.objects.get().name == leases.WORKER_NAME
    leases.sign_off()
    assert not Worker.objects.exists()


def test_what_a_program_asked_is_deleted_after_a_day(turn):
    owner = turn.conversation.owner
    old, new = (asking.ask_once(owner, "What is 2 + 2?", "cot", 1, []) for _ in range(2))
    yesterday = timezone.now() - leases.API_KEPT
    Conversation.objects.filter(pk__in=[old.conversation_id, turn.conversation_id]).update(created=yesterday)
    leases.sweep(idle=False)
    assert set(Turn.objects.all()) == {turn, new}


def test_a_conversation_gives_its_newest_exchanges_to_the_model(turn):
    def answered(turn):
        Turn.objects.filter(pk=turn.pk).update(state="done", text=f"It is {turn.question}.")
        return turn

    for number in range(leases.ANCESTORS + 2):
        turn = asking.ask(answered(turn).conversation.owner, f"{number}", "cot", "en", conversation=turn.conversation)
    asked = [exchange.question for exchange in leases.claim(turn.pk).history]
    assert asked == [str(number) for number in range(1, leases.ANCESTORS + 1)]
    context = [Exchange(f"{number}", "So.") for number in range(leases.ANCESTORS + 2)]
    told = asking.ask_once(turn.conversation.owner, "And?", "cot", 1, context)
    assert leases.claim(told.pk).history == context[2:]


def test_the_logs_of_turns_that_are_over_for_long_are_joined_a_few_at_a_time(turn, monkeypatch):
    monkeypatch.setattr(eventlog, "JOINED_AT_ONCE", 2)
    owner = turn.conversation.owner
    old, again, recent = (asking.ask(owner, f"{number}", "cot", "en") for number in range(3))
    said = [
        eventlog.Entry(seq=seq, run=1, kind="token", data={"candidate": seq % 2, "part": "text", "text": str(seq)}) for seq in range(2, 8)
    ]
    done = eventlog.Entry(seq=8, run=1, kind="done", data={})
    for each in (turn, old, again, recent):
        TurnEvent.objects.bulk_create(eventlog.rows(each.pk, [*said, done]))
    ended = timezone.now() - eventlog.JOINED_AFTER
    Turn.objects.filter(pk__in=[old.pk, again.pk]).update(state="done", finished=ended)
    Turn.objects.filter(pk=recent.pk).update(state="done", finished=timezone.now())
    lengths = []
    for _sweep in range(2):
        leases.sweep(idle=False)
        lengths.append([each.events.count() for each in (turn, old, again, recent)])
    assert lengths == [[8, 4, 4, 8]] * 2
    assert [(event.seq, event.payload.get("text")) for event in old.events.all()[1:]] == [(2, "246"), (3, "357"), (4, None)]


def test_a_log_that_is_not_joined_to_its_end_stays_as_it_was(turn, monkeypatch):
    eventlog.finish(turn.pk, Q(state="queued"), "stopped", {}, state=Turn.State.STOPPED)
    Turn.objects.filter(pk=turn.pk).update(finished=timezone.now() - eventlog.JOINED_AFTER)
    monkeypatch.setattr(TurnEvent.objects, "bulk_create", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        leases.sweep(idle=False)
    turn.refresh_from_db()
    assert (turn.joined, log(turn)) == (False, [(1, 0, "queued"), (2, 0, "stopped")])


@pytest.mark.parametrize("state", ["queued", "running"])
@pytest.mark.parametrize(("silent", "stops"), [(None, False), (30, False), (90, True)])
def test_what_no_program_waits_for_any_more_is_stopped(turn, sent, state, silent, stops):
    """The web process that followed it was ended. Who asked on the page, and so was never seen to wait, may come back."""
    followed = silent and timezone.now() - timedelta(seconds=silent)
    Turn.objects.filter(pk=turn.pk).update(followed=followed, state=state, lease_expires=timezone.now() + timedelta(seconds=60))
    leases.sweep(idle=False)
    turn.refresh_from_db()
    assert (turn.state == "stopped" or turn.stop_requested) == stops
    assert turn.state == ("stopped" if stops and state == "queued" else state)


def test_what_a_program_asked_and_hung_up_before_it_was_followed_is_stopped(turn, sent, monkeypatch):
    begun = asking.ask_once(turn.conversation.owner, "What is 2 + 2?", "cot", 1, [], aim="hints")
    Turn.objects.filter(pk=begun.pk).update(state="done", offers=["attempt"])
    begun.refresh_from_db()
    asked = lessons.go_on(begun, "attempt", attempt="2 + 2 = 5"), asking.ask_once(turn.conversation.owner, "Why?", "cot", 1, [])
    leases.sweep(idle=False)
    assert {each.state for each in Turn.objects.filter(pk__in=[each.pk for each in asked])} == {"queued"}
    monkeypatch.setattr(leases, "UNREAD", timedelta(0))
    leases.sweep(idle=False)
    assert {each.state for each in Turn.objects.filter(pk__in=[each.pk for each in asked])} == {"stopped"}
    turn.refresh_from_db()
    assert turn.state == "queued", "who asked on the page may come back"
