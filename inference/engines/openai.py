"""Any OpenAI-compatible server (vLLM, SGLang, llama.cpp) as an engine, through `/v1/completions`.

The prompt is sent raw, chat template applied, because a solution is a message that is continued after each run of its code.
Ollama puts the prompt of `/v1/completions` into the model's own template (ollama/ollama issue 5544), so that it would be applied
twice: there the model must have been made with the template `{{ .Prompt }}`, and `ready` refuses one that was not.
"""

import asyncio
import codecs
import json
from collections.abc import AsyncGenerator, Awaitable
from dataclasses import dataclass, replace
from typing import Any

import httpx

from inference.engines import Chunk, ContextOverflow, EngineError, EngineRefused, EngineUnavailable, Finish, Sampling, check_room
from inference.engines.sse import DataReader
from inference.engines.text import check_text
from inference.replies import MAX_BODY, Errors, NotBegun, is_overflow, max_model_len, message_in, one_line

_ERRORS = Errors(what="The engine", unavailable=EngineUnavailable, refused=EngineRefused, overflow=ContextOverflow)
_WITHOUT_V1 = replace(_ERRORS, refused=lambda said: EngineRefused(f"{said} Should the address end in /v1, as http://gpu:8000/v1 does?"))
_OLLAMA = "library"  # what Ollama calls the owner of its models
_FINISH: dict[str, Finish] = {"stop": "stop", "length": "length"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait, in seconds, and how often to try.

    `first_token` covers queueing, tries and reading the prompt; `after_finish` is the patience with a server that has
    finished the text and neither sends its token count nor hangs up.
    """

    connect: float = 5.0
    first_token: float = 120.0
    between_tokens: float = 60.0
    total: float = 900.0
    after_finish: float = 2.0
    tries: int = 4
    backoff: float = 0.5
    longest_backoff: float = 10.0


class OpenAIEngine:
    """`url` is the server's base, as `http://gpu:8000/v1`. `model` "" is the first that the server lists.

    `context` is used where the server does not tell its own (`max_model_len`, as vLLM and SGLang do). Of more than
    `max_requests` at once the rest is turned away. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        api_key: str = "",
        context: int = 4096,
        max_requests: int = 256,
        limits: Limits | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._wanted = model
        self._model = model
        self._context = context
        self._known = False  # the server has been asked what it serves
        self._limits = limits or Limits()
        self._max_requests = max_requests
        self._calls: dict[str, _Call] = {}
        self._errors = _ERRORS if url.rstrip("/").endswith("/v1") else _WITHOUT_V1
        self._client = self._errors.client(
            url.rstrip("/") + "/", api_key, connect=self._limits.connect, connections=max_requests, transport=transport
        )

    @property
    def model(self) -> str:
        return self._model

    @property
    def context(self) -> int:
        return self._context

    async def ready(self) -> None:
        """Ask the server what it serves."""
        call = _Call(self._limits.first_token)
        try:
            response = await self._open(call, self._client.build_request("GET", "models"))
            if self._learn(self._errors.as_object(await _body(call, response, self._limits.between_tokens))) == _OLLAMA:
                await self._check_template(call)
            self._known = True
        except (TimeoutError, httpx.HTTPError) as error:
            raise self._errors.lost(error) from error
        finally:
            await call.close()

    async def stream(self, prompt: str, sampling: Sampling, request_id: str) -> AsyncGenerator[Chunk]:
        check_room(request_id, self._calls, self._max_requests)
        check_text(prompt)
        call = self._calls[request_id] = _Call(self._limits.total)
        try:
            if not self._known:
                await call.wait(self.ready(), self._limits.first_token)
            if sampling.max_tokens >= self._context:
                raise ContextOverflow(f"{sampling.max_tokens} tokens of answer exceed the context of {self._context}.")
            request = self._client.build_request("POST", "completions", json=self._payload(prompt, sampling))
            answer = _Answer(call, await self._open(call, request), sampling.max_tokens, self._context, self._limits, self._errors)
            while not call.aborted:
                chunk = await answer.next()
                yield chunk
                if chunk.finish:
                    return
        except (TimeoutError, httpx.HTTPError) as error:
            if not call.aborted:
                raise self._errors.lost(error) from error
        finally:
            del self._calls[request_id]
            await call.close()

    async def abort(self, request_id: str) -> None:
        if call := self._calls.get(request_id):
            await call.abort()

    async def close(self) -> None:
        for call in list(self._calls.values()):
            await call.abort()
        await self._client.aclose()

    def _payload(self, prompt: str, sampling: Sampling) -> dict[str, Any]:
        payload: dict[str, Any] = {
            "model": self._model,
            "prompt": prompt,
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
            "stream": True,
            "stream_options": {"include_usage": True, "continuous_usage_stats": True},
        }
        return payload | ({"stop": list(sampling.stop)} if sampling.stop else {})

    def _learn(self, listing: dict[str, Any]) -> object:
        """Take the model's name and context from the answer to `/models`; returns its owner."""
        model = self._errors.served(listing, self._wanted)
        self._model = model["id"]
        self._context = max_model_len(model, self._context)
        return model.get("owned_by")

    async def _check_template(self, call: "_Call") -> None:
        """Refuse an Ollama model that would wrap the prompt."""
        await call.close()
        request = self._client.build_request("POST", self._client.base_url.join("/api/show"), json={"model": self._model})
        shown = self._errors.as_object(await _body(call, await self._open(call, request), self._limits.between_tokens))
        if "".join(str(shown.get("template", "")).split()) not in ("", "{{.Prompt}}"):
            raise EngineRefused(
                f"Ollama would put each prompt into the template of {self._model} a second time. Make a model without one: "
                f"a Modelfile of two lines, FROM {self._model} and TEMPLATE {{{{ .Prompt }}}}, and `ollama create`."
            )

    async def _open(self, call: "_Call", request: httpx.Request) -> httpx.Response:
        """A success, its body still to come. Tries again where the server was not reached or says that it did not begin."""
        deadline = call.now() + self._limits.first_token
        tried = 1
        while True:
            try:
                return await self._open_once(call, request, deadline)
            except NotBegun as error:
                pause = error.pause(tried, self._limits.backoff, self._limits.longest_backoff)
                if tried >= self._limits.tries or call.now() + pause >= deadline:
                    raise EngineUnavailable(str(error)) from error
            await call.wait(asyncio.sleep(pause), self._limits.longest_backoff + 1)
            tried += 1

    async def _open_once(self, call: "_Call", request: httpx.Request, deadline: float) -> httpx.Response:
        try:
            call.response = await call.wait(self._client.send(request, stream=True), deadline - call.now())
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self._errors.unreachable(request.url.host, error) from error
        if call.response.is_success:
            return call.response
        raise self._errors.refusal(call.response, await _body(call, call.response, self._limits.between_tokens))


class _Call:
    """One request under way: what is being waited for, and how to break that off."""

    def __init__(self, total: float) -> None:
        self.aborted = False
        self.response: httpx.Response | None = None
        self._waiting: asyncio.Timeout | None = None
        self._deadline = self.now() + total

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def wait[T](self, awaitable: Awaitable[T], seconds: float) -> T:
        """Await, at most `seconds` and no longer than the call may last in all. Raises `TimeoutError`, also when aborted."""
        end = self.now() if self.aborted else min(self.now() + seconds, self._deadline)
        try:
            async with asyncio.timeout_at(end) as self._waiting:
                return await awaitable
        finally:
            self._waiting = None

    async def abort(self) -> None:
        if self.aborted:
            return
        self.aborted = True
        if self._waiting is None:
            await self.close()
        elif not self._waiting.expired():
            self._waiting.reschedule(self.now())

    async def close(self) -> None:
        if self.response:
            await self.response.aclose()


class _Answer:
    """The streamed answer to one request, as chunks."""

    def __init__(self, call: _Call, response: httpx.Response, max_tokens: int, context: int, limits: Limits, errors: Errors) -> None:
        self._call = call
        self._limits = limits
        self._errors = errors
        self._reader = DataReader(response.aiter_raw(), MAX_BODY + 8192 * max_tokens)
        self._max_tokens = max_tokens
        self._context = context
        self._finish: Finish | None = None
        self._generated: int | None = None  # tokens, by the server's own count, where it gives one
        self._given = 0  # tokens handed on
        # JSON may carry the two halves of a character beyond U+FFFF in two messages; this joins them.
        self._halves = codecs.getincrementaldecoder("utf-16-le")("replace")

    async def next(self) -> Chunk:
        """The next piece of text; the last chunk has no text, but the rest of the token count and `finish`."""
        while (data := await self._data()) is not None:
            if text := self._text(self._errors.as_object(data)):
                return Chunk(text, self._new_tokens(otherwise=1))
        if not self._finish:
            raise EngineUnavailable("The engine cut the answer off.")
        return Chunk("", self._new_tokens(otherwise=0), self._finish)

    def _new_tokens(self, otherwise: int) -> int:
        """Tokens since the last chunk; `otherwise` where the server has not told its count yet (one message is mostly one token)."""
        total = self._given + otherwise if self._generated is None else self._generated
        new = max(min(total, self._max_tokens) - self._given, 0)
        self._given += new
        return new

    async def _data(self) -> str | None:
        """The next message, None once the answer is over."""
        patience = self._limits.between_tokens if self._given else self._limits.first_token
        try:
            data = await self._call.wait(self._reader.next(), self._limits.after_finish if self._finish else patience)
        except (TimeoutError, httpx.HTTPError):
            if self._call.aborted or not self._finish:
                raise
            return None  # the text is complete; only the count of its tokens is missing
        return None if data == "[DONE]" else data

    def _text(self, message: dict[str, Any]) -> str:
        """The text in a message; takes note of its token counts and of the end."""
        if "error" in message:
            raise _error_in_stream(message)
        try:
            if usage := message.get("usage"):
                self._generated = int(usage["completion_tokens"])
                self._check_fit(int(usage.get("prompt_tokens", 0)))
            if not message["choices"]:
                return ""
            choice = message["choices"][0]
            text, reason = choice["text"] or "", choice.get("finish_reason")
            halves = text.encode("utf-16-le", "surrogatepass")
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
            raise self._errors.refused(f"The server's stream is no completion: {one_line(json.dumps(message))}.") from error
        if reason is not None and reason not in _FINISH:
            raise EngineUnavailable(f"The engine ended the answer early: {one_line(str(reason))}.")
        self._finish = _FINISH[reason] if reason else self._finish
        return self._halves.decode(halves)

    def _check_fit(self, prompt: int) -> None:
        """vLLM shortens `max_tokens` without a word where the prompt alone fits. Its count comes with the first token."""
        if not self._given and prompt + self._max_tokens > self._context:
            raise ContextOverflow(f"{prompt} tokens of prompt and {self._max_tokens} of answer exceed the context of {self._context}.")


async def _body(call: _Call, response: httpx.Response, patience: float) -> str:
    """A short answer as text; what is beyond the bound is left unread."""
    body = bytearray()
    chunks = response.aiter_raw()
    while len(body) < MAX_BODY and (chunk := await call.wait(anext(chunks, b""), patience)):
        body += chunk
    return body[:MAX_BODY].decode("utf-8", "replace")


def _error_in_stream(message: dict[str, Any]) -> EngineError:
    """An error after the head said success: vLLM sends one where the prompt fits no more, or where it fails half-way."""
    said = one_line(message_in(json.dumps(message)))
    return ContextOverflow(said) if is_overflow(said) else EngineUnavailable(f"The engine failed: {said}")
