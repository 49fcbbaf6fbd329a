"""Reading a student's own work: what is right, which line is the first that is wrong, and why; never what would be right there."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from grading.checking.agreement import answer_values
from grading.checking.answers import Outcome, Verdict, check
from grading.checking.extract import final_answer
from grading.checking.numbers import read_number
from grading.checking.prose import stated_answer
from grading.checking.quantities import ROUNDED, ROUNDS_TO
from grading.checking.reasons import Reason
from grading.checking.steps import Status, WorkReport, check_steps, split_steps
from grading.checking.text import compact
from grading.checking.told_apart import told_apart, told_at_the_end
from grading.checking.wording import without_lead
from grading.checking.working import findings
from grading.checking.working.claims import Chain, Side, find_chains
from grading.checking.working.computations import find_computations, is_in
from grading.checking.working.expressions import CONSTANTS, Operation, exact, is_name, is_plain, symbols, walk
from grading.checking.working.letters import find_variables
from grading.checking.working.quantities import stated, value_of
from inference.events import Language
from inference.selection import mathematically_equal
from inference.tutoring.key import Key, Step, bare, bared
from inference.tutoring.phrases import say
from inference.tutoring.unfinished import is_unfinished

SECONDS = 12.0
ABOUT_THE_ANSWER = frozenset({findings.OTHER_EQUATION, findings.WENT_ON})
OTHER_WAY = frozenset({findings.OTHER_VALUE, findings.FROM_NOWHERE})
# Names of mistakes that are known by how far a value is from the right one. Of work that goes on it is the value of a step on the way,
# which may be next to the answer by chance: `20 * 4 = 80`, before `80 - 1 = 79`.
BY_DISTANCE = frozenset({"decimal_point", "digits_swapped", "off_by_one", "quantity_extra", "quantity_left_out", "unit_slip"})
# The words before a guess and behind it, which ask for no more than whether it is right.
IT = r"(?:it|that|this|(?:the|my) (?:answer|result))"
GUESSING = re.compile(
    r"^(?:(?:so|then|maybe|perhaps|probably|um+|hmm+|o+h+|a+h+|wait|yes|yeah|now|ok(?:ay)?|idk|i don[’']?t know|i(?:[’']m| am) not sure)\b"
    r"[\s,.:;…]*)*"
    rf"(?:(?:(?:is|would|could|can|should|will) {IT}(?: be)?|is(?=\s+\S+(?: right| correct)?$)"
    rf"|(?:i (?:think|guess|believe|got|get|have|say)(?: that)?\s*)?(?:{IT}(?: is|[’']?s)|would be)?)\s+)?(?=\S)"
    r"|^(?:那么?|所以|也许|可能)?[，,]?(?:我(?:觉得|猜|认为|想))?(?:答案|结果)?(?:是不是|会不会是|应该是|可能是|大概是|等于|是)?",
    re.IGNORECASE,
)
SURE = re.compile(r"(?:\s*[✓✔☑]|\s+!|(?<!!)!!+)+$")  # behind an answer; `5!` is a factorial
COUNTED = re.compile(r"\d+ (?:out of|in) \d+")
LISTED = re.compile(r"(?:[-\d\s.,;/(){}\[\]√]|\band\b|\bor\b|[和或、，；])+")
IS_IT_RIGHT = re.compile(
    r"(?:\b(?:is that |is it |is this |am i )?(?:right|correct)|\b(?:i (?:think|guess)|maybe|then|now)|对吗|对不对|对么|吗|呢|吧)$",
    re.IGNORECASE,
)
READ_AS_O = re.compile(r"(?:(?<=[=<>≤≥])|(?<=[=<>≤≥] ))[Oo]\b")
CONCLUDED = re.compile(r"\b(?:so|therefore|hence|thus)\b,?|∴|⇒|=>|所以|因此", re.IGNORECASE)
CLAUSES = re.compile(r"[，；,;]\s*(?=[\u4e00-\u9fff]|[A-Za-z]{3})")
SHORT = 60  # characters of a line that can be an answer alone


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a student's work. The right result that the checker knows is left out on purpose; `misconception` is a code."""

    text: str
    status: Status
    reason: Reason
    misconception: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """`first_error` is the index of the first wrong line; `answer_is_right` is None where the work has no answer, or none is known, or it
    `is_unread`: it could not be compared with the key's. `is_rounded`: it is the key's, rounded. `is_bare`: the work is nothing but an
    answer. `aside`: the index of a line of work that goes on which nothing is wrong with, but which is on no way to the answer that the
    tutor knows.
    """

    lines: tuple[Line, ...]
    first_error: int | None
    answer_is_right: bool | None
    is_unread: bool = False
    is_rounded: bool = False
    is_bare: bool = False
    aside: int | None = None

    @property
    def says_something(self) -> bool:
        """Whether there is a verdict on any line, or on the answer."""
        return (
            self.answer_is_right is not None or self.is_unread or self.is_rounded or any(line.status != "unverified" for line in self.lines)
        )

    @property
    def solved(self) -> bool:
        return self.answer_is_right is True and self.first_error is None


