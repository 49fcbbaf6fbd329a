"""The tutor for programs: `/v1/models` and `/v1/chat/completions`, as OpenAI's clients speak them.

A request becomes a turn that a worker solves like any other; its log is sent on as chunks of the message. Errors have OpenAI's shapes.
`lemma-check` judges a student's solution (`inference.assessment`) and says what was asked for, no more. So does `lemma` when it is asked.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from accounts import keys
from accounts.models import ApiKey
from inference import assessment
from inference.events import Language
from inference.prompts import detect_language
from inference.tutoring.wishes import may_write
from tutor import api_lessons, asking, assessing, lessons, teaching
from tutor.api_request import LARGEST, MODELS, ApiError, Asked, accident, bad_request, no_such_model, parse, too_large
from tutor.api_stops import Stops
from tutor.eventlog import Entry
from tutor.failures import Failure
from tutor.following import TurnLost, follow
from tutor.markdown import review
from tutor.models import Turn
from tutor.transcript import GIVEN_UP, REFUTED, Transcript

logger = logging.getLogger(__name__)

NO_PYTHON = (Failure.SANDBOX_UNAVAILABLE, Failure.SANDBOX_BUSY, Failure.SANDBOX_LOST)
STREAMED = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # or else nginx keeps all of it back until the end
ROOM_AGAIN = 10  # seconds after which a program may ask whether there is room for one more question
SILENCE = 1.0  # seconds after which a client is told that a judgement is still being made

Endpoint = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
REFUSALS: dict[type[asking.AskingError], Callable[[asking.AskingError], ApiError]] = {
    asking.QuestionEmpty: lambda error: bad_request(str(error), param="messages"),
    asking.QuestionTooLong: lambda error: bad_request(str(error), param="messages", code="context_length_exceeded"),
    asking.HelpNotAllowed: lambda error: ApiError(403, "permission_error", "help_not_allowed", str(error), "messages"),
}


def endpoint(*methods: str) -> Callable[[Endpoint], Endpoint]:
    """A view for keys instead of sessions, whose errors are answered."""

    def wrap(view: Endpoint) -> Endpoint:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        async def wrapped(request: HttpRequest, **named: str) -> HttpResponseBase:
            try:
                with _accidents():
                    if request.method not in methods:
                        raise _not_allowed(methods)
                    return await view(request, await _admitted(request), **named)
            except ApiError as error:
                return error.response()

        return wrapped

    return wrap


@contextmanager
def _accidents() -> Iterator[None]:
    """What nobody expected, as `ApiError`.

    The one broad `except`: this is the edge at which Django would answer with a page, which no client of the API can read, and a stream
    that has begun would only break off. Nothing is hidden: the client is told, and the log has the traceback.
    """
    try:
        yield
    except ApiError:
        raise
    except Exception as error:
        logger.exception("A request to the API could not be answered.")
        raise accident() from error


def _not_allowed(methods: Sequence[str]) -> ApiError:
    error = ApiError(405, "invalid_request_error", "method_not_allowed", f"Use {methods[0]}.")
    error.headers["Allow"] = ", ".join(methods)
    return error


@endpoint("GET", "HEAD")
async def models(request: HttpRequest, key: ApiKey) -> HttpResponse:
    return JsonResponse({"object": "list", "data": [_model(name, key) for name in MODELS]})


@endpoint("GET", "HEAD")
async def model(request: HttpRequest, key: ApiKey, name: str) -> HttpResponse:
    if name not in MODELS:
        raise no_such_model(name)
    return JsonResponse(_model(name, key))


def _model(name: str, key: ApiKey) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": int(key.user.date_joined.timestamp()), "owned_by": "lemma"}


@endpoint("POST")
async def chat_completions(request: HttpRequest, key: ApiKey) -> HttpResponseBase:
    asked = parse(_body(request))
    turn, is_new = await _ask(key, asked)
    answer = (Assessed if asked.assessment else Answer)(turn, key, asked, is_new)
    if asked.stream:
        return StreamingHttpResponse(answer.events(), content_type="text/event-stream", headers=STREAMED)
    return JsonResponse(await answer.whole())


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body[: LARGEST + 1]
    except RequestDataTooBig as error:
        raise too_large() from error


@endpoint("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
async def unknown(request: HttpRequest, key: ApiKey, path: str = "") -> HttpResponse:
    """What else there is in OpenAI's API."""
    raise ApiError(404, "invalid_request_error", "unknown_url", f"Unknown request URL: {request.method} /v1/{path}.")


