"""Language models small enough to train in a test: random weights, a byte-level vocabulary learnt from a few lines."""

from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# Qwen2's way to cut text before byte pairs are joined.
CUT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LINES = [
    "Please reason step by step, and put your final answer within \\boxed{}.",
    "Please integrate natural language reasoning with programs to solve the problem above",
    "Let's compute this step by step with Python.\n\n```python\nprint(2 + 3)\n```\n```output\n5\n```\n",
    "小明有12个苹果，吃了3个，还剩几个？下面用 Python 一步一步地计算。答案是 9。",
    "system\nuser\nassistant\n",
]
WORDS = ["\\boxed{7}", "print(7)\n", "```"]  # of one token each, so that a random model says them now and then


def tokenizer() -> PreTrainedTokenizerFast:
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(CUT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, special_tokens=SPECIAL, show_progress=False)
    made.train_from_iterator(LINES, trainer)
    made.add_tokens(WORDS)
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>", pad_token="<|endoftext|>")


def save(folder: Path, kind: str = "qwen2", hidden: int = 32, layers: int = 2, seed: int = 0) -> Path:
    """A checkpoint of random weights in `folder`. One thread computes them from then on: two wait for each other longer than that takes."""
    torch.set_num_threads(1)
    words = tokenizer()
    torch.manual_seed(seed)
    sizes = {
        "vocab_size": len(words),
        "hidden_size": hidden,
        "intermediate_size": 2 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 2048,
        "tie_word_embeddings": kind == "llama",
        "eos_token_id": words.eos_token_id,
        "bos_token_id": None,
    }
    model = Qwen2ForCausalLM(Qwen2Config(**sizes)) if kind == "qwen2" else LlamaForCausalLM(LlamaConfig(**sizes))
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder
