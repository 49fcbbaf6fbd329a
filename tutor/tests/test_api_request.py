"""What a program asks for, read from its request."""

import json

import pytest

from tutor.api_request import parse

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
