"""Problems that evolve: over a scripted model behind a real server, their solutions run in the real sandbox."""

import json
import time
from collections import Counter

import pytest

from inference.tests.completions_server import served
from training.pipeline import evolve, stage
from training.pipeline.stage import StageError
from training.tests.scripted_engine import ScriptedEngine
from training.tests.stages import do, finish, kill_after, read, run, start, written

PENS = {"id": "p", "question": "Tom has 12 pens and buys 30 more of them at the shop. How many pens has he now?", "expected": "42"}
BIRDS = {
    "id": "b",
    "question": "On a lake are 7 ducks, and 15 swans come from the river. How many birds are there?",
    "expected": "22",
}
APPLES = {"id": "z", "question": "小明有12个苹果，又买了5个，他现在一共有多少个苹果？", "expected": "17"}

CONTEXT = "A farmer owns 12 red hens, then 30 brown ones hatch in the barn. What is the number of his hens?"
REPLIES = {
    # Parts of the prompts, in the order in which they are looked for.
    "ideas of both": "Tom counts 8 ducks and 9 pens. How many things did he count?\n\nSolution: 8 + 9 = 17.",
    "one more fact": "I am afraid I do not know how.",
    "reversed": "Tom has 42 pens, of which he bought some at the shop. How many had he? It was 12, so the answer is 12.",
    "Tom has 12 pens and buys 30 more of them at the shop. How many pens has he now?\n\nWrite the same": (
        "Tom has 13 pens and buys 31 more of them at the shop. How many pens has he now?"
    ),
    "swans come from the river. How many birds are there?\n\nWrite the same": BIRDS["question"].replace("come", "arrive"),
    "pens has he now?\n\nWrite a problem that needs the same": CONTEXT,
    "birds are there?\n\nWrite a problem that needs the same": CONTEXT.replace("12", "7").replace("30", "15"),
    "另外的数字": "小明有14个苹果，又买了6个，他现在一共有多少个苹果？",
}


@pytest.fixture
def problems(tmp_path):
    return written(tmp_path / "problems.jsonl", PENS, BIRDS, APPLES)


@pytest.fixture(scope="module")
def url():
    with served(ScriptedEngine(replies=REPLIES)) as address:
        yield address


def outcome(out):
    return read(out / "problems.jsonl"), json.loads((out / "report.json").read_text())


def test_what_is_kept_and_what_is_refused(tmp_path, url, problems):
    """Every fourth seed errs, so that of many solutions some disagree."""
    summary = do(evolve, tmp_path / "out", url=url, problems=problems, solutions=6, least_agreement=0.5)
    kept, report = outcome(tmp_path / "out")
    assert report["numbers"] == {"asked": 3, "kept": 2, "near duplicate": 1}
    assert report["context"] == {"asked": 3, "kept": 2, "another language": 1}
    assert report["combine"] == {"asked": 2, "kept": 1, "near duplicate": 1}
    assert report["condition"] == {"asked": 3, "asks nothing": 2, "another language": 1}
    assert report["reverse"] == {"asked": 3, "tells its answer": 2, "another language": 1}
    assert summary == {"asked": 14, "new": 5, "kept": 5}
    first = next(row for row in kept if row["id"] == "p~numbers-0")
    agreement = first.pop("agreement")
    assert 3 <= agreement["agreeing"] <= agreement["of"] == 6
    assert isinstance(first.pop("seed"), int)
    assert first == {
        "id": "p~numbers-0",
        "question": "Tom has 13 pens and buys 31 more of them at the shop. How many pens has he now?",
        "expected": "44",
        "parents": ["p"],
        "roots": ["p"],
        "change": "numbers",
        "language": "en",
    }
    assert {row["id"]: row["expected"] for row in kept} == {
        "p~numbers-0": "44",
        "z~numbers-0": "20",
        "p~context-0": "42",
        "b~context-0": "22",
        "p~combine-0": "17",
    }
    combined = next(row for row in kept if row["change"] == "combine")
    assert (combined["parents"], combined["roots"]) == (["p", "b"], ["p", "b"])
    refused = {row["id"]: row["refused"] for row in read(tmp_path / "out" / "proposals.jsonl")}
    assert refused["p~reverse-0"] == "tells its answer"
    samples = read(tmp_path / "out" / "samples.jsonl")
    assert Counter(row["problem"] for row in samples) == {row["id"]: 6 for row in kept}
    assert all(row["roots"] and row["expected"] is None and row["checked"] for row in samples)


def test_solutions_must_agree(tmp_path, url, problems):
    """With eight solutions and an error in one of four, hardly a problem has them all."""
    do(evolve, tmp_path / "out", url=url, problems=problems, solutions=8, changes=["numbers", "context"])
    kept, report = outcome(tmp_path / "out")
    disagree = sum(ends.get("solutions disagree", 0) for ends in report.values())
    assert len(kept) + disagree == 4
    assert disagree >= 2
    assert all(row["agreement"] == {"agreeing": 8, "of": 8} for row in kept)


def test_python_must_confirm_them(tmp_path, problems, monkeypatch):
    """A model whose code prints nothing to hold the answer against."""

    class Silent(ScriptedEngine):
        def text(self, prompt, seed):
            text = super().text(prompt, seed)
            if prompt.endswith("```python\n"):
                return "pass\n```\n"
            return "It is $\\boxed{44}$." if "```output" in prompt else text

    with served(Silent(replies=REPLIES)) as url:
        do(evolve, tmp_path / "out", url=url, problems=problems, first=1, solutions=3, changes=["numbers"])
    kept, report = outcome(tmp_path / "out")
    assert (kept, report["numbers"]) == ([], {"asked": 1, "not confirmed by Python": 1})


