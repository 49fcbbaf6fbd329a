"""Does a text give the final answer away? Decided by value: `0.5`, `\\frac12` and `one half` are one answer.

A number of the problem may be spoken of, even where it is the answer as well; but no letter may be said to be it, and no calculation may
come to it.

Not covered: such a number where only words say that it is the answer ("Could it be 2?"), an answer in words ("no solution") that is hinted
at without being stated or that stands in the problem, and a description from which the answer can be had at once ("the number after 41").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, islice

from grading.checking.agreement import answer_values
from grading.checking.answers import Outcome, check
from grading.checking.choices import read_choice
from grading.checking.clock import Clock, compare_clocks, read_clock
from grading.checking.extract import final_answer
from grading.checking.numbers import Number, read_number
from grading.checking.text import compact, unwrapped
from grading.checking.working.claims import Chain, Side, find_chains
from grading.checking.working.computations import is_in
from grading.checking.working.expressions import Expression, NoValue, exact, is_name, is_plain, symbols
from grading.checking.working.letters import find_variables
from grading.checking.working.quantities import stated

SECONDS = 2.0  # for one comparison of formulas
MOST = 40  # formulas and relations of a text that are compared
CHOSEN = r"\b(?i:option|choice|answer|choose|pick)\b\W{{0,4}}(?:is\W{{1,3}})?{0}\b|(?:选项?|答案(?:是|为)?)\W{{0,4}}{0}|[(（]{0}[)）]"
OPTION = re.compile(r"(?:^|(?<=[\s(（]))([A-J])\s*[).:：．、）]\s*", re.MULTILINE)
WORDS = re.compile(r"[^\W\d_]{2,}(?:[ '’-][^\W\d_]+)*")  # an answer in words: "no solution", "Wednesday", 星期三
TIME = re.compile(
    r"\b\d{1,2}(?::\d\d){1,2}(?:\s?[AaPp]\.?[Mm]\b\.?)?|\b\d{1,2}\s?[AaPp]\.?[Mm]\b\.?|[上下]午\S{1,3}[点时](?:\S{1,3}分|半)?"
)
NEGATIVE = re.compile(r"(?:\b(?:minus|negative)\b|负)\s*")
BOX = re.compile(r"\\(?:boxed|fbox)\b")
PAIR = re.compile(r"[(\[][^()\[\]=<>]{1,60},[^()\[\]=<>]{1,60}[)\]]")  # an interval or a point: no expression
BE = r"\b(?:(?:must|should|would|could|can|may|will|has to) be|is|are|be)\b"
MORE = r"\W*[\d./]+\W*(?:more|less|fewer|times|greater|larger|smaller|older|younger|longer|倍|多|少)"  # "is 2 more than y" is no "is 2"
NOT_BY = r"(?<!\d )(?<!\d\$ )"  # nor is "2 larger than y"
IN_WORDS = {
    ">=": re.compile(rf"(?:{BE} )?(?:at least|greater than or equal to)\b|大于或?等于|不小于"),
    "<=": re.compile(rf"(?:{BE} )?(?:at most|less than or equal to)\b|小于或?等于|不大于"),
    ">": re.compile(rf"{BE} more than\b|(?:{BE} )?{NOT_BY}(?:greater|larger|bigger) than\b|大于"),
    "<": re.compile(rf"(?:{BE} )?{NOT_BY}(?:less|smaller) than\b|小于"),
    "=": re.compile(rf"{BE}(?: equal to\b)?(?!{MORE})|(?:就|应|应该|必须)?[是为](?!{MORE})"),
}

type Key = tuple[tuple[Expression | str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What must not be said: the `values` of an answer's parts that do not stand in the problem; the `letters` of a choice.
    `results` are the values that no calculation may come to, because none in the problem does; `values` are among them. `formulas` are
    those parts that are no numbers, and `claims` all that no relation may say. `words` is an answer in words, `clock` a time of day.
    """

    answer: str
    problem: str
    values: frozenset[Fraction] = frozenset()
    results: frozenset[Fraction] = frozenset()
    formulas: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    letters: str = ""
    words: str = ""
    clock: Clock | None = None


