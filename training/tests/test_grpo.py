"""Stage `grpo`: responses with really run Python, their rewards and advantages, and a run whose reward rises. In the real sandbox."""

import asyncio
import json
import re
from types import SimpleNamespace

import pytest
import torch
from datasets import Dataset

from inference import prompts
from inference.reward.model import over, save
from inference.sandbox.jail import open_sandbox
from inference.solve import Limits
from inference.tests import tiny
from inference.wire import FENCE, TOOL
from training.pipeline import grpo, models, policy_training, stage, trainer
from training.pipeline.rollout import Rollouts
from training.tests import runs

pytestmark = pytest.mark.filterwarnings("default")  # in-process training is full of other libraries' warnings
QUESTION = "What is 2 + 5?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("grpo")


@pytest.fixture(scope="module")
def writer(folder):
    """A tiny model for each way to write Python, which the stage `sft` taught a dialogue by heart; what its code prints was masked."""
    rows = []
    for name, wire in (("fence", FENCE), ("tool", TOOL)):
        text = prompts.plan("en") + wire.opening
        text += f"print(2**20 + 7)\n{wire.end}{wire.output('1048583')}Once more:\n{wire.opening}"
        text += f"print(7)\n{wire.end}{wire.output('7')}It is \\boxed{{7}}."
        data = folder / f"{name}.jsonl"
        data.write_text(json.dumps({"question": QUESTION, "mode": "tir", "text": text}) + "\n")
        rows.append((name, data))
    taught = {}
    for name, data in rows:
        config = {"model": tiny.save(folder / "tiny"), "rows": [data], "wire": name, "batch": 1, "learning_rate": 0.02, "epochs": 80}
        assert runs.here("sft", folder / name, **config) == 0
        assert runs.losses(folder / name)[-1][1] < 0.05
        taught[name] = models.load(str(folder / name / "out" / "model"))
    return taught


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def sandbox(runner):
    sandbox = runner.run(open_sandbox())
    yield sandbox
    runner.run(sandbox.close())


@pytest.mark.parametrize(("name", "wire"), [("fence", FENCE), ("tool", TOOL)])
def test_python_runs_and_the_mask_says_who_wrote_what(writer, sandbox, runner, name, wire):
    model, tokenizer = writer[name]
    draw = Rollouts(tokenizer, wire, Limits(tokens=200), context=2000, temperature=0.01, sequences=2, sandbox=sandbox, runner=runner).draw
    given = prompts.plan("en") + wire.opening
    text = prompts.chat(QUESTION, mode="tir", language="en", wire=wire, history=()) + given
    for response in draw(model, [text] * 3):
        assert (response.finish, response.rounds, response.blocks_failed) == ("stop", 2, 0)
        assert tokenizer.decode(response.prompt) == text
        assert tokenizer.decode(response.prompt + response.ids) == text.removesuffix(given) + response.text + "<|im_end|>"
        segments = wire.segments(response.text)
        assert [segment.own for segment in segments] == [True, False, True, False, True]
        assert [segment.text for segment in segments[1::2]] == [wire.output("1048583"), wire.output("7")]
        masked = [tokenizer.decode([i for i, own in zip(response.ids, response.own, strict=True) if own == who]) for who in (1, 0)]
        assert masked[0] == "".join(segment.text for segment in segments if segment.own).removeprefix(given) + "<|im_end|>"
        assert masked[1] == wire.output("1048583") + wire.output("7")
        assert response.tokens == sum(response.own)


def test_a_response_is_bounded_in_tokens_rounds_and_context(writer, sandbox, runner):
    model, tokenizer = writer["fence"]

    def draw(limits, context=2000):
        rollouts = Rollouts(tokenizer, FENCE, limits, context=context, temperature=0.01, sequences=4, sandbox=sandbox, runner=runner)
        text = prompts.chat(QUESTION, mode="tir", language="en", wire=FENCE, history=()) + prompts.plan("en") + FENCE.opening
        [response] = rollouts.draw(model, [text])
        return response

    short = draw(Limits(tokens=3))
    assert (short.finish, short.tokens, short.rounds, short.own) == ("length", 3, 0, [1, 1, 1])
    assert draw(Limits(tokens=200, rounds=1)).rounds == 1
    full = draw(Limits(tokens=200), context=short.length + 5)
    assert (full.finish, full.length) == ("length", short.length + 5)


