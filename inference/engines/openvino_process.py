"""The embedded engine's own process: OpenVINO GenAI's continuous batching over one GGUF file.

It is a process because `step` holds Python's lock while it computes, a quarter of a second on a busy machine: as a thread
beside the worker's event loop it would hold up every event, every Stop and every look at the database. One thread does
everything: it takes in what has been asked, steps all requests together, and writes what is new. JSON, one object a line:

    stdin   {"add": number, "prompt": str, "sampling": {...}}   {"score": number, "text": str}   {"withdraw": number}
            (the end of stdin ends the process)
    stdout  {"ready": true, "scoring": whether it has a reward head}   {"chunks": [[number, text, tokens, finish or null], ...]}
            {"scores": [[number, score], ...]}   {"failed": number, "kind": str, "message": str}   {"broken": message} (then the process
            ends)   {} (nothing to tell: what was asked has been taken in, or a step is over)

A step takes in 256 tokens of prompts at most, however long these are; so a process from which nothing comes for minutes stands still.

Requests beyond `max_sequences`, or beyond the KV cache, wait for one to end. Same prompt, sampling and seed give the same tokens
as long as the batch around the request is the same; OpenVINO does not promise more.

What requests have in common at their beginning is computed once (prefix caching). OpenVINO 2026.4 finds the blocks of the cache
by what they hold or are about to hold, also half-filled ones, and does not ask whether another request writes into them, or
whether what they were taken for was ever computed (docs/log.md). Three rules keep one student's text out of another's answer:

- Prompts that could take over the same half-filled block are begun one after another, the next one once the one before has two tokens. With
  the second token a request has left the half-filled block that it took over (it has filled it, renamed it or made a copy of its own), so
  no other can find that block. A half-filled block is the end of a text; two prompts can both go on from it only if they have as much
  text in common as the shortest prompt that was ever begun is long. Equal prompts write the same and may begin together.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.engines import ContextOverflow, EngineError, EngineRefused, EngineUnavailable, Finish, Sampling
from inference.engines.openvino import BLOCK
from inference.engines.openvino_library import GenerationHandle, genai, ov
from inference.engines.openvino_model import SCALE, Scoring, prepared, scoring
from inference.engines.text import Detokenizer, StopFilter

Tokens = npt.NDArray[np.int64]

_END_OF_TEXT = (b"<|im_end|>", b"<|endoftext|>")  # ChatML's end of message, and the end of a document
_NICENESS = 5  # generating yields to the web server and the worker, which have to stay quick while every core computes
_READ = 1 << 20
_BEGUN = 2  # tokens after which a request shares no half-filled block with one that comes after it
_FINISH: dict[genai.GenerationFinishReason, Finish] = {
    genai.GenerationFinishReason.STOP: "stop",
    genai.GenerationFinishReason.LENGTH: "length",
}


Entry = list[Any]  # what is written of a request after a step; it is over unless the last item is None


class TextReader:
    """Tokens as pieces of text: `[number, text, tokens, finish or null]`."""

    kind = "chunks"

    def __init__(self, number: int, detokenizer: Detokenizer, stops: StopFilter) -> None:
        self._number, self._detokenizer, self._stops = number, detokenizer, stops

    def read(self, tokens: list[int], finish: Finish | None, _logarithm: float) -> Entry:
        text = self._stops.feed(self._detokenizer.feed(tokens))
        if self._stops.stopped:
            finish = "stop"
        elif finish:
            text += self._stops.flush()
        return [self._number, text, len(tokens), finish]


class ScoreReader:
    """The one token that carries a score (`openvino_model`): `[number, score]`."""

    kind = "scores"

    def __init__(self, number: int, scoring: Scoring) -> None:
        self._number, self._high = number, scoring.high

    def read(self, tokens: list[int], _finish: Finish | None, logarithm: float) -> Entry:
        """Of the two carriers the likelier is taken, with probability sigmoid(|SCALE * score|)."""
        size = -math.log(math.expm1(max(-logarithm, 1e-12))) / SCALE
        return [self._number, size if tokens[-1] == self._high else -size]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for and has not begun."""

    tokens: Tokens
    most: int  # tokens to generate
    config: genai.GenerationConfig
    reader: TextReader | ScoreReader

    @property
    def blocks(self) -> int:
        """Of the cache, at most."""
        return math.ceil((len(self.tokens) + self.most) / BLOCK)


