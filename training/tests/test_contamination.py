import random

import pytest

from training.pipeline.contamination import Match, Reference, common_subsequence
from training.tests.planting import PLANTINGS, rewritten

QUESTIONS = [
    "Nadia has 48 marbles. She gives 3 marbles to each of her 7 friends, and then buys 2 bags with 15 each. How many has she now?",
    "A train leaves Lyon at 8:15 and travels at 120 km per hour. How far is it from Lyon at 10:45, if it stops for 20 minutes on the way?",
    "Tom is 3 years older than Ann. Ann is twice as old as Sue. Sue is 5. How old is Tom?",
    "A shop sells pens at $1.50 each. Maya buys 12 pens and pays with a $20 bill. How much change does she get, if the shop gives 10% off?",
    "Find the sum of all integers $n$ for which $\\frac{12}{n+1}$ is an integer.",
    "In a class of 31 pupils, 18 play football, 15 play chess and 7 play both. How many of them play neither?",
    "小明有48个苹果，他给了7个朋友每人3个，又买了2袋，每袋15个。小明现在有多少个苹果？",
    "一个长方形操场长120米，宽80米，小红绕操场跑了3圈，一共跑了多少米？",
    "一本书有240页，小华第一天看了全书的1/6，第二天看了45页，还剩多少页没有看？",
]  # fmt: skip


@pytest.fixture
def reference():
    made = Reference()
    for number, question in enumerate(QUESTIONS):
        made.add(question, f"problem {number}")
    return made


def source(finding):
    return finding.match and finding.match.source


@pytest.mark.parametrize("planted", PLANTINGS, ids=lambda planted: planted.__name__)
@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_a_planted_near_duplicate_is_found(reference, planted, number):
    source_of_chance = random.Random(number)
    for _ in range(10):
        assert source(reference.find(planted(QUESTIONS[number], source_of_chance))) == f"problem {number}"


CLEAN = [
    "Nadia has 52 stamps. She sells 4 of them to each of 6 collectors. How many stamps has she now?",
    "A bus leaves Lyon at 9:15 and travels at 80 km per hour. When is it in Paris, which is 460 km away?",
    "Find the product of all integers $n$ for which $\\frac{18}{n-2}$ is an integer.",
    "小红有36支铅笔，她送给4个同学每人5支，还剩多少支？",
    "一个正方形花坛的边长是15米，小明绕花坛走了2圈，一共走了多少米？",
    "",
    "?!",
]


@pytest.mark.parametrize("text", CLEAN)
def test_another_problem_of_the_same_kind_stays(reference, text):
    finding = reference.find(text)
    assert (finding.hit, finding.match) == (False, None)


def test_thirteen_words_in_a_row_alone_are_a_hit_that_stays(reference):
    clause = "She gives 3 marbles to each of her 7 friends, and then buys 2 bags"
    finding = reference.find(f"{clause} of sand for the garden, " + "where the children of the street like to play in summer. " * 2)
    assert (finding.hit, finding.match) == (True, None)


def test_more_than_six_tenths_of_the_longer_text_must_be_common():
    words = [f"w{number}" for number in range(30)]
    reference = Reference(near=False)
    reference.add(" ".join(words), "it")
    assert reference.find(" ".join(words[:18])).match is None  # 18 of 30 are 0.6, no more
    assert reference.find(" ".join(words[:19])).match == Match("it", "13-gram", round(19 / 30, 3))
    assert reference.find(" ".join(words[:12] + ["x"] + words[12:24])).hit is False
    reference = Reference(near=False)
    reference.add(" ".join(words[:13]), "thirteen")
    assert reference.find(" ".join(words[:13])).match == Match("thirteen", "13-gram", 1.0)


def test_the_published_rule_alone_finds_no_short_text_and_no_moved_clauses():
    reference = Reference(near=False)
    reference.add("What is 12 + 30?", "short")
    assert reference.find("What is 12 + 30?").match is None
    everything = Reference()
    everything.add("What is 12 + 30?", "short")
    assert everything.find("what is 12+30").match == Match("short", "same", 1.0)
    everything.add("What is 12 + 30?", "again")
    assert everything.find("What's 12 + 30?").match == Match("short", "near", 0.75)
    assert everything.find("Is 12 + 30 a lot?").match is None  # 3 of 5 are 0.6, no more
    assert everything.find("What is 12 + 30, and is that more than what Tom has?").match is None
    assert everything.find("What is 13 + 30?").match is None
    everything.add("Solve x² − 5x = 6 for x₁.", "raised")
    assert everything.find("Solve $x^2 - 5x = 6$ for $x_1$.").match == Match("raised", "same", 1.0)


def test_the_closest_of_several_is_named(reference):
    reference.add(QUESTIONS[0].replace("48", "49"), "nearly")
    reference.add(QUESTIONS[0], "again")
    assert reference.find(QUESTIONS[0]).match == Match("problem 0", "13-gram", 1.0)


def test_short_texts_are_passed_over_where_that_is_asked_for():
    for shortest, source in ((3, "short"), (4, None)):
        reference = Reference(shortest)
        reference.add("5 + 3 = 8", "short")
        assert reference.find("5 + 3 = 8").match == (source and Match(source, "same", 1.0))


def test_numbers_that_were_changed_make_another_problem(reference):
    changed = QUESTIONS[2].replace("3", "4").replace("5", "6")
    assert reference.find(rewritten(changed, random.Random(1))).match is None


@pytest.mark.parametrize("seed", range(50))
def test_the_longest_common_subsequence(seed):
    chance = random.Random(seed)
    left, right = ([chance.choice("abcde") for _ in range(chance.randrange(100))] for _ in range(2))
    table = [0] * (len(right) + 1)
    for word in left:
        above, table = table, [0]
        for at, other in enumerate(right):
            table.append(above[at] + 1 if word == other else max(above[at + 1], table[at]))
    assert common_subsequence(left, right) == table[-1]
