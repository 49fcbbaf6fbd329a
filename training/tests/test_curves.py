import random
from itertools import combinations
from operator import eq
from statistics import mean

import pytest

from inference.selection import group, pick, standing
from training.evaluation.curves import RULES, any_right, best_right, first_k, unbiased
from training.evaluation.transcripts import Response


def responses(text, scores=None):
    """`"5 7* 9! -"`: answers, right ones starred, refuted ones with a mark, - for none."""
    return [
        Response(answer=None if word == "-" else word.strip("*!"), right=word.endswith("*"), refuted=word.endswith("!"), score=score)
        for word, score in zip(text.split(), scores or [None] * 256, strict=False)
    ]


def drawn(seed, n):
    """Responses of a random problem; equal scores, unanswered and refuted ones and groups of mixed labels occur."""
    source = random.Random(seed)
    return [
        Response(
            answer=(answer := source.choice(["1", "2", "2", "3", None])),
            right=answer is not None and source.random() < (0.8 if answer == "2" else 0.1),
            refuted=answer is not None and source.random() < (0.9 if answer == "3" else 0.1),
            score=source.choice([-2.0, -0.5, 0.0, 0.25, 3.0]),
        )
        for _ in range(n)
    ]


def by_enumeration(given, groups, k):
    """What `unbiased` means, word for word."""
    shares = {}
    for name, rule in RULES.items():
        right = []
        for members in combinations(range(len(given)), k):
            subset, labels = [given[index] for index in members], [groups[index] for index in members]
            right.append(subset[pick(subset, standing(subset, relabelled(labels)), rule)].right)
        shares[name] = mean(right)
    shares["pass"] = mean(any(given[index].right for index in members) for members in combinations(range(len(given)), k))
    return shares


def relabelled(labels):
    return [None if label is None else labels.index(label) for label in labels]


def grouped(given):
    return group([response.answer for response in given], eq)


def test_the_first_k_by_hand():
    given = responses("5 7* 7* 5 5", scores=[1.0, 2.0, 0.0, 3.0, 0.0])
    assert first_k(given, grouped(given)) == {
        "maj": [0, 0, 1, 0, 0],
        "rm": [0, 1, 1, 0, 0],
        "weighted": [0, 1, 1, 0, 0],
        "pass": [0, 1, 1, 1, 1],
    }


def test_a_refuted_answer_has_no_vote_where_others_stand():
    """As the tutor itself picks: three nines that cannot be, and one that may."""
    given = responses("9! 9! 7* 9! -", scores=[3.0, 3.0, 1.0, 3.0, 4.0])
    for curves in (first_k(given, grouped(given)), unbiased(given, grouped(given), seed=[0])):
        assert [curves[name][-1] for name in ("maj", "rm", "weighted")] == [1, 1, 1]
    assert first_k(given, grouped(given))["maj"] == [0, 0, 1, 1, 1]


def test_unbiased_by_hand():
    given = responses("5 7* 7* 5", scores=[1.0, 2.0, 0.0, 3.0])
    curves = unbiased(given, grouped(given), seed=[0])
    assert curves["pass"] == pytest.approx([1 / 2, 5 / 6, 1, 1])
    assert curves["rm"] == pytest.approx([1 / 2, 2 / 6, 1 / 4, 0])  # 7 with score 2 is the best of {0, 1}, {1, 2}; of {0, 1, 2}
    assert curves["maj"] == pytest.approx([1 / 2, 3 / 6, 2 / 4, 0])  # of two that differ the first: {1, 2}, {1, 3}, {2, 3}


def test_pass_at_k_of_the_paper():
    """Chen et al. give 1 - prod(1 - k / i for i from n - c + 1 to n)."""
    for n, right, k in [(8, 1, 1), (8, 3, 4), (200, 7, 100), (256, 250, 7), (5, 0, 5), (5, 5, 1)]:
        product = 1.0
        for i in range(n - right + 1, n + 1):
            product *= 1 - k / i
        assert any_right(n, right, k) == pytest.approx(1 - product if n - right >= k else 1.0)


def test_the_best_of_all_is_the_best():
    assert best_right([True, False, False], 3) == 1
    assert best_right([False, True, True], 3) == 0
    assert best_right([False, True, True], 2) == pytest.approx(1 / 3)


@pytest.mark.parametrize("seed", range(25))
def test_unbiased_is_the_mean_over_all_subsets(seed):
    given = drawn(seed, n=7)
    groups = grouped(given)
    curves = unbiased(given, groups, seed=[seed])
    for k in range(1, 8):
        assert {name: curve[k - 1] for name, curve in curves.items()} == pytest.approx(by_enumeration(given, groups, k))


@pytest.mark.parametrize("seed", range(25))
def test_with_all_responses_both_curves_end_in_one_point(seed):
    given = drawn(seed, n=9)
    plain, estimated = first_k(given, grouped(given)), unbiased(given, grouped(given), seed=[seed])
    assert {name: curve[-1] for name, curve in plain.items()} == pytest.approx({name: curve[-1] for name, curve in estimated.items()})


def test_drawn_subsets_come_close_to_all_of_them():
    given = drawn(seed=3, n=14)
    groups = grouped(given)
    curves = unbiased(given, groups, seed=[3])
    for k in (5, 7, 9):  # 2002, 3432 and 2002 subsets, of which 500 are drawn: a standard error of 0.022 at most
        exact = by_enumeration(given, groups, k)
        assert curves["maj"][k - 1] == pytest.approx(exact["maj"], abs=0.07)
        assert curves["weighted"][k - 1] == pytest.approx(exact["weighted"], abs=0.07)
        assert curves["rm"][k - 1] == pytest.approx(exact["rm"])
    assert curves == unbiased(given, groups, seed=[3])


def test_more_tries_never_hurt_pass_at_k():
    curve = unbiased(given := drawn(seed=5, n=40), grouped(given), seed=[5])["pass"]
    assert curve == sorted(curve)
    assert curve[0] == pytest.approx(mean(response.right for response in given))


def test_without_scores_there_is_no_reward_to_measure():
    given = responses("5 7* -")
    assert set(first_k(given, grouped(given))) == set(unbiased(given, grouped(given), seed=[0])) == {"maj", "pass"}


def test_subsets_without_any_answer_are_not_right():
    given = responses("- 5* -")
    assert unbiased(given, grouped(given), seed=[0])["maj"] == pytest.approx([1 / 3, 2 / 3, 1])
