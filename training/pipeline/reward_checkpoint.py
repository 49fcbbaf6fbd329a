# mypy: allow-untyped-calls
"""A reward model: a backbone under `score`, two layers whose output at a text's last token is the text's score.

The weights are called `model.*`, `score.0.*` and `score.2.*`, as in Qwen2.5-Math-RM-72B, so whoever reads that one reads ours.
"""

import json
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

SUFFIX = "ForRewardModel"


class RewardModel(PreTrainedModel):
    base_model_prefix = "model"
    supports_gradient_checkpointing = True
    _supports_sdpa = True

    def __init__(self, config: PreTrainedConfig) -> None:
        super().__init__(config)
        self.model = AutoModel.from_config(config)
        self.score = nn.Sequential(nn.Linear(config.hidden_size, config.hidden_size), nn.ReLU(), nn.Linear(config.hidden_size, 1))
        self.post_init()

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **options: object) -> Tensor:
        """The score at each token: (texts, tokens) to (texts, tokens, 1), in float32."""
        hidden = self.model(input_ids=input_ids, attention_mask=attention_mask, **options).last_hidden_state
        scores: Tensor = self.score(hidden.to(next(self.score.parameters()).dtype))
        return scores.float()


def is_reward_model(folder: Path) -> bool:
    path = folder / "config.json"
    return path.is_file() and json.loads(path.read_text()).get("architectures", [""])[0].endswith(SUFFIX)


def over(backbone: PreTrainedModel) -> RewardModel:
    """A new model on top of `backbone` (of `AutoModel`): its head is random, from torch's seed."""
    with torch.device("meta"):
        model = _class_for(type(backbone.config))(backbone.config)
    model.model = backbone
    model.score.to_empty(device=backbone.device).to(torch.float32)
    model.score.apply(model._init_weights)
    return model


def load(folder: Path) -> RewardModel:
    config = AutoConfig.from_pretrained(folder)
    model: RewardModel = _class_for(type(config)).from_pretrained(folder, config=config)
    model.eval()
    return model


def save(model: RewardModel, folder: Path, *, tokenizer: PreTrainedTokenizerBase) -> None:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _class_for(config: type[PreTrainedConfig]) -> type[RewardModel]:
    name = config.__name__.removesuffix("Config") + SUFFIX
    return type(name, (RewardModel,), {"config_class": config, "__module__": __name__})
