"""Small random reward models on disk, with the names and settings of the released ones, written without our own model code.

`python -m inference.tests.reward_checkpoints FOLDER` writes `rm` and `prm` there, which scripts/test-vllm serves, and `saved`, a Llama
model as `inference.reward.model.save` writes it.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

TEMPLATE = "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}{% endfor %}"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<extra_0>"]
SIZE = {"hidden_size": 128, "intermediate_size": 192, "num_hidden_layers": 3, "num_attention_heads": 2, "num_key_value_heads": 1}

# As in Qwen2.5-Math-PRM-7B's config.json, but small.
QWEN2 = SIZE | {
    "model_type": "qwen2",
    "hidden_act": "silu",
    "initializer_range": 0.02,
    "max_position_embeddings": 1024,
    "max_window_layers": 3,
    "rms_norm_eps": 1e-05,
    "rope_theta": 10000.0,
    "sliding_window": 131072,
    "tie_word_embeddings": False,
    "use_cache": True,
    "use_sliding_window": False,
    "attention_dropout": 0.0,
    "transformers_version": "4.37.0",
}
LLAMA = SIZE | {
    "model_type": "llama",
    "hidden_act": "silu",
    "max_position_embeddings": 1024,
    "rms_norm_eps": 1e-05,
    "rope_theta": 100000,
    "tie_word_embeddings": True,
}
QWEN3 = SIZE | {"model_type": "qwen3", "head_dim": 64, "max_position_embeddings": 1024, "rope_theta": 1000000}


def write(
    folder: Path,
    settings: dict = QWEN2,
    *,
    outputs: int = 1,
    architecture: str = "Qwen2ForRewardModel",
    dtype: torch.dtype = torch.float32,
    shards: int = 3,
    seed: int = 0,
) -> Path:
    """Write tokenizer, config.json with an `auto_map`, and the weights in several safetensors files with their index."""
    folder.mkdir(parents=True, exist_ok=True)
    size = write_tokenizer(folder)
    name = str(dtype).removeprefix("torch.")
    remote = {"AutoConfig": "configuration_rm.Config", "AutoModel": f"modeling_rm.{architecture}"}
    settings = settings | {"vocab_size": size, "architectures": [architecture], "auto_map": remote, "torch_dtype": name}
    (folder / "config.json").write_text(json.dumps(settings, indent=2))
    (folder / "modeling_rm.py").write_text("raise AssertionError('code from a checkpoint was run')\n")
    (folder / "configuration_rm.py").write_text("raise AssertionError('code from a checkpoint was run')\n")
    write_shards(folder, {name: tensor.to(dtype) for name, tensor in _weights(settings, outputs, seed).items()}, shards)
    return folder


def write_tokenizer(folder: Path) -> int:
    """A byte-level BPE tokenizer with a few merges, Qwen's marks and its chat template; returns its size."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=512, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(["Please reason step by step. The answer is the sum of the two numbers: 18 + 24 = 42."] * 4, trainer)
    marks = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "additional_special_tokens": SPECIAL[1:]}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=1024, **marks)
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    return len(fast)


def write_shards(folder: Path, weights: dict[str, torch.Tensor], shards: int) -> None:
    names = sorted(weights)
    files = {name: f"model-{number % shards + 1:05}-of-{shards:05}.safetensors" for number, name in enumerate(names)}
    for file in set(files.values()):
        held = {name: weights[name].contiguous() for name in names if files[name] == file}
        save_file(held, folder / file, metadata={"format": "pt"})
    index = {"metadata": {"total_size": sum(weight.nbytes for weight in weights.values())}, "weight_map": files}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def read_shards(folder: Path) -> dict[str, torch.Tensor]:
    return {name: tensor for file in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(file).items()}


@torch.no_grad()
def plain(folder: Path, tokens: list[int]) -> torch.Tensor:
    """The reference: the head's outputs at each token of one text alone, from the weights on disk, in float32."""
    settings = json.loads((folder / "config.json").read_text())
    backbone = AutoModel.from_config(_config(settings)).float().eval()
    weights = {name: tensor.float() for name, tensor in read_shards(folder).items()}
    backbone.load_state_dict({name.removeprefix("model."): tensor for name, tensor in weights.items() if name.startswith("model.")})
    hidden = backbone(input_ids=torch.tensor([tokens])).last_hidden_state[0]
    middle = torch.relu(hidden @ weights["score.0.weight"].T + weights["score.0.bias"])
    return middle @ weights["score.2.weight"].T + weights["score.2.bias"]


def _config(settings: dict):
    return AutoConfig.for_model(**{key: value for key, value in settings.items() if key not in ("auto_map", "torch_dtype")})


def _weights(settings: dict, outputs: int, seed: int) -> dict[str, torch.Tensor]:
    """Random ones, large enough that each token changes the scores."""
    generator = torch.Generator().manual_seed(seed)
    size = settings["hidden_size"]
    with torch.device("meta"):
        shapes = {f"model.{name}": tensor.shape for name, tensor in AutoModel.from_config(_config(settings)).state_dict().items()}
    shapes |= {"score.0.weight": (size, size), "score.0.bias": (size,), "score.2.weight": (outputs, size), "score.2.bias": (outputs,)}
    return {name: _random(name, shape, generator) for name, shape in shapes.items()}


def _random(name: str, shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    noise = torch.randn(shape, generator=generator)
    return 1 + 0.1 * noise if "norm" in name else 0.12 * noise


def main(folder: Path) -> None:
    from inference.reward.model import load, save

    write(folder / "rm")
    write(folder / "prm", outputs=2, architecture="Qwen2ForProcessRewardModel")
    write(folder / "llama", LLAMA, architecture="LlamaForRewardModel", seed=1)
    save(load(folder / "llama"), folder / "saved", tokenizer=PreTrainedTokenizerFast.from_pretrained(folder / "llama"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
