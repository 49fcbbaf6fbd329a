"""What a program asks for: a request in the form of OpenAI's chat completions, read and checked.

`model`, `messages`, `stream`, `stream_options`, `stop` and `max_completion_tokens` (`max_tokens`) are heeded; how a solution is sampled
(`temperature`, `seed`) is the tutor's own affair and passed over. What would make another kind of reply (several choices, JSON, a call of a
tool, sound, probabilities) is refused, and so is what a client asks for itself about a conversation.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import JsonResponse

from accounts.text import storable
from inference import assessment
from inference.prompts import Exchange, detect_language, has_words
from inference.solve import Limits
from tutor.models import Turn

MESSAGES = 1000  # in one request: a chat client sends all of a dialogue, however long it has become
LARGEST = 400_000  # bytes of a request
STOPS, LONGEST_STOP = 16, 200  # sequences, characters of one
# As Open WebUI asks behind each reply for a title, tags and follow-up questions. The tutor would solve the conversation's problem once
# more, for minutes; refused, the client takes the first message for a title.
CHORE = re.compile(r"\s*#+ Task:\s.*<chat_history>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Offer:
    """How a model of `/v1/models` solves, or teaches."""

    mode: str = Turn.Mode.AUTO
    n: int = 1
    aim: Turn.Aim = Turn.Aim.EXPLAIN


MODELS = {
    "lemma": Offer(),
    "lemma-python": Offer(Turn.Mode.TIR),
    "lemma-words": Offer(Turn.Mode.COT),
    "lemma-best-of-4": Offer(n=4),
    "lemma-best-of-8": Offer(n=8),
    "lemma-hints": Offer(aim=Turn.Aim.HINTS),
    "lemma-steps": Offer(aim=Turn.Aim.STEPS),
    "lemma-socratic": Offer(aim=Turn.Aim.SOCRATIC),
    "lemma-check": None,  # judges students' solutions, and nothing else
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


def accident() -> ApiError:
    return ApiError(500, "server_error", None, "The server had an error while it processed your request. Try again later.")


def too_large() -> ApiError:
    return bad_request(f"The request is larger than {LARGEST} bytes.", code="context_length_exceeded", param="messages")


def too_much() -> ApiError:
    return ApiError(503, "server_error", None, "Others are sending much to this server. Try again later.")


def no_such_model(name: object) -> ApiError:
    message = f"The model `{name}` does not exist or you do not have access to it. There are {', '.join(MODELS)}."
    return ApiError(404, "invalid_request_error", "model_not_found", message, "model")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for."""

    model: str
    question: str
    history: list[Exchange]
    stream: bool
    usage: bool
    assessment: assessment.Request | None
    instructions: str = ""  # what the system says: how the client wants to be answered, but no part of what is asked
    most_tokens: int | None = None  # of each solution
    stop: Sequence[str] = ()

    @property
    def language(self) -> str:
        """Which to answer in: of a formula alone, the one of the newest message with a word, or of what the system says."""
        said = [self.question, *(exchange.question for exchange in reversed(self.history)), self.instructions]
        in_words = [text for text in said if has_words(text)]
        return detect_language(in_words[0]) if in_words and in_words[0] != self.question else Turn.Language.AUTO

    @property
    def offer(self) -> Offer | None:
        """None for what is to be judged."""
        return None if self.assessment else MODELS[self.model]


