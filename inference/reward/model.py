# mypy: allow-untyped-calls
# (transformers has types for few of its methods)
"""Reward models as released: a language model's backbone under a head of two layers. Needs the extra `train`.

    Qwen2ForRewardModel          one output; the last token's is the score of the whole text (Qwen2.5-Math-RM-72B)
    Qwen2ForProcessRewardModel   two outputs; softmax[1] at each step mark is that step's (Qwen2.5-Math-PRM-7B, -72B)

The weights' names are `model.*`, `score.0.*` and `score.2.*`. The same head goes over any backbone that transformers knows:
`LlamaForRewardModel`, `Qwen3ForProcessRewardModel`. The head computes in float32 whatever the backbone does, as vLLM's does.

A checkpoint is data: its `auto_map`, which asks that code from beside the weights be run, is ignored, and weights come from safetensors
alone. Nothing is initialised at random without a word: a weight that is missing, left over or of another shape is an error.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import AutoModel, BitsAndBytesConfig, LlamaConfig, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase, Qwen2Config
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from inference.replies import one_line
from inference.reward import RewardRefused, RewardUnavailable
from inference.reward.forms import Name, write_card
from inference.reward.hub import find

Precision = Literal["auto", "float32", "bfloat16", "float16", "int8", "int4"]
_NAMED = 5  # weights that a message names
_SHARD = "5GB"


class RewardModel(PreTrainedModel):
    """The backbone `model` and the head `score`; classes for single architectures come from `class_for`."""

    outputs = 1
    suffix = "ForRewardModel"
    base_model_prefix = "model"
    supports_gradient_checkpointing = True
    _supports_sdpa = _supports_flash_attn = _supports_flex_attn = _supports_attention_backend = True
    _keep_in_fp32_modules_strict = {"score"}
    _keys_to_ignore_on_load_unexpected = {r"^lm_head\."}  # a language model's head, which some checkpoints still carry

    def __init__(self, config: PreTrainedConfig) -> None:
        super().__init__(config)
        size = config.hidden_size
        self.model = AutoModel.from_config(config)
        self.score = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, self.outputs))
        self.post_init()

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **options: object) -> Tensor:
        """What the head says at each token, without a softmax: (texts, tokens) to (texts, tokens, outputs), in float32."""
        return self.judge(self.model(input_ids=input_ids, attention_mask=attention_mask, **options).last_hidden_state)

    def judge(self, hidden: Tensor) -> Tensor:
        """The head alone: (…, hidden size) to (…, outputs)."""
        outputs: Tensor = self.score(hidden.to(next(self.score.parameters()).dtype))
        return outputs


class ProcessRewardModel(RewardModel):
    outputs = 2
    suffix = "ForProcessRewardModel"


def class_for(config: type[PreTrainedConfig], kind: type[RewardModel]) -> type[RewardModel]:
    """`kind` for a backbone with this configuration, under the name that its checkpoints carry."""
    name = config.__name__.removesuffix("Config") + kind.suffix
    return type(name, (kind,), {"config_class": config, "__module__": __name__})


def over(backbone: PreTrainedModel, kind: type[RewardModel] = RewardModel) -> RewardModel:
    """A new model on top of `backbone` (of `AutoModel`), to be trained: its head is random, from torch's seed."""
    with torch.device("meta"):
        model = class_for(type(backbone.config), kind)(backbone.config)
    model.model = backbone
    model.score.to_empty(device=backbone.device)
    model.score.apply(model._init_weights)
    return model


def load(source: str | Path, *, precision: Precision = "auto", device_map: str | dict[str, Any] | None = None) -> RewardModel:
    """The checkpoint in a folder or of a name on the hub, ready to judge (`eval`).

    `precision` "auto" is the checkpoint's own; "int8" and "int4" quantise the backbone with bitsandbytes. `device_map` as in
    transformers: None is the processor, "auto" spreads the layers over all devices. Raises `RewardError`.
    """
    folder = find(source)
    config, kind = read_config(folder)
    if (folder / "adapter_config.json").exists():
        raise RewardRefused(f"{folder} holds an adapter; merge it into its model first.")
    cls = class_for(type(config), kind)
    try:
        loaded: Any = cls.from_pretrained(
            folder,
            config=config,
            local_files_only=True,
            use_safetensors=True,
            device_map=device_map,
            ignore_mismatched_sizes=True,  # they are refused below, by name
            output_loading_info=True,
            **_precision(precision),
        )
    except torch.OutOfMemoryError as error:
        raise RewardUnavailable(f"There is no room for the reward model in {folder}: {one_line(str(error))}") from error
    except (OSError, SafetensorError, ValueError, ImportError) as error:
        raise RewardRefused(f"The reward model in {folder} cannot be loaded: {one_line(str(error))}") from error
    model: RewardModel = loaded[0]
    _check(loaded[1], folder)
    model.eval()
    return model