def secret_of(answer: str, problem: str) -> Secret:
    """The answer's parts (each of two roots is one). What the problem says itself is no secret; of a choice, what its options say is."""
    choice = read_choice(answer)
    if choice is None or not choice.capital:
        return _secret(answer, problem)
    stem, options = _options(problem)
    chosen = ", ".join(options[letter] for letter in choice.letters if letter in options)
    secret = _secret(chosen, stem) if chosen else Secret(answer=answer, problem=problem)
    return replace(secret, letters=choice.letters)


def _options(problem: str) -> tuple[str, dict[str, str]]:
    """What a multiple-choice problem says before its options, and the text of each: those that are marked A, B, … one after the other."""
    marks: list[re.Match[str]] = []
    for mark in OPTION.finditer(problem):
        if ord(mark[1]) == ord("A") + len(marks):
            marks.append(mark)
    if len(marks) < 2:
        return problem, {}
    ends = [*(mark.start() for mark in marks[1:]), len(problem)]
    texts = (problem[mark.end() : end].strip().partition("\n")[0] for mark, end in zip(marks, ends, strict=True))
    return problem[: marks[0].start()], {mark[1]: text.strip(" (（,，;；") for mark, text in zip(marks, texts, strict=True)}


def _secret(answer: str, problem: str) -> Secret:
    said = list(_values(problem))
    given = {*stated(problem), *(value for value, is_result in said if not is_result)}
    calculated = {value for value, is_result in said if is_result}
    parts = answer_values(answer)
    numbers = [value for part in parts if (number := read_number(part)) is not None for value in _forms(number)]
    words, clock = unwrapped(answer).strip(" ."), read_clock(answer)
    relations = [compact(_written(one)) for one in _statements(answer, find_variables([answer])) if one.relations]
    return Secret(
        answer=answer,
        problem=problem,
        values=frozenset(value for value in numbers if not is_in(value, given)),
        results=frozenset(value for value in numbers if not is_in(value, calculated)),
        formulas=(*([answer] if len(parts) > 1 else []), *(part for part in parts if read_number(part) is None)),
        claims=(answer, *parts, *relations),
        words=words if WORDS.fullmatch(words) and not _has_words(problem, words) else "",
        clock=clock if clock is not None and not _has_time(problem, clock) else None,
    )


def _forms(number: Number) -> Iterator[Fraction]:
    """The numbers that say the same: 25 % is 0.25, and two and a half hours are 150 minutes."""
    yield number.value
    if number.percent:
        yield number.value / 100
    if number.unit == "hour":
        yield number.value * 60


def _has_words(text: str, words: str) -> bool:
    bounded = re.escape(words) if words[0] >= "\u3400" else rf"\b{re.escape(words)}\b"
    return re.search(bounded, text, re.IGNORECASE) is not None


def _has_time(text: str, clock: Clock) -> bool:
    times = (read_clock(time) for time in TIME.findall(text))
    return any(compare_clocks(clock, time).outcome is not Outcome.INCORRECT for time in times if time is not None)


def leaks(text: str, secret: Secret) -> bool:
    """Whether `text` says the answer or a part of it. May take seconds where formulas are compared: not for an event loop."""
    if BOX.search(text) or _is_said(text, secret):
        return True
    if secret.letters and re.search(CHOSEN.format(secret.letters), text):
        return True
    if (secret.words and _has_words(text, secret.words)) or (secret.clock is not None and _has_time(text, secret.clock)):
        return True
    if any(is_in(value, secret.values) for value in [*stated(text), *_negatives(text)]):
        return True
    if any(is_in(value, secret.results if calculated else secret.values) for value, calculated in _values(text)):
        return True
    return any(_gives_away(statement, secret) for statement in _new_statements(text, secret.problem))


