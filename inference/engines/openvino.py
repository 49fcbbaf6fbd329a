"""The embedded engine: OpenVINO GenAI in a process of its own (`openvino_process` says why), for one GGUF file.

A process that dies (out of memory, a fault inside of OpenVINO) fails its requests and is started again; so does one that stands still.
"""

import asyncio
import itertools
import json
import logging
import queue
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inference.engines import (
    Chunk,
    ContextOverflow,
    EngineError,
    EngineLoading,
    EngineRefused,
    EngineUnavailable,
    Finish,
    Sampling,
    check_room,
)
from inference.engines.gguf import BadModelFile, read_context
from inference.engines.text import check_text

log = logging.getLogger(__name__)

WRITING = 600.0  # seconds that a model may take to be written in OpenVINO's form (`openvino_model`), before it is loaded
BLOCK = 32  # tokens in one block of OpenVINO's KV cache on a CPU
_AGAIN = 1.0  # seconds before a process that worked is started again
_AGAIN_UNLOADED = 30.0  # seconds before one that never came to work is
_LOOK = 5.0  # seconds between looks at whether it stands still
_STILL = 60  # looks without a line from a process that owes one: five minutes; the slowest step on two overloaded cores took 8 s
_PREPARING = _STILL + round(2 * WRITING / _LOOK)  # the same before the model is there: another may write it first, or begin to
_END = 5.0  # seconds that the process has to end
_ROOT = Path(__file__).resolve().parents[2]
_ERRORS: dict[str, type[EngineError]] = {error.__name__: error for error in (ContextOverflow, EngineRefused, EngineUnavailable)}

_Command = dict[str, Any] | None  # None: no more


