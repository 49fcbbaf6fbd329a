"""Which turn of which lesson a program's dialogue goes on from, whatever the client did to it."""

import json

import pytest
from django.conf import settings

from accounts.models import User
from inference.prompts import Exchange
from tutor import api_lessons, asking, queue
from tutor.api_request import ApiError, parse
from tutor.models import Conversation, Turn

pytestmark = pytest.mark.django_db

PENS = "Tom buys 4 pens at 3 dollars and some notebooks at 5 dollars each and pays 37 dollars. How many notebooks does he buy?"
APPLES = "小明有12个苹果，吃了3个，妈妈又给了他5个，现在有几个苹果？"
OPENED, SO_FAR, DONE = "What have you tried?", "What could be checked so far is right.", "That is the answer. Well done."
TRIED = {"tried": True}


@pytest.fixture
def student(monkeypatch):
    monkeypatch.setattr(queue, "send", lambda pk: None)
    return User.objects.create_user("student")


@pytest.fixture
def chat(student):
    return Chat(student)


class Chat:
    """A client's dialogue, in which the test says what the tutor replied."""

    def __init__(self, student, *history, aim=Turn.Aim.HINTS):
        self.student, self.aim, self.history = student, aim, list(history)

    def ask(self, question):
        return api_lessons.ask(self.student, self.aim, self.history, question, "auto")

    def say(self, question, reply=SO_FAR, *, offers=("attempt", "hint"), beside="1. ✓ checked\n\n", **progress):
        turn = self.ask(question)
        turn.state, turn.text, turn.offers, turn.progress = Turn.State.DONE, reply, list(offers), progress
        turn.save()
        self.history.append(Exchange(question, f"{beside}{reply}"))
        return turn

    def cut(self, question, state=Turn.State.STOPPED, text=""):
        """A reply that its reader stopped, or that failed."""
        turn = self.ask(question)
        Turn.objects.filter(pk=turn.pk).update(state=state)
        self.history.append(Exchange(question, text))


def asked(turn):
    return turn.request, turn.attempt


def test_behind_a_reply_that_was_stopped_the_lesson_goes_on_with_all_that_was_written_since(chat):
    opened = chat.say(PENS, OPENED)
    chat.cut("3 * 4 = 12", text="What could")
    turn = chat.say("37 - 12 = 25", **TRIED)
    assert (turn.parent, asked(turn)) == (opened, ("attempt", "3 * 4 = 12\n37 - 12 = 25"))
    hint = chat.ask("hint")
    assert (hint.parent, asked(hint)) == (turn, ("hint", ""))


def test_a_wish_behind_a_reply_that_was_stopped_comes_with_the_work(chat):
    opened = chat.say(PENS, OPENED)
    chat.cut("3 * 4 = 12")
    turn = chat.ask("a hint, please")
    assert (turn.parent, asked(turn)) == (opened, ("hint", "3 * 4 = 12"))


def test_who_stops_a_reply_and_asks_at_once_again_need_not_wait_for_its_end(chat):
    opened = chat.say(PENS, OPENED)
    Turn.objects.filter(pk=chat.ask("3 * 4 = 12").pk).update(state="running", stop_requested=True)
    assert chat.ask("3 * 4 = 12").parent == opened


def test_of_two_with_one_key_who_were_told_the_same_each_goes_on_from_the_own_work(student):
    one, other = Chat(student), Chat(student)
    for chat in (one, other):
        chat.say(PENS, OPENED)
    own = one.say("3 * 4 = 12")
    other.say("4 * 3 = 12")
    assert one.say("37 - 12 = 25").parent == own
    one.history.pop()
    assert one.ask("37 - 12 = 26").parent == own, "also where that was gone on from"


def test_of_two_with_one_key_the_other_need_not_wait_and_each_goes_on_from_what_came_with_the_own_problem(student):
    one, other = Chat(student), Chat(student)
    for chat in (one, other):
        chat.say(PENS, OPENED)
    assert one.ask("3 * 4 = 12").parent != other.ask("4 * 3 = 12").parent
    one, other = Chat(student), Chat(student)
    for chat, work in ((one, "3 * 4 = 12"), (other, "4 * 3 = 12")):
        chat.cut(APPLES)
        own = chat.say(work)
        assert (own.question, own.attempt) == (APPLES, work)
    assert one.ask("37 - 12 = 25").parent.attempt == "3 * 4 = 12"


