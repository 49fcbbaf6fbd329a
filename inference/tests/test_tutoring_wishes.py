"""What is asked for in words where a page has a button."""

import pytest

from inference.tutoring.wishes import may_write, wished


@pytest.mark.parametrize(
    ("wish", "texts"),
    [
        (
            "hint",
            "hint|Give me a hint.|Can you give me another hint, please?|please give me one more hint|a small hint please|I need a hint!"
            "|any tips?|提示|给我一个提示|再给我一点提示吧|能给个提示吗？|请给提示",
        ),
        ("next", "next|Next step|show me the next step|What is the next step?|reveal it|Go on!|下一步|下一步怎么做？|继续吧"),
        (
            "answer",
            "solution|Show me the full solution, please|what's the answer?|Tell me the answer.|I give up"
            "|完整解答|请给我完整的解答|答案是什么|看看答案|请告诉我答案|我放弃了",
        ),
    ],
)
def test_a_wish_is_understood_however_it_is_said(wish, texts):
    assert {text: wished(text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), wish)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 2",
        "the answer is 12",
        "answer 12",
        "I do not know",
        "hint: x = 2",
        "next I add 3",
        "the next number is 5",
        "答案是12",
        "不会",
        "下一步得9",
    ],
)
def test_work_is_no_wish(text):
    assert wished(text) == ""


def test_who_has_no_buttons_is_told_what_to_write():
    assert may_write(["attempt", "hint", "answer"], "en") == "*You can also write “hint” or “full solution”.*"
    assert may_write(["attempt", "next"], "zh") == "*你也可以写“下一步”。*"
    assert may_write(["attempt"], "en") == may_write([], "zh") == ""


@pytest.mark.parametrize("wishes", ["“hint” or “full solution”", "“next step”", "“提示”或“完整解答”", "“下一步”"])
def test_what_one_is_told_to_write_is_understood(wishes):
    assert all(wished(wish.strip("“” ")) for wish in wishes.replace("或", " or ").split(" or "))
