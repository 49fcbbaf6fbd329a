"""`manage.py evaluate --data`: from a file of problems to figures, over a server that counts when asked to."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from training import curves_over_k
from training.models import Evaluation
from training.tests.stages import ROOT
from tutor.supervisor import wait_until
from tutor.tests.stack import free_port, listens


@pytest.fixture(scope="module")
def engine():
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tutor.tests.recorded_engine", "--port", str(port), "--rate", "1000"])
    wait_until(lambda: listens(port), "no engine", 60)
    yield f"http://127.0.0.1:{port}/v1"
    process.terminate()
    process.wait()


pytestmark = pytest.mark.django_db


@pytest.fixture
def problems(tmp_path):
    path = tmp_path / "problems.jsonl"
    path.write_text("".join(json.dumps({"question": f"Count to {n}", "answer": f"#### {n + n // 3}"}) + "\n" for n in (1, 2, 3, 4)))
    return path


@pytest.fixture
def evaluate(engine, settings, tmp_path):
    settings.ENGINE_URL, settings.VAR_DIR = engine, tmp_path / "var"

    def run(*options):
        out = io.StringIO()
        call_command("evaluate", *map(str, options), "--json", stdout=out)
        return json.loads(out.getvalue())

    return run


def test_from_problems_to_figures(evaluate, problems):
    report = evaluate("--data", problems, "--mode", "cot", "--n", 2)
    assert (report["problems"], report["n"], report["greedy"], report["maj@2"], report["pass@2"]) == (4, 2, 50, 50, 50)
    assert (report["select"], report["picked"]) == ("majority", 50)
    rows = [json.loads(line) for line in Path(report["transcripts"]).read_text().splitlines()]
    assert sorted((row["question"], row["expected"], row["greedy"]["answer"]) for row in rows) == [
        ("Count to 1", "1", "1"),
        ("Count to 2", "2", "2"),
        ("Count to 3", "4", "3"),
        ("Count to 4", "5", "4"),
    ]


def test_asked_again_it_goes_on_where_it_was(evaluate, problems):
    first = evaluate("--data", problems, "--mode", "cot", "--first", 2)
    path = Path(first["transcripts"])
    before = path.read_text()
    assert evaluate("--data", problems, "--mode", "cot", "--first", 2) == first
    assert path.read_text() == before
    assert evaluate("--data", problems, "--mode", "cot", "--first", 2, "--skip", 2)["greedy"] == 0
    problems.write_text(problems.read_text().replace("#### 1", "#### 9"))  # a key that was mended
    assert evaluate("--data", problems, "--mode", "cot", "--first", 2)["greedy"] == 50
    assert path.read_text() == before


def test_what_needs_scores_is_refused_without_a_reward_model(evaluate, problems):
    with pytest.raises(CommandError, match="no reward model"):
        evaluate("--data", problems, "--mode", "cot", "--select", "reward")
    assert Evaluation.objects.get().report["select"] == "majority"  # what was measured is not lost by that


@pytest.mark.parametrize("options", [("--first", 2), ("--skip", 1), ("--n", 2), ("--mode", "cot"), ("--out", "x")])
def test_of_transcripts_nothing_is_left_out(evaluate, options, tmp_path):
    with pytest.raises(CommandError, match=f"{options[0]} says how"):
        evaluate("--transcripts", tmp_path / "transcripts.jsonl", *options)


@pytest.mark.parametrize(
    ("text", "reason"), [("", "no problem"), ('{"a": 1}\n', "no known set"), ("nonsense\n", "line 1")], ids=["empty", "strange", "no JSON"]
)
def test_a_file_that_is_none(evaluate, problems, text, reason, capsys):
    problems.write_text(text)
    with pytest.raises(CommandError, match="What it has so far"):
        evaluate("--data", problems)
    assert reason in capsys.readouterr().err


def test_no_file(evaluate, tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.jsonl"):
        evaluate("--data", tmp_path / "nothing.jsonl")


@pytest.mark.parametrize("options", [("--first", -1), ("--skip", -1)])
def test_so_many_problems_there_are_not(evaluate, problems, options, capsys):
    with pytest.raises(CommandError):
        evaluate("--data", problems, *options)
    assert "skip, first" in capsys.readouterr().err


def test_without_a_database_nothing_is_solved_for_nothing(problems, tmp_path):
    command = [sys.executable, "manage.py", "evaluate", "--data", str(problems)]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=os.environ | {"LEMMA_VAR": str(tmp_path / "new")}
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("CommandError: The database is not set up yet")


def test_the_page_has_the_curves(evaluate, problems, admin, client_of):
    evaluate("--data", problems, "--mode", "cot", "--n", 4, "--first", 3)
    evaluate("--data", problems, "--mode", "cot", "--n", 4, "--first", 3)
    [evaluation] = Evaluation.objects.all()
    client = client_of(admin)
    assert str(evaluation) in client.get("/training/evaluations/").text
    page = client.get(f"/training/evaluations/{evaluation.pk}/").text
    assert page.count("<polyline points=") == 2 * len(["any of k", "majority"])
    assert "66.7 <span" in page
    assert "Picked by majority" in page
    assert "majority against temperature 0" in page
    chinese = client.get(f"/training/evaluations/{evaluation.pk}/", headers={"Accept-Language": "zh-hans"}).text
    assert "按多数选出" in chinese
    assert not re.findall("maj@|greedy|majority", chinese)
    rows = b"".join(client.get(f"/training/evaluations/{evaluation.pk}/transcripts.jsonl").streaming_content)
    assert len(rows.splitlines()) == 3
    client.post(f"/training/evaluations/{evaluation.pk}/delete/")
    assert not Evaluation.objects.exists()
    evaluate("--data", problems, "--mode", "cot", "--first", 1)
    page = client.get(f"/training/evaluations/{Evaluation.objects.get().pk}/").text
    assert ("over-k" in page, "100.0 <span" in page) == (False, True)  # one response makes a point, and no curve
    assert Path(evaluation.folder).is_dir()


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_nobody_else_sees_it(evaluate, problems, client_of, role):
    evaluate("--data", problems, "--mode", "cot", "--first", 1)
    [evaluation] = Evaluation.objects.all()
    client = client_of(User.objects.create(username="x", role=role))
    for path in ("", f"{evaluation.pk}/", f"{evaluation.pk}/transcripts.jsonl"):
        assert client.get(f"/training/evaluations/{path}").status_code == 404
    assert client.post(f"/training/evaluations/{evaluation.pk}/delete/").status_code == 404


def test_a_figure_s_places():
    figure = curves_over_k.figure(
        {"n": 2, "unbiased": {f"{rule}@{k}": {"value": 40 + 20 * k, "interval": [50, 90]} for rule in ("maj", "pass") for k in (1, 2)}}
    )
    assert [curve.rule for curve in figure.curves] == ["pass", "maj"]
    assert figure.curves[0].points == "40.0,186.4 548.0,99.2"
    assert [label for _, label in figure.y_ticks] == ["50", "75", "100"]
    assert figure.rows[1] == (2, ((80, 50, 90), (80, 50, 90)))
