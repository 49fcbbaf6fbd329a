"""How much quicker a reward model learns from groups than from pairs: our listwise training against TRL's RewardTrainer.

    python -m benchmarks.reward_training --data ../shared/data/qwen_rm_example/math_cot_100.jsonl [--groups 4]

A file of problems with several responses each (`question`, `code`, `score`: which are right). The shortest groups of up to six responses,
each once: ours takes a group as it is, TRL's as its k(6-k) pairs, both in as many steps of the optimizer. The backbone is SmolLM2-135M,
all of it trained in float32. Tokens are the distinct ones of the groups, so tokens a second compare the time that the same groups take.
"""

import argparse
import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import AutoModel, AutoModelForSequenceClassification, PreTrainedTokenizerBase, TrainingArguments
from trl.trainer.reward_config import RewardConfig
from trl.trainer.reward_trainer import RewardTrainer

from inference import weights
from inference.reward.model import over
from training.pipeline import models
from training.pipeline.groups import Group, group_all
from training.pipeline.listwise import Collator, backbone_size
from training.pipeline.reward_training import ListwiseTrainer

LIMIT = 1024  # tokens of problem and response
RESPONSES = 6


def read(path: Path) -> list[dict[str, Any]]:
    """The responses as rows of the stage."""
    problems = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        {"question": problem["question"], "text": text, "label": "right" if right else "wrong"}
        for problem in problems
        for text, right in zip(problem["code"], problem["score"], strict=True)
    ]


def settings(folder: Path, rows: int, a_batch: int) -> dict[str, Any]:
    """What both trainers are told: `rows` a step of the optimizer, `a_batch` of them at once."""
    return {
        "output_dir": str(folder),
        "per_device_train_batch_size": a_batch,
        "gradient_accumulation_steps": math.ceil(rows / a_batch),
        "num_train_epochs": 1,
        "learning_rate": 1e-5,
        "save_strategy": "no",
        "logging_steps": 1,
        "remove_unused_columns": False,
        "gradient_checkpointing": False,
        "bf16": False,
        "disable_tqdm": True,
        "report_to": "none",
        "use_cpu": not torch.cuda.is_available(),
    }


def listwise(groups: list[Group], backbone: Path, tokenizer: PreTrainedTokenizerBase, folder: Path) -> float:
    """Seconds of training."""
    torch.manual_seed(0)
    model = over(AutoModel.from_pretrained(backbone, dtype=torch.float32))
    trainer = ListwiseTrainer(
        model=model,
        args=TrainingArguments(**settings(folder, rows=len(groups), a_batch=1), label_names=["labels"]),
        train_dataset=groups,
        data_collator=Collator(model.config, backbone_size(model), tokenizer.pad_token_id),
        processing_class=tokenizer,
    )
    return float(trainer.train().metrics["train_runtime"])


def pairwise(groups: list[Group], backbone: Path, tokenizer: PreTrainedTokenizerBase, folder: Path) -> float:
    """Seconds of training; four pairs at once, about as many tokens as a group has."""
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_pretrained(backbone, num_labels=1, dtype=torch.float32)
    model.config.pad_token_id = tokenizer.pad_token_id
    pairs = [
        {"chosen_ids": [*group.prefix.tolist(), *right.tolist()], "rejected_ids": [*group.prefix.tolist(), *wrong.tolist()]}
        for group in groups
        for right in group.responses[: group.right]
        for wrong in group.responses[group.right :]
    ]
    trainer = RewardTrainer(
        model=model,
        args=RewardConfig(**settings(folder, rows=len(pairs), a_batch=4), max_length=None),
        train_dataset=Dataset.from_list(pairs),
        processing_class=tokenizer,
    )
    return float(trainer.train().metrics["train_runtime"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--groups", type=int, default=4)
    options = parser.parse_args()
    if not options.data.exists():
        print(f"Skipped: there is no {options.data}.")
        return 0
    with tempfile.TemporaryDirectory(prefix="lemma-bench-") as folder:
        backbone = Path(folder, "backbone")
        model, tokenizer = models.load(str(weights.fetch(weights.SMOLLM2)))
        model.base_model.save_pretrained(backbone)
        groups, _ = group_all(read(options.data), tokenizer, size=RESPONSES, limit=LIMIT, seed=0)
        chosen = sorted(groups, key=lambda group: group.tokens)[: options.groups]
        tokens, pairs = sum(group.tokens for group in chosen), sum(group.pairs for group in chosen)
        print(
            f"{len(chosen)} groups, {sum(len(group.responses) for group in chosen)} responses, {pairs} pairs, {tokens} tokens", flush=True
        )
        ours = listwise(chosen, backbone, tokenizer, Path(folder, "ours"))
        print(f"listwise {ours:.1f} s, {tokens / ours:.0f} tokens/s", flush=True)
        theirs = pairwise(chosen, backbone, tokenizer, Path(folder, "theirs"))
        print(f"TRL      {theirs:.1f} s, {tokens / theirs:.0f} tokens/s; listwise is {theirs / ours:.2f} times as fast")
    return 0


if __name__ == "__main__":
    sys.exit(main())