def review(problem: str, work: str, key: Key | None) -> Review:
    """Check work line by line; with the key where it is sure, or else by calculation alone. Blocks for seconds at most."""
    problem, work = _with_zeros(problem), _with_zeros(work)
    lines = split_steps(work)
    trusted = key if key is not None and key.sure else None
    is_bare = _is_bare(lines, trusted)
    verdict = _compared(problem, work, lines, trusted)
    is_rounded = verdict is not None and verdict.reason.template == ROUNDED
    ended = not is_rounded and (is_bare or _is_named(lines, trusted) or final_answer(work) is not None)  # it says what its answer is
    report, aside = _report(problem, [said_plainly(lines[0])] if is_bare else lines, trusted, ended=ended)
    verdicts = zip(lines, report.steps, strict=True)
    found = tuple(Line(text, step.status, step.reason, step.misconception) for text, step in verdicts)
    is_right = None if verdict is None or is_rounded else _is_right(verdict, ended=ended)
    if is_right and not ended and trusted is not None and _is_on_the_way(problem, lines[-1], trusted.answer):
        is_right = None
    is_unread = ended and verdict is not None and is_right is None
    return Review(found, report.first_error, is_right, is_unread, is_rounded, is_bare, None if is_right or is_rounded else aside)


def _is_named(lines: Sequence[str], key: Key | None) -> bool:
    """Whether the last line has a value for each name of the answer: `鸡12只，兔23只`."""
    names = told_apart(key.answer).keys() if key is not None else None
    return bool(names and lines) and told_apart(lines[-1]).keys() == names


def _is_on_the_way(problem: str, line: str, answer: str) -> bool:
    """Whether something is still to be calculated in a line, and not in the answer as the tutor has it."""
    written, wanted = (find_chains(bare(text), find_variables([problem, line, answer])) for text in (line, answer))
    return is_unfinished(written[-1:]) and not is_unfinished(wanted)  # what comes last: 移项得3x-2x=5+6，合并得x=11


def _is_right(verdict: Verdict, *, ended: bool) -> bool | None:
    """Of work that goes on only a right answer is taken for one. A key that is rounded may be what the answer is exactly."""
    if verdict.outcome is Outcome.CORRECT or verdict.reason.template == ROUNDS_TO:
        return True
    return False if ended and verdict.outcome is Outcome.INCORRECT else None


def _with_zeros(text: str) -> str:
    """With a zero for the letter O that is taken for it where text is read off a photo, `x² - 4 = O`."""
    mended = READ_AS_O.sub("0", text)
    return text if re.search(r"\b[Oo]\b", mended) else mended


def _report(problem: str, lines: Sequence[str], key: Key | None, *, ended: bool) -> tuple[WorkReport, int | None]:
    """What the step checker says, which takes each work for a whole one, and the line that is aside. Of work that goes on, the last line
    need not be the answer, and a calculation that holds, but that no solution we know has, may be on a way of the student's own.
    """
    by_calculation = partial(check_steps, problem, bared(lines), seconds=SECONDS)
    if key is None:
        return by_calculation(), None
    report = by_calculation(reference=bare(key.solution) or None, answer=key.answer if ended else None, samples=key.samples)
    first = report.first_error
    if ended or first is None:
        return report, None
    blamed = report.steps[first]
    if _may_come_yet(problem, lines, first, blamed.reason.template, key):
        return by_calculation(), None
    is_named = blamed.misconception is not None and blamed.misconception not in BY_DISTANCE
    if is_named or blamed.reason.template not in ABOUT_THE_ANSWER | OTHER_WAY:
        return report, None
    calculated = by_calculation()
    return calculated, first if calculated.first_error is None else None


