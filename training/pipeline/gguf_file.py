# mypy: allow-untyped-calls
"""A language model as one GGUF file: for the embedded engine, llama.cpp and Ollama.

Layout and names are ggml's (docs/gguf.md there), through its own package `gguf`; which tensors are quantised follows llama.cpp's habit:
matrices are, except that embeddings and the output layer stay at 8 bits in a 4-bit file; norms and biases are float32.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex
from tokenizers.pre_tokenizers import ByteLevel, Digits, PreTokenizer, Sequence, Split
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from inference.engines.gguf import read_field
from training import rows
from training.pipeline.encoding import end_of_message
from training.pipeline.stage import StageError

Kind = Literal["F16", "Q8_0", "Q4_0"]

ARCHITECTURES = {"llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3}
FILE_TYPES = {"F16": gguf.LlamaFileType.MOSTLY_F16, "Q8_0": gguf.LlamaFileType.MOSTLY_Q8_0, "Q4_0": gguf.LlamaFileType.MOSTLY_Q4_0}
KINDS = {"F16": gguf.GGMLQuantizationType.F16, "Q8_0": gguf.GGMLQuantizationType.Q8_0, "Q4_0": gguf.GGMLQuantizationType.Q4_0}
F32 = gguf.GGMLQuantizationType.F32
_QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
# How a tokenizer cuts text before byte pairs are joined, under ggml's names: by a pattern, or by steps of the library tokenizers.
CUTS = {
    "qwen2": _QWEN2,
    "llama-bpe": _QWEN2.replace(r"\p{N}|", r"\p{N}{1,3}|"),
    "smollm": "Digits, ByteLevel",
    "gpt-2": "ByteLevel",
}


def write(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, path: Path, kind: Kind, *, name: str) -> None:
    """Write the file, whole or not at all. Raises `StageError` for a model or tokenizer that has no such form, and OSError."""
    if model.config.model_type not in ARCHITECTURES:
        raise StageError(f"A model of type {model.config.model_type} has no GGUF form here; there is one for {', '.join(ARCHITECTURES)}.")
    part = path.with_name(path.name + ".part")
    writer = gguf.GGUFWriter(part, gguf.MODEL_ARCH_NAMES[ARCHITECTURES[model.config.model_type]])
    writer.add_name(name)
    writer.add_file_type(FILE_TYPES[kind])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _add_sizes(writer, model)
    _add_tokenizer(writer, tokenizer, model.config.vocab_size)
    tensors = list(_tensors(model, kind))
    for tensor, _, shape, stored in tensors:
        raw = gguf.quant_shape_to_byte_shape(shape, stored) if stored not in (F32, KINDS["F16"]) else shape
        dtype = {F32: np.float32, KINDS["F16"]: np.float16}.get(stored, np.uint8)
        writer.add_tensor_info(tensor, raw, np.dtype(dtype), int(np.prod(raw)) * np.dtype(dtype).itemsize, raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, source, _, stored in tensors:
        writer.write_tensor_data(gguf.quantize(_values(model, source), stored))
    writer.close()
    rows.sync(part)
    part.replace(path)


def _add_sizes(writer: gguf.GGUFWriter, model: PreTrainedModel) -> None:
    config = model.config
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(float(config.rope_parameters["rope_theta"]))
    writer.add_rope_dimension_count(head)
    writer.add_vocab_size(config.vocab_size)
    if head * config.num_attention_heads != config.hidden_size:
        writer.add_key_length(head)
        writer.add_value_length(head)
    if config.rope_parameters.get("rope_type", "default") != "default":
        raise StageError(f"Positions of the kind {config.rope_parameters['rope_type']} have no GGUF form here.")


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: PreTrainedTokenizerBase, size: int) -> None:
    """A byte-level tokenizer, as llama.cpp's converter writes it; numbers that the model has beyond the vocabulary are unused tokens."""
    described = json.loads(tokenizer.backend_tokenizer.to_str())
    if described["model"]["type"] != "BPE":
        raise StageError(f"A tokenizer of type {described['model']['type']} has no GGUF form here.")
    added = {token["id"]: token for token in described["added_tokens"]}
    words = {number: word for word, number in described["model"]["vocab"].items()} | {n: token["content"] for n, token in added.items()}
    if max(words) >= size:
        raise StageError(f"The tokenizer knows the token {max(words)}, and the model has {size}.")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_cut(described["pre_tokenizer"]))
    writer.add_token_list([words.get(number, f"[PAD{number}]") for number in range(size)])
    writer.add_token_types([_token_type(number, words, added) for number in range(size)])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in described["model"]["merges"]])
    writer.add_eos_token_id(end_of_message(tokenizer))
    if tokenizer.pad_token_id is not None:
        writer.add_pad_token_id(tokenizer.pad_token_id)
        writer.add_bos_token_id(tokenizer.pad_token_id)  # never put anywhere; Qwen's files name the end of text here
    writer.add_add_bos_token(False)
    if tokenizer.chat_template:
        writer.add_chat_template(tokenizer.chat_template)


