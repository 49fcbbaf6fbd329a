import json
import os
import signal
import time

import pytest

from training.pipeline import judging, label, stage
from training.pipeline.judging import Judges, judge
from training.pipeline.stage import StageError, StopAsked
from training.tests.stages import DATA, alive, descendants, do, finish, read, start, written


def solutions(name, expected, *answers, **more):
    question = f"What is {name}?"
    return [
        {
            "problem": name,
            "question": question,
            "expected": expected,
            "sample": number,
            "text": f"It is {answer}.",
            "answer": answer,
            **more,
        }
        for number, answer in enumerate(answers)
    ]


def labelled(tmp_path, *rows, **config):
    do(label, tmp_path / "out", samples=[written(tmp_path / "samples.jsonl", *rows)], **config)
    return read(tmp_path / "out" / "labelled.jsonl")


def labels(rows):
    return [row["label"] for row in rows]


def test_against_the_expected_answer(tmp_path):
    rows = solutions("half of 1", "1/2", "0.5", r"\frac{1}{2}", "2", None, "9" * 2_000, "50%")
    found = labelled(tmp_path, *rows)
    assert labels(found) == ["right", "right", "wrong", "wrong", "undecided", "right"]
    assert [row["reason"] for row in found][2:5] == ["The values differ.", "There is no answer.", "The answer is too long to compare."]
    assert all(row.items() <= new.items() for row, new in zip(rows, found, strict=True))
    assert {(row["expected_by"], "agreement" in row) for row in found} == {("given", False)}
    summary = json.loads(json.dumps(do(label, tmp_path / "out", samples=[tmp_path / "samples.jsonl"])))
    assert summary == {"rows": 6, "problems": 1, "right": 3, "wrong": 2, "undecided": 1}


def test_by_the_majority_where_no_answer_is_known(tmp_path):
    found = labelled(tmp_path, *solutions("half of 1", None, "2", "0.5", None, "1/2", r"\frac12"))
    assert labels(found) == ["wrong", "right", "wrong", "right", "right"]
    assert {(row["expected"], row["expected_by"], row["agreement"]["agreeing"], row["agreement"]["of"]) for row in found} == {
        ("0.5", "majority", 3, 5)
    }


def test_what_the_problem_itself_refutes_has_no_vote_and_is_never_right(tmp_path):
    rows = [*solutions("half of 1", None, "2", "2", refuted=True), *solutions("half of 1", None, "0.5")]
    found = labelled(tmp_path, *rows, least_agreement=0.3)
    assert labels(found) == ["wrong", "wrong", "right"]
    assert (found[0]["expected"], found[0]["agreement"]) == ("0.5", {"agreeing": 1, "of": 3})
    assert found[0]["reason"] == "The problem itself says that the answer is wrong."
    assert labels(labelled(tmp_path / "alone", *rows[:2])) == ["wrong", "wrong"]


def test_by_weight_where_all_who_answer_have_a_score(tmp_path):
    rows = solutions("1 + 1", None, "3", "3", "2", None)
    for row, score in zip(rows, [-4.0, -3.5, 4.0, None], strict=True):
        row["score"] = score
    found = labelled(tmp_path, *rows, least_agreement=0.25)
    assert labels(found) == ["wrong", "wrong", "right", "wrong"]
    assert (found[0]["expected"], found[0]["expected_by"], found[0]["agreement"]) == ("2", "weighted", {"agreeing": 1, "of": 4})
    del rows[0]["score"]
    assert labelled(tmp_path / "two", *rows)[0]["expected_by"] == "majority"


@pytest.mark.parametrize(("least", "expected"), [(0.5, "2"), (0.51, None), (1.0, None)])
def test_a_vote_without_enough_agreement_decides_nothing(tmp_path, least, expected):
    found = labelled(tmp_path, *solutions("1 + 1", None, "2", "2", "3", "4"), least_agreement=least)
    assert {row["expected"] for row in found} == {expected}
    assert labels(found) == (["right", "right", "wrong", "wrong"] if expected else ["undecided"] * 4)
    assert found[0]["agreement"] == {"agreeing": 2, "of": 4}
    if expected is None:
        assert found[0]["reason"] == "Too few agree: 2 of 4."