def test_nobody_goes_on_in_a_lesson_of_another_person_or_another_model_or_of_a_page(chat):
    chat.say(PENS, OPENED)
    assert chat.ask("3 * 4 = 12").parent
    for student, aim in ((User.objects.create_user("other"), "hints"), (chat.student, "steps")):
        assert Chat(student, *chat.history, aim=aim).ask("3 * 4 = 12").parent is None
    Conversation.objects.update(api=False)
    assert chat.ask("3 * 4 = 12").parent is None


def test_of_many_lessons_the_newest_about_the_problem_are_looked_at(student, monkeypatch):
    monkeypatch.setattr(api_lessons, "FOLLOWED", 1)
    Chat(student).say(PENS, OPENED)
    newest, elsewhere = Chat(student), Chat(student)
    opened = newest.say(PENS, OPENED)
    elsewhere.say(APPLES, OPENED)
    for chat in (newest, elsewhere):
        chat.say("3 * 4 = 12", **TRIED)
    assert newest.ask("37 - 12 = 25").parent.parent == opened


def test_a_client_that_cuts_blanks_off_goes_on(chat):
    opened = chat.say(PENS, f"{OPENED}\n")
    chat.history = [Exchange(PENS, OPENED)]
    assert chat.ask("3 * 4 = 12").parent == opened


def test_an_edited_message_does_not_go_on_from_what_stood_there_before(chat):
    chat.say(PENS, OPENED)
    before = chat.say("4 * 3 = 12", **TRIED)
    chat.history.pop()
    edited = chat.say("37 - 12 = 25")
    assert edited.parent == before.parent
    assert chat.ask("25 / 5 = 5").parent == edited


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_client_that_sends_only_the_end_of_the_dialogue_goes_on_in_its_lesson(chat, kept):
    chat.say(PENS, OPENED)
    chat.say("4 * 3 = 12", **TRIED)
    chat.say("hint", "What is left of the money?")
    last = chat.say("37 - 12 = 25", **TRIED)
    chat.history = chat.history[-kept:]
    assert chat.ask("25 / 5 = 5").parent == last


@pytest.mark.parametrize("aim", ["steps", "hints"])
def test_who_comes_from_another_model_is_taught_the_last_problem(student, aim):
    history = [Exchange("hello", "Hello!"), Exchange(PENS, "It is $5$."), Exchange("thanks", "You are welcome."), Exchange(APPLES, "14")]
    turn = Chat(student, *history, Exchange("12 - 3 = 9", "Right."), aim=aim).ask("hint")
    assert (turn.question, turn.attempt, turn.aim) == (APPLES, "12 - 3 = 9", aim)


@pytest.mark.parametrize("text", [APPLES, "Solve 3x + 4 = 10", "Problem: Find 7% of 30", f"题目：{APPLES}"])
def test_another_problem_in_the_middle_of_a_lesson_begins_one(chat, text):
    opened = chat.say(PENS, OPENED)
    turn = chat.say(text, OPENED, beside="")
    assert (turn.parent, turn.request, turn.poses, turn.aim) == (opened, "", None, "hints")
    assert chat.ask("3 + 4 = 7").poses == turn


@pytest.mark.parametrize(
    ("text", "aim"), [("why?", "explain"), ("I doubt line 2", "explain"), ("thanks", "hints"), (APPLES, "hints"), ("2x + 3 = 9", "hints")]
)
def test_behind_a_lesson_a_question_about_it_is_answered_and_no_problem_to_be_hinted_at(chat, text, aim):
    chat.say(PENS, OPENED)
    done = chat.say("5", DONE, offers=("answer",), finished=True)
    turn = chat.ask(text)
    assert (turn.parent, turn.aim, turn.question) == (done, aim, text)


def test_behind_thanks_the_solution_can_still_be_had(chat):
    opened = chat.say(PENS, OPENED)
    chat.say("5", DONE, offers=("answer",), finished=True)
    chat.say("thanks", "You are welcome.", offers=())
    shown = chat.say("full solution", "It is $5$.", offers=())
    assert (shown.request, shown.poses) == ("answer", opened)
    assert chat.ask("next step").aim == "explain", "there is none to be taught"
    assert chat.ask("why?").parent == shown