@endpoint("GET", "HEAD", "POST")
async def elsewhere(request: HttpRequest, key: ApiKey, path: str) -> HttpResponse:
    """A client that was given the site's address instead of the API's."""
    message = f"Unknown request URL: {request.method} /{path}. The API's address (base URL) ends in /v1."
    raise ApiError(404, "invalid_request_error", "unknown_url", message)


# --- Asking -----------------------------------------------------------------------------------------------------------------


async def _admitted(request: HttpRequest) -> ApiKey:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise ApiError(401, "invalid_request_error", None, "Send your API key as a bearer token in the Authorization header.")
    try:
        return await sync_to_async(keys.admit)(key.strip())
    except keys.KeyRefused as error:
        raise ApiError(401, "invalid_request_error", "invalid_api_key", f"Incorrect API key provided: {key[:8]}….") from error
    except keys.TooManyRequests as error:
        refusal = ApiError(429, "requests", "rate_limit_exceeded", f"Rate limit reached: {error} Try again later.")
        refusal.headers["Retry-After"] = f"{error.seconds:.0f}"
        raise refusal from error
    except keys.QuotaUsedUp as error:
        used_up = ApiError(429, "insufficient_quota", "insufficient_quota", f"You exceeded your current quota: {error}")
        # OpenAI's clients would try again at once, and wait for no time as long as this.
        used_up.headers |= {"Retry-After": f"{error.seconds:.0f}", "X-Should-Retry": "false"}
        raise used_up from error


async def _ask(key: ApiKey, asked: Asked) -> tuple[Turn, bool]:
    """The turn, and whether it is a new one."""
    offer = asked.offer
    with _refusals():
        if offer is None:
            return await sync_to_async(assessing.ask)(key.user, asked.question, assessing.FIRST)
        if offer.aim != Turn.Aim.EXPLAIN:
            return await sync_to_async(api_lessons.ask)(key.user, offer.aim, asked.history, asked.question, asked.language), True
        solved = partial(asking.ask_once, key.user, asked.question, offer.mode, offer.n, asked.history, asked.instructions)
        return await sync_to_async(solved)(language=asked.language, most_tokens=asked.most_tokens), True


@contextmanager
def _refusals() -> Iterator[None]:
    """What is not taken, as `ApiError`."""
    try:
        yield
    except asking.AskingError as error:
        known = REFUSALS.get(type(error))
        if known:
            raise known(error) from error
        too_many = ApiError(429, "requests", "rate_limit_exceeded", str(error))
        too_many.headers["Retry-After"] = f"{ROOM_AGAIN}"
        raise too_many from error


