"""The stage `reward_head` over the real small model: features, a head that ranks, and what a kill leaves."""

import json
import shutil

import numpy as np
import pytest

from inference import weights
from inference.reward.heads import read_head
from training.pipeline import reward_head
from training.pipeline.features import Ending, Reader
from training.tests import runs

LAYERS, TOKEN, SUFFIX = [12, 20], "<file_sep>", "<|im_end|>\n"
PROMPT = "<|im_start|>user\nWhat is 2 + 2?<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture(scope="module")
def path():
    return weights.find(weights.SMOLLM2)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Whoever is wrong doubts: a head on the last layers learns that from a few problems."""
    said = {"right": ["I am sure that it is {}.", "Clearly {}."], "wrong": ["I do not know, perhaps {}.", "No idea. I guess {}."]}
    found = [
        {"problem": str(n), "question": f"What is {n} + 1?", "mode": "cot", "text": text.format(n + 1), "label": label}
        for n in range(12)
        for label, texts in said.items()
        for text in texts
    ]
    found += [{"question": "What is 1 + 1?", "mode": "cot", "text": "", "label": "wrong"}, found[0] | {"label": "undecided"}]
    found.append({"problem": "99", "question": "What is 99 + 1?", "mode": "cot", "text": "It is 100.", "label": "right"})  # ranks nothing
    path = tmp_path_factory.mktemp("rows") / "labelled.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in found))
    return path


def test_solutions_side_by_side_have_the_features_that_each_has_alone(path):
    reader = Reader(path, LAYERS, [Ending(SUFFIX, TOKEN), Ending("\nRight?", TOKEN)])
    texts = ["It is 4.", "Let me think about it for a while: 2 and 2 make 4.", "5"]
    together = reader.read(PROMPT, texts).astype(np.float32)
    assert together.shape == (2, 2, 3, 576)
    for at, text in enumerate(texts):
        alone = reader.read(PROMPT, [text]).astype(np.float32)
        assert np.corrcoef(together[:, :, at].ravel(), alone.ravel())[0, 1] > 0.999
    others = np.corrcoef(together[0, 1])
    assert others[0, 1] < 0.999
    assert others[0, 2] < 0.999


@pytest.fixture(scope="module")
def config(path, rows):
    return {"rows": [rows], "model": path, "layers": LAYERS, "suffixes": [SUFFIX], "token": TOKEN, "folds": 2, "epochs": 20}


@pytest.fixture(scope="module")
def trained(config, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    assert runs.here("reward_head", folder, **config) == 0
    return folder


def test_a_head_that_ranks_problems_it_has_not_seen(trained):
    summary = runs.summary(trained)
    assert summary["problems"] == 12
    assert summary["solutions"] == 48
    assert summary["any"] == 0.5
    assert summary["pairs_right"] > 0.9
    assert summary["picked"] > 0.9
    assert summary["pairs_right"] == max(head["pairs_right"] for head in summary["heads"])
    head = read_head(trained / "out" / "head.npz")
    assert (head.layer, head.token, head.suffix) == (summary["layer"], TOKEN, SUFFIX)


def test_it_goes_on_with_the_problems_that_are_missing(trained, config, tmp_path):
    out = shutil.copytree(trained / "out", tmp_path / "out")
    kept = {file: file.stat().st_mtime_ns for file in out.glob("*.npy")}
    missing = sorted(kept)[0]
    (out / "DONE").unlink()
    missing.unlink()
    assert runs.here("reward_head", tmp_path, **config | {"epochs": 1}) == 0
    assert {file: file.stat().st_mtime_ns for file in out.glob("*.npy") if file != missing} == {
        file: time for file, time in kept.items() if file != missing
    }
    assert missing.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"carriers": ["Yes"]}, "two tokens"),
        ({"folds": 1}, "at least 2"),
        ({"folds": 13}, "too few problems"),
        ({"rows": []}, "No problem has right and wrong"),
    ],
)
def test_a_config_that_cannot_be(path, rows, tmp_path, capsys, change, reason):
    assert runs.here("reward_head", tmp_path, **({"rows": [rows], "model": path} | change)) == 2
    assert reason in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("*.npy"))  # no solution was read for nothing


def test_all_solutions_right_teach_nothing(path, rows, tmp_path, capsys):
    right = tmp_path / "right.jsonl"
    right.write_text("".join(line + "\n" for line in rows.read_text().splitlines() if '"right"' in line))
    config = {"rows": [right], "model": path, "layers": [12], "suffixes": [SUFFIX], "token": TOKEN}
    assert runs.here("reward_head", tmp_path, **config) == 2
    assert "No problem has right and wrong" in capsys.readouterr().err


def test_the_name_of_a_task_follows_its_texts(rows):
    [first, *_] = found = reward_head.tasks((rows,))
    assert len(found) == 12
    assert len({task.name for task in found}) == 12
    assert len(first.solutions) == 4