def _is_said(text: str, secret: Secret) -> bool:
    """Said to be the answer, even where its value stands in the problem."""
    said = final_answer(text)
    return said is not None and check(secret.answer, said, seconds=SECONDS).outcome is Outcome.CORRECT


def _negatives(text: str) -> Iterator[Fraction]:
    """Negative numbers whose sign is a word: "minus three", 负三."""
    for sign in NEGATIVE.finditer(text):
        yield from (-value for value in stated(text[sign.end() :].partition(" ")[0])[:1])


def _values(text: str) -> Iterator[tuple[Fraction, bool]]:
    """What the calculations in a text come to, said or not, and its numbers with their signs; and which of the two each is."""
    for chain in find_chains(text, find_variables([text])):
        for side in chain.sides:
            for reading in side.readings[:1]:
                try:
                    yield exact(reading), not is_plain(reading)
                except NoValue:
                    continue


# --- Formulas and relations ------------------------------------------------------------------------------------------------


def _new_statements(text: str, problem: str) -> list[Chain]:
    """Those that neither the problem makes itself, nor only give a name to what stands in it."""
    variables = find_variables([problem, text])
    given = set(map(_key, _statements(problem, variables)))
    found = {key: said for said in _statements(text, variables) if (key := _key(said)) not in given}
    return list(islice((said for said in found.values() if not _only_names(said, given)), MOST))


def _only_names(relation: Chain, given: set[Key]) -> bool:
    """Of a number that stands in the problem, "x is this" may be the answer; of a formula, it is the problem said again."""
    return any(read_number(side.text) is None and not _is_name(side) and _key(Chain((side,))) in given for side in relation.sides)


def _statements(text: str, variables: frozenset[str]) -> Iterator[Chain]:
    """Each expression, interval and point by itself, and each relation between two of them; an order of three as a whole as well."""
    for relation, words in IN_WORDS.items():
        text = words.sub(f" {relation} ", text)
    for pair in PAIR.findall(text):
        yield Chain((Side(pair),))
    for chain in find_chains(text, variables):
        yield from (Chain((side,)) for side in chain.sides if side.text)
        if set(chain.relations) <= {"=", "≈"}:
            yield from (Chain(pair, ("=",)) for pair in combinations(chain.sides, 2) if all(side.text for side in pair))
        else:
            yield chain
            yield from (Chain(chain.sides[at : at + 2], (relation,)) for at, relation in enumerate(chain.relations))


def _key(statement: Chain) -> Key:
    """The same for the same statement, however it is spaced."""
    return tuple(side.readings[0] if side.readings else "".join(side.text.split()) for side in statement.sides), statement.relations


def _written(statement: Chain) -> str:
    first, *others = [side.text.rstrip("^{ ") for side in statement.sides]  # what is left of `30^\circ`
    return " ".join([first, *(f"{relation} {side}" for relation, side in zip(statement.relations, others, strict=True))])


def _gives_away(statement: Chain, secret: Secret) -> bool:
    written = _written(statement)
    if not statement.relations:
        claims = () if any(map(_is_name, statement.sides)) else secret.formulas
    elif compact(written) in secret.claims:
        return True
    else:
        claims = secret.claims if _solves(statement, find_variables([secret.answer])) else ()
    return any(check(claim, written, seconds=SECONDS).outcome is Outcome.CORRECT for claim in claims)


def _solves(relation: Chain, letters: frozenset[str]) -> bool:
    """Whether it says what a letter is, or a function's value; one of `letters`, where the answer names any. `2x = 4` says as much as
    `x = 2`, and is a step on the way."""
    return any(_is_name(side) and (not letters or symbols(side.readings[0]) & letters) for side in relation.sides)


def _is_name(side: Side) -> bool:
    return any(map(is_name, side.readings[:1]))