class Request:
    """What was asked for, on its way through the pipeline."""

    def __init__(self, wanted: Wanted, handle: GenerationHandle) -> None:
        self.wanted = wanted
        self.handle = handle
        self.tokens = 0  # generated
        self.computed = False  # its blocks hold what they are named after: the last step gave it a token
        self.withdrawn = False

    def read(self) -> Entry | None:
        """What the last step generated; None where that is nothing."""
        tokens: list[int] = []
        finish: Finish | None = None
        logarithm = 0.0  # of the last token's probability
        while self.handle.can_read():
            (output,) = self.handle.read().values()
            tokens += output.generated_ids
            finish = _FINISH.get(output.finish_reason)
            logarithm = output.generated_log_probs[-1] if output.generated_log_probs else 0.0
        self.computed = bool(tokens)
        self.tokens += len(tokens)
        return self.wanted.reader.read(tokens, finish, logarithm) if tokens or finish else None

    def refused(self) -> bool:
        """Whether OpenVINO dropped it for want of room in the KV cache."""
        return bool(self.handle.get_status() == genai.GenerationStatus.IGNORED)


class Batch:
    """The pipeline and the requests in it. `folder` has the model of the file `gguf` in OpenVINO's form (`openvino_model.prepared`)."""

    def __init__(self, gguf: Path, folder: Path, *, context: int, cache_blocks: int, max_sequences: int) -> None:
        scheduler = genai.SchedulerConfig()
        scheduler.num_kv_blocks = cache_blocks
        scheduler.max_num_seqs = max_sequences  # with split prompts OpenVINO does not keep to it: `_admit` does
        scheduler.enable_prefix_caching = True
        scheduler.dynamic_split_fuse = True
        scheduler.max_num_batched_tokens = 256
        self.scoring = scoring(folder)
        self._context = context
        self._cache_blocks = cache_blocks
        self._max_sequences = max_sequences
        self._tokenizer = genai.Tokenizer(str(gguf))
        self._pipeline = genai.ContinuousBatchingPipeline(str(folder), self._tokenizer, scheduler, "CPU")
        vocabulary: dict[bytes, int] = self._tokenizer.get_vocab()
        self._stop_ids = {vocabulary[token] for token in _END_OF_TEXT if token in vocabulary} | {self._tokenizer.get_eos_token_id()}
        self._vocabulary = {number: token for token, number in vocabulary.items()}
        self._vocabulary |= dict.fromkeys(self._special_ids(), b"")
        self._waiting: dict[int, Wanted] = {}
        self._running: dict[int, Request] = {}
        self._shortest = context  # tokens of the shortest prompt that was ever begun
        _give_back_memory()  # before the warm-up takes more
        self._warm_up()

    def busy(self) -> bool:
        return bool(self._waiting or self._pipeline.has_non_finished_requests())

    def add(self, number: int, prompt: str, sampling: Sampling) -> None:
        """Take a request in, to begin as soon as there is a place. Raises `EngineError`."""
        config = self._config(sampling)
        try:
            config.validate()
        except RuntimeError as error:
            raise EngineRefused(f"OpenVINO refused the request: {last_line(error)}") from error
        reader = TextReader(number, Detokenizer(self._vocabulary), StopFilter(sampling.stop))
        self._waiting[number] = self._fitting(Wanted(self._encode(prompt), sampling.max_tokens, config, reader))

    def add_score(self, number: int, text: str) -> None:
        """Take a text in, to be scored before anything else begins. Raises `EngineError`."""
        if self.scoring is None:
            raise EngineRefused("The model has no reward head.")
        config = self._config(Sampling(max_tokens=1))
        config.logprobs = 1
        tokens = np.append(self._encode(text + self.scoring.suffix), self.scoring.token)
        wanted = self._fitting(Wanted(tokens, 1, config, ScoreReader(number, self.scoring)))
        self._waiting = {number: wanted, **self._waiting}

    def withdraw(self, number: int) -> None:
        """Nobody wants the rest: drop it as soon as its blocks are computed."""
        self._waiting.pop(number, None)
        if request := self._running.get(number):
            request.withdrawn = True
            if request.computed:
                self._running.pop(number).handle.stop()

    def step(self) -> tuple[dict[str, list[Entry]], list[int]]:
        """One token for each running request: the entries to write, by kind, and the requests for which there was no room."""
        self._admit()
        self._pipeline.step()
        written: dict[str, list[Entry]] = {}
        for number, request in list(self._running.items()):
            if entry := request.read():
                written.setdefault(request.wanted.reader.kind, []).append(entry)
                if entry[-1] is not None or request.withdrawn:
                    self._running.pop(number).handle.stop()  # a stop string is found here, not in OpenVINO
        refused = [number for number, request in self._running.items() if request.refused()]
        for number in refused:
            del self._running[number]
        return written, refused

    def _fitting(self, wanted: Wanted) -> Wanted:
        length = len(wanted.tokens)
        if length == 0:
            raise EngineRefused("The prompt is empty.")
        if length + wanted.most > self._context:
            raise ContextOverflow(f"{length} tokens of prompt and {wanted.most} of answer exceed the context of {self._context}.")
        return wanted

    def _admit(self) -> None:
        """Begin the requests that have waited longest, as far as they may (the rules at the top)."""
        while self._waiting and len(self._running) < self._max_sequences:
            number, wanted = next(iter(self._waiting.items()))
            self._shortest = min(self._shortest, len(wanted.tokens))
            taken = sum(request.wanted.blocks for request in self._running.values())
            if self._must_wait(wanted.tokens) or wanted.blocks + taken > self._cache_blocks:
                return
            del self._waiting[number]
            handle = self._pipeline.add_request(number, ov.Tensor(wanted.tokens[np.newaxis]), wanted.config)
            self._running[number] = Request(wanted, handle)

    def _must_wait(self, tokens: Tokens) -> bool:
        """Whether a request that has only just begun may be in a half-filled block that this prompt would take over too.

        Copies of one prompt need not wait for one another: they would write the same into it.
        """
        beginning = [request.wanted.tokens for request in self._running.values() if request.tokens < _BEGUN]
        return any(in_common(prompt, tokens) >= self._shortest and not np.array_equal(prompt, tokens) for prompt in beginning)

    def _warm_up(self) -> None:
        """Generate one token, so that the first student does not wait while OpenVINO compiles and packs its kernels.

        The text fills a block, so that it leaves none half-filled.
        """
        tokens = self._encode("1 + 1 = 2, " * BLOCK)[:BLOCK]
        handle = self._pipeline.add_request(0, ov.Tensor(tokens[np.newaxis]), self._config(Sampling(max_tokens=1)))
        while not handle.can_read():
            self._pipeline.step()

    def _encode(self, text: str) -> Tokens:
        return np.array(self._tokenizer.encode(text, add_special_tokens=False).input_ids.data[0])

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