def save(
    model: RewardModel, folder: str | Path, *, tokenizer: PreTrainedTokenizerBase | None = None, form: Name = "chat", shard: str = _SHARD
) -> None:
    """Write what `load` and vLLM read. `form` is the form of the texts that the model was trained on.

    vLLM knows this head over Qwen2 alone. A Llama backbone is a Qwen2 one with biases of zero and is written so where the two agree in
    everything else; the scores stay the same.
    """
    folder = Path(folder)
    written = _as_qwen2(model) if _is_qwen2(model.config) else model
    written.save_pretrained(folder, max_shard_size=shard)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)
    write_card(folder, form)


def read_config(folder: Path) -> tuple[PreTrainedConfig, type[RewardModel]]:
    """The backbone's settings and the kind of head. Raises `RewardRefused` where there is no reward model."""
    try:
        raw = json.loads((folder / "config.json").read_bytes())
        architecture = str(raw.pop("architectures")[0])
        kind = next((kind for kind in (RewardModel, ProcessRewardModel) if architecture.endswith(kind.suffix)), None)
        if kind is None:
            raise RewardRefused(f"{folder} holds no reward model: its architecture is {one_line(architecture)}.")
        raw.pop("auto_map", None)
        return CONFIG_MAPPING[raw["model_type"]].from_dict(raw), kind
    except (OSError, ValueError, LookupError, TypeError, AttributeError, StrictDataclassError) as error:
        raise RewardRefused(f"{folder / 'config.json'} cannot be used: {one_line(repr(error))}") from error


def _precision(precision: Precision) -> dict[str, Any]:
    if precision not in get_args(Precision):
        raise RewardRefused(f"{precision} is no precision; known are {', '.join(get_args(Precision))}.")
    if precision not in ("int8", "int4"):
        return {"dtype": precision}
    if find_spec("bitsandbytes") is None:
        raise RewardRefused("To quantise a reward model needs bitsandbytes: `scripts/uv pip install bitsandbytes`.")
    bits = {"load_in_8bit": True} if precision == "int8" else {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}
    return {"quantization_config": BitsAndBytesConfig(**bits, bnb_4bit_compute_dtype=torch.bfloat16, llm_int8_skip_modules=["score"])}


def _check(info: dict[str, Any], folder: Path) -> None:
    wrong = {
        "are missing": info["missing_keys"],
        "are left over": info["unexpected_keys"],
        "have another shape": {key for key, *_ in info["mismatched_keys"]},
    }
    said = [f"{', '.join(sorted(keys)[:_NAMED])} ({len(keys)} in all) {what}" for what, keys in wrong.items() if keys]
    if said:
        raise RewardRefused(f"The weights in {folder} are not this model's: {'; '.join(said)}.")


def _is_qwen2(config: PreTrainedConfig) -> bool:
    """Whether a Llama model differs from a Qwen2 one in nothing but the biases of queries, keys and values."""
    return (
        isinstance(config, LlamaConfig)
        and not config.attention_bias
        and not config.mlp_bias
        and config.head_dim in (None, config.hidden_size // config.num_attention_heads)
    )


def _as_qwen2(model: RewardModel) -> RewardModel:
    """The same function as a Qwen2 model: its own weights, and biases of zero."""
    fields = model.config.to_dict().keys() & Qwen2Config().to_dict().keys() - {"architectures", "model_type", "transformers_version"}
    config = Qwen2Config(**{field: getattr(model.config, field) for field in fields})
    kind = ProcessRewardModel if isinstance(model, ProcessRewardModel) else RewardModel
    with torch.device("meta"):
        twin = class_for(Qwen2Config, kind)(config)
    weights = model.state_dict()
    for bias in twin.state_dict().keys() - weights.keys():
        weight = weights[bias.removesuffix("bias") + "weight"]
        weights[bias] = weight.new_zeros(len(weight))
    twin.load_state_dict(weights, assign=True)
    return twin
