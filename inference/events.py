"""What happens while a problem is solved, as values.

`solve` yields these; a turn's event log stores them as (`kind`, `payload`); the browser and `manage.py solve --json` read them.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

Part = Literal["text", "code"]
Mode = Literal["cot", "tir"]
Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. `candidate` counts the solutions that run side by side, from 0."""

    kind: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """The event as JSON-ready values (`Output.images` are left to the caller: they are bytes)."""
        fields = asdict(self)
        fields.pop("images", None)
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """Solving begins; `mode` and `language` are what "you choose" came to."""

    kind: ClassVar[str] = "started"
    mode: Mode
    language: Language
    model: str
    n: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Event):
    """New text. `part` "code" is the inside of a Python block that will be run (the fence itself is never sent)."""

    kind: ClassVar[str] = "token"
    candidate: int = 0
    text: str
    part: Part = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Event):
    """Block number `round` (from 1) is complete and starts to run."""

    kind: ClassVar[str] = "code"
    candidate: int = 0
    round: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Event):
    """Block number `round` has run. `images` are PNG bytes."""

    kind: ClassVar[str] = "output"
    candidate: int = 0
    round: int
    text: str
    error: str | None = None
    truncated: bool = False
    timed_out: bool = False
    seconds: float = 0.0
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Event):
    """The solution is complete.

    `answer` is the boxed answer as written (None: there is none). `checked` is True where code ran and its result is the
    answer; False otherwise. `differs` is True where code ran and its result is another one. `finish` says why the text
    ended ("length": a token or round limit cut it). `text` is the raw assistant message with the executor's output in it.
    """

    kind: ClassVar[str] = "done"
    candidate: int = 0
    answer: str | None
    checked: bool
    differs: bool
    finish: Literal["stop", "length"]
    text: str
    tokens: int
    rounds: int
    seconds: float
