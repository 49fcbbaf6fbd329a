"""Does a boxed answer say what the program printed? Tolerant of form: both come from one author, who was not told how to write them."""

import re
from fractions import Fraction

from grading.checking.answers import Outcome, Verdict, check
from grading.checking.extract import boxed_answer
from grading.checking.numbers import Number, read_number
from grading.checking.printed import to_latex
from grading.checking.printed_sets import set_to_latex
from grading.checking.quantities import same_number
from grading.checking.text import half_width
from grading.checking.told_apart import told_apart

LONGEST = 2_000  # characters of an output that are read, from its end
LINES = 6  # printed one to a line, these can be the values of one answer
SECONDS = 2.0  # for one comparison of expressions

LABEL = re.compile(r"^.{0,200}(?:[:：≈]|\bis\b|是|为|(?<![<>!=])=(?!=))\s*")
WRAPPING = re.compile(r"\\left|\\right|\\displaystyle|\\[,;!]|\$|\\[()\[\]]|^\s*x\s*\\in\s*")
SEPARATOR = re.compile(r",|;|、|\n|\\\\|\bor\b|\band\b|\\text\{\s*(?:or|and|或|和)\s*\}|或|和|\\quad")
SAYS_SET = re.compile(r"[<>≤≥∪∞]|\\(?:l|g)(?:e|t|eq)\b|\\(?:cup|infty)\b|[\[(][^()\[\]]*,[^()\[\]]*[\])]")
WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}|[\u4e00-\u9fff]")
BRACKETS = {"(": ")", "[": "]", "{": "}"}
TEXT = re.compile(r"\\(?:text|mathrm|textbf)\{([^{}]*)\}")
TRAILING_UNIT = re.compile(r"\s*\\(?:text|mathrm)\{[^{}]*\}\s*$")


def agrees(answer: str, output: str) -> bool | None:
    """Whether `answer` is the last result in `output`. None: one of them cannot be read, or an earlier line says the same as the answer."""
    claimed = answer_values(answer)
    lines = [boxed_answer(line) or line.strip() for line in output[-LONGEST:].splitlines() if line.strip()]
    if not claimed or not lines:
        return None
    if printed_set := set_to_latex(_unlabelled(lines[-1])):
        verdict = _decided(check(answer, printed_set, seconds=SECONDS))
        return verdict if verdict or SAYS_SET.search(answer) else None  # the largest of them may be asked for, or how many there are
    readings = [answer_values(lines[-1]), answer_values(_unlabelled(lines[-1]))]
    if len(claimed) > 1:
        readings += [answer_values(", ".join(map(_unlabelled, lines[-count:]))) for count in range(2, min(LINES, len(lines)) + 1)]
    ordered = _is_tuple(answer) and _is_tuple(lines[-1])
    verdicts = [_compare(claimed, reading, ordered=ordered) for reading in readings]
    if True in verdicts:
        return True
    if False in verdicts[:2] and not _mentions(claimed, lines):
        return False
    return None


def _mentions(claimed: list[str], lines: list[str]) -> bool:
    """Whether an earlier line, or a part of the last one that has a name, is the answer: which one was meant is not known."""
    *earlier, last = lines[-LINES:]
    parts = [] if _unlabelled(last) == last else [[value] for value in answer_values(last)]
    return any(_compare(claimed, values) for values in [*(answer_values(_unlabelled(line)) for line in earlier), *parts])


def _unlabelled(line: str) -> str:
    """`x = 5` and `The total is: 5` without what stands before the value. A dictionary's colons are no labels."""
    return line if line.startswith(("{", "[", "(")) else LABEL.sub("", line)


def answer_values(text: str) -> list[str]:
    """The values of an answer or of a printed result: `x = 1/2, x = -3`, `[-3, 1/2]`, `\\{-3, \\frac12\\}` and `{x: 3}` alike;
    of `鸡23只，兔12只` without the names."""
    if told := told_apart(text):
        return list(told.values())
    text = WRAPPING.sub(" ", half_width(text[:LONGEST])).strip().rstrip(".。").replace(r"\{", "{").replace(r"\}", "}")
    if read_number(text):
        return [text]
    inner = _without_brackets(text)
    parts = [_unlabelled(part.strip()).strip() for part in _split(inner)]
    return [value for part in parts if part for value in _signs(part)]


def _without_brackets(text: str) -> str:
    if len(text) < 2 or BRACKETS.get(text[0]) != text[-1]:
        return text
    depth = 0
    for at, char in enumerate(text):
        depth += (char in BRACKETS) - (char in BRACKETS.values())
        if depth == 0:
            return text[1:-1] if at == len(text) - 1 else text
    return text


def _split(text: str) -> list[str]:
    """At separators outside of brackets."""
    parts, start = [], 0
    for separator in SEPARATOR.finditer(text):
        before = text[: separator.start()]
        if all(before.count(opening) <= before.count(closing) for opening, closing in BRACKETS.items()):
            parts.append(text[start : separator.start()])
            start = separator.end()
    return [*parts, text[start:]]


def _signs(value: str) -> list[str]:
    """`\\pm 3` is two values."""
    plus_or_minus = re.match(r"(?:\\pm|±)\s*(.+)", value)
    return [plus_or_minus[1], f"-{plus_or_minus[1]}"] if plus_or_minus else [value]


def _is_tuple(text: str) -> bool:
    return WRAPPING.sub("", text).strip().startswith("(")


def _compare(claimed: list[str], results: list[str], *, ordered: bool = False) -> bool | None:
    """Whether two collections hold the same values, in the same order where `ordered`."""
    if len(claimed) != len(results):
        return False if results and all(map(_is_mathematical, [*claimed, *results])) else None
    doubtful, left = False, list(results)
    for value in claimed:
        verdicts = [_equal(value, result) for result in (left[:1] if ordered else left)]
        if True in verdicts:
            del left[verdicts.index(True)]
        elif None in verdicts:
            doubtful = True
        else:
            return False
    return None if doubtful else True


def _equal(value: str, result: str) -> bool | None:
    left, right = read_number(value), read_number(result)
    if left and right:
        return _rounds_to(left, right) or same_number(left, right)
    if TEXT.sub(r"\1", value).casefold() == result.casefold():
        return True
    latex = to_latex(result)
    if latex is None or not _is_mathematical(value):
        return None
    return _decided(check(TRAILING_UNIT.sub("", value), latex, seconds=SECONDS))


def _decided(verdict: Verdict) -> bool | None:
    return None if verdict.outcome is Outcome.UNDECIDED else verdict.outcome is Outcome.CORRECT


def _is_mathematical(value: str) -> bool:
    return read_number(value) is not None or to_latex(value) is not None or not WORDS.search(TRAILING_UNIT.sub("", value))


def _rounds_to(answer: Number, printed: Number) -> bool:
    """Whether `answer` is what was printed, rounded to the decimals that it shows."""
    if not answer.decimals or not printed.decimals or printed.decimals < answer.decimals:
        return False
    return abs(answer.value - printed.value) <= Fraction(1, 2 * 10**answer.decimals)
