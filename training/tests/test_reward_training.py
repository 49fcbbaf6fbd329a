"""Stage `reward_model`: its loss by hand, its two ways to lay out a group, and a run from rows to a checkpoint."""

import json
import math
import time

import numpy as np
import pytest
import torch
from safetensors import safe_open

from inference.reward.model import over
from inference.reward.torch import open_judge
from inference.tests import tiny
from training.pipeline import groups, listwise, models
from training.pipeline.groups import Group
from training.tests import runs


def rows(problems: int, right: int = 3, wrong: int = 3) -> list[dict]:
    """Right answers say 7, wrong ones 9: easy to tell apart."""
    made = []
    for number in range(problems):
        for sample in range(right + wrong):
            answer = 7 if sample < right else 9
            text = f"Sample {sample}: I think that it is $\\boxed{{{answer}}}$."
            made.append({"question": f"What is {number}?", "text": text, "label": "right" if sample < right else "wrong"})
    return made


@pytest.fixture(scope="module")
def tokenizer():
    return tiny.tokenizer()


@pytest.fixture(scope="module")
def common(tmp_path_factory):
    """9 groups and a problem without a pair; 18 steps."""
    folder = tmp_path_factory.mktemp("reward")
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in [*rows(9), *rows(10, wrong=0)[-3:]]))
    return {
        "model": tiny.save(folder / "tiny"),
        "rows": [data],
        "dev": [data],
        "batch": 2,
        "per_device": 1,
        "epochs": 4.0,
        "learning_rate": 0.01,
        "save_steps": 2,
    }


@pytest.fixture(scope="module")
def unbroken(common, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    assert runs.finish(runs.start("reward_model", folder, **common)) == 0
    return folder


@pytest.mark.parametrize(
    ("scores", "right"), [([1.0, -1.0], 1), ([2.0, 0.5, 0.5, -1.0, 3.0, 0.0], 2), ([0.0] * 6, 3), ([9.0, -9.0, 0.1, 0.2, 0.3], 4)]
)
def test_the_loss_is_the_formula(scores, right):
    pairs = [(good, bad) for good in scores[:right] for bad in scores[right:]]
    by_hand = -sum(math.log(1 / (1 + math.exp(bad - good))) for good, bad in pairs) / (right * (len(scores) - right))
    assert listwise.loss(torch.tensor(scores), right).item() == pytest.approx(by_hand, abs=1e-6)


def test_the_loss_of_equal_scores_is_one_bit():
    assert listwise.loss(torch.zeros(6), 2).item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("kind", ["qwen2", "llama"])
def test_together_and_apart_score_alike(tokenizer, tmp_path, kind):
    """Groups of other sizes and lengths in one batch; the gradients are the same too."""
    torch.manual_seed(1)
    model = over(models.load(str(tiny.save(tmp_path, kind)))[0].base_model)
    made, _ = groups.group_all(
        [*rows(2), *rows(3, right=1, wrong=2)[-3:], {"question": "1?", "text": "Long " * 40, "label": "right"}]
        + [{"question": "1?", "text": "No.", "label": "wrong"}],
        tokenizer,
        size=6,
        limit=512,
        seed=0,
    )
    assert sorted(len(group.responses) for group in made) == [2, 3, 6, 6]
    found = []
    for batch in (listwise.together(made, 0), listwise.apart(made, 0)):
        model.zero_grad()
        scores = listwise.scores(model, batch)
        sum(listwise.loss(*pair) for pair in zip(scores, batch["right"], strict=True)).backward()
        found.append((torch.cat(scores), torch.cat([weights.grad.flatten() for weights in model.parameters()])))
    (together, ours), (apart, theirs) = found
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=0)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)
    assert ours.isfinite().all()


