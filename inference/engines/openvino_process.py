"""The embedded engine's own process: OpenVINO GenAI's continuous batching over one GGUF file.

It is a process because `step` holds Python's lock while it computes, a quarter of a second on a busy machine: as a thread
beside the worker's event loop it would hold up every event, every Stop and every look at the database. One thread does
everything: it takes in what has been asked, steps all requests together, and writes what is new. JSON, one object a line:

    stdin   {"add": number, "prompt": str, "sampling": {...}}   {"withdraw": number}   (the end of stdin ends the process)
    stdout  {"ready": true}   {"chunks": [[number, text, tokens, finish or null], ...]}   {"failed": number, "kind": str, "message": str}
            {"broken": message}  (then the process ends)

Requests beyond `max_sequences`, or beyond the KV cache, wait for one to end. Same prompt, sampling and seed give the same tokens
as long as the batch around the request is the same; OpenVINO does not promise more.

What requests have in common at their beginning is computed once (prefix caching). OpenVINO 2026.4 finds the blocks of the cache
by what they hold or are about to hold, also half-filled ones, and does not ask whether another request writes into them, or
whether what they were taken for was ever computed (docs/log.md). Three rules keep one student's text out of another's answer:

- Prompts are begun one at a time: the next one once the one before has two tokens. With the second token a request has left the
  half-filled block that it took over (it has filled it, renamed it or made a copy of its own), so no other can find that block.
- A request is dropped only after a step that gave it a token: by then all of its blocks hold what they are named after.
- A request begins only if the whole of it, prompt and answer, has room in the cache beside the others: then OpenVINO never takes
  blocks away from a request whose blocks are not computed yet.
"""

import ctypes
import json
import math
import os
import select
import sys
from typing import Any

import openvino_genai as genai
from openvino_genai.py_openvino_genai import GenerationHandle

from inference.engines import ContextOverflow, EngineError, EngineRefused, EngineUnavailable, Finish, Sampling
from inference.engines.openvino import BLOCK
from inference.engines.text import Detokenizer, StopFilter

_END_OF_TEXT = (b"<|im_end|>", b"<|endoftext|>")  # ChatML's end of message, and the end of a document
_NICENESS = 5  # generating yields to the web server and the worker, which have to stay quick while every core computes
_READ = 1 << 20
_BEGUN = 2  # tokens after which a request shares no half-filled block with one that comes after it
_FINISH: dict[genai.GenerationFinishReason, Finish] = {
    genai.GenerationFinishReason.STOP: "stop",
    genai.GenerationFinishReason.LENGTH: "length",
}


class Request:
    """One prompt on its way through the pipeline."""

    def __init__(self, number: int, blocks: int, handle: GenerationHandle, detokenizer: Detokenizer, stops: StopFilter) -> None:
        self.number = number
        self.blocks = blocks  # of the cache, at most
        self.handle = handle
        self.tokens = 0  # generated
        self.computed = False  # its blocks hold what they are named after: the last step gave it a token
        self.withdrawn = False
        self._detokenizer = detokenizer
        self._stops = stops

    def read(self) -> list[Any] | None:
        """What the last step generated, as a chunk to write; None where that is nothing."""
        tokens: list[int] = []
        finish: Finish | None = None
        while self.handle.can_read():
            (output,) = self.handle.read().values()
            tokens += output.generated_ids
            finish = _FINISH.get(output.finish_reason)
        self.computed = bool(tokens)
        self.tokens += len(tokens)
        if not tokens and not finish:
            return None
        text = self._stops.feed(self._detokenizer.feed(tokens))
        if self._stops.stopped:
            finish = "stop"
        elif finish:
            text += self._stops.flush()
        return [self.number, text, len(tokens), finish]

    def refused(self) -> bool:
        """Whether OpenVINO dropped it for want of room in the KV cache."""
        return bool(self.handle.get_status() == genai.GenerationStatus.IGNORED)


