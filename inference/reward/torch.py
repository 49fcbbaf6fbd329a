"""A reward model in this process, on whatever torch finds. Needs the extra `train`; import it through `opening`.

What the responses to one problem begin with, the problem above all, goes through the model once: its keys and values are then shared by
all of them. Texts go in batches of bounded size. In float32 the scores are those of a text that is judged alone, to 1e-5.
"""

import asyncio
import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoTokenizer, DynamicCache, PreTrainedConfig, PreTrainedTokenizerBase
from transformers.cache_utils import DynamicLayer

from inference.replies import one_line
from inference.reward import ResponseTooLong, RewardLoading, RewardRefused, RewardUnavailable
from inference.reward.batches import batches, shared_prefix
from inference.reward.forms import STEP, Form, paragraphs, read
from inference.reward.hub import find
from inference.reward.model import Precision, ProcessRewardModel, RewardModel, load, read_config

_NOTHING = threading.Event()


class Judge:
    """The model on its own, without threads: texts in, numbers out. Raises `RewardError`.

    `context` caps the tokens of a text, never above what the model was trained for; a batch holds `budget` tokens at most.
    """

    def __init__(
        self, model: RewardModel, tokenizer: PreTrainedTokenizerBase, form: Form, *, context: int = 4096, budget: int = 8192
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._form = form
        self._context = min(context, model.config.max_position_embeddings)
        self._budget = budget
        self._step = _step_id(tokenizer) if isinstance(model, ProcessRewardModel) else None

    def score(self, problem: str, responses: Sequence[str], stop: threading.Event = _NOTHING) -> list[float]:
        """As `RewardScorer.score`. A process reward model's score is the product of the steps' (arXiv 2501.07301, section 2.2)."""
        if self._step is not None:
            texts = [self._form.steps(problem, paragraphs(response)) for response in responses]
            return [math.prod(steps) for steps in self._step_scores(texts, stop)]
        rows = self._tokens([self._form.text(problem, response) for response in responses])
        return [_finite(outputs[0, 0]) for outputs in self._outputs(rows, [[len(row) - 1] for row in rows], stop)]

    def score_steps(self, problem: str, steps: Sequence[str], stop: threading.Event = _NOTHING) -> list[float]:
        """As `RewardScorer.score_steps`."""
        if self._step is None:
            raise RewardRefused("This reward model scores whole responses; it is no process reward model.")
        return self._step_scores([self._form.steps(problem, steps)], stop)[0] if steps else []

    def _step_scores(self, texts: Sequence[str], stop: threading.Event) -> list[list[float]]:
        rows = self._tokens(texts)
        marks = [[position for position, token in enumerate(row) if token == self._step] for row in rows]
        return [[_finite(good) for good in outputs.softmax(-1)[:, 1]] for outputs in self._outputs(rows, marks, stop)]

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        rows: list[list[int]] = self._tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"] if texts else []
        for index, row in enumerate(rows):
            if len(row) > self._context:
                raise ResponseTooLong(index, len(row), self._context)
        return rows

    @torch.inference_mode()
    def _outputs(self, rows: Sequence[list[int]], wanted: Sequence[list[int]], stop: threading.Event) -> list[Tensor]:
        """For each row the head's outputs at the `wanted` positions, as (positions, outputs) on the processor."""
        shared = shared_prefix(rows, min(map(min, wanted), default=0)) if _keeps_all(self._model.config) else 0
        found: dict[int, Tensor] = {}
        try:
            prefix = self._read(rows[0][:shared]) if shared else []
            for batch in batches([len(row) - shared for row in rows], shared, self._budget):
                if stop.is_set():
                    raise RewardUnavailable("The scoring was stopped.")
                hidden = self._hidden([rows[index][shared:] for index in batch], prefix)
                for place, index in enumerate(batch):
                    found[index] = self._model.judge(hidden[place, [position - shared for position in wanted[index]]]).float().cpu()
        except torch.OutOfMemoryError as error:
            raise RewardUnavailable(f"The reward model ran out of memory: {one_line(str(error))}") from error
        return [found[index] for index in range(len(rows))]

    def _read(self, prefix: list[int]) -> list[tuple[Tensor, Tensor]]:
        """Each layer's keys and values of the prefix, as (1, heads, tokens, head size)."""
        cache = DynamicCache()
        self._model.model(input_ids=self._tensor([prefix]), past_key_values=cache, use_cache=True)
        layers = [layer for layer in cache.layers if isinstance(layer, DynamicLayer)]
        return [(layer.keys, layer.values) for layer in layers if layer.keys is not None and layer.values is not None]

    def _hidden(self, rows: Sequence[list[int]], prefix: list[tuple[Tensor, Tensor]]) -> Tensor:
        """The backbone's last states of rows that continue the prefix: (rows, longest, hidden size).

        Rows are padded behind their end, where a causal model's earlier tokens cannot look; so no mask is needed.
        """
        longest = max(map(len, rows))
        tokens = self._tensor([row + [0] * (longest - len(row)) for row in rows])
        widened = [(keys.expand(len(rows), -1, -1, -1), values.expand(len(rows), -1, -1, -1)) for keys, values in prefix]
        cache = DynamicCache(widened) if prefix else None
        states: Tensor = self._model.model(input_ids=tokens, past_key_values=cache, use_cache=bool(prefix)).last_hidden_state
        return states

    def _tensor(self, rows: list[list[int]]) -> Tensor:
        return torch.tensor(rows, device=self._model.device)


class TorchScorer:
    """The reward model that `open_judge` loads, as a `RewardScorer`.

    Loading starts at once, in a thread; until it is done everything raises `RewardLoading`. Callers wait for one another, and of more
    than `max_waiting` the rest is turned away; a caller that is cancelled stops what it asked for at the next batch.
    """

    def __init__(self, name: str, open_judge: Callable[[], Judge], *, max_waiting: int = 64) -> None:
        self._name = name
        self._open = open_judge
        self._max_waiting = max_waiting
        self._waiting: set[threading.Event] = set()
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reward")
        self._judge = self._thread.submit(open_judge)

    @property
    def model(self) -> str:
        return self._name

    async def ready(self) -> None:
        """Where the last loading failed for a reason that may pass, another one starts."""
        if self._closed:
            raise RewardUnavailable("The reward model is closed.")
        if not self._judge.done():
            raise RewardLoading(f"The reward model {self._name} is being loaded.")
        try:
            self._judge.result()
        except RewardUnavailable:
            self._judge = self._thread.submit(self._open)
            raise

    async def score(self, problem: str, responses: Sequence[str], *, prompt: str | None = None) -> list[float]:
        return await self._do(lambda judge, stop: judge.score(problem, responses, stop))

    async def score_steps(self, problem: str, steps: Sequence[str]) -> list[float]:
        return await self._do(lambda judge, stop: judge.score_steps(problem, steps, stop))

    async def close(self) -> None:
        self._closed = True
        for stop in self._waiting:
            stop.set()
        self._thread.shutdown(wait=False)  # what waits in it ends at its first look at `stop`
        self._judge = Future()  # lets go of the model

    async def _do(self, work: Callable[[Judge, threading.Event], list[float]]) -> list[float]:
        await self.ready()
        if len(self._waiting) >= self._max_waiting:
            raise RewardUnavailable(f"The reward model is overloaded: {self._max_waiting} callers are waiting.")
        stop = threading.Event()
        self._waiting.add(stop)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._judge.result(), stop)
        finally:
            stop.set()
            self._waiting.discard(stop)


