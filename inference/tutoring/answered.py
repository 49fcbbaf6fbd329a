"""The answer that a student's work comes to, said or not, and how it stands against the key's."""

import re
from collections.abc import Iterator, Sequence

from grading.checking.agreement import answer_values
from grading.checking.answers import Outcome, Verdict, check
from grading.checking.extract import final_answer
from grading.checking.prose import stated_answer
from grading.checking.quantities import ROUNDED
from grading.checking.text import compact
from grading.checking.told_apart import told_apart, told_at_the_end
from grading.checking.working.claims import Side, find_chains
from grading.checking.working.computations import is_in
from grading.checking.working.expressions import CONSTANTS, is_name, symbols
from grading.checking.working.letters import find_variables
from grading.checking.working.quantities import stated
from inference.selection import mathematically_equal
from inference.tutoring.equations import equations_in, same, says_what_a_letter_is, signature
from inference.tutoring.guesses import is_list, is_value, said_plainly
from inference.tutoring.key import Key, bare
from inference.tutoring.unfinished import is_unfinished

CONCLUDED = re.compile(r"\b(?:so|therefore|hence|thus)\b,?|∴|⇒|=>|所以|因此", re.IGNORECASE)
CLAUSES = re.compile(r"[，；,;]\s*(?=[\u4e00-\u9fff]|[A-Za-z]{3})")
SHORT = 60  # characters of a line that can be an answer alone
OF_MANY_NUMBERS = re.compile(r"[<>≤≥≠∞\[(]|\\(?:leq?|geq?|neq?|lt|gt|in|infty)(?![a-zA-Z])")


def compared(problem: str, work: str, lines: Sequence[str], key: Key | None) -> Verdict | None:
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


def is_bare(lines: Sequence[str], key: Key | None) -> bool:
    """Whether it is one value and nothing else, or, where the answer has several, as many."""
    if len(lines) != 1 or is_value(lines[0]) or key is None:
        return len(lines) == 1 and is_value(lines[0])
    return len(answer_values(key.answer)) == len(answer_values(lines[0])) > 1 and is_list(said_plainly(lines[0]))


def is_named(lines: Sequence[str], key: Key | None) -> bool:
    """Whether the last line has a value for each name of the answer: `鸡12只，兔23只`."""
    names = told_apart(key.answer).keys() if key is not None else None
    return bool(names and lines) and told_apart(lines[-1]).keys() == names


def is_to_calculate(problem: str, line: str, answer: str) -> bool:
    """Whether something is still to be calculated in a line, and not in the answer as the tutor has it."""
    written, wanted = (find_chains(bare(text), find_variables([problem, line, answer])) for text in (line, answer))
    return is_unfinished(written[-1:]) and not is_unfinished(wanted)  # what comes last: 移项得3x-2x=5+6，合并得x=11


def is_one_number(problem: str, line: str, key: Key | None) -> bool:
    """Whether a line says what a letter is equal to where an inequality is to be solved: `x = 5`, for `2x + 3 < 13`."""
    variables = find_variables([problem, line])
    asked, said = equations_in(problem, variables), equations_in(line, variables)[-1:]
    is_asked = any(asked) and not any("=" in chain.relations for chain in asked)
    is_said = any("=" in chain.relations and says_what_a_letter_is(chain) for chain in said)
    return key is not None and is_asked and is_said and OF_MANY_NUMBERS.search(key.answer) is not None


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
    return last if len(last) <= SHORT and (is_value(last) or is_list(last) or _tells_a_new_value(problem, last)) else None


def _tells_a_new_value(problem: str, line: str) -> bool:
    """Whether a line of words says one value, and none of the problem's: "the area is 72 cm²". It may be of something on the way."""
    values = set(stated(line))
    return len(values) == 1 and not any(is_in(value, stated(problem)) for value in values)


def _is_solution(problem: str, line: str) -> bool:
    """Whether the whole line is an answer: several values of a letter, `x = 2 or x = -3`, or an inequality for it, `x > 7`."""
    variables = find_variables([problem, line])
    relations = equations_in(line, variables)
    if any(same(one, other) for one in relations for other in equations_in(problem, variables)):
        return False
    return (len(relations) > 1 or any("=" not in chain.relations for chain in relations)) and all(map(says_what_a_letter_is, relations))


def _result(problem: str, line: str) -> str | None:
    """The right side; the left one of `2 = x`. None for an equation that is not solved yet, and for one that the problem gives."""
    variables = find_variables([problem, line])
    right = line.rpartition("=")[2].strip(" $。.") or None
    equations = [chain for chain in equations_in(line, variables) if "=" in chain.relations]
    if not equations:
        return right
    if any(same(equations[-1], chain) for chain in equations_in(problem, variables)):
        return None
    *_, left, last = equations[-1].sides
    if not any(map(is_name, left.readings)) and any(map(is_name, last.readings)):
        return left.text
    return None if _is_open(left, last) else right


def _is_open(left: Side, right: Side) -> bool:
    """Whether this is an equation for a letter, `3x - 4 = 2`, and no calculation with it, `2x + 3 - 3 = 2x`."""
    if not any(symbols(reading) - CONSTANTS.keys() and not is_name(reading) for reading in left.readings[:1]):
        return False
    return check(left.text, right.text).outcome is Outcome.INCORRECT


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


def _has_form(line: str, answer: str) -> bool:
    """Whether it is the answer's own expression, its parts in any order: `3x + 6 + 4` has the value of `3x + 10`, and is on the way."""
    variables = find_variables([line, answer])
    written, wanted = ([signature(chain) for chain in find_chains(bare(text), variables)] for text in (line, answer))
    return bool(variables) and written == wanted


def _values_of(line: str, letters: frozenset[str]) -> Iterator[str]:
    """`x = 3`, as a line says it of one of the letters or (`x1 = 3`) of one that begins so."""
    for chain in equations_in(line, find_variables([line])):
        name = next((side.text for side in chain.sides if any(map(is_name, side.readings))), "")
        if says_what_a_letter_is(chain) and name[:1] in letters and set(chain.relations) == {"="}:
            yield f"{name} = {chain.sides[-1].text}"
