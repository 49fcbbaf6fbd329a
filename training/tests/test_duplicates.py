import random

import pytest

from inference.texts import numbers, problem_key, shingles, tokens, words
from training.pipeline import duplicates
from training.pipeline.duplicates import NearDuplicates, exact_key
from training.pipeline.stage import StageError


def test_what_is_left_of_a_text():
    assert words("Tom's 1,500 m: $x^2-1$ — 小明走了３米。") == ["tom", "s", "1", "500", "m", "x", "2", "1", *"小明走了", "3", *"米"]
    assert tokens("It's 1,500.5 m: $x^2-1$ — 小明走了３米。") == ["it", "s", "1500.5", "m", *"x^2-1", *"小明走了3米"]
    assert numbers("12 pens, 3 boxes, 12 each, 1{,}000 in all") == ["1000", "12", "12", "3"]
    assert shingles(["a", "b"]) == {"a b"}
    assert shingles(list("abcd")) == {"a b c", "b c d"}


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("How many pens?", " how many  PENS", True),
        ("It costs $1,500.", "it costs 1500", True),
        ("Factor x^2 - 9.", "Factor x^2 + 9.", False),
        ("小明有3个苹果。", "小明有３个苹果", True),
        ("Tom has 3 pens.", "Tom has 4 pens.", False),
        ("Solve x² − 3 ≤ 6", "Solve $x^2 - 3 \\leq 6$", True),
        ("Solve x² = 64", "Solve x³ = 64", False),
        ("Solve x + 1 ≤ 5", "Solve x + 1 ≥ 5", False),
    ],
)
def test_exact_duplicates(left, right, same):
    assert (exact_key(left) == exact_key(right)) is same


def test_problems_with_other_numbers_are_never_near_duplicates():
    assert problem_key("Tom has 3 pens and 12 caps.") == problem_key("There are 12 boys and 3 girls.")
    assert problem_key("Tom has 3 pens and 12 caps.") != problem_key("Tom has 3 pens and 13 caps.")


def made_up(chance, length=40):
    return " ".join(chance.choice("abcdefghijklmnopqrstuvwxyz") + str(chance.randrange(50)) for _ in range(length))


@pytest.mark.parametrize("many", [20, 400])
def test_a_text_is_found_again_though_words_of_it_differ(many):
    """400 texts are looked through by MinHash, 20 one by one. Three words of 80 changed leave at least 69 of 87 runs of three (0.79)."""
    chance = random.Random(many)
    texts, near = [made_up(chance) for _ in range(many)], NearDuplicates(0.7)
    for text in texts:
        assert near.find(text) is None
        near.add(text)
    for number in range(0, many, 4):
        changed = texts[number].split()
        for at in chance.sample(range(len(changed)), 2):
            changed[at] = "other"
        assert near.find(" ".join(changed)) == number
        assert near.find(made_up(chance)) is None


def test_the_first_of_several_is_named():
    near = NearDuplicates(0.5)
    for text in ("a b c d e f", "a b c d e f g", "x y z"):
        near.add(text)
    assert near.find("a b c d e f g") == 0
    assert NearDuplicates(1.0).find("") is None


def test_a_threshold_is_reached_by_exactly_its_share():
    near = NearDuplicates(0.5)
    near.add("a b c d e")  # three runs; the other has three, too, and they share two: 2 of 4
    assert near.find("b c d e f") == 0
    strict = NearDuplicates(0.51)
    strict.add("a b c d e")
    assert strict.find("b c d e f") is None


def test_without_the_extra_there_is_one_clear_line(monkeypatch):
    monkeypatch.setattr(duplicates, "find_spec", lambda name: None)
    with pytest.raises(StageError, match="datasketch, which is not installed: scripts/environment --extra train"):
        NearDuplicates(0.7)