def test_words_alone_are_drawn_as_they_are(writer, sandbox, runner):
    model, tokenizer = writer["fence"]
    rollouts = Rollouts(tokenizer, FENCE, Limits(tokens=40), context=2000, temperature=1.0, sequences=4, sandbox=sandbox, runner=runner)
    torch.manual_seed(3)
    responses = rollouts.draw(model, [prompts.chat(QUESTION, mode="cot", language="en", wire=FENCE, history=())] * 6)
    assert all(set(response.own) == {1} and response.rounds == 0 for response in responses)
    assert len({response.text for response in responses}) > 1


def test_code_that_gets_its_session_killed_ends_its_message(writer, sandbox, runner):
    """Whatever the policy learns to try, training goes on. (Here the session is gone before the block runs.)"""
    _, tokenizer = writer["fence"]
    rollouts = Rollouts(tokenizer, FENCE, Limits(), context=2000, temperature=1.0, sequences=4, sandbox=sandbox, runner=runner)
    response = rollouts._begun("<|im_start|>assistant\n" + FENCE.opening)
    response.splitter.feed("print(7)\n```")
    response.session = runner.run(sandbox.open())
    runner.run(response.session.close())
    runner.run(rollouts._run_blocks([response]))
    assert (response.finish, response.rounds, response.ids) == ("stop", 0, [])


def config(folder, **changes):
    data = folder / "problems.jsonl"
    rows = [
        {"question": QUESTION, "expected": "7", "pass_rate": 0.5},
        {"question": "小明有几个苹果？", "expected": "7", "pass_rate": None},
    ] * 4
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    common = {
        "model": str(tiny.save(folder / "tiny")),
        "problems": [str(data)],
        "weight": 0.0,
        "responses": 16,
        "batch": 32,
        "per_device": 32,
        "tokens": 8,
        "modes": ["cot"],
        "learning_rate": 0.03,
        "epochs": 3.0,
        "save_steps": 2,
    }
    return common | changes


def test_advantages_are_the_formula(folder, tmp_path, monkeypatch):
    """One step of the real trainer: (r - mean) / (std + 1e-4) within each group, and nothing from the executor's tokens."""
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    settings = stage.parse(grpo.Config, config(folder, out=str(tmp_path), modes=["cot", "tir"], max_steps=1))
    judged = []

    class Watched(policy_training.Judge):
        def __call__(self, *args, **kwargs):
            judged.append((super().__call__(*args, **kwargs), kwargs["response"]))
            return judged[-1][0]

    class Kept(policy_training.PolicyTrainer):
        def _generate_and_score_completions(self, inputs):
            self.kept = super()._generate_and_score_completions(inputs)
            return dict(self.kept)

    args = trainer.arguments(policy_training.GRPOConfig, settings, stage.Folder(tmp_path), **policy_training._grpo_arguments(settings))
    assert (args.beta, args.loss_type, args.num_iterations, args.scale_rewards) == (1e-3, "grpo", 1, "group")
    model, tokenizer = models.load(settings.model)
    with policy_training._rollouts(settings, tokenizer) as rollouts:
        trained = Kept(
            model=model,
            reward_funcs=Watched(settings),
            args=args,
            train_dataset=Dataset.from_list(policy_training.read_queries(settings)),
            processing_class=tokenizer,
            rollout_func=lambda texts, own: policy_training.drawn(rollouts, texts, own),
        )
        trained.train()
    [(rewards, responses)] = judged
    groups = torch.tensor(rewards).view(2, 16)
    by_hand = (groups - groups.mean(1, keepdim=True)) / (groups.std(1, keepdim=True) + 1e-4)
    torch.testing.assert_close(trained.kept["advantages"], by_hand.flatten(), atol=1e-5, rtol=0)
    assert groups.std() > 0
    for row, response in enumerate(responses):
        assert trained.kept["tool_mask"][row, : len(response.own)].tolist() == response.own


def test_a_run_raises_its_reward_and_goes_on_after_a_kill(folder, tmp_path):
    """The rule alone: a box with the right answer is one token of the vocabulary, which a random model says now and then."""
    settings = config(folder)
    process = runs.start("grpo", tmp_path, **settings)
    runs.wait_for(lambda: len(runs.progress(tmp_path)) >= 5, process)
    process.kill()
    process.join()
    assert runs.finish(runs.start("grpo", tmp_path, **settings)) == 0
    progress = runs.progress(tmp_path)
    assert [row["done"] for row in progress] == list(range(1, 13))
    rewards = [row["reward"] for row in progress]
    assert sum(rewards[-3:]) / 3 > sum(rewards[:3]) / 3 + 0.3
    assert progress[-1]["right"] > progress[0]["right"]
    assert all({"kl", "tokens_a_response", "groups_alike", "grad_norm"} <= row.keys() for row in progress)
    assert models.load(runs.summary(tmp_path)["model"])


