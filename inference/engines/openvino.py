"""The embedded engine: OpenVINO GenAI's continuous batching over one GGUF file, in this process.

One thread loads the model, takes in new requests, steps all of them together, and hands each request's new text to the
event loop. Requests beyond `max_sequences` wait inside OpenVINO; what they have in common at their beginning is
computed once (prefix caching). Same prompt, sampling and seed give the same tokens as long as the batch around the
request is the same; OpenVINO does not promise more.
"""

import asyncio
import ctypes
import logging
import os
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import openvino_genai as genai
from openvino_genai.py_openvino_genai import GenerationHandle

from inference.engines import Chunk, ContextOverflow, EngineError, EngineLoading, EngineRefused, EngineUnavailable, Finish, Sampling
from inference.engines.gguf import BadModelFile, read_context
from inference.engines.text import Detokenizer, StopFilter

log = logging.getLogger(__name__)

_BLOCK = 32  # tokens in one block of OpenVINO's KV cache on a CPU
_END_OF_TEXT = (b"<|im_end|>", b"<|endoftext|>")  # ChatML's end of message, and the end of a document
_NICENESS = 5  # generating yields to the event loop, which has to stay quick while every core computes


class OpenVinoEngine:
    """Loading starts at once, in the engine's own thread; until it is done, `ready` and `stream` raise `EngineUnavailable`.

    `context` caps the tokens of prompt and answer (never above what the model was trained for); `cache_tokens` is the size
    of the KV cache that all requests share (15 kB a token for the default model); of more than `max_requests` at once the
    rest is turned away.
    """

    def __init__(
        self, path: Path, *, context: int = 4096, cache_tokens: int = 32_768, max_sequences: int = 32, max_requests: int = 256
    ) -> None:
        try:
            trained_for = read_context(path)
        except (OSError, BadModelFile) as error:
            raise EngineUnavailable(f"The model file cannot be used: {error}") from error
        self._path = path
        self._name = path.stem
        self._context = min(context, trained_for)
        self._cache_blocks = max(cache_tokens, self._context) // _BLOCK + 1
        self._max_sequences = max_sequences
        self._max_requests = max_requests
        self._unavailable: EngineUnavailable | None = EngineLoading(f"The model {self._name} is loading.")
        self._requests: dict[str, _Request] = {}  # of the event loop
        self._wake = threading.Condition()
        self._arrived: list[_Request] = []  # under _wake
        self._closing = False  # under _wake
        self._thread = threading.Thread(target=self._run, name="openvino", daemon=True)
        self._thread.start()

    @property
    def model(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return self._context

    async def ready(self) -> None:
        if self._unavailable:
            raise type(self._unavailable)(str(self._unavailable))

    async def stream(self, prompt: str, sampling: Sampling, request_id: str) -> AsyncGenerator[Chunk]:
        await self.ready()
        if request_id in self._requests:
            raise EngineRefused(f"A request with the id {request_id} is already running.")
        if len(self._requests) >= self._max_requests:
            raise EngineUnavailable(f"The engine is overloaded: {self._max_requests} requests are under way.")
        request = self._requests[request_id] = _Request(prompt, sampling)
        try:
            self._submit(request)
            while (chunk := await request.next_chunk()) is not None:
                yield chunk
                if chunk.finish:
                    return
        finally:
            request.withdraw()
            del self._requests[request_id]

    async def abort(self, request_id: str) -> None:
        if request := self._requests.get(request_id):
            request.withdraw()

    async def close(self) -> None:
        for request in self._requests.values():
            request.withdraw()
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _submit(self, request: "_Request") -> None:
        with self._wake:
            if self._unavailable:  # the thread has ended since the caller asked
                raise EngineUnavailable(str(self._unavailable))
            self._arrived.append(request)
            self._wake.notify()

    # --- Below: the engine's own thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        reason = "The engine is closed."
        batch: _Batch | None = None
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)  # OpenVINO's threads inherit it
            batch = _Batch(self._path, self._context, self._cache_blocks, self._max_sequences)
            self._unavailable = None
            self._step_until_closed(batch)
        except RuntimeError as error:  # what OpenVINO raises, for everything
            reason = f"OpenVINO failed: {_last_line(error)}"
            log.exception("The OpenVINO engine has stopped")
        finally:
            with self._wake:
                self._unavailable = EngineUnavailable(reason)
                waiting, self._arrived = self._arrived, []
            for request in [*waiting, *(batch.running if batch else [])]:
                request.fail(EngineUnavailable(reason))

    def _step_until_closed(self, batch: "_Batch") -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._arrived or self._closing or batch.busy())
                arrived, self._arrived = self._arrived, []
                closing = self._closing
            for request in arrived:
                batch.add(request)
            if closing:
                batch.cancel_all()
                return
            batch.step()


