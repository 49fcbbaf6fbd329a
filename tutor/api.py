"""The tutor for programs: `/v1/models` and `/v1/chat/completions`, as OpenAI's clients speak them.

A request becomes a turn that a worker solves like any other; its log is sent on as chunks of the message. Errors have OpenAI's shapes.
Of the request's parameters `model`, `messages`, `stream` and `stream_options` are heeded; sampling is the tutor's own affair.

`lemma-check` judges a student's solution (`inference.assessment`) and says what was asked for, no more. So does `lemma` when it is asked.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts import keys
from accounts.models import ApiKey
from inference import assessment
from inference.prompts import Exchange
from tutor import asking, assessing
from tutor.failures import Failure
from tutor.following import follow
from tutor.models import Turn
from tutor.transcript import Transcript

MESSAGES = 100  # in one request
LARGEST = 400_000  # bytes of a request
SILENCE = 1.0  # seconds after which a client is told that a judgement is still being made


@dataclass(frozen=True, slots=True)
class Offer:
    """A name under `/v1/models`, and how it solves."""

    mode: str
    n: int = 1
    about: str = ""
    judges: bool = False  # students' solutions, and nothing else


CHECK = Offer(Turn.Mode.COT, assessment.SAMPLES, "says where a student's solution is first wrong", judges=True)
MODELS = {
    "lemma": Offer(Turn.Mode.AUTO, about="words or Python, as the question needs"),
    "lemma-python": Offer(Turn.Mode.TIR, about="with Python that is really run"),
    "lemma-words": Offer(Turn.Mode.COT, about="step by step in words"),
    "lemma-best-of-4": Offer(Turn.Mode.AUTO, 4, "four solutions side by side, the best is given"),
    "lemma-best-of-8": Offer(Turn.Mode.AUTO, 8, "eight solutions side by side, the best is given"),
    "lemma-check": CHECK,
}


class ApiError(Exception):
    """What the client is told, with OpenAI's fields."""

    def __init__(self, status: int, kind: str, code: str | None, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.kind, self.code, self.param = status, kind, code, param
        self.headers: dict[str, str] = {}

    def response(self) -> JsonResponse:
        error = {"message": str(self), "type": self.kind, "param": self.param, "code": self.code}
        return JsonResponse({"error": error}, status=self.status, headers=self.headers)


def bad_request(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(400, "invalid_request_error", code, message, param)


Endpoint = Callable[[HttpRequest, ApiKey], Coroutine[Any, Any, HttpResponseBase]]
REFUSALS: dict[type[asking.AskingError], Callable[[asking.AskingError], ApiError]] = {
    asking.QuestionEmpty: lambda error: bad_request(str(error), param="messages"),
    asking.QuestionTooLong: lambda error: bad_request(str(error), param="messages", code="context_length_exceeded"),
    asking.HelpNotAllowed: lambda error: ApiError(403, "permission_error", "help_not_allowed", str(error), "messages"),
}


def endpoint(method: str) -> Callable[[Endpoint], Callable[..., Coroutine[Any, Any, HttpResponseBase]]]:
    """A view for keys instead of sessions, whose errors are answered."""

    def wrap(view: Endpoint) -> Callable[..., Coroutine[Any, Any, HttpResponseBase]]:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        async def wrapped(request: HttpRequest) -> HttpResponseBase:
            try:
                if request.method != method:
                    raise ApiError(405, "invalid_request_error", "method_not_allowed", f"Use {method}.")
                return await view(request, await _admitted(request))
            except ApiError as error:
                return error.response()

        return wrapped

    return wrap


@endpoint("GET")
async def models(request: HttpRequest, key: ApiKey) -> HttpResponse:
    created = int(key.user.date_joined.timestamp())
    listed = [{"id": name, "object": "model", "created": created, "owned_by": "lemma"} for name in MODELS]
    return JsonResponse({"object": "list", "data": listed})


@endpoint("POST")
async def chat_completions(request: HttpRequest, key: ApiKey) -> HttpResponseBase:
    asked = parse(request.body[: LARGEST + 1])
    turn = await _ask(key, asked)
    answer = Assessed(turn, key, asked) if asked.assessment else Answer(turn, key, asked)
    if asked.stream:
        return StreamingHttpResponse(answer.events(), content_type="text/event-stream", headers={"Cache-Control": "no-cache"})
    return JsonResponse(await answer.whole())


# --- The request ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for."""

    model: str
    question: str
    history: list[Exchange]
    stream: bool
    usage: bool
    assessment: assessment.Request | None

    @property
    def offer(self) -> Offer:
        return CHECK if self.assessment else MODELS[self.model]


def parse(body: bytes) -> Asked:
    """Raises `ApiError`."""
    if len(body) > LARGEST:
        raise bad_request(f"The request is larger than {LARGEST} bytes.", code="context_length_exceeded", param="messages")
    try:
        data = json.loads(body)
    except ValueError as error:
        raise bad_request(f"The body is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise bad_request("The body is no JSON object.")
    model = data.get("model")
    if model not in MODELS:
        message = f"The model `{model}` does not exist or you do not have access to it."
        raise ApiError(404, "invalid_request_error", "model_not_found", message, "model")
    question, history = _dialogue(data.get("messages"))
    to_judge = _assessment(MODELS[model], question, history)
    options = data.get("stream_options") or {}
    usage = isinstance(options, dict) and options.get("include_usage") is True
    if to_judge:
        question, history = to_judge.problem, []
    return Asked(model, question, history, data.get("stream") is True, usage, to_judge)


def _assessment(offer: Offer, question: str, history: list[Exchange]) -> assessment.Request | None:
    """What is to be judged; None for a question to be solved. The plain model judges only what says that it is to be judged."""
    found = assessment.read(question)
    if found is None and offer.judges:
        found = assessment.read("\n\n".join([*(exchange.question for exchange in history), question]))
    if found is None and offer.judges:
        raise bad_request("Send the problem and the student's work as `Problem: …` and `Student Solution: …`.", param="messages")
    return found if offer.judges or (offer is MODELS["lemma"] and found and found.explicit) else None


def _dialogue(messages: object) -> tuple[str, list[Exchange]]:
    """The last message, which must be the user's, and the exchanges before it. System messages are read with the first question."""
    if not isinstance(messages, list) or not messages:
        raise bad_request("`messages` must be a list with at least one message.", param="messages")
    if len(messages) > MESSAGES:
        raise bad_request(f"`messages` has more than {MESSAGES} messages.", param="messages", code="context_length_exceeded")
    said = [(_role(message, at), _content(message, at)) for at, message in enumerate(messages)]
    system = "\n\n".join(text for role, text in said if role in ("system", "developer"))
    turns = [(role, text) for role, text in said if role in ("user", "assistant")]
    if not turns and system:  # some clients put everything there
        return system, []
    if not turns or turns[-1][0] != "user":
        raise bad_request("The last message must be the user's.", param="messages")
    history: list[Exchange] = []
    question = ""
    for role, text in turns:
        if role == "user":
            question = f"{question}\n\n{text}".strip()
        else:
            history.append(Exchange(question, text))
            question = ""
    return question, [exchange for exchange in history if exchange.question]


def _role(message: object, at: int) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ("system", "developer", "user", "assistant", "tool"):
        raise bad_request(f"messages[{at}] has no role that is known.", param=f"messages[{at}].role")
    return str(role)


def _content(message: Any, at: int) -> str:  # noqa: ANN401  # JSON
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) and part.get("type") == "text" for part in content):
        return "\n".join(str(part.get("text", "")) for part in content)
    if content is None and message.get("role") in ("assistant", "tool"):
        return ""
    raise bad_request(f"messages[{at}] has other content than text.", param=f"messages[{at}].content")


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
        raise ApiError(429, "insufficient_quota", "insufficient_quota", f"You exceeded your current quota: {error}") from error


async def _ask(key: ApiKey, asked: Asked) -> Turn:
    offer = asked.offer
    if asked.assessment and (before := await sync_to_async(assessing.solved)(key.user, asked.question)):
        return before
    try:
        return await sync_to_async(asking.ask_once)(key.user, asked.question, offer.mode, offer.n, asked.history)
    except asking.AskingError as error:
        known = REFUSALS.get(type(error))
        raise known(error) if known else ApiError(429, "requests", "rate_limit_exceeded", str(error)) from error


# --- The answer -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Answer:
    """A turn's log as a message. Whoever stops reading stops the turn."""

    turn: Turn
    key: ApiKey
    asked: Asked
    created: int = field(default_factory=lambda: int(time.time()))
    tokens: int = 0
    reason: str = "stop"

    async def whole(self) -> dict[str, Any]:
        """Raises `ApiError`."""
        text = "".join([piece async for piece in self._pieces() if piece])
        message = {"role": "assistant", "content": text}
        choices = [{"index": 0, "message": message, "logprobs": None, "finish_reason": self.reason}]
        return self._object("chat.completion", choices) | {"usage": self._usage()}

    async def events(self) -> AsyncGenerator[bytes]:
        """Server-sent events; a comment in each second of silence keeps proxies from hanging up."""
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            async with aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    yield self._chunk({"content": piece}) if piece else b": still working\n\n"
        except ApiError as error:
            yield b"data: " + error.response().content + b"\n\n"
            return
        yield self._chunk({}, self.reason)
        if self.asked.usage:
            yield _data(self._object("chat.completion.chunk", []) | {"usage": self._usage()})
        yield b"data: [DONE]\n\n"

    async def _pieces(self) -> AsyncGenerator[str]:
        """The message's text as it comes, "" for a second of silence. A run that is given up is told so and begun again below."""
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
                    ended = ended or self._take_end(entry["kind"], entry["data"])
        finally:
            if not ended:
                await sync_to_async(asking.stop)(self.turn)
            await sync_to_async(keys.count_tokens)(self.key, self.tokens or transcript.tokens)

    def _take_end(self, kind: str, data: dict[str, Any]) -> bool:
        """Whether the entry ends the turn. Raises `ApiError` where it failed."""
        if kind == "done":
            self.tokens, self.reason = data["tokens"], data["finish"]
        if kind == "failed":
            too_long = data["reason"] == Failure.TOO_LONG
            message = str(Failure(data["reason"]).label)
            raise (
                bad_request(message, param="messages", code="context_length_exceeded")
                if too_long
                else ApiError(503, "server_error", data["reason"], message)
            )
        return kind in ("done", "stopped")

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
        async with aclosing(Answer._pieces(self)) as pieces:
            async for piece in pieces:
                if not piece:
                    yield ""
        assert self.asked.assessment is not None
        self.reason = "stop"
        judging = asyncio.create_task(assessing.reply(self.turn, self.asked.assessment))
        try:
            while not (await asyncio.wait({judging}, timeout=SILENCE))[0]:
                yield ""
            yield judging.result()
        finally:
            judging.cancel()


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"
