"""What is asked for in words where a page has a button."""

import pytest

from inference.tutoring.wishes import may_write, poses, wished


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


@pytest.mark.parametrize(
    "text",
    [
        "Solve 3x + 4 = 10",
        "OK, next: solve x^2 = 9",
        "New problem: 7% of 30",
        "A train travels 180 km in 3 hours. How far does it travel in 5 hours at the same speed?",
        "解方程 2x = 8",
        "小红有24颗糖，平均分给6个小朋友，每人几颗？",
        "题目：求 3 和 5 的和",
    ],
)
def test_another_problem_is_told_from_work(text):
    assert poses(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = 2",
        "So I divide 25 by 5 and get 5 notebooks, and is this the answer to it then?",
        "25 / 5 = 5, so are there 5 notebooks that he buys for the rest of the money?",
        "Is it 5?",
        "Simplify both sides: 2x = 4",
        "Solve for x: it is\n2x = 4\nx = 2",
        "solve it",
        "先算 12-3=9，再加5，现在一共有14个，对吗？",
        "我先算吃掉以后剩下的苹果，再加上妈妈给的五个，对吗？",
        "why?",
        "",
    ],
)
def test_work_and_questions_about_it_are_no_other_problem(text):
    assert not poses(text)