class OpenVinoEngine:
    """Loading starts at once; until it is done, `ready` and `stream` raise `EngineLoading`.

    `context` caps the tokens of prompt and answer (never above what the model was trained for); `cache_tokens` is the size
    of the KV cache that all requests share (15 kB a token for the default model); of more than `max_requests` at once the
    rest is turned away. `head` is a reward head for this model (`inference.reward.heads`).
    """

    def __init__(
        self,
        path: Path,
        *,
        head: Path | None = None,
        context: int = 4096,
        cache_tokens: int = 32_768,
        max_sequences: int = 32,
        max_requests: int = 256,
    ) -> None:
        try:
            trained_for = read_context(path)
        except (OSError, BadModelFile) as error:
            raise EngineUnavailable(f"The model file cannot be used: {error}") from error
        self._name = path.stem
        self.head = head
        self._context = min(context, trained_for)
        blocks = max(cache_tokens, self._context) // BLOCK + 1
        options = [str(path.resolve()), str(head.resolve()) if head else "", str(self._context), str(blocks), str(max_sequences)]
        self._command = [sys.executable, "-m", "inference.engines.openvino_process", *options]
        self._max_requests = max_requests
        self._requests: dict[str, _Request] = {}
        self._numbered: dict[
            int, _Request | _ScoreRequest
        ] = {}  # ids may come again while the process still writes of the first; numbers do not
        self._numbers = itertools.count()
        self._lines = 0  # that the processes wrote
        self._closing = threading.Event()
        self._starting = threading.Lock()  # so that no process starts behind the back of `close`
        self._start()
        self._watcher = threading.Thread(target=self._watch, name="openvino", daemon=True)
        self._watcher.start()

    @property
    def model(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return self._context

    async def ready(self) -> None:
        self._check()

    async def stream(self, prompt: str, sampling: Sampling, request_id: str) -> AsyncGenerator[Chunk]:
        check_room(request_id, self._requests, self._max_requests)
        check_text(prompt)
        number = next(self._numbers)
        request = self._requests[request_id] = self._numbered[number] = _Request(number)
        try:
            self._check()  # after it is known: a process that dies now fails it
            self._send({"add": number, "prompt": prompt, "sampling": asdict(sampling)})
            while (chunk := await request.next_chunk()) is not None:
                yield chunk
                if chunk.finish:
                    return
        finally:
            del self._requests[request_id], self._numbered[number]
            self._send({"withdraw": number})

    async def score(self, text: str) -> float:
        """The reward head's score of a solution: `text` is the prompt and what was written to it. Raises `EngineError`.

        What the cache still holds of the text is not computed again.
        """
        if len(self._numbered) >= 2 * self._max_requests:
            raise EngineUnavailable(f"The engine is overloaded: {len(self._numbered)} requests are under way.")
        check_text(text)
        number = next(self._numbers)
        request = self._numbered[number] = _ScoreRequest()
        try:
            self._check()
            self._send({"score": number, "text": text})
            return await request.score
        finally:
            del self._numbered[number]
            self._send({"withdraw": number})

    async def abort(self, request_id: str) -> None:
        if request := self._requests.get(request_id):
            request.withdraw()
            self._send({"withdraw": request.number})  # now, also where nobody reads the stream

    async def close(self) -> None:
        for request in self._requests.values():
            request.withdraw()
        with self._starting:
            self._closing.set()
            self._process.terminate()
        await asyncio.to_thread(self._watcher.join, _END)
        self._process.kill()
        await asyncio.to_thread(self._watcher.join)

    def _check(self) -> None:
        if self._unavailable:
            raise type(self._unavailable)(str(self._unavailable))

    # --- The process, and the threads at its pipes ----------------------------------------------------------------------

    def _start(self) -> None:
        """Raises `EngineUnavailable`."""
        try:  # in a session of its own: Ctrl-C in the terminal is for us to answer. It ends when its stdin does, as when we are killed.
            self._process = subprocess.Popen(
                self._command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
            )
        except OSError as error:
            raise EngineUnavailable(f"The engine's process could not be started: {error}") from error
        self._unavailable: EngineUnavailable | None = EngineLoading(f"The model {self._name} is loading.")
        self._commands: queue.SimpleQueue[_Command] = queue.SimpleQueue()
        self._owes = True  # a line: it loads, was sent something, or works on something
        self._prepared = False  # the model is there in OpenVINO's form, and is being loaded
        threading.Thread(target=_write, args=[self._process, self._commands], name="openvino-stdin", daemon=True).start()
        threading.Thread(target=self._guard, args=[self._process], name="openvino-guard", daemon=True).start()

    def _watch(self) -> None:
        """Hand on what the process writes; start it again where it ends unasked."""
        worked = self._read()
        while True:
            self._closing.wait(_AGAIN if worked else _AGAIN_UNLOADED)
            with self._starting:
                if self._closing.is_set():
                    return
                try:
                    self._start()
                except EngineUnavailable as error:  # too little memory, perhaps, which is also how processes die
                    self._unavailable, worked = error, False
                    continue
            worked = self._read()

    def _guard(self, process: "subprocess.Popen[str]") -> None:
        """End a process that stands still; those that read it see to the rest. Looks are counted, and no time is taken: a machine that
        stood still itself does no wrong.
        """
        lines, looks = self._lines, 0
        while process.poll() is None and not self._closing.wait(_LOOK):
            waiting = self._owes and lines == self._lines
            looks, lines = looks + 1 if waiting else 0, self._lines
            if looks >= (_STILL if self._prepared else _PREPARING):
                log.error("The engine's process stands still, and is ended")
                process.kill()

    def _send(self, command: dict[str, Any]) -> None:
        self._owes = True
        self._commands.put(command)

    def _read(self) -> bool:
        """Until the process ends; says whether it ever worked."""
        assert self._process.stdout is not None
        worked, reason = False, ""
        for line in self._process.stdout:
            if not line.endswith("\n"):
                break  # it died in the middle of it
            message = json.loads(line)
            self._lines += 1
            self._prepared = True
            if "ready" in message:
                worked, self._unavailable = True, None
            self._owes = not worked or bool(self._numbered)
            reason = message.get("broken", reason)
            self._hand_on(message)
        status = self._process.wait()
        self._process.stdout.close()
        self._commands.put(None)
        reason = "The engine is closed." if self._closing.is_set() else reason or f"The engine's process ended (status {status})."
        self._unavailable = EngineUnavailable(reason)
        if not self._closing.is_set():
            log.error("%s", reason)
        for request in list(self._numbered.values()):
            request.fail(self._unavailable)
        return worked

    def _hand_on(self, message: dict[str, Any]) -> None:
        for number, text, tokens, finish in message.get("chunks", ()):
            if isinstance(request := self._numbered.get(number), _Request):
                request.put(text, tokens, finish)
        for number, score in message.get("scores", ()):
            if isinstance(scored := self._numbered.get(number), _ScoreRequest):
                scored.put(score)
        if "failed" in message and (failed := self._numbered.get(message["failed"])):
            failed.fail(_ERRORS[message["kind"]](message["message"]))


def _write(process: "subprocess.Popen[str]", commands: "queue.SimpleQueue[_Command]") -> None:
    """A thread, because the process reads between steps only, and a full pipe must not hold up the event loop."""
    assert process.stdin is not None
    try:
        with process.stdin:
            while (command := commands.get()) is not None:
                process.stdin.write(json.dumps(command) + "\n")
                process.stdin.flush()
    except BrokenPipeError:
        log.debug("The engine's process has gone; its requests are told by the thread that reads")


class _Request:
    """What has come of a request and was not taken yet (so a slow reader holds at most its own `max_tokens` of text)."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._withdrawn = False
        self._text: list[str] = []
        self._tokens = 0
        self._end: Finish | EngineError | None = None

    def withdraw(self) -> None:
        """Nobody wants the rest: the reader goes home."""
        self._withdrawn = True
        self._changed.set()

    async def next_chunk(self) -> Chunk | None:
        """What is new, as soon as there is any; None once the request is withdrawn. Raises what the engine reported."""
        await self._changed.wait()
        self._changed.clear()
        if self._withdrawn:
            return None
        if isinstance(self._end, EngineError):
            raise self._end
        chunk = Chunk("".join(self._text), self._tokens, self._end)
        self._text.clear()
        self._tokens = 0
        return chunk

    def put(self, text: str, tokens: int, end: Finish | EngineError | None) -> None:
        """From any thread."""
        _call(self._loop, self._receive, text, tokens, end)

    def fail(self, error: EngineError) -> None:
        """From any thread."""
        self.put("", 0, error)

    def _receive(self, text: str, tokens: int, end: Finish | EngineError | None) -> None:
        self._text.append(text)
        self._tokens += tokens
        self._end = end
        self._changed.set()


class _ScoreRequest:
    """A score that somebody waits for."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.score: asyncio.Future[float] = self._loop.create_future()

    def put(self, score: float) -> None:
        """From any thread."""
        _call(self._loop, self._settle, score)

    def fail(self, error: EngineError) -> None:
        """From any thread."""
        _call(self._loop, self._settle, error)

    def _settle(self, outcome: float | EngineError) -> None:
        if self.score.done():  # given up meanwhile
            return
        if isinstance(outcome, EngineError):
            self.score.set_exception(outcome)
        else:
            self.score.set_result(outcome)


def _call[*Ts](loop: asyncio.AbstractEventLoop, function: Callable[[*Ts], None], *arguments: *Ts) -> None:
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        log.debug("A request's event loop is closed, and its reader gone with it")