class _Batch:
    """The pipeline and the requests in it. Belongs to the engine's thread."""

    def __init__(self, path: Path, context: int, cache_blocks: int, max_sequences: int) -> None:
        scheduler = genai.SchedulerConfig()
        scheduler.num_kv_blocks = cache_blocks
        scheduler.max_num_seqs = max_sequences
        scheduler.enable_prefix_caching = True
        scheduler.dynamic_split_fuse = True
        scheduler.max_num_batched_tokens = 256
        self._context = context
        self._pipeline = genai.ContinuousBatchingPipeline(str(path), scheduler, "CPU")
        self._tokenizer = self._pipeline.get_tokenizer()
        vocabulary: dict[bytes, int] = self._tokenizer.get_vocab()
        self._stop_ids = {vocabulary[token] for token in _END_OF_TEXT if token in vocabulary} | {self._tokenizer.get_eos_token_id()}
        self._vocabulary = {number: token for token, number in vocabulary.items()}
        self._vocabulary |= dict.fromkeys(self._special_ids(), b"")
        self._count = 0
        self.running: list[_Request] = []
        self._warm_up()
        _give_back_memory()

    def busy(self) -> bool:
        return bool(self._pipeline.has_non_finished_requests())

    def add(self, request: "_Request") -> None:
        """Begin a request, or tell it why not."""
        if request.withdrawn:
            return
        try:
            self._check_and_add(request)
        except EngineError as error:
            request.fail(error)

    def step(self) -> None:
        """One token for each running request."""
        for request in self.running:
            if request.withdrawn:
                request.handle.cancel()
        self.running = [request for request in self.running if not request.withdrawn]
        self._pipeline.step()
        self.running = [request for request in self.running if not self._deliver(request)]

    def cancel_all(self) -> None:
        for request in self.running:
            request.withdraw()
        while self.busy():
            self.step()

    def _check_and_add(self, request: "_Request") -> None:
        sampling = request.sampling
        tokens = self._tokenizer.encode(request.prompt, add_special_tokens=False).input_ids
        length = tokens.shape[1]
        if length == 0:
            raise EngineRefused("The prompt is empty.")
        if length + sampling.max_tokens > self._context:
            raise ContextOverflow(f"{length} tokens of prompt and {sampling.max_tokens} of answer exceed the context of {self._context}.")
        try:
            request.handle = self._pipeline.add_request(self._count, tokens, self._config(sampling))
        except RuntimeError as error:
            raise EngineRefused(f"OpenVINO refused the request: {_last_line(error)}") from error
        request.detokenizer = Detokenizer(self._vocabulary)
        self._count += 1
        self.running.append(request)

    def _warm_up(self) -> None:
        """Generate one token, so that the first student does not wait while OpenVINO compiles and packs its kernels."""
        tokens = self._tokenizer.encode("1 + 1 =", add_special_tokens=False).input_ids
        self._pipeline.add_request(self._count, tokens, self._config(Sampling(max_tokens=1)))
        self._count += 1
        while self.busy():
            self._pipeline.step()

    def _config(self, sampling: Sampling) -> genai.GenerationConfig:
        config = genai.GenerationConfig()
        config.max_new_tokens = sampling.max_tokens
        config.stop_token_ids = self._stop_ids
        config.do_sample = sampling.temperature != 0
        if config.do_sample:
            config.temperature = sampling.temperature
            config.top_p = sampling.top_p
            config.rng_seed = sampling.seed
        return config

    def _deliver(self, request: "_Request") -> bool:
        """Hand on what the last step generated; True where the request is over."""
        tokens: list[int] = []
        reason = genai.GenerationFinishReason.NONE
        while request.handle.can_read():
            (output,) = request.handle.read().values()
            tokens += output.generated_ids
            reason = output.finish_reason
        finish = request.take(tokens, _FINISH.get(reason))
        if finish:
            request.handle.stop()  # a stop string is found here, not in OpenVINO
            return True
        if request.handle.get_status() == genai.GenerationStatus.IGNORED:
            request.fail(EngineUnavailable("OpenVINO has no room for the request in its KV cache."))
            return True
        return False

    def _special_ids(self) -> list[int]:
        """Tokens that are marks, not text: the tokenizer leaves them out when it decodes."""
        candidates = [number for number, token in self._vocabulary.items() if token.startswith(b"<") and token.endswith(b">")]
        texts = self._tokenizer.decode([[number] for number in candidates])
        return [number for number, text in zip(candidates, texts, strict=True) if not text]


