"""Hints: a ladder from a nudge to a worked step, each looked at by the checker before a student sees it.

The nudge points to the part of the problem that the next step takes its numbers from, or to what is asked for. The idea is a question of
the model's, whose reply is what the step comes to; a step that comes to no number has none. A question claims nothing. Of several
candidates those fall out that give the answer away, claim what is false, speak of numbers or names that are neither in the problem nor in
the work or the reference so far, are no single question, or only the problem's own again. If none is left, a plain hint is made of the
reference itself, and says so. The lower rungs are the reference's next step: its lines were checked, and a small model's words about them
often give a right calculation a wrong meaning.

Not covered: a question that presupposes what is not so and comes to the right number all the same.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grading.checking.extract import final_answer
from grading.checking.steps import check_steps, split_steps
from grading.checking.working.claims import find_chains
from grading.checking.working.computations import is_in
from grading.checking.working.findings import plain_number
from grading.checking.working.letters import find_variables
from grading.checking.working.quantities import stated
from inference.engines import Engine
from inference.events import Language
from inference.prompts import Exchange, detect_language
from inference.together import together
from inference.tutoring.key import Step, bared
from inference.tutoring.leaks import Secret, leaks
from inference.tutoring.phrases import say
from inference.tutoring.pointing import goes_on, source_of
from inference.tutoring.replying import leading
from inference.tutoring.writing import write_several

RUNGS = ("nudge", "idea", "next", "worked")
CANDIDATES = 4
LONGEST = 400  # characters
LONGEST_BEFORE = 2_000  # characters of the question before
CHECKING = 5.0  # seconds for the claims of one hint
QUESTION = re.compile(r"(?:[^.?？!！。\n`]|\.(?=\d))+[?？]")  # one, and nothing else
NAME = re.compile(r"(?<=[\w,;)] )[A-Z][a-z]+|小[明红华丽刚军芳强]")  # inside of a sentence; and those that a model gives to anybody
READER = re.compile(r"\b[Tt]he student\b|学生")  # who reads it is spoken to, not of
SMALL = frozenset(map(Fraction, range(4)))  # "one of them", "both": harmless words more often than values
ASKS = re.compile(r"(?:[^.?？!！。,，;；\n]|[.,](?=\d))+[?？]")  # the clause of a problem that asks
SENTENCE = re.compile(r"(?:[^.?？!！。;；\n]|\.(?=\d))+[?？]")
FOR_WHAT = re.compile(
    r"\b(?:how|what|which|who|whose|when|where|why|is|are|do|does|can|could|will)\b|[多几]|什么|哪|吗|怎|谁", re.IGNORECASE
)
TELLS_TO = re.compile(r"\b(?:calculate|compute|determine|find|work out)\b(?:[^.!;\n]|\.(?=\d))+|(?:求|计算)[^。！；\n]+", re.IGNORECASE)
TO_SOLVE = re.compile(r"\bsolve\b[^.]*=|解[^。]*=", re.IGNORECASE)
LITTLE = frozenset(("are", "did", "does", "for", "has", "have", "how", "many", "much", "the", "there", "was", "were", "what", "will"))
LITTLE |= frozenset("里的了吗呢多少几有是共一现在还下那么我们")
PRONOUN = re.compile(r"\b(?:he|she|they|him|her|his|them|their)\b", re.IGNORECASE)
FEW = 3  # words at least that say what a problem asks: "left" alone is in many another question
WRITTEN = re.compile(r"\d+/[1-9]\d*(?![\d.])|\d+(?:,\d{3})*(?:\.\d+)?%?")
QUOTIENT = re.compile(r"\\[dt]?frac\{(\d+(?:\.\d+)?)\}\{([1-9]\d*)\}|(?<![\d.])(\d+(?:\.\d+)?)\s*/\s*([1-9]\d*)(?![\d.])")
DECIMAL = re.compile(r"\d+\.\d+")
ENDS = ":： *"
IN_A_LIST = re.compile(r"^\s*(?:\d{1,2}[.)、]|[-*•])\s+")
WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{3,}|[\u3400-\u9fff]")  # of Chinese, which has no spaces, each character

SYSTEM: dict[Language, str] = {
    "en": "You are a kind and exact maths tutor. You help a student to find the next step alone. You never say the final answer.",
    "zh": "你是一位耐心而严谨的数学老师。你帮助学生自己想出下一步，绝不说出最终答案。",
}
ASKED: dict[Language, str] = {
    "en": "Ask one short question that leads the student to the idea of this step. Name the quantities in words, without a result.",
    "zh": "提一个简短的问题，引导学生想到这一步的思路。用文字说出有关的量，不要给出结果。",
}
USER: dict[Language, str] = {
    "en": "Problem: {problem}\n\nThe student's work so far:\n{work}\n\nThe next step, which only you know: {step}\n\n{asked}",
    "zh": "题目：{problem}\n\n学生目前的过程：\n{work}\n\n只有你知道的下一步：{step}\n\n{asked}",
}
FOR_VALUE: dict[Language, str] = {
    "en": "Problem: {problem}\n\nAsk the student one short question whose reply is the value of {expression}, in the words "
    "of the problem. Do not say the value.",
    "zh": "题目：{problem}\n\n用题目中的话向学生提一个简短的问题，它的答案就是 {expression} 的值。不要说出这个值。",
}
NOTHING: dict[Language, str] = {"en": "(nothing yet)", "zh": "（还没有）"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a student stands: `steps[at]` of the reference comes next; `work` is what was written so far. `problem` is all that it says,
    with what it goes on from (`in_context`); `posed` is the question alone.
    """

    problem: str
    posed: str
    steps: Sequence[Step]
    at: int
    work: str
    secret: Secret
    language: Language

    @property
    def step(self) -> Step | None:
        return self.steps[self.at] if self.at < len(self.steps) else None

    @property
    def known(self) -> str:
        """The problem, and the reference before this step."""
        return "\n".join([self.problem, *(step.text for step in self.steps[: self.at])])