def parse(body: bytes) -> Asked:
    """Raises `ApiError`."""
    if len(body) > LARGEST:
        raise too_large()
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise bad_request(f"The body is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise bad_request("The body is no JSON object.")
    model = data.get("model")
    if model is None:
        raise bad_request(f"You must provide a model: {', '.join(MODELS)}.", param="model")
    if not isinstance(model, str) or model not in MODELS:
        raise no_such_model(model)
    _check_kind(data)
    instructions, history, question = _dialogue(data.get("messages"))
    if CHORE.match(question):
        raise bad_request("Titles, tags and follow-up questions are not written here.", param="messages", code="unsupported_value")
    to_judge = _assessment(MODELS[model], instructions, history, question)
    options = data.get("stream_options") or {}
    usage = isinstance(options, dict) and options.get("include_usage") is True
    if to_judge:
        instructions, history, question = "", [], to_judge.problem
    most, stop = _most_tokens(data), _stop(data.get("stop"))
    return Asked(model, question, history, data.get("stream") is True, usage, to_judge, instructions, most, stop)


def _most_tokens(data: dict[str, Any]) -> int | None:
    """The smaller of the two, for `max_tokens` is the older name; None where that is no bound."""
    bounds = {name: data[name] for name in ("max_completion_tokens", "max_tokens") if data.get(name) is not None}
    for name, most in bounds.items():
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            raise bad_request(f"`{name}` must be a whole number, 1 or more.", param=name)
    most = min(bounds.values(), default=None)
    return None if most is None or most >= Limits().with_box else most


def _stop(sequences: object) -> list[str]:
    if isinstance(sequences, str):
        sequences = [sequences]
    if sequences is None or (isinstance(sequences, list) and all(isinstance(sequence, str) for sequence in sequences)):
        found = [sequence for sequence in sequences or [] if sequence]
        if len(found) <= STOPS and all(len(sequence) <= LONGEST_STOP for sequence in found):
            return found
    raise bad_request(f"`stop` must be up to {STOPS} texts of up to {LONGEST_STOP} characters each.", param="stop")


def _check_kind(data: dict[str, Any]) -> None:
    """Whether one message of text is what the program can do with."""
    form = data.get("response_format")
    choice = data.get("tool_choice")
    wrong = {
        "n": data.get("n") not in (None, 1),
        "stream": data.get("stream") not in (None, True, False),
        "response_format": form is not None and not (isinstance(form, dict) and form.get("type") == "text"),
        "tool_choice": choice not in (None, "none", "auto"),
        "function_call": data.get("function_call") not in (None, "none", "auto"),
        "logprobs": data.get("logprobs") not in (None, False),
        "modalities": data.get("modalities") not in (None, ["text"]),
    }
    for param in (name for name, is_wrong in wrong.items() if is_wrong):
        raise bad_request(f"This value of `{param}` is not supported here.", param=param, code="unsupported_value")


def _assessment(offer: Offer | None, instructions: str, history: list[Exchange], question: str) -> assessment.Request | None:
    """What is to be judged; None for a question to be solved. The plain model judges only what says that it is to be judged."""
    found = assessment.read(question if history else f"{instructions}\n\n{question}")
    if found is None and offer is None:
        found = assessment.read("\n\n".join([instructions, *(exchange.question for exchange in history), question]))
    if found is None and offer is None:
        raise bad_request("Send the problem and the student's work as `Problem: …` and `Student Solution: …`.", param="messages")
    return found if offer is None or (offer is MODELS["lemma"] and found and found.explicit) else None


def _dialogue(messages: object) -> tuple[str, list[Exchange], str]:
    """What the system says, the exchanges, and the last message, which must be the user's."""
    if not isinstance(messages, list) or not messages:
        raise bad_request("`messages` must be a list with at least one message.", param="messages")
    if len(messages) > MESSAGES:
        raise bad_request(f"`messages` has more than {MESSAGES} messages.", param="messages", code="context_length_exceeded")
    said = [(_role(message, at), _content(message, at, is_last=at == len(messages) - 1)) for at, message in enumerate(messages)]
    system = "\n\n".join(text for role, text in said if role in ("system", "developer"))
    turns = [(role, text) for role, text in said if role in ("user", "assistant")]
    if not turns and system:  # some clients put everything there
        return "", [], system
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
    history = [exchange for exchange in history if exchange.question]
    return system, history, question


def _role(message: object, at: int) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ("system", "developer", "user", "assistant", "tool", "function"):
        raise bad_request(f"messages[{at}] has no role that is known.", param=f"messages[{at}].role")
    return str(role)


def _content(message: Any, at: int, *, is_last: bool) -> str:  # noqa: ANN401  # JSON
    """A message's text. A picture is refused where it is asked about; behind that its dialogue goes on without it."""
    content = message.get("content")
    if isinstance(content, str):
        return storable(content)
    if isinstance(content, list):
        texts = [_text(part) for part in content]
        if None not in texts or not is_last:
            return storable("\n".join(text for text in texts if text))
    if content is None and not (is_last and message.get("role") == "user"):
        return ""
    raise bad_request(f"messages[{at}] has other content than text.", param=f"messages[{at}].content")


def _text(part: object) -> str | None:
    """None for a part that is something else."""
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
    return text if isinstance(text, str) else None