def test_an_answer_that_cannot_be_is_refused(tmp_path, problems):
    class Half(ScriptedEngine):
        def text(self, prompt, seed):
            return super().text(prompt, seed).replace("print(13 + 31", "print(0.5 + 31").replace(" + 1)", ")")

    with served(Half(replies=REPLIES)) as url:
        do(evolve, tmp_path / "out", url=url, problems=problems, first=1, solutions=3, changes=["numbers"])
    assert outcome(tmp_path / "out") == ([], {"numbers": {"asked": 1, "answer makes no sense": 1}})


def test_a_known_problem_is_not_made_again(tmp_path, url, problems):
    known = written(tmp_path / "known.jsonl", {"question": CONTEXT.replace("owns", "has"), "expected": "42"})
    do(evolve, tmp_path / "out", url=url, problems=problems, first=1, changes=["context"], known=[known])
    assert outcome(tmp_path / "out") == ([], {"context": {"asked": 1, "near duplicate": 1}})


def test_of_equal_proposals_the_first_is_kept(tmp_path, url, problems):
    do(evolve, tmp_path / "out", url=url, problems=problems, first=1, changes=["context"], per_change=3, solutions=2, least_agreement=0.5)
    [kept], report = outcome(tmp_path / "out")
    assert report["context"]["near duplicate"] == 2
    assert kept["id"] == "p~context-0"


def test_problems_without_an_answer_are_not_reversed_and_one_alone_is_not_combined(tmp_path, url):
    path = written(tmp_path / "students.jsonl", {"question": PENS["question"]}, {"question": APPLES["question"]})
    do(evolve, tmp_path / "out", url=url, problems=path, unanswered=True, solutions=2)
    _, report = outcome(tmp_path / "out")
    assert {change: ends["asked"] for change, ends in report.items()} == {"numbers": 2, "condition": 2, "context": 2}


def test_variants_of_a_variant_go_back_to_its_roots(tmp_path, url):
    path = written(tmp_path / "second.jsonl", PENS | {"id": "p~numbers-0", "roots": ["p"]})
    do(evolve, tmp_path / "out", url=url, problems=path, changes=["numbers"], solutions=2, least_agreement=0.5)
    [row] = read(tmp_path / "out" / "proposals.jsonl")
    assert row["id"] == "p~numbers-0~numbers-0"
    [kept], _ = outcome(tmp_path / "out")
    assert (kept["parents"], kept["roots"]) == (["p~numbers-0"], ["p"])


def test_killed_again_and_again_it_makes_the_same_problems(tmp_path, problems):
    config = {"problems": problems, "solutions": 4, "least_agreement": 0.5, "sequences": 3}
    with served(ScriptedEngine(pause=0.02, replies=REPLIES)) as url:
        do(evolve, tmp_path / "whole", url=url, **config)
        out = tmp_path / "out"
        kill_after(2, out / "proposals.jsonl", start(evolve, out, url=url, **config))
        kill_after(8, out / "proposals.jsonl", start(evolve, out, url=url, **config))
        kill_after(3, out / "samples.jsonl", start(evolve, out, url=url, **config))
        kill_after(12, out / "samples.jsonl", start(evolve, out, url=url, **config))
        assert run(evolve, out, url=url, **config)[0] == 0
    assert outcome(out) == outcome(tmp_path / "whole")
    for name, key in (("proposals.jsonl", ("id",)), ("samples.jsonl", ("problem", "sample"))):
        keys = [tuple(row[field] for field in key) for row in read(out / name)]
        assert sorted(keys) == sorted({tuple(row[field] for field in key) for row in read(tmp_path / "whole" / name)})


def test_asked_to_stop_it_goes_on_later(tmp_path, problems):
    config = {"problems": problems, "solutions": 2, "changes": ["numbers"], "sequences": 1}
    with served(ScriptedEngine(pause=0.2, replies=REPLIES)) as url:
        out = tmp_path / "out"
        process = start(evolve, out, url=url, **config)
        while not (out / "proposals.jsonl").exists() or not read(out / "proposals.jsonl"):
            time.sleep(0.01)
        (out / "STOP").touch()
        assert finish(process)[0] == stage.STOPPED
        assert not (out / "problems.jsonl").exists()
        assert run(evolve, out, url=url, **config)[0] == 0
    assert (out / "problems.jsonl").exists()


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"changes": []}, "changes, per_change"),
        ({"changes": ["poem"]}, "changes: 'poem' is not what this field takes"),
        ({"solutions": 1}, "solutions: from 2"),
        ({"least_agreement": 0}, "least_agreement, near"),
        ({"temperature": 3}, "temperature: from 0 to 2"),
        ({"solving_temperature": 3}, "temperatures: from 0 to 2"),
        ({"skip": 7}, "there is nothing to change"),
        ({"problems": "/none.jsonl"}, "No such file"),
    ],
)
def test_bad_configs_and_no_problems(tmp_path, problems, config, reason):
    with pytest.raises(StageError, match=reason):
        do(evolve, tmp_path / "out", **{"url": "http://127.0.0.1:9/v1", "problems": problems} | config)