def open_judge(
    source: str | Path,
    *,
    precision: Precision = "auto",
    device_map: str | None = None,
    context: int = 4096,
    budget: int = 8192,
) -> Judge:
    """Load the checkpoint `source`. `device_map` None takes all graphics processors where there is one, else the processor.

    Raises `RewardError`.
    """
    folder = find(source)
    read_config(folder)  # before what takes longer
    form = read(folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # the tokenizers library raises nothing narrower for a file that it cannot read
        raise RewardRefused(f"The tokenizer in {folder} cannot be loaded: {one_line(str(error))}") from error
    model = load(folder, precision=precision, device_map=device_map or ("auto" if torch.cuda.is_available() else None))
    return Judge(model, tokenizer, form, context=context, budget=budget)


def _step_id(tokenizer: PreTrainedTokenizerBase) -> int:
    ids = tokenizer.encode(STEP, add_special_tokens=False)
    if len(ids) != 1:
        raise RewardRefused(f"The tokenizer does not know {STEP}, which ends a step.")
    return int(ids[0])


def _keeps_all(config: PreTrainedConfig) -> bool:
    """Whether all that the model knows of earlier tokens are their keys and values."""
    return set(getattr(config, "layer_types", None) or ["full_attention"]) <= {"full_attention", "sliding_attention"}


def _finite(value: Tensor) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise RewardRefused(
            "The reward model computed a score that is no number; its weights are broken, or too large for their precision."
        )
    return number