class Batch:
    """The pipeline and the requests in it."""

    def __init__(self, path: str, context: int, cache_blocks: int, max_sequences: int) -> None:
        scheduler = genai.SchedulerConfig()
        scheduler.num_kv_blocks = cache_blocks
        scheduler.max_num_seqs = max_sequences  # with split prompts OpenVINO does not keep to it: `_admit` does
        scheduler.enable_prefix_caching = True
        scheduler.dynamic_split_fuse = True
        scheduler.max_num_batched_tokens = 256
        self._context = context
        self._cache_blocks = cache_blocks
        self._max_sequences = max_sequences
        self._pipeline = genai.ContinuousBatchingPipeline(path, scheduler, "CPU")
        self._tokenizer = self._pipeline.get_tokenizer()
        vocabulary: dict[bytes, int] = self._tokenizer.get_vocab()
        self._stop_ids = {vocabulary[token] for token in _END_OF_TEXT if token in vocabulary} | {self._tokenizer.get_eos_token_id()}
        self._vocabulary = {number: token for token, number in vocabulary.items()}
        self._vocabulary |= dict.fromkeys(self._special_ids(), b"")
        self._waiting: dict[int, tuple[Any, Sampling]] = {}  # the prompt's tokens, and how to go on from them
        self._running: dict[int, Request] = {}
        _give_back_memory()  # before the warm-up takes more
        self._warm_up()

    def busy(self) -> bool:
        return bool(self._waiting or self._pipeline.has_non_finished_requests())

    def add(self, number: int, prompt: str, sampling: Sampling) -> None:
        """Take a request in, to begin as soon as there is a place. Raises `EngineError`."""
        tokens = self._tokenizer.encode(prompt, add_special_tokens=False).input_ids
        length = tokens.shape[1]
        if length == 0:
            raise EngineRefused("The prompt is empty.")
        if length + sampling.max_tokens > self._context:
            raise ContextOverflow(f"{length} tokens of prompt and {sampling.max_tokens} of answer exceed the context of {self._context}.")
        try:
            self._config(sampling).validate()
        except RuntimeError as error:
            raise EngineRefused(f"OpenVINO refused the request: {last_line(error)}") from error
        self._waiting[number] = tokens, sampling

    def withdraw(self, number: int) -> None:
        """Nobody wants the rest: drop it as soon as its blocks are computed."""
        self._waiting.pop(number, None)
        if request := self._running.get(number):
            request.withdrawn = True
            if request.computed:
                self._running.pop(number).handle.stop()

    def step(self) -> tuple[list[list[Any]], list[int]]:
        """One token for each running request: the chunks, and the requests for which there was no room."""
        self._admit()
        self._pipeline.step()
        chunks = [chunk for request in self._running.values() if (chunk := request.read())]
        for number, _, _, finish in chunks:
            if finish or self._running[number].withdrawn:
                self._running.pop(number).handle.stop()  # a stop string is found here, not in OpenVINO
        refused = [request.number for request in self._running.values() if request.refused()]
        for number in refused:
            del self._running[number]
        return chunks, refused

    def _admit(self) -> None:
        """Begin the request that has waited longest, if it may (the rules at the top)."""
        running = self._running.values()
        if not self._waiting or len(running) >= self._max_sequences or any(request.tokens < _BEGUN for request in running):
            return
        number, (tokens, sampling) = next(iter(self._waiting.items()))
        blocks = math.ceil((tokens.shape[1] + sampling.max_tokens) / BLOCK)
        if blocks + sum(request.blocks for request in running) > self._cache_blocks:
            return
        del self._waiting[number]
        handle = self._pipeline.add_request(number, tokens, self._config(sampling))
        self._running[number] = Request(number, blocks, handle, Detokenizer(self._vocabulary), StopFilter(sampling.stop))

    def _warm_up(self) -> None:
        """Generate one token, so that the first student does not wait while OpenVINO compiles and packs its kernels."""
        tokens = self._tokenizer.encode("1 + 1 =", add_special_tokens=False).input_ids
        handle = self._pipeline.add_request(0, tokens, self._config(Sampling(max_tokens=1)))
        while not handle.can_read():
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

    def _special_ids(self) -> list[int]:
        """Tokens that are marks, not text: the tokenizer leaves them out when it decodes."""
        candidates = [number for number, token in self._vocabulary.items() if token.startswith(b"<") and token.endswith(b">")]
        texts = self._tokenizer.decode([[number] for number in candidates])
        return [number for number, text in zip(candidates, texts, strict=True) if not text]


class Pipes:
    """Our ends of stdin and stdout. What OpenVINO prints goes to stderr instead of between our lines."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._rest = b""

    def write(self, message: dict[str, Any]) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def read(self, *, wait: bool) -> list[dict[str, Any]] | None:
        """What has been asked since; None once nobody can ask any more."""
        if not select.select([0], [], [], None if wait else 0)[0]:
            return []
        data = os.read(0, _READ)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines] if data else None


def serve(batch: Batch, pipes: Pipes) -> None:
    """Until stdin ends."""
    while (messages := pipes.read(wait=not batch.busy())) is not None:
        for message in messages:
            _take(batch, pipes, message)
        if batch.busy():
            chunks, refused = batch.step()
            if chunks:
                pipes.write({"chunks": chunks})
            for number in refused:
                _fail(pipes, number, EngineUnavailable("OpenVINO has no room for the request in its KV cache."))


def _take(batch: Batch, pipes: Pipes, message: dict[str, Any]) -> None:
    if "withdraw" in message:
        batch.withdraw(message["withdraw"])
        return
    sampling = Sampling(**message["sampling"] | {"stop": tuple(message["sampling"]["stop"])})
    try:
        batch.add(message["add"], message["prompt"], sampling)
    except EngineError as error:
        _fail(pipes, message["add"], error)


def _fail(pipes: Pipes, number: int, error: EngineError) -> None:
    pipes.write({"failed": number, "kind": type(error).__name__, "message": str(error)})


def _give_back_memory() -> None:
    """Hand freed memory back to the system: reading a GGUF file leaves 0.7 GB of it behind (default model)."""
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):  # glibc's
        libc.malloc_trim(0)


def last_line(error: Exception) -> str:
    """OpenVINO's messages begin with the place in its sources; the last line is the one that says what is wrong."""
    return str(error).strip().splitlines()[-1]


def main(path: str, context: int, cache_blocks: int, max_sequences: int) -> None:
    os.nice(_NICENESS)
    pipes = Pipes()
    try:
        batch = Batch(path, context, cache_blocks, max_sequences)
        pipes.write({"ready": True})
        serve(batch, pipes)
    except BrokenPipeError:
        return  # whoever asked has gone, and is the only one to tell
    except RuntimeError as error:  # what OpenVINO raises, for everything
        pipes.write({"broken": f"OpenVINO failed: {last_line(error)}"})
        raise


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