def cutter(path: Path) -> PreTokenizer | None:
    """How the tokenizer of a file cuts text. None where its name for it is none of ours.

    transformers 5.17 reads that name for some architectures only, and otherwise cuts as GPT-2 does.
    """
    name = read_field(path, "tokenizer.ggml.pre")
    if name == "smollm":
        return Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])
    if name in ("qwen2", "llama-bpe"):
        return Sequence([Split(Regex(CUTS[name]), "isolated"), ByteLevel(add_prefix_space=False, use_regex=False)])
    return None


def _cut(described: dict[str, Any]) -> str:
    steps = described.get("pretokenizers", [described])
    patterns = [step["pattern"]["Regex"] for step in steps if step["type"] == "Split"]
    cut = patterns[0] if patterns else ", ".join(step["type"] for step in steps)
    for name, known in CUTS.items():
        if cut == known:
            return name
    raise StageError(f"How this tokenizer cuts text ({cut}) has no name in a GGUF file.")


def _token_type(number: int, words: dict[int, str], added: dict[int, dict[str, Any]]) -> gguf.TokenType:
    if number not in words:
        return gguf.TokenType.UNUSED
    if number not in added:
        return gguf.TokenType.NORMAL
    return gguf.TokenType.CONTROL if added[number]["special"] else gguf.TokenType.USER_DEFINED


def _tensors(model: PreTrainedModel, kind: Kind) -> Iterator[tuple[str, str, tuple[int, ...], gguf.GGMLQuantizationType]]:
    """(name in the file, name in the model, shape, type) of each; an output layer that is the embeddings is left out."""
    names = gguf.get_tensor_name_map(ARCHITECTURES[model.config.model_type], model.config.num_hidden_layers)
    tied = model.config.tie_word_embeddings
    for source, weights in model.state_dict().items():
        if source == "lm_head.weight" and tied:
            continue
        name = names.get_name(source, try_suffixes=(".weight", ".bias"))
        if name is None:
            raise StageError(f"The weights {source} have no place in a GGUF file.")
        yield name, source, tuple(weights.shape), _stored(source, tuple(weights.shape), kind)


def _stored(source: str, shape: tuple[int, ...], kind: Kind) -> gguf.GGMLQuantizationType:
    if len(shape) == 1:
        return F32
    if kind == "Q4_0" and re.search(r"embed_tokens|lm_head", source):
        kind = "Q8_0"
    block, _ = gguf.GGML_QUANT_SIZES[KINDS[kind]]
    return KINDS[kind] if shape[-1] % block == 0 else KINDS["F16"]


def _values(model: PreTrainedModel, source: str) -> NDArray[np.float32]:
    values: NDArray[np.float32] = model.state_dict()[source].detach().float().numpy()
    if model.config.model_type == "llama" and (heads := _heads(model, source)):
        # ggml turns neighbouring pairs of a Llama head, transformers its two halves: the rows change places.
        return values.reshape(heads, 2, len(values) // heads // 2, -1).swapaxes(1, 2).reshape(values.shape)
    return values


def _heads(model: PreTrainedModel, source: str) -> int:
    if ".q_proj." in source:
        return int(model.config.num_attention_heads)
    return int(model.config.num_key_value_heads) if ".k_proj." in source else 0
