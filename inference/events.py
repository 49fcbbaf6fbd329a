"""What happens while a problem is solved, as values.

`solve` yields these; a turn's event log stores them as (`kind`, `payload`); the browser and `manage.py solve --json` read them.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

Rule = Literal["first", "majority", "reward", "weighted"]  # see `inference.selection.pick`
DropReason = Literal["settled", "slow", "seconds", "tokens", "context", "sandbox", "engine"]
Part = Literal["text", "code"]
Mode = Literal["cot", "tir"]
Language = Literal["en", "zh"]
GivenUp = Literal["refuted", "repeats"]  # the problem by itself refuted the answer; the model repeated itself and came to none


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""

    kind: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """The event as JSON-ready values (`Output.images` are left to the caller: they are bytes)."""
        fields = asdict(self)
        fields.pop("images", None)
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """Solving begins; `mode` and `language` are what "you choose" came to. `given_up`: it begins anew, and why the try before it does
    not stand."""

    kind: ClassVar[str] = "started"
    mode: Mode
    language: Language
    model: str
    n: int = 1
    given_up: GivenUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEvent(Event):
    """Base of what happens to one candidate; they count from 0."""

    candidate: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(CandidateEvent):
    """New text. `part` "code" is the inside of a Python block that will be run (the fence itself is never sent)."""

    kind: ClassVar[str] = "token"
    text: str
    part: Part = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(CandidateEvent):
    """Block number `round` (from 1) is complete and starts to run."""

    kind: ClassVar[str] = "code"
    round: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(CandidateEvent):
    """Block number `round` has run. `images` are PNG bytes."""

    kind: ClassVar[str] = "output"
    round: int
    text: str
    error: str | None = None
    truncated: bool = False
    timed_out: bool = False
    seconds: float = 0.0
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution(CandidateEvent):
    """A complete solution.

    `answer` is the boxed answer as written, outside of programs (None: there is none). `checked` is True where code ran and its result is
    the answer; False otherwise. `differs` is True where code ran and its result is another one. `finish` says why the text ended
    ("length": a token or round limit cut it). `refuted`: the problem by itself says that the answer is wrong; then it is not `checked`.
    `text` is the raw assistant message with the executor's output in it.
    """

    answer: str | None
    checked: bool
    differs: bool
    finish: Literal["stop", "length"]
    text: str
    tokens: int
    rounds: int
    seconds: float
    refuted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved(Solution):
    """One of several candidates is complete."""

    kind: ClassVar[str] = "solved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped(CandidateEvent):
    """A candidate is not written to its end.

    The majority is settled without it, it took much longer than the others, the budget of `seconds` or `tokens` is used up, it does not
    fit the context, the sandbox had no session for it or lost the one it had, or the engine was too slow for it or went away.
    """

    kind: ClassVar[str] = "dropped"
    reason: DropReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored(CandidateEvent):
    """The reward model's score of a complete candidate. Not a probability."""

    kind: ClassVar[str] = "scored"
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected(CandidateEvent):
    """The pick among the complete candidates.

    `rule` picked it; it is the majority instead of what was asked for where `scorer_error` says why there are no scores. `agreeing` of
    `count`
    complete candidates have its answer (0: it has none); `unsure` where these are no majority. `groups` maps each complete candidate
    to the first one with an equal answer, or None. Where others stand, one that is refuted is not counted, and maps to None.
    """

    kind: ClassVar[str] = "selected"
    rule: Rule
    agreeing: int
    count: int
    unsure: bool
    groups: dict[int, int | None]
    scorer_error: str = ""

    def payload(self) -> dict[str, Any]:
        """In JSON a key is a string."""
        fields = asdict(self)
        return fields | {"groups": {str(number): first for number, first in self.groups.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Solution):
    """The end: the one solution, or the one of several that was selected. Of several, `tokens` and `seconds` are those of all together."""

    kind: ClassVar[str] = "done"