# --- The answer -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Answer:
    """A turn's log as a message. Whoever stops reading stops the turn."""

    turn: Turn
    key: ApiKey
    asked: Asked
    is_new: bool  # what was generated before is not counted again
    created: int = field(default_factory=lambda: int(time.time()))
    tokens: int = 0
    reason: str = "stop"
    language: Language = "en"

    async def whole(self) -> dict[str, Any]:
        """Raises `ApiError`."""
        text = "".join([piece async for piece in self._said() if piece])
        message = {"role": "assistant", "content": text}
        choices = [{"index": 0, "message": message, "logprobs": None, "finish_reason": self.reason}]
        return self._object("chat.completion", choices) | {"usage": self._usage()}

    async def events(self) -> AsyncGenerator[bytes]:
        """Server-sent events; a comment in each second of silence keeps proxies from hanging up."""
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            with _accidents():
                async with aclosing(self._said()) as pieces:
                    async for piece in pieces:
                        yield self._chunk({"content": piece}) if piece else b": still working\n\n"
        except ApiError as error:
            yield b"data: " + error.response().content + b"\n\n"
            return
        yield self._chunk({}, self.reason)
        if self.asked.usage:
            yield _data(self._object("chat.completion.chunk", []) | {"usage": self._usage()})
        yield b"data: [DONE]\n\n"

    async def _said(self) -> AsyncGenerator[str]:
        """The message's text as it comes, to where the client wants it to stop; "" for a second of silence."""
        stops = Stops(self.asked.stop)
        async with aclosing(self._pieces()) as pieces:
            async for piece in pieces:
                text = stops.take(piece)
                if text or not piece:
                    yield text
                if stops.found:
                    self.reason = "stop"
                    return
        if rest := stops.rest():
            yield rest

    async def _pieces(self) -> AsyncGenerator[str]:
        """All of the text as it comes, "" for a second of silence. A run that is given up is told so and begun again below."""
        transcript = Transcript(several=self.turn.n > 1)
        ended = False
        try:
            async with aclosing(follow(self.turn)) as entries:
                async for entry in entries:
                    if entry is None:
                        yield ""
                        continue
                    if text := transcript.take(entry):
                        yield text
                    if beside := self._beside(entry) or await self._footer(entry):
                        yield beside
                    ended = ended or self._take_end(entry["kind"], entry["data"])
        except TurnLost as error:
            raise ApiError(503, "server_error", "no_worker", "Nobody works on questions at the moment. Try again later.") from error
        finally:
            if not ended:
                self.tokens = transcript.tokens
                await sync_to_async(asking.stop)(self.turn)
            if self.is_new:
                await sync_to_async(keys.count_tokens)(self.key, self.tokens)

    def _beside(self, entry: Entry) -> str:
        """What a page shows beside the text: a student's work as it was read, a warning."""
        kind, data = entry["kind"], entry["data"]
        if kind == "started":
            self.language = data["language"]
        if kind == "reviewed":
            return f"{review(data)}\n\n"
        note = REFUTED if kind == "done" and data.get("refuted") else GIVEN_UP.get(data.get("given_up") or "")
        with translation.override(teaching.INTERFACE[self.language]):
            return f"\n\n> ⚠ {note}\n\n" if note else ""

    async def _footer(self, entry: Entry) -> str:
        """What may be written where a page has buttons."""
        if entry["kind"] != "done" or not entry["data"].get("offers"):
            return ""
        turn = await Turn.objects.select_related("conversation__owner").aget(pk=self.turn.pk)
        wishes = may_write(await sync_to_async(lessons.at_hand)(turn), self.language)
        return f"\n\n{wishes}" if wishes else ""

    def _take_end(self, kind: str, data: dict[str, Any]) -> bool:
        """Whether the turn is done. Raises `ApiError` where it failed."""
        if kind == "done":
            self.tokens, self.reason = data.get("tokens", 0), data["finish"]  # a greeting is answered without the model
        if kind == "failed":
            too_long = data["reason"] == Failure.TOO_LONG
            message = str(Failure(data["reason"]).label)
            raise (
                bad_request(message, param="messages", code="context_length_exceeded")
                if too_long
                else ApiError(503, "server_error", data["reason"], message)
            )
        return kind == "done"

    def _usage(self) -> dict[str, int]:
        """Prompts are read by the engine, which does not tell their length; so they are not counted."""
        return {"prompt_tokens": 0, "completion_tokens": self.tokens, "total_tokens": self.tokens}

    def _object(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self.turn.pk.hex}",
            "object": kind,
            "created": self.created,
            "model": self.asked.model,
            "choices": choices,
        }

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]
        return _data(self._object("chat.completion.chunk", choices))


class Assessed(Answer):
    """The solutions of a turn are not shown: they are what a student's is held against."""

    async def _pieces(self) -> AsyncGenerator[str]:
        replying: asyncio.Task[str] = asyncio.create_task(self._reply())
        try:
            while not (await asyncio.wait({replying}, timeout=SILENCE))[0]:
                yield ""
            yield replying.result()
        finally:
            replying.cancel()
            await asyncio.wait({replying})  # its turn is stopped

    async def _reply(self) -> str:
        request = self.asked.assessment
        assert request is not None
        await self._solve(self)
        first = await assessing.opinion(request, self.turn)
        turn = await self._second() if await assessing.needs_second_opinion(request, first) else None
        second = await assessing.opinion(request, turn) if turn else None
        self.reason = "stop"
        judgement = await assessing.judge(request, first, second)
        return assessment.answer(request, judgement, partial(teaching.said_in, detect_language(request.problem)))

    async def _second(self) -> Turn | None:
        """The turn of the second opinion. Where no Python can be run there is none, and the first stands."""
        with _refusals():
            turn, is_new = await sync_to_async(assessing.ask)(self.key.user, self.asked.question, assessing.SECOND)
        second = Answer(turn, self.key, self.asked, is_new)
        try:
            await self._solve(second)
        except ApiError as error:
            if error.code not in NO_PYTHON:
                raise
            return None
        self.tokens += second.tokens
        return turn

    @staticmethod
    async def _solve(answer: Answer) -> None:
        async with aclosing(Answer._pieces(answer)) as pieces:
            async for _ in pieces:
                pass


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"
