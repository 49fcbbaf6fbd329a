"""`manage.py evaluate` from file to figures."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

KEPT = Path(__file__).resolve().parents[2] / "benchmarks" / "transcripts" / "gsm8k-dev-cot-8.jsonl.xz"
QWEN_EXAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "qwen_rm_example" / "math_cot_100.jsonl"


def evaluate(path, *options):
    out = io.StringIO()
    call_command("evaluate", "--transcripts", str(path), *options, stdout=out)
    return out.getvalue()


def figures(path, *options):
    return json.loads(evaluate(path, "--json", *options))


def at_each_k(report, name, ks=(1, 2, 4, 8)):
    return [report[f"{name}@{k}"] for k in ks]


@pytest.fixture
def small(tmp_path):
    """Two problems with three responses each, and a greedy one."""

    def responses(*rows):
        keys = ("answer", "correct", "score", "tokens", "seconds", "rounds", "blocks_failed")
        return [dict(zip(keys, row, strict=True)) for row in rows]

    rows = [
        {
            "id": "a",
            "expected": "5",
            "candidates": responses(("7", False, 0.5, 10, 1.0, 1, 1), ("5", True, 2.0, 20, 2.0, 2, 0), ("5.0", True, 1.0, 30, 3.0, 1, 0)),
            "greedy": {"answer": "5", "correct": True},
        },
        {
            "id": "b",
            "expected": "1/2",
            "candidates": responses(("1/2", True, 1.0, 40, 4.0, 0, 0), ("3", False, 4.0, 50, 5.0, 0, 0), (None, False, 9.0, 60, 6.0, 0, 0)),
            "greedy": {"answer": "3", "correct": False},
        },
    ]
    path = tmp_path / "small.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_figures_by_hand(small):
    report = figures(small)
    assert (report["n"], report["problems"], report["greedy"], report["first"], report["mean"]) == (3, 2, 50, 50, 50)
    assert at_each_k(report, "maj", (1, 2, 3)) == [50, 50, 100]
    assert at_each_k(report, "rm", (1, 2, 3)) == [50, 50, 50]
    assert at_each_k(report, "weighted", (1, 2, 3)) == [50, 50, 50]
    assert at_each_k(report, "pass", (1, 2, 3)) == [50, 100, 100]
    assert [report["unbiased"][f"pass@{k}"]["value"] for k in (1, 2, 3)] == [50, pytest.approx(83.33), 100]
    assert report["intervals"]["first"] == [pytest.approx(9.45), pytest.approx(90.55)]
    assert report["differences"]["maj@3 - first"]["value"] == 50
    assert report["differences"]["rm@3 - maj@3"] == {"value": -50, "interval": [-100, 0]}
    assert (report["tokens"], report["seconds"], report["blocks"], report["failed_blocks"]) == (35, 3.5, 4, 25)


def test_what_is_never_right_may_be_right_elsewhere(tmp_path):
    """Of ten problems none was solved: drawn anew, none is either, which makes nothing certain."""
    path = tmp_path / "wrong.jsonl"
    row = {"expected": "5", "candidates": 2 * [{"answer": "7", "correct": False}]}
    path.write_text("".join(json.dumps(row | {"id": at}) + "\n" for at in range(10)))
    report = figures(path)
    assert report["intervals"]["mean"] == report["intervals"]["first"] == report["unbiased"]["pass@2"]["interval"] == [0, 27.75]


def test_the_table_has_the_same_figures(small):
    lines = [line.split() for line in evaluate(small).splitlines()]
    assert lines[0][:6] == ["2", "problems,", "3", "responses", "to", "each;"]
    assert ["greedy", "50.0", "(9.5", "to", "90.5)"] in lines
    assert [[line[0] for line in lines[at + 1 : at + 4]] for at, line in enumerate(lines) if "pass@k" in line] == [["1", "2", "3"]] * 2
    assert ["rm@3", "-", "maj@3", "-50.0", "(-100.0", "to", "+0.0)"] in lines
    assert ["of", "them", "failed,", "%", "25.0"] in lines


def test_answers_are_grouped_by_what_they_say(small):
    """`5` and `5.0` are one answer: with two votes it beats the `7` that came first."""
    assert figures(small)["maj@3"] == 100


def test_regrading_replaces_the_labels_and_lists_what_differs(small):
    rows = [json.loads(line) for line in small.read_text().splitlines()]
    rows[0]["candidates"][1]["correct"] = False
    rows[1]["candidates"][1]["answer"] = "1" * 2_000
    small.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = figures(small, "--regrade")
    assert (report["given"]["rm@3"], report["rm@3"]) == (0, 50)
    [differing] = report["differing"]
    assert (differing["id"], differing["response"], differing["label"], differing["verdict"]) == ("a", 1, False, "correct")
    [undecided] = report["undecided"]
    assert (undecided["line"], undecided["response"], undecided["reason"]) == (2, 1, "The answer is too long to compare.")
    table = evaluate(small, "--regrade")
    assert "line 1 (problem a) #1: label wrong, ours correct; expected 5, given 5" in table
    assert "Judged differently: 1 of 8 responses" in table


def test_a_terminal_is_not_told_what_to_do_by_an_answer(tmp_path):
    path = tmp_path / "hostile.jsonl"
    path.write_text(json.dumps({"expected": "5", "candidates": [{"answer": "\x1b[2J\n" + "9" * 2_000, "correct": True}]}) + "\n")
    table = evaluate(path, "--regrade")
    assert "given �[2J�999" in table
    assert "\x1b" not in table
    assert max(map(len, table.splitlines())) < 250


def test_responses_without_labels_need_regrading(tmp_path):
    path = tmp_path / "unlabelled.jsonl"
    path.write_text('{"expected": "18", "candidates": [{"text": "The answer is 18."}, {"text": "It is $\\\\boxed{17}$."}]}\n')
    with pytest.raises(CommandError, match="line 1 has a response without a label.*--regrade"):
        evaluate(path)
    report = figures(path, "--regrade")
    assert (report["first"], report["pass@2"], report["mean"], report["given"], report["differing"]) == (100, 100, 50, None, [])
    assert "rm@1" not in report


def test_a_bad_line_is_an_error_of_the_command(small):
    small.write_text(small.read_text() + "{}\n")
    with pytest.raises(CommandError, match=r"small\.jsonl, line 3: `candidates` is missing"):
        evaluate(small)


@pytest.fixture
def qwen_example():
    if not QWEN_EXAMPLE.exists():
        pytest.skip("needs shared/data beside the checkout")
    return QWEN_EXAMPLE


def test_the_qwen_teams_own_file(qwen_example):
    """100 MATH problems, 8 responses each, real scores of Qwen2.5-Math-RM-72B: the published labels give these figures, and no other."""
    report = figures(qwen_example)
    assert (report["problems"], report["n"]) == (100, 8)
    assert (report["first"], report["mean"]) == (90, 91)
    assert at_each_k(report, "maj") == [90, 90, 93, 93]
    assert at_each_k(report, "rm") == [90, 93, 93, 94]
    assert at_each_k(report, "pass") == [90, 94, 95, 96]
    assert report["weighted@8"] == 94
    for name in ("maj", "rm", "weighted", "pass"):
        assert report["unbiased"][f"{name}@8"]["value"] == report[f"{name}@8"]
        assert report["unbiased"][f"{name}@1"]["value"] == 91


def test_the_qwen_teams_own_file_regraded(qwen_example):
    """The nine labels known to be wrong are put right: eight clock times (`4:30` for `4:30 p.m.`), and `10000` for `10{,}000`."""
    report = figures(qwen_example, "--regrade")
    assert report["given"]["rm@8"] == 94
    assert report["undecided"] == []
    differing = {(each["id"], each["response"]): each["verdict"] for each in report["differing"]}
    assert differing == {("72", 7): "correct"} | {("3", response): "correct" for response in range(8)}
    assert [report[name] for name in ("first", "maj@8", "rm@8", "weighted@8", "pass@8")] == [91, 94, 96, 96, 98]


def test_the_published_figures_of_the_kept_transcripts():
    """docs/benchmarks.md, "The default model, eight responses", in words."""
    report = figures(KEPT)
    assert (report["problems"], report["n"]) == (300, 8)
    names = ("greedy", "mean", "maj@8", "weighted@8", "rm@8", "pass@8")
    assert [round(report[name], 1) for name in names] == [57.3, 56.3, 66.7, 66.3, 60.7, 81.3]
