"""Training of a language model by the rewards of what it answers."""

import asyncio
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from datasets import Dataset  # type: ignore[import-untyped]
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from grading.checking.answers import Outcome, check
from grading.checking.extract import boxed_answer, final_answer
from inference import prompts
from inference.engines import EngineError
from inference.sandbox import SandboxError
from inference.sandbox.jail import open_sandbox
from inference.solve import Limits
from inference.wire import WIRES
from training import rows
from training.evaluation.datasets import DatasetError, read_problem
from training.pipeline import models, trainer
from training.pipeline.rollout import Response, Rollouts
from training.pipeline.scoring import Scorer
from training.pipeline.stage import Folder, StageError

if TYPE_CHECKING:
    from training.pipeline.grpo import Config

START = "start"  # the model as it was, where it is no folder of its own: what the KL term is measured against
FIGURES = {
    "reward": "reward",
    "reward_std": "reward_std",
    "kl": "kl",
    "right": "right",
    "score": "score",
    "completions/mean_length": "tokens_a_response",
    "frac_reward_zero_std": "groups_alike",
}


def train(config: "Config", folder: Folder) -> dict[str, Any]:
    """Train, and keep the result; its summary. Raises `StageError` and `StopAsked`."""
    name = "adapter" if config.lora_rank else "model"
    if (summary := trainer.kept(folder, name)) is not None:
        return summary
    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"  # it warns that `rollout_func` may change
    args = trainer.arguments(GRPOConfig, config, folder, **_grpo_arguments(config))
    queries = read_queries(config)
    if len(queries) < config.batch // config.responses:
        raise StageError(f"A step takes {config.batch // config.responses} problems (batch / responses), and there are {len(queries)}.")
    model, tokenizer = _open(config, folder)
    with _rollouts(config, tokenizer) as rollouts:
        trained = PolicyTrainer(
            model=model,
            reward_funcs=Judge(config),
            args=args,
            train_dataset=Dataset.from_list(queries),
            processing_class=tokenizer,
            peft_config=models.lora(model.base_model, config) if config.lora_rank else None,
            rollout_func=lambda texts, own: drawn(rollouts, texts, own),
        )
        assert trained.model is not None
        models.name_base(trained.model, config)
        trainer.fit(trained, folder, FIGURES)
    summary = {name: str(folder.path / name), "steps": trained.state.global_step, "problems": len(queries)}
    with trainer.keeping(folder, name, summary, START) as part:
        trained.save_model(str(part))
    return summary


class PolicyTrainer(GRPOTrainer):
    def create_model_card(self, *_: object, **__: object) -> None:
        """None: ours is the stage's summary."""


def read_queries(config: "Config") -> list[dict[str, Any]]:
    """The problems as rows for TRL. Raises `StageError`."""
    wire, turns, queries = WIRES[config.wire], itertools.cycle(config.modes), []
    try:
        for path in config.problems:
            for number, row in enumerate(rows.read(path), 1):
                problem = read_problem(row, f"{path}, line {number}", "")
                rate = row.get("pass_rate")  # null where `difficulty` found no solution that is right or wrong
                if rate is not None and not config.lowest_pass_rate <= rate <= config.highest_pass_rate:
                    continue
                mode, language = next(turns), prompts.detect_language(problem.question)
                text = prompts.chat(problem.question, mode=mode, language=language, wire=wire, history=())
                if mode == "tir":
                    text += prompts.plan(language) + wire.opening
                queries.append({"prompt": text, "question": problem.question, "expected": problem.expected})
    except DatasetError as error:
        raise StageError(str(error)) from error
    return queries


def drawn(rollouts: Rollouts, texts: list[str], own: GRPOTrainer) -> dict[str, Any]:
    """TRL's `rollout_func`: responses of the model as it is now."""
    model = own.accelerator.unwrap_model(own.model)
    was_training = model.training
    model.eval()
    with own.accelerator.autocast():
        responses = rollouts.draw(model, texts)
    model.train(was_training)
    for response in responses:
        assert len(response.ids) == len(response.own)
    return {
        "prompt_ids": [response.prompt for response in responses],
        "completion_ids": [response.ids for response in responses],
        "logprobs": None,
        "env_mask": [response.own for response in responses],
        "response": responses,
    }


