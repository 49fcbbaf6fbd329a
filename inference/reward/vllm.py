"""A reward model on a vLLM server (`vllm serve MODEL --runner pooling`), through `POST /pooling`.

The server is sent finished texts, many in one request, because only so is it certain what it judges. It answers with what the model's
head says at each token. The score of a text is the last token's, without an activation. The scores of steps are those at the step marks,
with the activation, which is the softmax. vLLM picks the marks itself by their id: 151651 as in the released models, or what
`--pooler-config '{"step_tag_id": …}'` says; where a server returns all tokens, the marks are found through `POST /tokenize`.
vLLM 0.11.1 or later: `use_activation` had another name before, and a server that does not heed it is refused.
"""

import asyncio
import itertools
import json
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from inference.replies import MAX_BODY, Errors, NotBegun, max_model_len, one_line
from inference.reward import ResponseTooLong, RewardRefused, RewardUnavailable
from inference.reward.batches import batches
from inference.reward.forms import CHATML, STEP, Form, paragraphs

_TEXTS = 32  # in one request
_BYTES = 1 << 20  # of texts in one request, unless one alone is longer
_PER_BYTE = 64  # bytes of answer to a byte of text: a token has a byte at least, two numbers at most
_TOLERANCE = 1e-3

_Rows = list[list[float]]  # of one text: what the head says at each token


class _Overflow(Exception):
    """The server says that a text is too long, but not which."""