def _may_come_yet(problem: str, lines: Sequence[str], first: int, why: str, key: Key) -> bool:
    """Whether a line of work that goes on is blamed for what is right in its place: it is not the answer; an equation has many ways
    to its solution; or what it comes to is on the key's way."""
    if why == findings.NOT_THE_ANSWER:
        return True
    if why in OTHER_WAY:
        return bool(_equations(problem, find_variables([problem])))
    on_the_way = set(stated(f"{problem}\n{key.solution}"))
    calculated = find_computations([find_chains(bare(lines[first]), find_variables([problem, *lines]))])
    return why in ABOUT_THE_ANSWER and all(is_in(one.value, on_the_way) for one in calculated)


def said_plainly(text: str) -> str:
    """A guess without its words: `12` of "is it 12?", "I think it's 12" and 答案是12吗?"""
    said = GUESSING.sub("", SURE.sub("", " ".join(text.split()).rstrip("?？ ")))
    return IS_IT_RIGHT.sub("", said).rstrip("?？,， ")


def _is_value(line: str) -> bool:
    """Whether it is a number and no more: 宽是6 says of what, which may be something on the way."""
    said = said_plainly(line)
    return read_number(said) is not None and without_lead(said) == said


def _answers(problem: str, work: str, lines: Sequence[str]) -> str | None:
    """The answer that the work comes to: said, or what the last line's equation comes to, or a last line that is a value alone."""
    said = final_answer(work)
    if said is not None or not lines:
        return said and said_plainly(said)
    last = said_plainly(lines[-1])
    if _is_solution(problem, last) or told_apart(last):
        return last
    if "=" in last:
        return _result(problem, last)
    return last if len(last) <= SHORT and (_is_value(last) or _is_list(last) or _tells_a_new_value(problem, last)) else None


def _tells_a_new_value(problem: str, line: str) -> bool:
    """Whether a line of words says one value, and none of the problem's: "the area is 72 cm²". It may be of something on the way."""
    values = set(stated(line))
    return len(values) == 1 and not any(is_in(value, stated(problem)) for value in values)


def _is_solution(problem: str, line: str) -> bool:
    """Whether the whole line is an answer: several values of a letter, `x = 2 or x = -3`, or an inequality for it, `x > 7`."""
    variables = find_variables([problem, line])
    relations = _equations(line, variables)
    if any(_same(one, other) for one in relations for other in _equations(problem, variables)):
        return False
    return (len(relations) > 1 or any("=" not in chain.relations for chain in relations)) and all(map(_says_what_a_letter_is, relations))


def _says_what_a_letter_is(relation: Chain) -> bool:
    names = [side for side in relation.sides if any(map(is_name, side.readings))]
    open_ = [side for side in relation.sides if any(symbols(reading) - CONSTANTS.keys() for reading in side.readings[:1])]
    return len(names) == 1 and open_ == names


def _result(problem: str, line: str) -> str | None:
    """The right side; the left one of `2 = x`. None for an equation that is not solved yet, and for one that the problem gives."""
    variables = find_variables([problem, line])
    right = line.rpartition("=")[2].strip(" $。.") or None
    equations = [chain for chain in _equations(line, variables) if "=" in chain.relations]
    if not equations:
        return right
    if any(_same(equations[-1], chain) for chain in _equations(problem, variables)):
        return None
    *_, left, last = equations[-1].sides
    if not any(map(is_name, left.readings)) and any(map(is_name, last.readings)):
        return left.text
    return None if _is_open(left, last) else right


def _same(one: Chain, other: Chain) -> bool:
    readings = [side.readings for side in one.sides]
    return all(readings) and one.relations == other.relations and readings == [side.readings for side in other.sides]


