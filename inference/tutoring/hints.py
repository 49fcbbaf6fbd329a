"""Hints: a ladder from a nudge to a worked step, each looked at by the checker before a student sees it.

Of several candidates those fall out that give the answer away, claim what is false, speak of numbers that are neither in the problem nor
in the reference so far, or are no hint by their form. If none is left, a plain hint is made of the reference itself, and says so.

Not covered: a claim in words alone ("you need to add", where one has to subtract).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grading.checking.steps import check_steps, split_steps
from grading.checking.working.computations import is_in
from grading.checking.working.quantities import stated
from inference.engines import Engine
from inference.events import Language
from inference.prompts import detect_language
from inference.tutoring.key import Step, bared
from inference.tutoring.leaks import Secret, leaks
from inference.tutoring.phrases import say
from inference.tutoring.writing import write_several

RUNGS = ("nudge", "idea", "next", "worked")
CANDIDATES = 4
LONGEST = 400  # characters
CHECKING = 5.0  # seconds for the claims of one hint
SMALL = frozenset(map(Fraction, range(4)))  # "one of them", "both": harmless words more often than values

SYSTEM: dict[Language, str] = {
    "en": "You are a kind and exact maths tutor. You help a student to find the next step alone. You never say the final answer.",
    "zh": "你是一位耐心而严谨的数学老师。你帮助学生自己想出下一步，绝不说出最终答案。",
}
ASKED: dict[Language, dict[str, str]] = {
    "en": {
        "nudge": "Ask one short question that directs the student's attention to what matters next. Use no calculation and no result.",
        "idea": "Say in one or two short sentences which idea or rule helps next, and why. Use no calculation and no result.",
        "next": "Say in one short sentence what to work out next. Do not say its result.",
        "worked": "Explain only this next step in one or two short sentences, with its calculation. Do not go further.",
    },
    "zh": {
        "nudge": "提一个简短的问题，引导学生注意接下来的关键。不要计算，也不要给出结果。",
        "idea": "用一两句话说出接下来可以用的思路或规则，以及原因。不要计算，也不要给出结果。",
        "next": "用一句话说出下一步该算什么。不要说出结果。",
        "worked": "只用一两句话讲解这一步，写出它的算式。不要继续往下做。",
    },
}
USER: dict[Language, str] = {
    "en": "Problem: {problem}\n\nThe student's work so far:\n{work}\n\nThe next step, which only you know: {step}\n\n{asked}",
    "zh": "题目：{problem}\n\n学生目前的过程：\n{work}\n\n只有你知道的下一步：{step}\n\n{asked}",
}
NOTHING: dict[Language, str] = {"en": "(nothing yet)", "zh": "（还没有）"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a student stands: `steps[at]` of the reference comes next; `work` is what was written so far."""

    problem: str
    steps: Sequence[Step]
    at: int
    work: str
    secret: Secret
    language: Language

    @property
    def step(self) -> Step | None:
        return self.steps[self.at] if self.at < len(self.steps) else None


@dataclass(frozen=True, slots=True)
class Hint:
    """`plain`: made of the reference, because no candidate passed; of them so many were rejected, for each reason."""

    text: str
    rung: str
    plain: bool
    rejected: tuple[str, ...] = ()


async def hint(place: Place, rung: str, *, engine: Engine, seed: int = 0, n: int = CANDIDATES) -> Hint:
    """The best of `n` candidates that pass, or the plain hint. Raises `EngineError`."""
    if place.step is None or (rung == "worked" and await asyncio.to_thread(leaks, place.step.text, place.secret)):
        return Hint(await asyncio.to_thread(plain_hint, place, rung), rung, True)
    asked = ASKED[place.language][rung]
    work = place.work.strip() or NOTHING[place.language]
    user = USER[place.language].format(problem=place.problem, work=work, step=place.step.text, asked=asked)
    texts = await write_several(engine, SYSTEM[place.language], user, n=n, seed=seed)
    return await asyncio.to_thread(_best, place, rung, texts)


def _best(place: Place, rung: str, texts: Sequence[str]) -> Hint:
    reasons = {text: objection(place, rung, text) for text in texts}
    good = [text for text in texts if reasons[text] is None]
    rejected = tuple(reason for reason in reasons.values() if reason)
    if not good:
        return Hint(plain_hint(place, rung), rung, True, rejected)
    return Hint(max(good, key=lambda text: _worth(place, rung, text)), rung, False, rejected)


def objection(place: Place, rung: str, text: str) -> str | None:
    """Why a candidate must not be shown: form, language, leak, claim or number; None for a good one. Blocks for seconds at most."""
    if not text or len(text) > LONGEST or "```" in text or "\n\n\n" in text:
        return "form"
    if detect_language(text) != place.language:
        return "language"
    if leaks(text, place.secret):
        return "leak"
    if not _is_known(place, rung, text):
        return "number"
    if check_steps(place.problem, bared(split_steps(text)), seconds=CHECKING).first_error is not None:
        return "claim"
    return None


def _is_known(place: Place, rung: str, text: str) -> bool:
    """Whether the hint speaks only of numbers that stand in the problem, the student's work, or the reference up to this step; of the
    step's own result only where the step is worked."""
    before = [step.text for step in place.steps[: place.at]]
    known = set(stated("\n".join([place.problem, place.work, *before]))) | SMALL
    if place.step is not None:
        own = set(stated(place.step.text if rung == "worked" else place.step.expression if rung == "next" else ""))
        result = set(stated(place.step.value)) - known
        known |= own if rung == "worked" else own - result
    return all(is_in(value, known) for value in stated(text))


def _worth(place: Place, rung: str, text: str) -> tuple[int, int, int]:
    """More of the step's own numbers where it is to be named; a question where one was asked for; the shorter."""
    expression = place.step.expression if place.step is not None else ""
    named = len(set(stated(expression)) & set(stated(text))) if rung in ("next", "worked") else 0
    asks = int(text.rstrip().endswith(("?", "？")))
    return named, asks if rung == "nudge" else -asks, -len(text)


def plain_hint(place: Place, rung: str) -> str:
    """The rung made of the reference alone. It says no more than the rung may, and nothing that leaks."""
    step, language = place.step, place.language
    if step is not None and rung == "idea" and step.expression:
        parts = dict.fromkeys(f"${number}$" for number in _written_numbers(step.expression))
        text = say("hint_idea", language, parts=(" and " if language == "en" else " 和 ").join(parts))
    elif step is not None and rung == "next" and step.expression:
        text = say("hint_next", language, expression=f"${step.expression}$")
    elif step is not None and rung == "worked":
        text = say("hint_worked", language, step=step.text)
    else:
        text = _general(rung, language)
    return _general(rung, language) if leaks(text, place.secret) else text


def _general(rung: str, language: Language) -> str:
    return say("hint_nudge" if rung == "nudge" else f"hint_{rung}_plain", language)


def _written_numbers(expression: str) -> list[str]:
    return [str(value) if value.denominator == 1 else f"\\frac{{{value.numerator}}}{{{value.denominator}}}" for value in stated(expression)]