def in_context(problem: str, history: Sequence[Exchange]) -> str:
    """A follow-up question behind the one before it and what that came to, for it speaks of both."""
    if not history:
        return problem
    before = history[-1]
    return "\n".join(filter(None, [before.question[-LONGEST_BEFORE:], final_answer(before.text), problem]))


@dataclass(frozen=True, slots=True)
class Hint:
    """`plain`: no more than the reference or a general advice, because no candidate passed; `rejected` are the reasons."""

    text: str
    rung: str
    plain: bool
    rejected: tuple[str, ...] = ()


async def hint(place: Place, rung: str, *, engine: Engine, seed: int = 0, n: int = CANDIDATES) -> Hint:
    """The best of `n` candidates that pass, where the rung is an idea that comes to a number; else what the problem or the reference says.
    Raises `EngineError`."""
    if rung != "idea" or place.step is None or not place.step.value:
        text = await asyncio.to_thread(plain_hint, place, rung)
        return Hint(text, rung, text == _general(place, rung))
    texts = await _candidates(place, place.step, engine, seed, n)
    reasons = await judged(place, texts, place.step.value, engine=engine)
    return await asyncio.to_thread(_best, place, rung, reasons)


async def judged(place: Place, texts: Sequence[str], value: str, *, engine: Engine) -> dict[str, str | None]:
    """Why each question must not be shown, in one word; None for a good one, which comes to `value`. Raises `EngineError`."""
    reasons = await asyncio.to_thread(lambda: {text: objection(place, text) for text in texts})
    passed = [text for text, reason in reasons.items() if reason is None]
    led = await leading(place.known, value, passed, place.language, engine=engine)
    return reasons | {text: "astray" for text in passed if text not in led}


