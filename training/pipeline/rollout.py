"""Responses of the model that is being trained, with their Python really run, as tokens and a mask of who wrote them.

As `inference.solve`, but in tokens: what the model has written is never read anew as text, so that it is trained on exactly what it drew.
The executor's output goes between as tokens of its own. A block that the model leaves open does not run.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from inference import prompts
from inference.engines.decoding import Decoder, choose, vocabulary
from inference.engines.text import Detokenizer
from inference.sandbox import Sandbox, Session, SessionLost
from inference.solve import Limits, shown_to_model
from inference.wire import Splitter, Wire
from training.pipeline.encoding import end_of_message


@dataclass(kw_only=True)
class Response:
    """One message in the making. `ids` go on from `prompt`; `own` has a 1 for each of them that the model drew, 0 for the executor's."""

    prompt: list[int]
    problem: str
    splitter: Splitter | None
    text: str  # of the whole message, the beginning that was written for the model included
    ids: list[int] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    tokens: int = 0  # drawn
    rounds: int = 0
    blocks_failed: int = 0
    finish: Literal["stop", "length", ""] = ""
    session: Session | None = None

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.ids)

    def add(self, ids: Sequence[int], *, own: bool) -> None:
        self.ids += ids
        self.own += [int(own)] * len(ids)
        self.tokens += own * len(ids)


class Rollouts:
    """Draws responses, `sequences` at a time, from whatever model it is given."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        wire: Wire,
        limits: Limits,
        *,
        context: int,
        temperature: float,
        sequences: int,
        sandbox: Sandbox,
        runner: asyncio.Runner,
    ) -> None:
        self._tokenizer, self._wire, self._limits = tokenizer, wire, limits
        self._context, self._temperature, self._sequences = context, temperature, sequences
        self._sandbox, self._runner = sandbox, runner
        self._end, self._vocabulary = end_of_message(tokenizer), vocabulary(tokenizer)

    def draw(self, model: PreTrainedModel, texts: Sequence[str]) -> list[Response]:
        """A response to each text, raw as `prompts` writes it. One that ends in an opened block is answered in Python.

        Raises `SandboxError`.
        """
        responses = [self._begun(text) for text in texts]
        for start in range(0, len(responses), self._sequences):
            self._draw(model, responses[start : start + self._sequences])
        return responses

    def _begun(self, text: str) -> Response:
        before, _, given = text.rpartition("<|im_start|>assistant\n")
        problem = before.rpartition("<|im_start|>user\n")[2].partition("<|im_end|>")[0]
        inside = given.endswith(self._wire.opening)
        prompt: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return Response(prompt=prompt, problem=problem, splitter=Splitter(self._wire, inside=True) if inside else None, text=given)

    def _draw(self, model: PreTrainedModel, responses: list[Response]) -> None:
        try:
            live = responses
            while live:
                self._write(model, live)
                live = [response for response in live if not response.finish]
                self._runner.run(self._run_blocks(live))
                live = [response for response in live if not response.finish]
        finally:
            self._runner.run(_close([response.session for response in responses if response.session]))

    def _write(self, model: PreTrainedModel, live: list[Response]) -> None:
        """Each one up to the end of its message, of its budget, or of its next block."""
        decoder = Decoder(model)
        decoder.add([response.prompt + response.ids for response in live])
        texts = {id(response): Detokenizer(self._vocabulary) for response in live}
        while live:
            tokens = self._choose(decoder.logits)
            goes_on = [self._take(response, token, texts[id(response)]) for response, token in zip(live, tokens, strict=True)]
            keep = [at for at, goes in enumerate(goes_on) if goes]
            live = [live[at] for at in keep]
            decoder.keep(keep)
            if live:
                decoder.feed([tokens[at] for at in keep])

    def _choose(self, logits: torch.Tensor) -> list[int]:
        rows = len(logits)
        draws = torch.rand(rows).to(logits.device)  # from the processor's generator, whose state checkpoints keep
        ones = torch.ones(rows, device=logits.device)
        return choose(logits, self._temperature * ones, ones, draws)

    def _take(self, response: Response, token: int, texts: Detokenizer) -> bool:
        """The next token of a response; whether it goes on at once."""
        response.add([token], own=True)
        text = texts.feed([token])
        response.text += text
        if response.splitter:
            response.splitter.feed(text)
        if token == self._end:
            response.finish = "stop"
        elif response.tokens >= self._limits.tokens or response.length >= self._context:
            response.finish = "length"
        return not response.finish and (response.splitter is None or response.splitter.code is None)

    async def _run_blocks(self, responses: list[Response]) -> None:
        """As many at a time as there are processors: a cell's limit is one of time."""
        places = asyncio.Semaphore(os.cpu_count() or 1)
        await asyncio.gather(*[self._run_block(response, places) for response in responses])

    async def _run_block(self, response: Response, places: asyncio.Semaphore) -> None:
        """Run it, and append what the model reads of it. Code that gets its session killed ends its message, which then has no answer."""
        assert response.splitter is not None
        assert response.splitter.code is not None
        async with places:
            if response.session is None:
                response.session = await self._sandbox.open()
            try:
                result = await response.session.run(response.splitter.code)
            except SessionLost:
                response.finish = "stop"
                return
        response.rounds += 1
        response.blocks_failed += result.error is not None
        response.splitter = Splitter(self._wire) if response.rounds < self._limits.rounds else None
        output = self._wire.output(prompts.neutralise(shown_to_model(result, response.problem, self._limits.output)))
        if response.text.endswith("\n"):  # drawn with the end of the block, as one token
            output = output.removeprefix("\n")
        response.text += output
        response.add(self._tokenizer(output, add_special_tokens=False).input_ids, own=False)
        if response.length >= self._context:
            response.finish = "length"


async def _close(sessions: Sequence[Session]) -> None:
    for session in sessions:
        await session.close()
