"""Language models from wherever they are: the hub, a folder, an adapter's folder, a GGUF file."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import peft
import torch
import transformers
from safetensors import SafetensorError
from torch import nn
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig, PreTrainedModel, PreTrainedTokenizerBase

from inference.engines.gguf import BadModelFile
from training.pipeline import gguf_file
from training.pipeline.encoding import end_of_message
from training.pipeline.stage import StageError
from training.pipeline.training_config import Precision, TrainingConfig

ADAPTER = "adapter_config.json"
PADS = ("<|endoftext|>", "<pad>", "<|pad|>")


def load(model: str, dtype: torch.dtype = torch.float32) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The model, complete and on the CPU, and its tokenizer; an adapter is merged into what it was trained on. Raises `StageError`."""
    quiet()
    path = Path(model).expanduser()
    with _as_stage_error(model):
        if (path / ADAPTER).is_file():
            return _merged(path, dtype)
        if path.suffix == ".gguf":
            return _from_gguf(path, dtype)
        name = str(path) if path.is_dir() else model
        tokenizer = AutoTokenizer.from_pretrained(name)
        return _with_ends(AutoModelForCausalLM.from_pretrained(name, dtype=dtype), tokenizer)


def compute_dtype(precision: Precision) -> torch.dtype:
    """What a model computes in. Raises `StageError` where a GPU cannot."""
    able = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    if precision == "auto":
        return torch.bfloat16 if able else torch.float32
    if precision == "bfloat16" and torch.cuda.is_available() and not able:
        raise StageError("precision: this GPU does not compute in bfloat16.")
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def weights_dtype(config: TrainingConfig) -> torch.dtype:
    """What loaded weights are kept in: trained ones in float32 (in bfloat16 small steps are lost), frozen ones as they are computed."""
    return compute_dtype(config.precision) if config.lora_rank else torch.float32


def with_adapter(model: PreTrainedModel, config: TrainingConfig) -> PreTrainedModel | peft.PeftModel:
    """The model with a new adapter to train, where the config asks for one; otherwise as it is."""
    if not config.lora_rank:
        return model
    torch.manual_seed(config.seed)
    adapted = peft.get_peft_model(model, lora(model.base_model, config))
    name_base(adapted, config)
    return adapted


def name_base(model: nn.Module, config: TrainingConfig) -> None:
    """Let an adapter say what it belongs to in a way that `load` understands."""
    if isinstance(model, peft.PeftModel):
        for settings in model.peft_config.values():
            settings.base_model_name_or_path = _absolute(config.model)


def lora(backbone: nn.Module, config: TrainingConfig, also_trained: list[str] | None = None) -> peft.LoraConfig:
    """An adapter on every linear layer of `backbone` (so not on the head). The usual scale is twice the rank."""
    linear = {name.rpartition(".")[2] for name, module in backbone.named_modules() if isinstance(module, nn.Linear)}
    alpha = config.lora_alpha or 2 * config.lora_rank
    return peft.LoraConfig(r=config.lora_rank, lora_alpha=alpha, target_modules=sorted(linear), modules_to_save=also_trained)


def quiet() -> None:
    """Progress goes into the stage's folder; stderr is for what went wrong."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _merged(path: Path, dtype: torch.dtype) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    base = json.loads((path / ADAPTER).read_text()).get("base_model_name_or_path")
    if not base:
        raise StageError(f"{path}: the adapter does not say what model it belongs to.")
    model, _ = load(base, dtype)
    merged = peft.PeftModel.from_pretrained(model, str(path)).merge_and_unload()
    return _with_ends(merged, AutoTokenizer.from_pretrained(str(path)))


def _from_gguf(path: Path, dtype: torch.dtype) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    if not path.is_file():
        raise StageError(f"{path}: there is no such file.")
    place = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    model = AutoModelForCausalLM.from_pretrained(**place, dtype=dtype, quantization_config=GgufConfig(dequantize=True))
    tokenizer = AutoTokenizer.from_pretrained(**place)
    if (cutter := gguf_file.cutter(path)) is not None:
        tokenizer.backend_tokenizer.pre_tokenizer = cutter
    return _with_ends(model, tokenizer)


def _with_ends(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """With the marks that our messages need: one that ends them, and another that fills up rows. (From a GGUF file, transformers 5.17 takes
    Qwen's end of text, and SmolLM2's start of message, for the end of a message.)
    """
    end = end_of_message(tokenizer)
    tokenizer.eos_token = tokenizer.convert_ids_to_tokens(end)
    vocabulary = tokenizer.get_vocab()
    pads = [pad for pad in (tokenizer.pad_token, *PADS, tokenizer.unk_token) if pad in vocabulary and vocabulary[pad] != end]
    tokenizer.pad_token = pads[0] if pads else tokenizer.eos_token
    model.config.eos_token_id, model.config.pad_token_id = end, tokenizer.pad_token_id
    if model.generation_config is not None:
        model.generation_config.eos_token_id, model.generation_config.pad_token_id = end, tokenizer.pad_token_id
    return model, tokenizer


def _absolute(model: str) -> str:
    path = Path(model).expanduser()
    return str(path.resolve()) if path.exists() else model


@contextmanager
def _as_stage_error(model: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, SafetensorError, RuntimeError, BadModelFile) as error:
        raise StageError(f"The model {model} cannot be loaded: {str(error).strip().splitlines()[0]}") from error