def in_common(left: Tokens, right: Tokens) -> int:
    """How many tokens the two begin with alike."""
    length = min(len(left), len(right))
    differ = np.flatnonzero(left[:length] != right[:length])
    return int(differ[0]) if len(differ) else length


def serve(batch: Batch, pipes: Pipes) -> None:
    """Until stdin ends."""
    while (messages := pipes.read(wait=not batch.busy())) is not None:
        for message in messages:
            _take(batch, pipes, message)
        pipes.write({})
        if batch.busy():
            written, refused = batch.step()
            for kind, entries in written.items():
                pipes.write({kind: entries})
            for number in refused:
                _fail(pipes, number, EngineUnavailable("OpenVINO has no room for the request in its KV cache."))


def _take(batch: Batch, pipes: Pipes, message: dict[str, Any]) -> None:
    if "withdraw" in message:
        batch.withdraw(message["withdraw"])
        return
    number = message["score"] if "score" in message else message["add"]
    try:
        if "score" in message:
            batch.add_score(number, message["text"])
        else:
            batch.add(number, message["prompt"], Sampling(**message["sampling"] | {"stop": tuple(message["sampling"]["stop"])}))
    except EngineError as error:
        _fail(pipes, number, error)


def _fail(pipes: Pipes, number: int, error: EngineError) -> None:
    pipes.write({"failed": number, "kind": type(error).__name__, "message": str(error)})


def _give_back_memory() -> None:
    """Hand freed memory back to the system: reading a GGUF file leaves 0.7 GB of it behind (default model)."""
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):  # glibc's
        libc.malloc_trim(0)


def last_line(error: Exception) -> str:
    """OpenVINO's messages begin with the place in its sources; the last line is the one that says what is wrong."""
    return str(error).strip().splitlines()[-1]


def main(gguf: Path, head: Path | None, context: int, cache_blocks: int, max_sequences: int) -> None:
    os.nice(_NICENESS)
    pipes = Pipes()
    try:
        folder = prepared(gguf, head)
        pipes.write({})  # a sign of life
        batch = Batch(gguf, folder, context=context, cache_blocks=cache_blocks, max_sequences=max_sequences)
        pipes.write({"ready": True, "scoring": batch.scoring is not None})
        serve(batch, pipes)
    except BrokenPipeError:
        return  # whoever asked has gone, and is the only one to tell
    except EngineUnavailable as error:
        pipes.write({"broken": str(error)})
    except RuntimeError as error:  # what OpenVINO raises, for everything
        pipes.write({"broken": f"OpenVINO failed: {last_line(error)}"})
        raise


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None, *map(int, sys.argv[3:]))