async def _candidates(place: Place, step: Step, engine: Engine, seed: int, n: int) -> list[str]:
    language, work = place.language, place.work.strip() or NOTHING[place.language]
    told = f"{step.lead} {step.text}".strip()
    asked = [USER[language].format(problem=place.problem, work=work, step=told, asked=ASKED[language]), asking_for_value(place, step)]
    written = await together(write_several(engine, SYSTEM[language], user, n=n // len(asked), seed=seed) for user in asked)
    return [text for texts in written for text in texts]


def asking_for_value(place: Place, step: Step) -> str:
    """What the model is told so that it asks for what a step comes to."""
    return FOR_VALUE[place.language].format(problem=place.problem, expression=step.expression)


def _best(place: Place, rung: str, reasons: Mapping[str, str | None]) -> Hint:
    """Of those that pass the one that is nearest to the step, and of equally near ones the shortest."""
    good = [text for text, reason in reasons.items() if reason is None]
    rejected = tuple(reason for reason in reasons.values() if reason)
    if not good:
        return Hint(plain_hint(place, rung), rung, True, rejected)
    return Hint(min(good, key=lambda text: (-_nearness(text, place.step), len(text))), rung, False, rejected)


def _nearness(text: str, step: Step | None) -> float:
    """The share of its words that are the step's as well: "What comes next?" has none of them, and helps nobody."""
    words, wanted = _words(text), _words(f"{step.lead} {step.text}" if step else "")
    return len(words & wanted) / max(len(words), 1)


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


def objection(place: Place, text: str) -> str | None:
    """Why a question must not be shown, in one word; None for a good one. Blocks for seconds at most."""
    if not QUESTION.fullmatch(text) or len(text) > LONGEST:
        return "form"
    if detect_language(text) != place.language:
        return "language"
    if _is_echo(text, place.problem):
        return "echo"
    if leaks(text, place.secret):
        return "leak"
    told = f"{place.known}\n{place.work}"
    if not _numbers_are_known(text, told):
        return "number"
    if not all(name.lower() in told.lower() for name in [*NAME.findall(text), *READER.findall(text)]):
        return "name"
    if check_steps(place.problem, bared(split_steps(text)), seconds=CHECKING).first_error is not None:
        return "claim"
    return None


def _is_echo(text: str, problem: str) -> bool:
    """Whether it asks no more than the problem itself does, whatever it says before that; or the same, with more words of the problem."""
    told = _words(problem) | LITTLE
    return any(_repeats(_words(end), asked, told) for end in ASKS.findall(text)[-1:] for asked in ASKS.findall(problem))


def _repeats(words: set[str], question: str, told: set[str]) -> bool:
    """Whether it has all the words of the question. Of a pronoun's there are few: "How much did Davos pay for the shirts?" is "How much
    did he pay?"."""
    asked, wanted = _words(question), _words(PRONOUN.sub(" ", question)) - LITTLE
    enough = 1 if PRONOUN.search(question) else FEW
    return words <= asked | LITTLE or (len(wanted) >= enough and wanted <= words <= told)


def _numbers_are_known(text: str, told: str) -> bool:
    known = set(stated(told)) | SMALL
    return all(is_in(value, known) for value in stated(text))


def plain_hint(place: Place, rung: str) -> str:
    """The rung made of the problem and the reference alone: the fullest form of it that does not leak."""
    made = _from_problem(place) if rung == "nudge" else _from_reference(place, rung)
    return next((text for text in made if not leaks(text, place.secret)), _general(place, rung))


def _from_problem(place: Place) -> Iterator[str]:
    """What the problem says that the step needs; where that is all of it, what is done with an equation, or what it asks for."""
    step, language = place.step, place.language
    if step is not None and (part := source_of(place.posed, step, language)):
        yield say(f"hint_nudge_{_kind_of_part(place, step)}", language, part=part)
    if step is not None and not step.value and any(chain.relations for chain in find_chains(place.posed, find_variables([place.posed]))):
        yield say("hint_nudge_equation", language)
    if asked := _asked(place.posed):
        yield say("hint_nudge_asked", language, asked=asked)
    elif TO_SOLVE.search(place.posed):
        yield say("hint_nudge_equation", language)
    elif told := TELLS_TO.findall(place.posed):
        yield say("hint_nudge_asked", language, asked=told[-1].strip())


def _asked(problem: str) -> str:
    """The last question's clause; the whole of it, where that does not say what for: "How many legs have they, all together?"."""
    clause, sentence = (pattern.findall(problem)[-1:] for pattern in (ASKS, SENTENCE))
    return next((text.strip() for text in [*clause, *sentence] if FOR_WHAT.search(text)), "")


def _kind_of_part(place: Place, step: Step) -> str:
    """What can be asked of a part of the problem: from `头35个` alone nothing can be found out, it only becomes a side of an equation."""
    if not step.value:
        return "part_said"
    return "part_with" if goes_on(place.posed, step, place.steps[: place.at]) else "part"


def _from_reference(place: Place, rung: str) -> Iterator[str]:
    step, language = place.step, place.language
    if step is None:
        return
    if rung == "idea" and WRITTEN.search(step.expression):
        parts = _parts(step.expression, f"{place.known}\n{place.work}")
        yield say("hint_idea" if len(parts) > 1 else "hint_idea_one", language, parts=_listed(parts, language))
    elif rung == "idea" and not step.value and _is_before_last(place):
        yield say("hint_next_before_last", language)
    elif rung == "next" and step.expression:
        said = say("hint_next", language, expression=f"${step.shown}$")
        yield f"{_begun(step.lead)}\n\n{said}" if step.lead else said
        yield said
    elif rung == "next" and step.lead:
        yield say("hint_next_lead", language, lead=_begun(step.lead).rstrip("。"))
    elif rung == "worked":
        yield say("hint_worked", language, step=step.worked)
        yield say("hint_worked", language, step=step.text)


def _begun(lead: str) -> str:
    """A line of words that the step completes, without its number in the list that it was in, left open where it ends so."""
    lead = IN_A_LIST.sub("", lead)
    dots = "……" if lead.endswith("：") else " …"
    return f"{lead.rstrip(ENDS)}{dots}" if lead.endswith((":", "：")) else lead


def _is_before_last(place: Place) -> bool:
    return place.at < len(place.steps) - 1


def _general(place: Place, rung: str) -> str:
    """Of the last two rungs, what is said at the last step does not hold before it."""
    before = _is_before_last(place) and rung in RUNGS[2:]
    name = "hint_nudge" if rung == "nudge" else f"hint_{rung}_before_last" if before else f"hint_{rung}_plain"
    return say(name, place.language)


def _parts(expression: str, told: str) -> list[str]:
    """The numbers as they are written, `48/2` has 48 and 2 and not the 24 that it comes to; fractions and percentages as they were told,
    and without numbers that nobody has told of yet."""
    known = stated(told)
    written = QUOTIENT.sub(lambda found: _quotient(found[1] or found[3], found[2] or found[4], told, known), expression.replace("\\%", "%"))
    numbers = list(dict.fromkeys(_as_percentage(number, told) for number in WRITTEN.findall(written)))
    return [number for number in numbers if is_in(Fraction(number.rstrip("%").replace(",", "")), known)] or numbers


def _quotient(top: str, bottom: str, told: str, known: Sequence[Fraction]) -> str:
    """Of 20/100 the 20 %, of a quarter 1/4, where these were told; else two numbers."""
    if bottom == "100" and f"{top}%" in told:
        return f"{top}%"
    share = Fraction(top) / int(bottom)
    return f"{top}/{bottom}" if top.isdigit() and share < 1 and share in known else f"{top} / {bottom}"


def _as_percentage(number: str, told: str) -> str:
    """`0.3` as 30%, where that was told."""
    if DECIMAL.fullmatch(number) and (share := f"{plain_number(100 * Fraction(number))}%") in told:
        return share
    return number


def _listed(numbers: Sequence[str], language: Language) -> str:
    *most, last = (f"${number.replace('%', '\\%')}$" for number in numbers)
    comma, and_ = (", ", " and ") if language == "en" else ("、", " 和 ")
    return f"{comma.join(most)}{and_}{last}" if most else last
