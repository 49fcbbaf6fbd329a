"""What is said in a conversation that is no question of its own."""

import pytest

from inference.prompts import choose_mode
from inference.tutoring.guesses import said_plainly
from inference.tutoring.phrases import say
from inference.tutoring.smalltalk import replied, reply_to, reply_to_guess, spelled_out

ON_TOPIC = [
    "write it as a fraction",
    "tell me another problem",
    "write a story problem like this",
    "make a song of the digits 3, 1, 4",
    "写一道类似的题",
    "tell me a joke and then solve 2x + 3 = 7",
]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((text, "greeting") for text in ("hello", "Hi!", "你好", "您好！")),
        *((text, "welcome") for text in ("Thank you so much!", "ok, thanks!", "thx", "谢谢老师！", "明白了，谢谢你")),
        *((text, "seen") for text in ("ok", "Got it!", "I understand now", "我明白了", "好的", "再见")),
    ],
)
def test_politeness_is_answered_without_a_model(text, name):
    assert {reply_to(text, language) for language in ("en", "zh")} == {say(name, "en"), say(name, "zh")}


@pytest.mark.parametrize(
    "text",
    [
        "Write me a poem about cats",
        "please tell me a joke",
        "What's the weather today?",
        "给我写一首关于猫的诗",
        "讲个笑话",
        "法国的首都是哪里？",
    ],
)
def test_what_has_nothing_to_do_with_a_problem_is_refused_behind_one_too(text):
    assert reply_to(text, "en") == say("off_topic", "en")


@pytest.mark.parametrize(
    "text", ["thanks, but why 12?", "hi, what is 2 + 3?", "ok 12", "谢谢，那15支呢？", "好数是什么", "why?", "1", *ON_TOPIC]
)
def test_a_question_is_more_than_politeness(text):
    assert reply_to(text, "en") is None


@pytest.mark.parametrize(
    "text", ["why?", "I don't understand", "but why is that?", "explain again please", "为什么？", "还是不懂", "why" + "?" * 200]
)
def test_who_did_not_understand_gets_words_and_not_the_same_program_again(text):
    asked = spelled_out(text, "en")
    assert asked.startswith(text)
    assert "I do not say that it is wrong" in asked
    assert choose_mode(asked) == choose_mode(spelled_out(text, "zh")) == "cot"


@pytest.mark.parametrize("text", ["why is 2 prime?", "I don't understand fractions", "What if it were 5?", "为什么不能除以零？"])
def test_a_question_of_its_own_stays_as_it_is(text):
    assert spelled_out(text, "en") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("is it 80?", "Yes, that is"),
        ("80 km/h, right?", "Yes, that is"),
        ("I think it's 75", "I come to another answer: $80$"),
        ("是不是80？", "Yes"),
        ("is it 80 apples?", "Yes, that is"),
        ("is 80 right?", "Yes, that is"),
    ],
)
def test_a_guess_at_an_answer_that_was_shown_is_compared_with_it(text, said):
    assert reply_to_guess(text, "80", "en").startswith(said)


async def nothing():
    return
    yield


async def test_who_asks_for_a_hint_before_there_is_a_problem_is_asked_for_it():
    events = [event async for event in replied("给我一个提示", nothing(), model="m", language="zh", begins=True)]
    assert events[-1].text == say("incomplete", "zh")
    assert [event async for event in replied("给我一个提示", nothing(), model="m", language="zh", begins=False)] == []


NO_GUESS = ["80", "why 80?", "what if it were 5?", "is it 80 or 75?", "is it always so?", "is 80 even?", "80是偶数吗？", "那么3呢？"]


@pytest.mark.parametrize("text", NO_GUESS)
def test_what_is_no_guess_is_asked_of_the_model(text):
    assert reply_to_guess(text, "80", "en") is None
    assert reply_to_guess("is it 80?", "", "en") is None


def test_a_hole_in_a_message_holds_nobody_up():
    """A pattern tried every way to share the spaces out, for hours."""
    hole = " " * 7_000
    assert said_plainly(f"is it 12{hole}x, right{hole}?") == "12 x"
    assert reply_to(f"thanks{hole}x", "en") is None


def test_an_answer_in_words_is_no_formula():
    assert "answer: 80 km an hour. If" in reply_to_guess("is it 75?", "80 km an hour", "en")


@pytest.mark.parametrize(("answer", "said"), [("4", "Yes, that is"), ("5", None)])
def test_no_guess_is_held_against_an_answer_that_the_problem_refutes(answer, said):
    reply = reply_to_guess("is it 4?", answer, "en", problem="Solve 2x + 3 = 11")
    assert reply is None if said is None else reply.startswith(said)