_FINISH: dict[genai.GenerationFinishReason, Finish] = {
    genai.GenerationFinishReason.STOP: "stop",
    genai.GenerationFinishReason.LENGTH: "length",
}


class _Request:
    """One prompt on its way through the engine.

    The thread puts text in, the event loop takes out all that has gathered since (so a slow reader holds at most its own
    `max_tokens` of text). `withdrawn` is the one thing that the loop tells the thread.
    """

    handle: GenerationHandle
    detokenizer: Detokenizer

    def __init__(self, prompt: str, sampling: Sampling) -> None:
        self.prompt = prompt
        self.sampling = sampling
        self.withdrawn = False
        self._stops = StopFilter(sampling.stop)
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._text: list[str] = []
        self._tokens = 0
        self._end: Finish | EngineError | None = None

    # --- The event loop

    def withdraw(self) -> None:
        """Nobody wants the rest: the thread drops the request before its next step, and the reader goes home."""
        self.withdrawn = True
        self._changed.set()

    async def next_chunk(self) -> Chunk | None:
        """What is new, as soon as there is any; None once the request is withdrawn. Raises what the thread reported."""
        await self._changed.wait()
        self._changed.clear()
        if self.withdrawn:
            return None
        if isinstance(self._end, EngineError):
            raise self._end
        chunk = Chunk("".join(self._text), self._tokens, self._end)
        self._text.clear()
        self._tokens = 0
        return chunk

    def _receive(self, text: str, tokens: int, end: Finish | EngineError | None) -> None:
        self._text.append(text)
        self._tokens += tokens
        self._end = end
        self._changed.set()

    # --- The engine's thread

    def take(self, tokens: list[int], finish: Finish | None) -> Finish | None:
        """Send on the text of new tokens; says whether, and how, the request ended with them."""
        if not tokens and not finish:
            return None
        text = self._stops.feed(self.detokenizer.feed(tokens))
        if self._stops.stopped:
            finish = "stop"
        elif finish:
            text += self._stops.flush()
        self._send(text, len(tokens), finish)
        return finish

    def fail(self, error: EngineError) -> None:
        self._send("", 0, error)

    def _send(self, text: str, tokens: int, end: Finish | EngineError | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._receive, text, tokens, end)
        except RuntimeError:  # the loop is closed, and its reader gone with it
            self.withdrawn = True


def _give_back_memory() -> None:
    """Hand freed memory back to the system: reading a GGUF file leaves 0.7 GB of it behind (default model)."""
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):  # glibc's
        libc.malloc_trim(0)


def _last_line(error: Exception) -> str:
    """OpenVINO's messages begin with the place in its sources; the last line is the one that says what is wrong."""
    return str(error).strip().splitlines()[-1]
