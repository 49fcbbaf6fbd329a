"""A checkpoint of transformers as an engine, on whatever torch finds: to try what was just trained, before it is exported. Needs the extra
`train`.

A thread steps all requests together; new ones join between two steps. Prompts are read whole when they join, so a long one holds the others
up for a moment: for evaluations, not for a class. `vllm serve` on the same folder serves a school.
"""

import asyncio
import queue
import random
import threading
from collections.abc import AsyncGenerator

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from inference.engines import Chunk, ContextOverflow, EngineError, EngineRefused, EngineUnavailable, Finish, Sampling, check_room
from inference.engines.decoding import Decoder, choose, vocabulary
from inference.engines.text import Detokenizer, StopFilter, check_text

ENDS = ("<|im_end|>", "<|endoftext|>")  # ChatML's end of message, and the end of a document


class CheckpointEngine:
    """`context` caps the tokens of prompt and answer (never above what the model was trained for); at most `max_sequences` texts grow at
    once, of at most `max_requests`; the rest waits, or is turned away.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        *,
        context: int = 4096,
        max_sequences: int = 32,
        max_requests: int = 256,
    ) -> None:
        self._model, self._tokenizer, self._name = model, tokenizer, name
        self._context = min(context, int(model.config.max_position_embeddings))
        self._max_sequences, self._max_requests = max_sequences, max_requests
        self._vocabulary = vocabulary(tokenizer)
        known = tokenizer.get_vocab()
        self._ends = {known[end] for end in ENDS if end in known} or {tokenizer.eos_token_id}
        self._requests: dict[str, _Request] = {}
        self._waiting: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._trouble: EngineError | None = None
        self._thread = threading.Thread(target=self._work, name="checkpoint", daemon=True)
        self._thread.start()

    @property
    def model(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return self._context

    async def ready(self) -> None:
        if self._trouble:
            raise type(self._trouble)(str(self._trouble))

    async def stream(self, prompt: str, sampling: Sampling, request_id: str) -> AsyncGenerator[Chunk]:
        check_room(request_id, self._requests, self._max_requests)
        request = _Request(self._tokens(prompt, sampling), sampling, Detokenizer(self._vocabulary))
        self._requests[request_id] = request
        try:
            await self.ready()  # after it is known: a thread that fails now fails it
            self._waiting.put(request)
            while (chunk := await request.chunks.get()) is not None:
                if isinstance(chunk, EngineError):
                    raise chunk
                yield chunk
                if chunk.finish:
                    return
        finally:
            del self._requests[request_id]
            request.withdrawn = True

    async def abort(self, request_id: str) -> None:
        if request := self._requests.get(request_id):
            request.withdrawn = True
            request.chunks.put_nowait(None)

    async def close(self) -> None:
        self._trouble = EngineUnavailable("The engine is closed.")
        for request_id in list(self._requests):
            await self.abort(request_id)
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    def _tokens(self, prompt: str, sampling: Sampling) -> list[int]:
        if sampling.temperature < 0 or not 0 < sampling.top_p <= 1 or sampling.max_tokens < 1:
            raise EngineRefused(f"Nobody can sample like this: {sampling}")
        check_text(prompt)
        ids: list[int] = self._tokenizer(prompt, add_special_tokens=False).input_ids
        if not ids:
            raise EngineRefused("The prompt is empty.")
        if len(ids) + sampling.max_tokens > self._context:
            raise ContextOverflow(f"{len(ids)} tokens of prompt and {sampling.max_tokens} of answer exceed the context of {self._context}.")
        return ids

    # --- The thread -------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            decoder, running = Decoder(self._model), list[_Request]()
            while (new := self._new(running)) is not None:
                if new:
                    decoder.add([request.prompt for request in new])
                    running += new
                running = self._step(decoder, running)
        except RuntimeError as error:  # what torch raises, for everything
            self._trouble = EngineUnavailable(f"The model failed: {str(error).strip().splitlines()[0]}")
        except EngineError as error:
            self._trouble = error
        for request in list(self._requests.values()):
            request.put(self._trouble or EngineUnavailable("The engine is closed."))

    def _new(self, running: list["_Request"]) -> list["_Request"] | None:
        """What has been asked since, as far as there are places; waits where nothing is running. None: close."""
        new: list[_Request] = []
        while len(running) + len(new) < self._max_sequences:
            try:
                request = self._waiting.get(block=not running and not new)
            except queue.Empty:
                break
            if request is None:
                return None
            if not request.withdrawn:
                new.append(request)
        return new

    def _step(self, decoder: Decoder, running: list["_Request"]) -> list["_Request"]:
        """One token for each; who goes on."""
        device = decoder.logits.device
        values = [[r.sampling.temperature, r.sampling.top_p, r.random.random()] for r in running]
        temperatures, top_p, draws = torch.tensor(values, device=device).T
        tokens = choose(decoder.logits, temperatures, top_p, draws)
        goes_on = [request.take(token, token in self._ends) for request, token in zip(running, tokens, strict=True)]
        keep = [at for at, goes in enumerate(goes_on) if goes]
        decoder.keep(keep)
        if keep:
            decoder.feed([tokens[at] for at in keep])
        return [running[at] for at in keep]


class _Request:
    """A prompt that grows. The thread takes tokens in; the event loop takes chunks out."""

    def __init__(self, prompt: list[int], sampling: Sampling, texts: Detokenizer) -> None:
        self.prompt, self.sampling = prompt, sampling
        self.random = random.Random(sampling.seed)
        self.chunks: asyncio.Queue[Chunk | EngineError | None] = asyncio.Queue()
        self.withdrawn = False
        self._texts, self._stops = texts, StopFilter(sampling.stop)
        self._tokens = 0
        self._loop = asyncio.get_running_loop()

    def take(self, token: int, ends: bool) -> bool:
        """The next token; whether the text goes on."""
        if self.withdrawn:
            return False
        self._tokens += 1
        text = self._stops.feed(self._texts.feed([token]))
        finish: Finish | None = "stop" if ends or self._stops.stopped else None
        if not finish and self._tokens >= self.sampling.max_tokens:
            finish = "length"
        if finish and not self._stops.stopped:
            text += self._stops.flush()
        self.put(Chunk(text, 1, finish))
        return finish is None

    def put(self, chunk: Chunk | EngineError) -> None:
        try:
            self._loop.call_soon_threadsafe(self.chunks.put_nowait, chunk)
        except RuntimeError:
            self.withdrawn = True  # the event loop is closed, and whoever read with it