def test_no_answer_at_all_decides_nothing(tmp_path):
    assert labels(labelled(tmp_path, *solutions("1 + 1", None, None, None))) == ["undecided"] * 2


def test_a_solution_that_could_not_be_written_is_undecided_and_has_no_vote(tmp_path):
    rows = solutions("1 + 1", None, "2", None, None, None)
    for row in rows[1:]:
        row["failed"] = "too long for the context"
    found = labelled(tmp_path, *rows)
    assert labels(found) == ["right", "undecided", "undecided", "undecided"]
    assert (found[0]["agreement"], found[1]["reason"]) == ({"agreeing": 1, "of": 1}, "too long for the context")


def test_a_teachers_label_stays(tmp_path):
    rows = solutions("1 + 1", "2", "2", "3")
    rows[1] |= {"label": "right", "reason": "Anna: a slip of the pen."}
    found = labelled(tmp_path, *rows)
    assert found[1] == rows[1]
    again = labelled(tmp_path / "again", *found)
    assert again == found


def test_the_solutions_to_one_problem_stand_together(tmp_path):
    one, two, other = solutions("1 + 1", "2", "2", "2"), solutions("2 + 2", "4", "4", "5"), solutions("1 + 1", "3", "3")
    found = labelled(tmp_path, one[0], two[0], other[0], one[1], two[1])
    assert [(row["problem"], row["expected"], row["label"]) for row in found] == [
        ("1 + 1", "2", "right"),
        ("1 + 1", "2", "right"),
        ("2 + 2", "4", "right"),
        ("2 + 2", "4", "wrong"),
        ("1 + 1", "3", "right"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "1+1?"}, "no row of a solution"),
        ({"question": "1+1?", "answer": 2}, "no row of a solution"),
        ({"answer": "2"}, "no row of a solution"),
        ({"question": "1+1?", "answer": "2", "expected": 2}, "“expected” is neither a text nor null"),
        ({"question": "1+1?", "answer": "2", "score": float("nan")}, "“score” is no number, but nan"),
        ({"question": "1+1?", "answer": "2", "score": "high"}, "“score” is no number, but 'high'"),
    ],
)
def test_a_row_that_is_no_solution(tmp_path, row, reason):
    with pytest.raises(StageError, match=reason):
        labelled(tmp_path, row)


def test_no_data(tmp_path):
    with pytest.raises(StageError, match="There is no row in"):
        labelled(tmp_path)
    with pytest.raises(FileNotFoundError):
        do(label, tmp_path / "out", samples=[tmp_path / "none.jsonl"])


def test_several_processes_judge_as_one_does(tmp_path):
    rows = [row for number in range(40) for row in solutions(f"{number} / 7", f"{number}/7", rf"\frac{{{number}}}{{7}}", f"{number}", None)]
    one = labelled(tmp_path / "one", *rows, checkers=1)
    assert one == labelled(tmp_path / "four", *rows, checkers=4)
    assert labels(one[3:6]) == ["right", "wrong", "wrong"]
    assert labels(one[:3]) == ["right", "right", "wrong"]  # 0/7 is 0


def test_judging_goes_on_where_an_earlier_run_ended(tmp_path):
    rows = [row for number in range(10) for row in solutions(f"{number} + 0", str(number), str(number), "77", None)]
    whole = labelled(tmp_path / "whole", *rows)
    for done in (1, 3, 4, 29, 30):
        out = tmp_path / f"begun-{done}"
        out.mkdir()
        written(out / "labelled.jsonl", *({**row, "reason": "from before"} for row in whole[:done]))
        do(label, out, samples=[tmp_path / "whole" / "samples.jsonl"])
        found = read(out / "labelled.jsonl")
        assert found[done:] == whole[done:]
        assert {row["reason"] for row in found[:done]} == {"from before"}