_ERRORS = Errors(what="The reward server", unavailable=RewardUnavailable, refused=RewardRefused, overflow=_Overflow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait, in seconds, and how often to try. `answer` is for one request, its tries and queueing included."""

    connect: float = 5.0
    answer: float = 120.0
    tries: int = 4
    backoff: float = 0.5
    longest_backoff: float = 10.0


class VllmScorer:
    """`url` is the server's base, as `http://gpu:8001` (a `/v1` behind it is ignored). `model` "" is the first that the server lists.

    Of more than `max_callers` at once the rest is turned away. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        api_key: str = "",
        form: Form = CHATML,
        max_callers: int = 64,
        limits: Limits | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._wanted = model
        self._model = model
        self._form = form
        self._context = 0
        self._outputs = 0  # numbers a token: 1 of a reward model, 2 of a process reward model; 0 while unknown
        self._limits = limits or Limits()
        self._max_callers = max_callers
        self._callers = 0
        self._client = _ERRORS.client(
            url.rstrip("/").removesuffix("/v1") + "/", api_key, connect=self._limits.connect, connections=max_callers, transport=transport
        )

    @property
    def model(self) -> str:
        return self._model

    async def ready(self) -> None:
        """Ask the server what it serves, and see once that it is a reward model."""
        model = _ERRORS.served(await self._ask("GET", "v1/models"), self._wanted)
        if not self._outputs or model["id"] != self._model:
            self._model, self._context = model["id"], max_model_len(model, 0)
            self._outputs = await self._probe()

    async def score(self, problem: str, responses: Sequence[str], *, prompt: str | None = None) -> list[float]:
        async with self._call():
            if self._outputs == 2:
                steps = [paragraphs(response) for response in responses]
                texts = [self._form.steps(problem, parts) for parts in steps]
                return [math.prod(scores) for scores in await self._step_scores(texts, [len(parts) for parts in steps])]
            pooled = await self._pool([self._form.text(problem, response) for response in responses])
            return [_last(rows) for rows in pooled]

    async def score_steps(self, problem: str, steps: Sequence[str]) -> list[float]:
        async with self._call():
            if self._outputs != 2:
                raise RewardRefused(f"{self._model} scores whole responses; it is no process reward model.")
            return (await self._step_scores([self._form.steps(problem, steps)], [len(steps)]))[0] if steps else []

    async def close(self) -> None:
        await self._client.aclose()

    @asynccontextmanager
    async def _call(self) -> AsyncIterator[None]:
        if self._callers >= self._max_callers:
            raise RewardUnavailable(f"The reward server is overloaded: {self._max_callers} callers are waiting.")
        self._callers += 1
        try:
            if not self._outputs:
                await self.ready()
            yield
        finally:
            self._callers -= 1

    async def _probe(self) -> int:
        """How many numbers the server gives a token, from a text with one step; refuses what cannot be a reward model."""
        text = self._form.steps("1 + 1", ["2"])
        pooled = [(await self._pool([text], activation=on))[0] for on in (False, True)]
        if not all(pooled):
            raise RewardRefused(f"The server finds no {STEP}: start it with its token's id, `--pooler-config '{{\"step_tag_id\": …}}'`.")
        plain, activated = [rows[-1] for rows in pooled]
        if len(plain) == len(activated) == 2 and abs(sum(activated) - 1) < _TOLERANCE:
            return 2
        if len(plain) != 1 or len(activated) != 1:
            raise RewardRefused(f"{self._model} gives {len(plain)} numbers a token; it is no reward model.")
        if abs(activated[0] - _sigmoid(plain[0])) > _TOLERANCE:
            raise RewardRefused("The server does not heed `use_activation`; vLLM 0.11.1 or later is needed.")
        return 1

    async def _step_scores(self, texts: Sequence[str], counts: Sequence[int]) -> list[list[float]]:
        """For each text the scores of its `counts` steps."""
        pooled = await self._pool(texts, activation=True)
        marked = [await self._at_marks(*of_one) for of_one in zip(texts, pooled, counts, strict=True)]
        return [[_share(row) for row in rows] for rows in marked]

    async def _at_marks(self, text: str, rows: _Rows, count: int) -> _Rows:
        """The rows at the step marks, whether the server has picked them or given all tokens'."""
        if len(rows) == count:
            return rows
        mark, tokens = [await self._tokens(of) for of in (STEP, text)]
        if len(mark) != 1:
            raise RewardRefused(f"The tokenizer of {self._model} does not know {STEP}, which ends a step.")
        found = [row for row, token in zip(rows, tokens, strict=False) if token == mark[0]]
        if len(tokens) != len(rows) or len(found) != count:
            raise RewardRefused(f"The server gave {len(rows)} rows for {len(tokens)} tokens with {count} steps.")
        return found

    async def _pool(self, texts: Sequence[str], *, activation: bool = False) -> list[_Rows]:
        """What the head says, for each text at each token."""
        sizes = [len(text.encode()) for text in texts]
        found: dict[int, _Rows] = {}
        for batch in batches(sizes, 0, _BYTES, padding=1.0):
            for part in itertools.batched(batch, _TEXTS):
                most = MAX_BODY + _PER_BYTE * sum(sizes[index] for index in part)
                found |= zip(part, await self._pool_once(texts, part, activation, most), strict=True)
        return [found[index] for index in range(len(texts))]

    async def _pool_once(self, texts: Sequence[str], part: Sequence[int], activation: bool, most: int) -> list[_Rows]:
        payload = {
            "model": self._model,
            "input": [texts[index] for index in part],
            "add_special_tokens": False,
            "use_activation": activation,
            "encoding_format": "float",
        }
        try:
            reply = await self._ask("POST", "pooling", payload, most)
        except _Overflow as error:
            for index in part:
                if 0 < self._context < (tokens := len(await self._tokens(texts[index]))):
                    raise ResponseTooLong(index, tokens, self._context) from error
            raise RewardRefused(f"The reward server refused the request: {error}") from error
        return _pooled(reply, len(part))

    async def _tokens(self, text: str) -> list[int]:
        payload = {"model": self._model, "prompt": text, "add_special_tokens": False}
        tokens = (await self._ask("POST", "tokenize", payload, MAX_BODY + _PER_BYTE * len(text.encode()))).get("tokens")
        if not isinstance(tokens, list):
            raise RewardRefused("The server's answer holds no tokens.")
        return tokens

    async def _ask(self, method: str, path: str, payload: dict[str, Any] | None = None, most: int = MAX_BODY) -> dict[str, Any]:
        """One request. It is sent again where the server was not reached, or says that it did not begin."""
        if self._client.is_closed:
            raise RewardUnavailable("The reward server's client is closed.")
        end = asyncio.get_running_loop().time() + self._limits.answer
        try:
            async with asyncio.timeout_at(end):
                return await self._ask_until(end, method, path, payload, most)
        except (TimeoutError, httpx.HTTPError) as error:
            raise _ERRORS.lost(error) from error

    async def _ask_until(self, end: float, method: str, path: str, payload: dict[str, Any] | None, most: int) -> dict[str, Any]:
        tried = 1
        while True:
            try:
                return await self._ask_once(method, path, payload, most)
            except NotBegun as error:
                pause = error.pause(tried, self._limits.backoff, self._limits.longest_backoff)
                if tried >= self._limits.tries or asyncio.get_running_loop().time() + pause >= end:
                    raise RewardUnavailable(str(error)) from error
            await asyncio.sleep(pause)
            tried += 1

    async def _ask_once(self, method: str, path: str, payload: dict[str, Any] | None, most: int) -> dict[str, Any]:
        try:
            async with self._client.stream(method, path, json=payload) as response:
                body = await _body(response, most)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _ERRORS.unreachable(self._client.base_url.host, error) from error
        if response.status_code == 404 and path == "pooling":
            raise RewardRefused(f"The server scores nothing: {one_line(body)}. Is it vLLM, started with `--runner pooling`?")
        if not response.is_success:
            raise _ERRORS.refusal(response, body)
        return _ERRORS.as_object(body)


async def _body(response: httpx.Response, most: int) -> str:
    """A whole answer, or the beginning of what an error says."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most:
            if response.is_success:
                raise RewardRefused("The server sent far more than was asked for.")
            break
    return body.decode("utf-8", "replace")


def _pooled(reply: dict[str, Any], count: int) -> list[_Rows]:
    """The answer to `count` texts, in their order. Some versions leave the brackets around single numbers out."""
    try:
        data = {item["index"]: [_row(row) for row in item["data"]] for item in reply["data"]}
        if len(reply["data"]) != count or data.keys() != set(range(count)):
            raise ValueError("other texts")
    except (LookupError, TypeError, ValueError) as error:
        raise RewardRefused(f"The server's answer is no pooling of {count} texts: {one_line(json.dumps(reply))}") from error
    return [data[index] for index in range(count)]


def _row(row: Any) -> list[float]:  # noqa: ANN401 (whatever stands in the JSON)
    numbers = [float(number) for number in (row if isinstance(row, list) else [row])]
    if not numbers:
        raise ValueError("a token without numbers")
    return numbers


def _share(row: list[float]) -> float:
    """How good a step is, of the two numbers at its mark."""
    if len(row) != 2 or not 0 <= row[1] <= 1:
        raise RewardRefused(f"The server gave {row[:3]} for a step; two numbers between 0 and 1 were due.")
    return row[1]


def _last(rows: _Rows) -> float:
    if not rows or not math.isfinite(rows[-1][0]):
        raise RewardRefused("The server gave no number for a text.")
    return rows[-1][0]


def _sigmoid(score: float) -> float:
    return (1 + math.tanh(score / 2)) / 2
