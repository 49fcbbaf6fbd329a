"""What a program asks for, read from its request."""

import json

import pytest

from inference.solve import Limits
from tutor.api_request import LARGEST, ApiError, parse

FORMULA = "x^2 - 5x + 6 = 0"
ENGLISH, CHINESE = "You are a tutor.", "你是数学老师。"


def dialogue(*said):
    """Messages: what the system says, then the user's and the assistant's in turn."""
    roles = ["system", *["user", "assistant"] * len(said)]
    return [{"role": role, "content": text} for role, text in zip(roles, said, strict=False) if text]


@pytest.mark.parametrize(
    ("messages", "language"),
    [
        (dialogue("", FORMULA), "auto"),
        (dialogue(CHINESE, FORMULA), "zh"),
        (dialogue(ENGLISH, FORMULA), "en"),
        (dialogue(CHINESE, "How many?", "Two.", FORMULA), "en"),
        (dialogue(ENGLISH, "解方程", "好。", "2x = 6", "x = 3", FORMULA), "zh"),
        (dialogue(CHINESE, f"Solve {FORMULA}"), "auto"),
        (dialogue(ENGLISH, "解方程 2x = 6"), "auto"),
    ],
)
def test_a_formula_alone_is_answered_in_the_language_that_was_spoken(messages, language):
    asked = parse(json.dumps({"model": "lemma", "messages": messages}).encode())
    assert asked.language == language


def ask(**change):
    return parse(json.dumps({"model": "lemma", "messages": dialogue("", "1 + 1")} | change).encode())


# What Open WebUI asks for by itself, behind each reply.
CHORE = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: Solve 2x = 4
ASSISTANT: $x = 2$
</chat_history>"""


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"model": ["lemma"]}, "model_not_found", "model"),
        ({"messages": []}, None, "messages"),
        ({"messages": "1 + 1"}, None, "messages"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, None, "messages[0].role"),
        ({"messages": ["x"]}, None, "messages[0].role"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, None, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, None, "messages"),
        ({"messages": dialogue("", *["x"] * 1001)}, "context_length_exceeded", "messages"),
        ({"messages": dialogue("", CHORE)}, "unsupported_value", "messages"),
        ({"messages": dialogue("", "x" * LARGEST)}, "context_length_exceeded", "messages"),
        ({"n": 3}, "unsupported_value", "n"),
        ({"stream": "yes"}, "unsupported_value", "stream"),
        ({"response_format": {"type": "json_object"}}, "unsupported_value", "response_format"),
        ({"response_format": "text"}, "unsupported_value", "response_format"),
        ({"tool_choice": "required"}, "unsupported_value", "tool_choice"),
        ({"function_call": {"name": "plot"}}, "unsupported_value", "function_call"),
        ({"logprobs": True}, "unsupported_value", "logprobs"),
        ({"modalities": ["text", "audio"]}, "unsupported_value", "modalities"),
        ({"max_tokens": 0}, None, "max_tokens"),
        ({"max_tokens": True}, None, "max_tokens"),
        ({"max_completion_tokens": "many"}, None, "max_completion_tokens"),
        ({"stop": [1]}, None, "stop"),
        ({"stop": 1}, None, "stop"),
        ({"stop": ["a"] * 17}, None, "stop"),
        ({"stop": "a" * 201}, None, "stop"),
    ],
)
def test_what_is_not_heeded_is_refused_with_the_api_s_own_error(change, code, param):
    with pytest.raises(ApiError) as caught:
        ask(**change)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert str(caught.value)


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(body):
    with pytest.raises(ApiError, match="JSON"):
        parse(body)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 1, "stream": False, "logprobs": False, "modalities": ["text"], "response_format": {"type": "text"}},
        {"n": None, "stream": None, "logprobs": None, "modalities": None, "response_format": None, "stop": None, "max_tokens": None},
        *({"tool_choice": choice, "function_call": choice} for choice in ("none", "auto", None)),
        {"stream_options": None, "temperature": 2, "seed": 5, "tools": []},
        {"stream_options": {"include_usage": False}, "max_tokens": 10**6, "stop": ["", ""]},
    ],
)
def test_what_asks_for_no_other_kind_of_reply_is_passed_over(change):
    assert ask(**change) == ask()


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_smaller_bound_counts_whichever_name_it_has(name):
    both = {"max_tokens": 9, "max_completion_tokens": 9}
    assert ask(**both | {name: 5}).most_tokens == 5
    most = Limits().with_box
    assert [ask(**{name: tokens}).most_tokens for tokens in (1, most - 1, most)] == [1, most - 1, None]


def test_as_many_stops_and_messages_as_are_allowed_are_taken():
    assert ask(stop="a").stop == ["a"]
    stops = ["a" * 200] * 16
    assert ask(stop=[*stops, ""]).stop == stops
    assert ask(messages=dialogue("", *["x"] * 999)).question == "x"


def test_the_usage_streams_where_it_is_asked_for():
    assert [ask(stream=True, stream_options=options).usage for options in ({"include_usage": True}, {}, [], None)] == [True, *[False] * 3]


def test_messages_in_a_row_are_one_question_and_who_only_instructs_asks():
    two = [{"role": "user", "content": text} for text in ("Solve", "2x = 4")]
    asked = ask(messages=[{"role": "developer", "content": "Be brief."}, *two])
    assert (asked.instructions, asked.history, asked.question) == ("Be brief.", [], "Solve\n\n2x = 4")
    asked = ask(messages=[{"role": "assistant", "content": "How can I help?"}, *two])
    assert (asked.history, asked.question) == ([], "Solve\n\n2x = 4")
    asked = ask(messages=[{"role": role, "content": "1 + 1"} for role in ("system", "developer")])
    assert (asked.instructions, asked.history, asked.question) == ("", [], "1 + 1\n\n1 + 1")


WORK = "Problem: 1 + 1\n\nStudent Solution: 1 + 1 = 3"
JUDGE = f"{WORK}\n\nQ: Is the Student Solution incorrect? Write 'Yes' or 'No'.\n\nA:"


@pytest.mark.parametrize(
    ("model", "messages", "is_judged"),
    [
        ("lemma-check", dialogue("", WORK), True),
        ("lemma-check", dialogue("Be brief.", "Problem: 1 + 1", "Yes?", "Student Solution: 1 + 1 = 3"), True),
        ("lemma", dialogue("", JUDGE), True),
        ("lemma", dialogue(WORK, JUDGE.removeprefix(WORK)), True),
        ("lemma", dialogue("", WORK), False),  # it does not say that it is to be judged
        ("lemma-words", dialogue("", JUDGE), False),
        ("lemma-hints", dialogue("", JUDGE), False),
    ],
)
def test_what_is_to_be_judged(model, messages, is_judged):
    asked = ask(model=model, messages=messages)
    assert (asked.assessment is not None, asked.offer is None) == (is_judged, is_judged)
    assert not is_judged or (asked.question, asked.history, asked.instructions) == ("1 + 1", [], "")