def test_an_adapter_learns_from_a_reward_model(folder, tmp_path):
    """Both parts of the linear reward, with TIR and CoT problems; what is left is an adapter that `load` merges."""
    torch.manual_seed(0)
    base, tokenizer = models.load(str(tiny.save(folder / "tiny")))
    save(over(base.base_model), tmp_path / "rm", tokenizer=tokenizer)
    changes = {"weight": 0.5, "reward_model": str(tmp_path / "rm"), "lora_rank": 4, "max_steps": 2, "modes": ["cot", "tir"]}
    assert runs.finish(runs.start("grpo", tmp_path, **config(folder, **changes))) == 0
    progress = runs.progress(tmp_path)
    assert all(row["score"] != 0 for row in progress)
    assert progress[0]["reward"] == pytest.approx(progress[0]["score"] / 2 + progress[0]["right"] / 2, abs=0.1)  # bonus and penalty
    merged = models.load(runs.summary(tmp_path)["adapter"])[0].state_dict()
    assert any(not torch.equal(merged[name], weights) for name, weights in base.state_dict().items())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"batch": 30}, "30 responses are no whole number of groups of 16"),
        ({"weight": 0.5}, "reward_model: this form of reward needs one"),
        ({"form": "shaped"}, "reward_model: this form of reward needs one"),
        ({"form": "shaped", "reward_model": "/no/such"}, "reward_model: .*/no/such"),
        ({"batch": 256}, "A step takes 16 problems .*, and there are 8"),
        ({"lowest_pass_rate": 0.6}, "A step takes 2 problems .*, and there are 0"),
        ({"temperature": 0.0}, "temperature: "),
        ({"fsdp": True}, "fsdp: "),
        ({"problems": ["/no/such.jsonl"]}, "/no/such.jsonl"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(folder, tmp_path, capsys, change, reason):
    settings = config(folder)
    if "lowest_pass_rate" in change:
        lines = [json.dumps({"question": QUESTION, "expected": "7", "pass_rate": 0.5})] * 8
        (tmp_path / "easy.jsonl").write_text("\n".join(lines))
        settings |= {"problems": [tmp_path / "easy.jsonl"]}
    assert runs.here("grpo", tmp_path, **settings | change) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert re.search(reason, said[0])


def test_an_answer_that_cannot_be_compared_counts_neither_way(folder, tmp_path):
    settings = stage.parse(grpo.Config, config(folder, out=str(tmp_path)))
    judge = policy_training.Judge(settings)
    texts = ["\\boxed{7}", "\\boxed{8}", "\\boxed{" + "1" * 2000 + "}", "So it is 7."]
    responses = [SimpleNamespace(text=text, tokens=4) for text in texts]
    logged = {}
    rewards = judge([""] * 4, ["?"] * 4, ["7"] * 4, responses, logged.__setitem__)
    assert rewards == [pytest.approx(1.1), pytest.approx(0.1), None, 0.0]
    assert logged == {"right": 0.25}


def test_a_response_that_is_too_long_for_the_reward_model_counts_neither_way(folder, tmp_path):
    """It ended the run, at the same step each time that it went on."""
    base, tokenizer = models.load(str(tiny.save(folder / "tiny")))
    save(over(base.base_model), tmp_path / "rm", tokenizer=tokenizer)
    settings = stage.parse(grpo.Config, config(folder, out=str(tmp_path), weight=0.5, reward_model=str(tmp_path / "rm")))
    judge = policy_training.Judge(settings)
    texts = ["So it is $\\boxed{7}$.", "no " * 5000 + "$\\boxed{7}$", "So it is $\\boxed{8}$."]
    logged = {}
    rewards = judge([""] * 3, ["?"] * 3, ["7"] * 3, [SimpleNamespace(text=text, tokens=4) for text in texts], logged.__setitem__)
    assert [reward is None for reward in rewards] == [False, True, False]
    assert logged["score"] == pytest.approx((2 * rewards[0] - 1.1 + 2 * rewards[2] - 0.1) / 2)