def test_a_text_alone_scores_as_in_its_group(tokenizer, tmp_path):
    model = over(models.load(str(tiny.save(tmp_path)))[0].base_model)
    [group], _ = groups.group_all(rows(1), tokenizer, size=6, limit=512, seed=0)
    [scores] = listwise.scores(model, listwise.together([group], 0))
    alone = [model(torch.tensor(np.concatenate([group.prefix, text]))[None])[0, -1, 0] for text in group.responses]
    torch.testing.assert_close(scores, torch.stack(alone), atol=1e-5, rtol=0)


def test_the_layout_is_the_cheaper_one():
    """A long problem is worth sharing; for responses of thousands of tokens that hardly share any, it is not."""
    config = type("Config", (), {"hidden_size": 576, "num_hidden_layers": 30})()
    collate = listwise.Collator(config, 106_000_000, 0)

    def group(prefix: int, response: int) -> Group:
        return Group(np.zeros(prefix, np.int32), (np.zeros(response, np.int32),) * 6, 3)

    assert "parts" in collate([group(300, 100)])
    assert "parts" not in collate([group(20, 1500)])


def test_groups_are_counted_and_balanced(tokenizer):
    made, counts = groups.group_all(
        [
            *rows(1, right=5, wrong=2),
            *rows(2, right=1, wrong=7)[-8:],
            *rows(3, right=4, wrong=0)[-4:],
            {"question": "?", "text": "so " * 400, "label": "right"},
            {"question": "?", "text": "No.", "label": "wrong"},
            rows(1)[0],
            {"question": "What is 0?", "text": "?", "label": "undecided"},
        ],
        tokenizer,
        size=6,
        limit=300,
        seed=0,
    )
    assert [(group.right, len(group.responses)) for group in made] == [(4, 6), (1, 6)]
    assert counts == {
        "groups": 2,
        "responses": 12,
        "pairs": 4 * 2 + 1 * 5,
        "tokens": sum(group.tokens for group in made),
        "rows": 23,
        "rows_without_label": 1,
        "rows_double": 1,
        "responses_too_long": 1,
        "groups_without_pair": 2,
    }


@pytest.mark.parametrize(
    ("right", "wrong", "sizes"),
    [
        (20, 10, [(4, 6)] * 5),  # 30 pupils' work at one problem
        (3, 15, [(1, 6)] * 3),
        (1, 29, [(1, 6)]),  # there is one right one to hold the wrong ones against
        (7, 4, [(3, 6)]),
    ],
)
def test_a_whole_class_at_one_problem_makes_several_groups(tokenizer, right, wrong, sizes):
    made, counts = groups.group_all(rows(1, right=right, wrong=wrong), tokenizer, size=6, limit=300, seed=0)
    assert [(group.right, len(group.responses)) for group in made] == sizes
    assert counts["responses"] == len({(*group.prefix, *ids) for group in made for ids in group.responses})


def test_what_responses_share_is_the_prefix(tokenizer):
    [group], _ = groups.group_all(rows(1, right=1, wrong=1), tokenizer, size=6, limit=512, seed=0)
    texts = [tokenizer.decode([*group.prefix, *response]) for response in group.responses]
    assert texts[0].endswith("<|im_start|>assistant\nSample 0: I think that it is $\\boxed{7}$.<|im_end|>\n")
    assert texts[1].endswith("<|im_start|>assistant\nSample 1: I think that it is $\\boxed{9}$.<|im_end|>\n")
    assert "What is 0?" in tokenizer.decode(group.prefix)
    assert len({response[0] for response in group.responses}) == 2


def test_it_learns_and_leaves_a_checkpoint_of_the_released_form(unbroken):
    summary = runs.summary(unbroken)
    assert (summary["steps"], summary["groups"], summary["pairs"], summary["groups_without_pair"]) == (18, 9, 81, 1)
    losses = [loss for _, loss in runs.losses(unbroken)]
    assert losses[0] == pytest.approx(math.log(2), abs=0.2)
    assert losses[-1] < 0.3
    assert summary["dev_pairs_right"] == {"value": 100.0, "interval": [70.09, 100.0]}  # of 9 groups
    folder = unbroken / "out" / "model"
    config = json.loads((folder / "config.json").read_text())
    assert config["architectures"] == ["Qwen2ForRewardModel"]
    with safe_open(folder / "model.safetensors", "pt") as weights:
        names = set(weights.keys())
    assert {name for name in names if not name.startswith("model.")} == {
        "score.0.weight",
        "score.0.bias",
        "score.2.weight",
        "score.2.bias",
    }