@pytest.mark.parametrize(
    ("number", "answer", "processes"), [(signal.SIGKILL, "x + 0", 6), (signal.SIGINT, "1", 2), (signal.SIGTERM, "1", 2)]
)
def test_no_process_is_left_behind(tmp_path, number, answer, processes):
    """Where the answer is no plain number, each of the two that judge has a process that forks workers, and a worker, beside it."""
    rows = [row for at in range(20_000) for row in solutions(f"{answer} + {at}", f"{answer} + {at}" if processes > 2 else "1", answer)]
    process = start(label, tmp_path / "out", samples=[written(tmp_path / "samples.jsonl", *rows)])
    out, end = tmp_path / "out" / "labelled.jsonl", time.monotonic() + 100
    while not out.exists() or out.stat().st_size == 0:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    family = descendants(process.pid)
    while len(family) < processes:  # a worker is forked when it is needed
        assert time.monotonic() < end
        family = descendants(process.pid)
    assert len(family) == processes
    os.kill(process.pid, number)
    assert finish(process)[0] == (-number if number == signal.SIGKILL else stage.STOPPED)
    while any(map(alive, family)):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_lost_process_is_an_error_and_not_a_verdict():
    with Judges(1) as judges:
        judges._processes[0].kill()
        with pytest.raises(StageError, match="A process that judges answers has ended"):
            list(judges.judged([["2"]], lambda answers: arguments("2", answers), lambda: None))


def arguments(expected, answers):
    return {"expected": expected, "answers": answers, "scores": [None] * len(answers), "least_agreement": 0.5}


def test_stopping_does_not_wait_for_a_hard_question(monkeypatch):
    def stop():
        raise StopAsked

    hard = ["2^{2^{2^{2^{2^{2}}}}}" + f"+{number}" for number in range(50)]
    began = time.monotonic()
    with Judges(1) as judges, pytest.raises(StopAsked):
        list(judges.judged([hard], lambda answers: arguments(None, answers), stop))
    assert time.monotonic() - began < 20


@pytest.fixture
def compared(monkeypatch):
    """The pairs of answers that were really compared."""
    asked = []
    same = judging.mathematically_equal
    monkeypatch.setattr(judging, "mathematically_equal", lambda left, right: asked.append((left, right)) or same(left, right))
    return asked


def test_each_answer_is_compared_once(compared):
    assert judge(None, ["1", "2"] * 20, [None] * 40, 0.1).agreeing == 20
    assert len(compared) == len(set(compared)) == 2


def test_of_very_many_answers_the_rare_ones_stand_for_themselves(compared):
    answers = ["5", "5.0", *(str(number) for number in range(100, 1_100))] * 2 + ["5"]
    judgement = judge(None, answers, [None] * len(answers), 0.001)
    assert (judgement.expected, judgement.agreeing) == ("5", 5)
    assert len(compared) <= 64 * 64


def test_the_qwen_teams_own_file(tmp_path):
    """Real answers and real scores: what the checker and the vote say of 800 solutions."""
    path = DATA / "qwen_rm_example" / "math_cot_100.jsonl"
    if not path.exists():
        pytest.skip("needs shared/data beside the checkout")
    rows = []
    for line in read(path)[:40]:
        for number, (answer, [score]) in enumerate(zip(line["pred"], line["pred_score"], strict=True)):
            rows.append({"problem": str(line["idx"]), "question": line["question"], "expected": line["answer"], "answer": answer or None})
            rows[-1] |= {"sample": number, "score": score, "theirs": line["score"][number]}
    known = labelled(tmp_path / "known", *rows)
    voted = labelled(tmp_path / "voted", *({**row, "expected": None} for row in rows))
    ours = [row["label"] == "right" for row in known]
    differing = {(row["expected"], row["answer"]) for mine, row in zip(ours, known, strict=True) if mine != row["theirs"]}
    assert differing == {("\\text{4:30 p.m.}", "4:30")}  # the time is right for us, and the reason names what is not said
    decided = [(row["label"] == "right") == right for row, right in zip(voted, ours, strict=True) if row["label"] != "undecided"]
    assert len(decided) > 280
    assert sum(decided) / len(decided) > 0.95