def test_behind_thanks_in_the_middle_of_a_lesson_it_goes_on(chat):
    opened = chat.say(PENS, OPENED)
    assert asked(chat.say("thanks", "You are welcome.")) == ("attempt", "thanks")
    turn = chat.say("3 * 4 = 12")
    assert (turn.poses, asked(turn)) == (opened, ("attempt", "3 * 4 = 12"))
    assert chat.ask("37 - 12 = 25").parent == turn


def test_a_wish_that_is_not_granted_yet_is_answered_and_the_lesson_goes_on(chat):
    chat.say(PENS, OPENED)
    wished = chat.say("hint", "Try it first.")
    assert wished.request == "attempt"
    assert chat.ask("3 * 4 = 12").parent == wished


def test_what_was_missing_completes_the_problem_though_it_is_none_by_itself(chat):
    asked_back = chat.say("Tom buys 4 pens. What does he pay?", "What does a pen cost?", offers=(), asked_back=True)
    turn = chat.ask("a pen costs 3 dollars")
    assert (turn.parent, turn.aim) == (asked_back, "hints")


def test_work_in_the_problem_s_own_message_is_work(student):
    turn = Chat(student).ask(f"Problem: {PENS}\nStudent Solution: 3 * 4 = 12")
    assert (turn.question, turn.attempt) == (PENS, "3 * 4 = 12")


def test_where_nothing_was_posed_the_newest_message_is_answered(student):
    assert Chat(student, Exchange("hello", "Hello!")).ask("thanks").question == "thanks"


def test_work_that_is_too_long_is_refused_and_not_passed_over(chat):
    work = "3 * 4 = 12\n" * (settings.QUESTION_LIMIT // 10)
    with pytest.raises(asking.QuestionTooLong):
        chat.ask(f"Problem: {PENS}\nStudent Solution: {work}")


def test_what_is_not_known_and_too_long_is_read_from_its_end(student, settings):
    settings.QUESTION_LIMIT = 200
    work = [Exchange(f"{number} + 1 = {number + 1}", "Good.") for number in range(100)]
    turn = Chat(student, Exchange("Add up some numbers.", "Try."), *work).ask("100 + 1 = 101")
    assert turn.question == "Add up some numbers."
    assert turn.attempt.endswith("99 + 1 = 100\n100 + 1 = 101")


def test_what_was_refused_because_it_is_too_long_does_not_block_the_dialogue(chat, settings):
    long = Exchange("3 * 4 = 12\n" * settings.QUESTION_LIMIT, "")
    chat.history = [long]
    opened = chat.say(PENS, OPENED)
    chat.history.append(long)
    assert chat.ask("3 * 4 = 12").parent == opened


def dialogue(*messages):
    messages = [{"role": role, "content": content} for role, content in messages]
    return parse(json.dumps({"model": "lemma-hints", "messages": messages}).encode())


@pytest.mark.parametrize(("model", "status"), [({}, 400), ({"model": "gpt-5"}, 404)])
def test_who_names_no_model_that_there_is_is_told_which_there_are(model, status):
    with pytest.raises(ApiError, match="lemma, lemma-python, ") as caught:
        parse(json.dumps({"messages": [{"role": "user", "content": "1 + 1"}]} | model).encode())
    assert (caught.value.status, caught.value.param) == (status, "model")


def test_a_picture_that_was_refused_does_not_block_the_dialogue():
    picture = [{"type": "text", "text": PENS}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]
    with pytest.raises(ApiError, match="other content than text"):
        dialogue(("user", picture))
    asked = dialogue(("user", picture), ("assistant", ""), ("user", "3 * 4 = 12"))
    assert (asked.history, asked.question) == ([Exchange(PENS, "")], "3 * 4 = 12")


def test_a_long_dialogue_goes_on():
    assert len(dialogue(*[("user", "1"), ("assistant", "Not yet.")] * 100, ("user", "2")).history) == 100


def test_content_that_is_nothing_is_nothing_that_was_said():
    asked = dialogue(("user", None), ("user", [{"type": "text", "text": PENS}]), ("function", "5"), ("assistant", None), ("user", "why?"))
    assert (asked.history, asked.question) == ([Exchange(PENS, "")], "why?")
    with pytest.raises(ApiError, match="other content than text"):
        dialogue(("user", [{"type": "text", "text": None}]))


def test_a_lesson_begins_in_the_language_that_the_request_is_in(student):
    begun = api_lessons.ask(student, Turn.Aim.HINTS, [], "x^2 - 5x + 6 = 0", "zh")
    assert begun.language == "zh"