class Judge:
    """TRL's reward function. None for a response whose answer cannot be compared, or that is too long for the reward model: TRL leaves it
    out of its group.
    """

    __name__ = "reward"

    def __init__(self, config: "Config") -> None:
        self._reward, self._budget = config.reward, config.tokens
        self._scorer = Scorer(config.reward_model) if self._reward.needs_score and config.reward_model else None

    def __call__(
        self,
        prompts: list[str],
        question: list[str],
        expected: list[str],
        response: list[Response],
        log_metric: Any,  # noqa: ANN401
        **_: object,
    ) -> list[float | None]:
        texts = [each.text for each in response]
        scores: list[float | None] = self._scorer.score_all(question, texts) if self._scorer else [None] * len(texts)
        outcomes = [check(gold, final_answer(each.text)).outcome for gold, each in zip(expected, response, strict=True)]
        log_metric("right", sum(outcome is Outcome.CORRECT for outcome in outcomes) / len(outcomes))
        if self._scorer:
            known = [score for score in scores if score is not None]
            log_metric("score", sum(known) / (len(known) or 1))
        return [
            None
            if outcome is Outcome.UNDECIDED or (self._scorer and score is None)
            else self._total(each, score, outcome is Outcome.CORRECT)
            for each, score, outcome in zip(response, scores, outcomes, strict=True)
        ]

    def _total(self, response: Response, score: float | None, right: bool) -> float:
        boxed = boxed_answer(response.text) is not None
        return self._reward.total(score=score, right=right, boxed=boxed, tokens=response.tokens, budget=self._budget)


def _grpo_arguments(config: "Config") -> dict[str, Any]:
    return {
        "num_generations": config.responses,
        "max_completion_length": config.tokens,
        "temperature": config.temperature,
        "beta": config.kl,
        "loss_type": "grpo",
        "scale_rewards": "group",
        "use_bias_correction_kl": False,
        "num_iterations": 1,
        "num_train_epochs": config.epochs,
        "max_steps": config.max_steps or -1,
        "include_num_input_tokens_seen": "no",  # TRL counts by itself
        "log_completions": False,
    }


def _open(config: "Config", folder: Folder) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """TRL loads the model that the KL term is measured against by itself, from a folder or the hub: from elsewhere it is saved first."""
    path = Path(config.model).expanduser()
    if config.lora_rank or not (path.is_file() or (path / models.ADAPTER).exists()):
        return models.load(config.model, models.weights_dtype(config))
    start = folder.path / START
    if folder.leads and not start.exists():
        model, tokenizer = models.load(config.model)
        part = start.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        with trainer.plainly():
            model.save_pretrained(part)
            tokenizer.save_pretrained(part)
        rows.sync(part)
        part.replace(start)
    if torch.distributed.is_initialized():
        torch.distributed.barrier()
    return models.load(str(start))


@contextmanager
def _rollouts(config: "Config", tokenizer: PreTrainedTokenizerBase) -> Iterator[Rollouts]:
    """With a sandbox that is open for as long as they are needed. Raises `StageError` where there is none."""
    with asyncio.Runner() as runner:
        try:
            sandbox = runner.run(open_sandbox())
        except SandboxError as error:
            raise StageError(str(error)) from error
        try:
            yield Rollouts(
                tokenizer,
                WIRES[config.wire],
                Limits(tokens=config.tokens, rounds=config.rounds, output=config.output),
                context=config.max_length,
                temperature=config.temperature,
                sequences=config.sequences,
                sandbox=sandbox,
                runner=runner,
            )
        except (SandboxError, EngineError) as error:
            raise StageError(str(error)) from error
        finally:
            runner.run(sandbox.close())