def _is_open(left: Side, right: Side) -> bool:
    """Whether this is an equation for a letter, `3x - 4 = 2`, and no calculation with it, `2x + 3 - 3 = 2x`."""
    if not any(symbols(reading) - CONSTANTS.keys() and not is_name(reading) for reading in left.readings[:1]):
        return False
    return check(left.text, right.text).outcome is Outcome.INCORRECT


def _compared(problem: str, work: str, lines: Sequence[str], key: Key | None) -> Verdict | None:
    """What the work comes to, held against the key's answer."""
    if key is None:
        return None
    answer = _answers(problem, work, lines)
    verdict = None if answer is None else check(key.answer, answer)
    if verdict is not None and verdict.outcome is Outcome.CORRECT:
        return verdict
    exact_before = lines[-1].split("=") if verdict is not None and verdict.reason.template == ROUNDED else []
    others = (check(key.answer, other) for other in [*_endings(problem, lines, key.answer), *exact_before])
    return next((other for other in others if other.outcome is Outcome.CORRECT), verdict)


def _endings(problem: str, lines: Sequence[str], answer: str) -> Iterator[str]:
    """What may be the answer where it is not said to be one: what the last line says, and the values of the answer's letters that stand
    one below the other."""
    if not lines:
        return
    last = said_plainly(lines[-1])
    if len(last) <= SHORT and (_has_form(last, answer) or compact(last) == compact(answer)):
        yield answer
    if told_apart(answer):
        yield answer if mathematically_equal(answer, last) else told_at_the_end(lines) or last  # `23, 12` is `鸡23只，兔12只`
    if (concluded := CONCLUDED.split(last)[1:]) and "=" in concluded[-1]:
        yield concluded[-1].strip()
    clause = last if told_apart(last) else CLAUSES.split(last)[-1]  # 用去8千克，剩12千克
    if len(last) <= SHORT and "=" not in clause and _tells_a_new_value(problem, clause):
        yield stated_answer(clause) or clause
    count = len(answer_values(answer))
    letters = find_variables([answer]) or (find_variables([problem]) if count > 1 else frozenset())
    values = {value: None for line in lines for value in _values_of(line, letters)}
    if len(values) == count:
        yield ", ".join(values)


def _is_list(line: str) -> bool:
    """Whether it is numbers alone: `(4, 3)`, "2 and 3", "3 out of 28"."""
    return COUNTED.fullmatch(line) is not None or (LISTED.fullmatch(line) is not None and all(map(read_number, answer_values(line))))


def _is_bare(lines: Sequence[str], key: Key | None) -> bool:
    """Whether it is one value and nothing else, or, where the answer has several, as many."""
    if len(lines) != 1 or _is_value(lines[0]) or key is None:
        return len(lines) == 1 and _is_value(lines[0])
    return len(answer_values(key.answer)) == len(answer_values(lines[0])) > 1 and _is_list(said_plainly(lines[0]))


def _has_form(line: str, answer: str) -> bool:
    """Whether it is the answer's own expression, its parts in any order: `3x + 6 + 4` has the value of `3x + 10`, and is on the way."""
    variables = find_variables([line, answer])
    written, wanted = ([_signature(chain) for chain in find_chains(bare(text), variables)] for text in (line, answer))
    return bool(variables) and written == wanted


def _values_of(line: str, letters: frozenset[str]) -> Iterator[str]:
    """`x = 3`, as a line says it of one of the letters or (`x1 = 3`) of one that begins so."""
    for chain in _equations(line, find_variables([line])):
        name = next((side.text for side in chain.sides if any(map(is_name, side.readings))), "")
        if _says_what_a_letter_is(chain) and name[:1] in letters and set(chain.relations) == {"="}:
            yield f"{name} = {chain.sides[-1].text}"