@pytest.mark.parametrize(("problems", "share", "measured"), [(20, 0.3, 4), (12, 0.3, None)])
def test_some_problems_are_held_out_and_measured_on(common, tmp_path, problems, share, measured):
    """None where too few would be left."""
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(problems)))
    config = common | {"rows": [path], "dev": [], "held_out": share, "max_steps": 1}
    assert runs.here("reward_model", tmp_path / "run", **config) == 0
    summary = runs.summary(tmp_path / "run")
    assert summary.get("dev_groups") == measured
    assert summary["groups"] == problems - (measured or 0)


def test_whoever_serves_it_reads_what_it_was_trained_on(unbroken, common):
    """The scorer of the tutor, over the checkpoint as it was left: the same texts, the same order."""
    judge = open_judge(unbroken / "out" / "model", precision="float32")
    assert judge._form.text("2?", "It is 2.") == (
        "<|im_start|>system\nPlease reason step by step, and put your final answer within \\boxed{}.<|im_end|>\n"
        "<|im_start|>user\n2?<|im_end|>\n<|im_start|>assistant\nIt is 2.<|im_end|>\n"
    )
    right, wrong = judge.score("What is 0?", [row["text"] for row in rows(1, right=1, wrong=1)])
    assert right > wrong


def test_killed_again_and_again_it_comes_to_the_same_losses(unbroken, common, tmp_path):
    for step in (2, 6):
        process = runs.start("reward_model", tmp_path, **common)
        runs.wait_for(lambda step=step: len(runs.progress(tmp_path)) >= step, process)
        time.sleep(0.02)
        process.kill()
        process.join()
    assert runs.finish(runs.start("reward_model", tmp_path, **common)) == 0
    assert runs.losses(tmp_path) == runs.losses(unbroken)
    assert runs.summary(tmp_path) | {"model": ""} == runs.summary(unbroken) | {"model": ""}


@pytest.mark.parametrize(
    ("change", "moved"), [({"head_only": True}, {"score"}), ({"lora_rank": 4}, {"score", "proj"}), ({}, {"score", "proj", "embed"})]
)
def test_what_is_trained_is_what_moves(common, tmp_path, change, moved):
    assert runs.finish(runs.start("reward_model", tmp_path, **common | change | {"max_steps": 3})) == 0
    with safe_open(common["model"] / "model.safetensors", "pt") as weights:
        before = {name: weights.get_tensor(name) for name in weights.keys()}  # noqa: SIM118
    with safe_open(tmp_path / "out" / "model" / "model.safetensors", "pt") as weights:
        after = {name: weights.get_tensor(name) for name in weights.keys()}  # noqa: SIM118
    changed = {name for name, value in after.items() if name not in before or not torch.equal(value, before[name])}
    assert {part for part in ("score", "proj", "embed") if any(part in name for name in changed)} == moved


def test_a_reward_model_can_be_trained_on(unbroken, common, tmp_path):
    """Its head goes on from where it was, not from a random one: the first loss is a low one."""
    further = common | {"model": unbroken / "out" / "model", "max_steps": 1}
    assert runs.finish(runs.start("reward_model", tmp_path, **further)) == 0
    assert runs.losses(tmp_path)[0][1] < 0.4


def test_no_pair_is_said_in_one_line(common, tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(3, wrong=0)))
    assert runs.here("reward_model", tmp_path / "run", **common | {"rows": [path]}) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("No problem has both a right and a wrong response")
    assert "and 3 problems that are all right or all wrong" in said
    assert len(said.splitlines()) == 1
