# mypy: allow-untyped-calls
"""Texts that grow together in a language model of transformers, a token each at a time. Needs the extra `train`.

Rows join and leave at any time. They are filled up on the left, so that all go on at the same column of the cache; positions count
without what fills up, and attention does not see it.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import DynamicCache, PreTrainedModel, PreTrainedTokenizerBase
from transformers.cache_utils import DynamicLayer

from inference.engines import EngineRefused

MOST_LIKELY = 1024  # tokens among which top_p looks first: to sort a whole vocabulary takes longer than a small model's step


class Decoder:
    """`logits`, of shape (rows, vocabulary), is what the model says of each row's next token. Rows keep their order; new ones come last."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._cache = DynamicCache()
        self._seen = torch.zeros(0, 0, dtype=torch.long, device=model.device)  # 0 where a column only fills a row up
        self.logits = torch.zeros(0, 0, device=model.device)

    def __len__(self) -> int:
        return len(self._seen)

    @torch.no_grad()
    def add(self, prompts: Sequence[Sequence[int]]) -> None:
        """New rows, which begin with these tokens."""
        longest = max(map(len, prompts))
        ids = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts], device=self._model.device)
        seen = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=self._model.device)
        cache = DynamicCache()
        logits = self._read(ids, seen, cache)
        self._join(cache, seen)
        self.logits = torch.cat([self.logits, logits]) if len(self.logits) else logits

    @torch.no_grad()
    def feed(self, tokens: Sequence[int]) -> None:
        """The next token of each row."""
        ids = torch.tensor(tokens, device=self._model.device)[:, None]
        self._seen = pad(self._seen, (0, 1), value=1)
        self.logits = self._read(ids, self._seen, self._cache)

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all other rows, and the columns that none of these needs."""
        chosen = torch.tensor(rows, dtype=torch.long, device=self._model.device)
        self.logits, self._seen = self.logits[chosen], self._seen[chosen]
        empty = int(self._seen.any(0).int().argmax()) if rows else self._seen.shape[1]
        self._seen = self._seen[:, empty:]
        for layer in _layers(self._cache):
            layer.keys, layer.values = layer.keys[chosen, :, empty:], layer.values[chosen, :, empty:]

    def _read(self, ids: Tensor, seen: Tensor, cache: DynamicCache) -> Tensor:
        positions = (seen.cumsum(-1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        outputs = self._model(
            input_ids=ids, attention_mask=seen, position_ids=positions, past_key_values=cache, use_cache=True, logits_to_keep=1
        )
        logits: Tensor = outputs.logits[:, -1].float()
        return logits

    def _join(self, cache: DynamicCache, seen: Tensor) -> None:
        if not len(self):
            self._cache, self._seen = cache, seen
            return
        width = max(seen.shape[1], self._seen.shape[1])
        self._seen = torch.cat([pad(part, (width - part.shape[1], 0)) for part in (self._seen, seen)])
        for ours, theirs in zip(_layers(self._cache), _layers(cache), strict=True):
            ours.keys = _stacked(ours.keys, theirs.keys, width)
            ours.values = _stacked(ours.values, theirs.values, width)


def _layers(cache: DynamicCache) -> list[Any]:
    """Raises `EngineRefused` for models that remember in another way than by keys and values of all tokens."""
    for layer in cache.layers:
        if type(layer) is not DynamicLayer:
            raise EngineRefused(f"Models with layers like {type(layer).__name__} are not served from here.")
    return list(cache.layers)


def _stacked(one: Tensor, other: Tensor, width: int) -> Tensor:
    return torch.cat([pad(part, (0, 0, width - part.shape[2], 0)) for part in (one, other)])


def choose(logits: Tensor, temperatures: Tensor, top_p: Tensor, draws: Tensor) -> list[int]:
    """The next token of each row: the likeliest at temperature 0; otherwise drawn by its number of `draws`, in [0, 1), from the fewest
    tokens that have `top_p` of the probability together.
    """
    warm = temperatures > 0
    chosen = logits.argmax(-1)
    if warm.any():
        chances = (logits[warm] / temperatures[warm, None]).softmax(-1)
        chosen[warm] = _drawn(chances, top_p[warm], draws[warm])
    tokens: list[int] = chosen.tolist()
    return tokens


def _drawn(chances: Tensor, top_p: Tensor, draws: Tensor) -> Tensor:
    if bool((top_p >= 1).all()):
        total = chances.cumsum(-1)
        return torch.searchsorted(total, (draws * total[:, -1])[:, None], right=True)[:, 0].clamp(max=chances.shape[1] - 1)
    best, order = chances.topk(min(MOST_LIKELY, chances.shape[1]))
    if bool((best.sum(-1) < top_p).any()):
        best, order = chances.sort(descending=True)
    total = best.cumsum(-1)
    kept = best * (total - best < top_p[:, None])
    places = (total <= (draws * kept.sum(-1))[:, None]).sum(-1).clamp(max=best.shape[1] - 1)
    return order.gather(1, places[:, None])[:, 0]


def vocabulary(tokenizer: PreTrainedTokenizerBase) -> dict[int, bytes]:
    """The bytes of each token of a byte-level tokenizer (GPT-2's, and so Qwen's, Llama 3's and SmolLM2's); none for special ones."""
    characters = _bytes_of_characters()
    words = {number: word for word, number in tokenizer.get_vocab().items()}
    added = {number: b"" if token.special else token.content.encode() for number, token in tokenizer.added_tokens_decoder.items()}
    return {number: _as_bytes(word, characters) for number, word in words.items() if number not in added} | added


def _as_bytes(word: str, characters: dict[str, int]) -> bytes:
    return bytes(characters[character] for character in word) if characters.keys() >= set(word) else word.encode()


def _bytes_of_characters() -> dict[str, int]:
    """GPT-2 writes a byte that is no printable character as one from beyond Latin-1, in order."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + at): byte for at, byte in enumerate(others)}