def summary(found: Review, language: Language) -> str:
    """What the tutor says of it, without the answer."""
    if found.is_bare and found.answer_is_right is not None:
        return say("finished" if found.answer_is_right else "answer_wrong_alone", language)
    if found.first_error is not None and found.lines[found.first_error].reason.template == findings.LOST:
        return say("solution_lost", language, line=found.first_error + 1)
    if found.first_error is not None:
        line, before = found.first_error + 1, found.first_error
        name = "wrong_first" if before == 0 else "wrong_after_one" if before == 1 else "wrong_after_right"
        return say(name, language, line=line, before=before)
    if found.answer_is_right:
        return say("all_right" if all(line.status != "unverified" for line in found.lines) else "answer_right", language)
    if found.is_rounded:
        return say("answer_rounded", language)
    if found.answer_is_right is False:
        return say("answer_wrong", language)
    if found.is_unread:
        return say("answer_unread", language)
    if found.aside is not None:
        return say("aside", language, line=found.aside + 1)
    return say("so_far", language)


def reached(problem: str, steps: Sequence[Step], work: str) -> int:
    """How many steps of the reference the work has come past: up to the last whose result it says, or all of whose equations."""
    variables = find_variables([problem, work, *(step.text for step in steps)])
    given = set(map(_signature, _equations(problem, variables)))
    written = [chain for chain in _equations(work, variables) if _signature(chain) not in given]
    past = [_first(steps, value, variables) for value in _results(problem, work, written)]
    for at, step in enumerate(steps, 1):
        equations = [chain for chain in _equations(step.text, variables) if _signature(chain) not in given]
        if not step.value and equations and all(any(_says_the_same(one, other) for other in written) for one in equations):
            past.append(at)
    return max(past, default=0)


def is_on_the_way(problem: str, steps: Sequence[Step], solution: str, said: str) -> bool:
    """Whether what cannot be checked by itself ("the width is 8") has a result or an equation of the solution's, and no number but its."""
    given, known = stated(problem), stated(bare(solution))
    new = [value for value in stated(said) if not is_in(value, given)]
    return all(is_in(value, known) for value in new) and (bool(new) or reached(problem, steps, said) > 0)


def _says_the_same(one: Chain, other: Chain) -> bool:
    """Whether two equations have the same parts, or sides that come to the same: `5x - 2x = 8 + 7` and `3x = 15`."""
    if _signature(one) == _signature(other):
        return True
    if one.relations != ("=",) or other.relations != ("=",):
        return False
    return all(check(mine.text, theirs.text).outcome is Outcome.CORRECT for mine, theirs in zip(one.sides, other.sides, strict=True))


def _results(problem: str, work: str, written: Sequence[Chain]) -> Iterator[Fraction]:
    """The numbers that are not the problem's, and those that something is said to be equal to."""
    given = stated(problem)
    yield from (value for value in stated(work) if not is_in(value, given))
    yield from (exact(side.readings[0]) for chain in written for side in chain.sides[1:] if _is_plain(side))


def _first(steps: Sequence[Step], value: Fraction, variables: frozenset[str]) -> int:
    """The number of the first step with this result; 0 where there is none."""
    return next((at for at, step in enumerate(steps, 1) if is_in(value, _result_of(step, variables))), 0)


def _result_of(step: Step, variables: frozenset[str]) -> list[Fraction]:
    """What a step comes to; of an equation that says what a letter is, that, for a student's letter may be another."""
    if step.value:
        return value_of(step.value)
    last = _equations(step.text, variables)[-1:]
    return [exact(side.readings[0]) for chain in last if _says_what_a_letter_is(chain) for side in chain.sides[1:] if _is_plain(side)]


def _is_plain(side: Side) -> bool:
    return any(map(is_plain, side.readings[:1]))


def _equations(text: str, variables: frozenset[str]) -> list[Chain]:
    return [chain for chain in find_chains(bare(text), variables) if chain.relations]


def _signature(chain: Chain) -> tuple[str, ...]:
    """What stands in it, in any order: the same for `(x + 3)(x - 2) = 0` and `0 = (x - 2)(x + 3)`."""
    parts = [part for side in chain.sides for reading in side.readings[:1] for part in walk(reading)]
    written = [part.name if isinstance(part, Operation) else str(part) for part in parts]
    return *sorted([*written, *(side.text for side in chain.sides if not side.readings)]), *sorted(chain.relations)
