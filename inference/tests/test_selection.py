import math
from itertools import permutations, product
from operator import eq

import pytest

from inference.selection import Candidate, group, majority_is_settled, mathematically_equal, select, vote


def candidates(*pairs):
    return [Candidate(answer=answer, score=score) for answer, score in pairs]


def selected(given, rule):
    """The candidate's index, and how many agree with it."""
    found = select(given, rule, eq)
    return found.index, found.agreeing


@pytest.mark.parametrize(
    ("rule", "index", "agreeing"),
    [
        ("first", 0, 1),
        ("majority", 1, 3),
        ("reward", 4, 2),
        ("weighted", 3, 3),  # of the winning group the best score: sigmoids 0.73 + 0.5 + 0.88 against 0.95 + 0.12
    ],
)
def test_each_rule_picks_its_own(rule, index, agreeing):
    given = candidates(("8", -9.0), ("5", 1.0), ("5", 0.0), ("5", 2.0), ("7", 3.0), ("7", -2.0))
    assert selected(given, rule) == (index, agreeing)


@pytest.mark.parametrize("rule", ["first", "majority", "reward", "weighted"])
def test_a_refuted_answer_is_picked_only_where_nothing_else_can_be(rule):
    wrong = [Candidate(answer="8", score=9.0, refuted=True) for _ in range(3)]
    found = select([*wrong, Candidate(answer="5", score=-9.0)], rule, eq)
    assert (found.index, found.agreeing, found.count, found.groups) == (3, 1, 1, [None, None, None, 3])
    found = select([*wrong, Candidate(answer=None, score=0.0)], rule, eq)
    assert (found.index, found.agreeing, found.count) == ((3, 0, 4) if rule == "first" else (0, 3, 4))


@pytest.mark.parametrize("rule", ["first", "majority", "reward", "weighted"])
def test_a_refuted_answer_does_not_stand_for_the_others_of_its_group(rule):
    """The same in another form, which the problem says nothing of."""
    found = select([Candidate(answer="8", score=9.0, refuted=True), *[Candidate(answer="8", score=1.0)] * 2], rule, eq)
    assert (found.index, found.agreeing, found.count, found.groups) == (1, 2, 2, [None, 1, 1])


def test_few_high_scores_outweigh_many_low_ones():
    given = candidates(("5", -4.0), ("5", -4.0), ("5", -4.0), ("7", 2.0))
    assert select(given, "majority", eq).index == 0
    assert selected(given, "weighted") == (3, 1)


@pytest.mark.parametrize(
    ("rule", "given", "index"),
    [
        ("majority", [("7", 0.0), ("5", 0.0), ("5", 0.0), ("7", 0.0)], 0),
        ("majority", [("1", 0.0), ("5", 0.0), ("7", 0.0), ("7", 0.0), ("5", 0.0)], 1),
        ("reward", [("1", 2.0), ("5", 3.0), ("7", 3.0)], 1),
        ("weighted", [("1", -50.0), ("7", 1.0), ("5", 1.0)], 1),
        ("weighted", [("7", 1.0), ("5", 2.0), ("5", 2.0)], 1),
    ],
)
def test_ties_go_to_the_first(rule, given, index):
    assert select(candidates(*given), rule, eq).index == index


def test_the_order_of_a_sum_breaks_no_tie():
    scores = (5.5, 5.4, -5.3, -5.0, 4.0)  # as floats, 26 of the orders would give a larger sum than this one
    for order in permutations(scores):
        given = candidates(*(("7", score) for score in scores), *(("5", score) for score in order))
        assert given[select(given, "weighted", eq).index].answer == "7"


@pytest.mark.parametrize("rule", ["majority", "reward", "weighted"])
def test_a_candidate_without_an_answer_is_picked_only_where_none_has_one(rule):
    assert selected(candidates((None, 9.0), (None, 9.0), ("5", -9.0)), rule) == (2, 1)
    assert selected(candidates((None, 1.0), (None, 2.0)), rule) == (0 if rule == "majority" else 1, 0)


def test_the_first_is_picked_whatever_it_says():
    assert selected(candidates((None, None), ("5", None)), "first") == (0, 0)


@pytest.mark.parametrize("score", [None, math.nan, math.inf])
@pytest.mark.parametrize("rule", ["reward", "weighted"])
def test_a_rule_that_needs_scores_says_so(rule, score):
    with pytest.raises(ValueError, match="finite score"):
        select(candidates(("5", 1.0), ("7", score)), rule, eq)
    assert select(candidates(("5", 1.0), ("7", score)), "majority", eq).index == 0


def test_nothing_to_pick_from():
    with pytest.raises(ValueError, match="no candidate"):
        select([], "majority", eq)


def test_a_vote_is_a_sigmoid():
    assert vote(0.0) == 2**39
    assert vote(-1e308) == 1
    assert vote(1e308) == 2**40
    assert vote(2.0) / 2**40 == pytest.approx(1 / (1 + math.exp(-2.0)))


def test_groups_are_named_by_their_first_member():
    assert group(["5", None, "7", "5", "7", "1"], eq) == [0, None, 2, 0, 2, 5]


@pytest.mark.parametrize("answers", [["x=5", "5"], ["5", "x=5"]])
def test_an_equality_that_holds_in_one_direction_is_enough(answers):
    assert group(answers, lambda gold, given: gold == f"x={given}") == [0, 0]


def test_members_are_compared_with_the_first_of_a_group_alone():
    def close(gold, given):
        return abs(int(gold) - int(given)) <= 1

    assert group(["1", "2", "3"], close) == [0, 0, 2]
    assert group(["2", "1", "3"], close) == [0, 0, 0]


def test_answers_are_grouped_by_what_they_say():
    answers = [r"\frac{1}{2}", "0.5", "2", r"(x+1)^2", "x^2+2x+1", "(1,2)", "(2,1)", "1 < x < 2", r"\text{none}", "50%", "50"]
    assert group(answers, mathematically_equal) == [0, 0, 2, 3, 3, 5, 6, 5, 8, 0, 10]


def test_the_majority_is_settled_exactly_when_no_completion_changes_it():
    """Against all completions of all partial runs of four candidates, finished in any order."""
    answers = ["a", "b", None]
    unfinished = "still running"
    for state in product([*answers, unfinished], repeat=4):
        finished = {index: answer for index, answer in enumerate(state) if answer != unfinished}
        waiting = [index for index in range(4) if index not in finished]
        outcomes = set()
        for rest in product([*answers, "c", "d"], repeat=len(waiting)):
            whole = finished | dict(zip(waiting, rest, strict=True))
            given = [Candidate(answer=whole[index]) for index in range(4)]
            outcomes.add(given[select(given, "majority", eq).index].answer)
        assert majority_is_settled(finished, 4, eq) == (len(outcomes) == 1), state
