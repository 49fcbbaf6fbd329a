"""What happens in a lesson, as values, besides what `inference.events` has."""

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

from inference.events import Event
from inference.tutoring.checking import Line, Review
from inference.tutoring.key import Key

Aim = Literal["explain", "steps", "hints", "socratic", "check"]
# What a student asks for within a problem; "" poses it.
Request = Literal["", "attempt", "hint", "next", "answer", "challenge"]
Stage = Literal["preparing", "reading", "wording"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a lesson is. The tutor keeps it; what of it a student may know is in `offers`.

    `at` is the step of the reference that comes next, `rung` how many hints there were for it, `tried` whether there was an attempt since
    the last hint; `shown` steps are revealed; `misses` counts wrong replies to the question that is open; `worked`: a worked step was
    shown; `finished`: the answer was reached or shown; `asked_back`: the question was incomplete, and its next one completes it;
    `refused`: the question was not one of mathematics; `solution`: after a challenge, the one that stands now.
    """

    at: int = 0
    rung: int = 0
    tried: bool = False
    shown: int = 0
    misses: int = 0
    worked: bool = False
    finished: bool = False
    work: str = ""
    asked_back: bool = False
    refused: bool = False
    solution: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Working(Event):
    """What the tutor is busy with."""

    kind: ClassVar[str] = "working"
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed(Event):
    """The problem's key was made; `instead` of the one before, which was wrong. For the tutor's memory alone: it is never shown and never
    in a log.
    """

    kind: ClassVar[str] = "keyed"
    key: Key = field(repr=False)
    instead: bool = False

    def payload(self) -> dict[str, Any]:
        raise TypeError("A key is not for a log.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed(Event):
    """The student's work was read. `lines` have reasons that the caller says in the student's language."""

    kind: ClassVar[str] = "reviewed"
    review: Review

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.review.lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """How far what was said can be relied on: "plain" (a hint made of the reference), "unsure" (the samples do not agree)."""

    kind: ClassVar[str] = "noted"
    note: Literal["plain", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught(Event):
    """The end: the whole `text`, how far the lesson is, and what the student may ask for now. `answer` where it was shown on request."""

    kind: ClassVar[str] = "taught"
    text: str
    progress: Progress
    offers: tuple[Request, ...]
    answer: str | None = None
    checked: bool = False
