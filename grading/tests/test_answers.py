import json
import os
import threading
import time
from pathlib import Path

import pytest

from grading.checking import answers
from grading.checking.answers import Outcome, check
from grading.checking.extract import final_answer

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("1/2", "0.5"),
        ("5", "５"),
        ("35", "三十五"),
        ("12", "12元"),
        ("70000", r"\$70{,}000"),
        (r"\frac{\sqrt{3}}{2}", r"\sqrt{3}/2"),
        ("x^2+2x+1", "(x+1)^2"),
        (r"\left( 3, \frac{\pi}{2} \right)", r"(3, \pi/2)"),
        (r"\{-3, \frac12\}", r"\{\frac12, -3\}"),
        ("5", "x=5"),
        (r"\text{Evelyn}", "Evelyn"),
    ],
)
def test_equal_answers_in_other_words(expected, given):
    assert check(expected, given).outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("5", "7"),
        ("5", "5x"),
        ("0.5", "50"),
        ("(1,2)", "(2,1)"),
        ("x^2+1", "x^2+2"),
        (r"\frac{1}{2^{99}}", r"\frac{1}{2^{98}}"),
        (r"\frac{1}{2004!}", r"\frac{1}{2006!}"),
        ("5", None),
        ("5", " "),
    ],
)
def test_other_answers(expected, given):
    assert check(expected, given).outcome is Outcome.INCORRECT


@pytest.mark.parametrize(("expected", "given"), [("5 cm", "5 m"), ("5", "1" * 10_000_000), ("\\frac{" * 100_000, "5")])
def test_what_cannot_be_compared_is_not_wrong(expected, given):
    assert check(expected, given).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("bomb", ["9^{9^{9^9}}", "(10^9)!", "\\sqrt{" * 150 + "2" + "}" * 150])
def test_a_bomb_is_killed_and_the_next_answer_is_judged(bomb):
    assert check("5x", "x5").outcome is Outcome.CORRECT  # the child is warm
    began = time.monotonic()
    assert check("5", bomb, seconds=1).outcome is not Outcome.CORRECT
    assert time.monotonic() - began < 10
    assert check("5x", "x5").outcome is Outcome.CORRECT


def test_a_child_that_died_is_replaced():
    check("5x", "x5")
    answers._judge._process.kill()
    answers._judge._process.wait()
    outcomes = [check("5x", "x5").outcome for _ in range(2)]
    assert outcomes[-1] is Outcome.CORRECT
    assert Outcome.INCORRECT not in outcomes


def test_threads_do_not_get_each_others_verdicts():
    verdicts = {}

    def ask(number):
        verdicts[number] = check(f"{number}x", f"x \\cdot {number}" if number % 2 else "x").outcome

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == {number: Outcome.CORRECT if number % 2 else Outcome.INCORRECT for number in range(3, 13)}


def test_a_forked_process_has_a_child_of_its_own():
    check("5x", "x5")
    pid = os.fork()
    if pid == 0:
        os._exit(0 if answers._judge._process is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_labelled_solutions_of_gsm8k():
    """Four models' solutions, labelled by the data set's authors: no right one may be judged wrong, and none the other way round."""
    path = DATA / "gsm8k" / "labelled_solutions_dev.jsonl"
    if not path.exists():
        pytest.skip("needs shared/data beside the checkout")
    wrong = []
    for line in path.read_text().splitlines():
        problem = json.loads(line)
        gold = problem["ground_truth"].rsplit("A: ", 1)[1]
        for name, solution in problem.items():
            if not isinstance(solution, dict):
                continue
            given = solution["solution"].rsplit("A: ", 1)[1] if "A: " in solution["solution"] else final_answer(solution["solution"])
            right = check(gold, given).outcome is Outcome.CORRECT
            if right != solution["is_correct"]:
                wrong.append((problem["question"][:40], name, gold, given))
    assert wrong == []
