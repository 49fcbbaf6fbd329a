"""Training of a reward model on groups of responses."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peft
import torch
from torch import Tensor, nn
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase, Trainer, TrainingArguments

from inference.reward import RewardError, RewardRefused
from inference.reward.forms import write_card
from inference.reward.model import RewardModel, load, over, read_config, save
from training import rows
from training.evaluation.intervals import wilson
from training.pipeline import listwise, models, trainer
from training.pipeline.groups import Group, group_all
from training.pipeline.schedule import Scheduled
from training.pipeline.stage import Folder, StageError

if TYPE_CHECKING:
    from training.pipeline.reward_model import Config

LEAST = 10  # groups that are left to learn from, where some problems are held out

# `inference.reward.forms.chatml` for whoever reads templates: vLLM, transformers.
CHATML_TEMPLATE = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"


def train(config: "Config", folder: Folder) -> dict[str, Any]:
    """Train, and keep the result; its summary. Raises `StageError` and `StopAsked`."""
    if (summary := trainer.kept(folder, "model")) is not None:
        return summary
    args = trainer.arguments(TrainingArguments, config, folder)
    model, tokenizer = _open(config)
    groups, held_out, counts = _split(config, tokenizer)
    if not groups:
        raise StageError(_no_pair(counts))
    collator = listwise.Collator(model.config, listwise.backbone_size(model), tokenizer.pad_token_id)
    trained = ListwiseTrainer(
        model=_prepared(model, config),
        args=args,
        train_dataset=Scheduled(groups, [group.tokens for group in groups], config),
        data_collator=collator,
        processing_class=tokenizer,
    )
    trainer.fit(trained, folder)
    summary = {"model": str(folder.path / "model"), "steps": trained.state.global_step, "loss": trainer.last_loss(folder), **counts}
    if held_out:
        summary |= {"dev_groups": len(held_out), "dev_pairs_right": in_percent(pairs_right(trained, held_out), len(held_out))}
    with trainer.keeping(folder, "model", summary) as part:
        _save(trained, tokenizer, part, folder, sharded=config.fsdp)
    return summary


def _no_pair(counts: dict[str, int]) -> str:
    return (
        f"No problem has both a right and a wrong response that could be told apart: {counts['rows']} rows, "
        f"{counts['rows_without_label']} of them neither right nor wrong, {counts['responses_too_long']} too long, and "
        f"{counts['groups_without_pair']} problems that are all right or all wrong. "
        "Take more problems, or more responses to each (per_problem)."
    )


class ListwiseTrainer(Trainer):
    """Its loss is the mean of the groups' losses."""

    def compute_loss(  # type: ignore[override]
        self, model: nn.Module, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Tensor | None = None
    ) -> Tensor:
        scores = listwise.scores(model, inputs)
        return torch.stack([listwise.loss(*pair) for pair in zip(scores, inputs["right"], strict=True)]).mean()


@torch.inference_mode()
def pairs_right(trained: Trainer, groups: list[Group]) -> float:
    """In what share of the pairs the right response scores higher, all pairs counted alike."""
    model = trained.model_wrapped.eval()
    higher = pairs = 0
    for group in groups:
        batch = listwise.apart([group], pad=0)
        batch |= {name: value.to(trained.args.device) for name, value in batch.items() if isinstance(value, Tensor)}
        [scores] = listwise.scores(model, batch)
        higher += int((scores[: group.right, None] > scores[None, group.right :]).sum())
        pairs += group.pairs
    return round(higher / pairs, 4)


def in_percent(share: float, groups: int) -> dict[str, Any]:
    """With a 95 % interval that counts each group as one trial: the pairs of a group hang together."""
    return {"value": round(100 * share, 2), "interval": [round(100 * edge, 2) for edge in wilson(share * groups, groups)]}


def _open(config: "Config") -> tuple[RewardModel, PreTrainedTokenizerBase]:
    """A reward model to go on with, or a new one on a language model's backbone."""
    models.quiet()
    path = Path(config.model).expanduser()
    if _is_reward_model(path):
        try:
            return load(path, precision="float32"), AutoTokenizer.from_pretrained(path)
        except RewardError as error:
            raise StageError(str(error)) from error
    model, tokenizer = models.load(config.model, models.weights_dtype(config))
    torch.manual_seed(config.seed)
    backbone = model.base_model
    assert isinstance(backbone, PreTrainedModel)
    return over(backbone), tokenizer


def _is_reward_model(folder: Path) -> bool:
    try:
        _, kind = read_config(folder)
    except RewardRefused:
        return False  # a language model, or nothing that can be loaded, which `models.load` says
    if kind is not RewardModel:
        raise StageError(f"{folder} holds a model that scores steps; whole responses do not train it.")
    return True


def _prepared(model: RewardModel, config: "Config") -> RewardModel | peft.PeftModel:
    if config.head_only:
        model.model.requires_grad_(False)
    if not config.lora_rank:
        return model
    torch.manual_seed(config.seed)
    return peft.get_peft_model(model, models.lora(model.model, config, also_trained=["score"]))


def _split(config: "Config", tokenizer: PreTrainedTokenizerBase) -> tuple[list[Group], list[Group], dict[str, int]]:
    """The groups to learn from and those to measure on, and the counts of the former."""
    measured, _ = _groups(config.dev, config, tokenizer)
    if config.held_out:
        groups, counts = _groups(config.rows, config, tokenizer, lambda row: not _is_held_out(row, config))
        if len(groups) >= LEAST:
            held_out, _ = _groups(config.rows, config, tokenizer, lambda row: _is_held_out(row, config))
            return groups, measured + held_out, counts
    groups, counts = _groups(config.rows, config, tokenizer)
    return groups, measured, counts


def _is_held_out(row: rows.Row, config: "Config") -> bool:
    """All responses to one problem together, and the same whenever it is asked."""
    question = str(rows.question_of(row))
    return int.from_bytes(rows.digest(f"{config.seed}/{question}")[:4]) < config.held_out * 2**32


def _groups(
    paths: tuple[Path, ...], config: "Config", tokenizer: PreTrainedTokenizerBase, wanted: Callable[[rows.Row], bool] = lambda row: True
) -> tuple[list[Group], dict[str, int]]:
    found = (row for path in paths for row in rows.read(path) if wanted(row))
    return group_all(found, tokenizer, size=config.responses, limit=config.max_length, seed=config.seed)


def _save(trained: Trainer, tokenizer: PreTrainedTokenizerBase, part: Path, folder: Folder, *, sharded: bool) -> None:
    """With the template of the texts that it was trained on, whatever its language model used."""
    tokenizer.chat_template = CHATML_TEMPLATE
    if sharded:
        trained.save_model(str(part))
    if not folder.leads:
        return
    if sharded:
        write_card(part, "chat")
        return
    model = trained.accelerator.unwrap_model(trained.model)
    save(model.merge_and_unload() if isinstance(model, peft.PeftModel) else model, part, tokenizer=tokenizer)
