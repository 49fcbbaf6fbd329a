"""What the text of a problem adds to the verdict on an answer: the unit and the form that it asks for, what its letters and options are,
and that its own words are no answer.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from grading.checking.answers import LONGEST, Outcome, Verdict, check
from grading.checking.choices import OTHER_CHOICE, SAME_CHOICE, read_choice
from grading.checking.forms import lacks_form
from grading.checking.formulas import WRONG_VARIABLE
from grading.checking.lists import ORDER
from grading.checking.named import named_values
from grading.checking.numbers import Number, read_number
from grading.checking.quantities import PERCENT_UNCLEAR
from grading.checking.reasons import template
from grading.checking.reduced import is_of_primes, is_reduced
from grading.checking.text import half_width, plain
from grading.checking.units import Unit, read_unit
from grading.checking.verdicts import ALIKE, DIFFERENT, EQUAL, correct, incorrect, undecided

COPIED = template("This stands in the problem already, and is not finished.")
OTHER_UNIT = template("The problem asks for another unit.")
PROBABILITY_OR_ODDS = template("It is not clear whether a probability or a ratio is meant.")
NOT_REDUCED = template("The value is right, but it is not in its simplest form.")
NOT_THE_FORM = template("The value is right, but it is not in the form that the problem asks for.")

ENGLISH = re.compile(
    r"(?:\b(?:in|into|to|many)\s+|(?:多少|[化换算]成|化为|单位[:是为]?)\s*)"
    r"((?:(?:square|cubic)\s+)?[a-zµ]+(?:\^\{?[23]\}?)?(?:/[a-z]+)?)(?![A-Za-z])"
)
CHINESE = re.compile(r"(?:(?:多少|几)个?|[化换算]成|化为|单位[:是为]?)([\u4e00-\u9fff]{1,6})")
WORKED = re.compile(r".[-+*/^=<>]|\\[a-z]|(?:log|ln|sin|cos|tan|sqrt)")  # something is left to do
# What asks for another way to write what stands there already.
REWRITING = re.compile(
    r"\bas an? (?:(?:mixed|improper|proper|single|simplified) )?(?:fraction|decimal|percent|number|ratio|power|product)|\bas the product"
    r"|in (?:standard|scientific|index) (?:form|notation)|in words|numerals?"
    r"|(?:[化写]成|化为|用)(?:最简)?(?:[带假真]?分数|小数|百分数|整数比|比(?![例较])|幂)|科学[记计]数法",
    re.IGNORECASE,
)
SIMPLEST = re.compile(r"simplest|lowest terms|\bsimplify|(?:in|of) the form [\w\s$]{0,6}(?:√|\\sqrt)|最简|化简|约分", re.IGNORECASE)
CHANCE = re.compile(r"probab|chance|likel|\bP\s*\(|概率|可能性|几率", re.IGNORECASE)
PRIMES = re.compile(r"prime factor|product of prime|[质素]因[数子]", re.IGNORECASE)
ORDERED = re.compile(
    r"in order\b(?! (?:to|for|that)\b)|ascending|descending|\b(?:smallest|largest|least|greatest|lowest|highest) (?:first|to)\b"
    r"|\bnext \w+ (?:terms|numbers)|\bfirst \w+ terms"
    r"|[从由][小大高低]到[小大高低]|升序|降序|依次|(?:接下来|[后前])的?[两二三四五\d]+(?:项|个数)",
    re.IGNORECASE,
)
LIST = re.compile(r"[^()\[\]{}<>]+[,;][^()\[\]{}<>]+")
PERCENT_GIVEN = re.compile(r"\d\s*%")
PERCENT_ASKED = re.compile(r"(?<!\d)(?<!\d )%|per\s?cent|\brate\b|chance|probab|百分|率|折|prozent|pour\s?cent|por ciento", re.IGNORECASE)
NUMERALS = re.compile(r"\broman\b|罗马", re.IGNORECASE)
NUMERAL = re.compile(r"[IVXLCDM]+", re.IGNORECASE)
# Whose value is asked for.
ASKED = re.compile(
    r"(?:what is|find|determine|calculate|work out|solve for|value of)\s+(?:the value of\s+)?"
    r"([a-z])\s*(?=[.?,;:]|$|(?:if|when|in|such|given|where)\b)"
    r"|(?:求|则|那么|问)\s*([a-z])\s*(?:的值)?\s*(?=[.?,;:]|$|(?:[是为=]|等于)\s*(?:多少|几|[?_(]))",
    re.IGNORECASE,
)
LABELLED = re.compile(r"\s*([^=<>≤≥]{2,}?)\s*=\s*([^=<>]+)")
INTEGRATED = re.compile(
    r"d[yx]\s*/\s*d|[yf]'|\\int|∫|integra|antiderivative|differential|primitive|Stammfunktion|积分|微分|原函数", re.IGNORECASE
)
CONSTANT = re.compile(r"(?<![A-Za-z\\])[ABCDKck](?![A-DF-Za-df-z])")
KIND = re.compile(r"\b(?:what|which)(?: (?:type|kind|sort) of(?: an?| the)?)? ([a-z]{4,})", re.IGNORECASE)
COMPLEX = re.compile(r"complex|imaginary|\\C\b|ℂ|复数|虚数", re.IGNORECASE)
NO_REAL = re.compile(r"(?:(?<=\bno )real\s+|(?<=[无有])实数?(?=[解根]))", re.IGNORECASE)
OPTION = re.compile(r"(?:^|(?<=[\s(]))\(?([A-J])[).:、]\s*(\S.*?)(?=[\s,;]+\(?[A-J][).:、]\s*\S|\s*$)", re.DOTALL)
OPEN_END = re.compile(r"^\s*=\s*(?=$|[?_\n.])")  # `3 + 4 = ?`
GLUED = re.compile(r"(?![\u4e00-\u9fff])\w")  # Chinese has no spaces between words
GOES_ON = frozenset("-+*/^=<>()_.")


def check_asked(problem: str, expected: str, given: str | None) -> Verdict:
    """`answers.check`, for the answer to a problem."""
    verdict = check(expected, given)
    if not given or not expected.strip() or len(given) > LONGEST or verdict.reason.template == ALIKE:
        return verdict
    problem, text = half_width(problem), plain(problem)
    expected, given = (half_width(answer).replace("、", ",") for answer in (expected, given))
    if NUMERALS.search(problem) and NUMERAL.fullmatch(plain(expected)) and NUMERAL.fullmatch(plain(given)):
        return correct(EQUAL) if plain(expected).upper() == plain(given).upper() else incorrect(DIFFERENT)
    if verdict.outcome is Outcome.CORRECT:
        return _refused(text, expected, given) or verdict
    return _by_option(problem, expected, given) or _accepted(text, expected, given) or _without_kind(text, expected, given) or verdict


# --- what is right by itself, and not what was asked for


def _refused(problem: str, expected: str, given: str) -> Verdict | None:
    if (WORKED.search(plain(given)) or REWRITING.search(problem)) and stands_in(problem, given):
        return undecided(COPIED)
    if PRIMES.search(problem) and is_of_primes(expected) and not is_of_primes(given.rpartition("=")[2]):
        return incorrect(NOT_REDUCED)
    if SIMPLEST.search(problem) and is_reduced(expected) and not is_reduced(given.rpartition("=")[2]):
        return incorrect(NOT_REDUCED)
    if lacks_form(problem, expected, given):
        return incorrect(NOT_THE_FORM)
    if CHANCE.search(problem) and "/" in expected and re.fullmatch(r"\s*\d+\s*(?::|to)\s*\d+\s*", given):  # odds, or a probability
        return undecided(PROBABILITY_OR_ODDS)
    if _names_another(problem, expected, given):
        return undecided(WRONG_VARIABLE)
    return _of_other_unit(problem, expected, given) or _in_other_order(problem, expected, given)


def _names_another(problem: str, expected: str, given: str) -> bool:
    """`x = 3` for the key 3, where y is asked for and x is a letter of the problem."""
    names, asked = named_values(plain(given)).keys(), _asked(problem)
    return len(names) == len(asked) == 1 and names != asked and _is_bare(expected) and all(_has_letter(problem, name) for name in names)


def _of_other_unit(problem: str, expected: str, given: str) -> Verdict | None:
    """The verdict on `10 m` where 10 is the key and the problem asks for centimetres, and on `12%` where it asks for a number."""
    number, asked = read_number(given), _units(problem)
    if number is None or not _is_bare(expected):
        return None
    if number.percent and PERCENT_GIVEN.search(problem) and not PERCENT_ASKED.search(problem):
        return undecided(PERCENT_UNCLEAR)
    if not asked or not (number.percent or read_unit(number.unit)):
        return None
    if any(check(f"{expected} {unit}", given).outcome is Outcome.CORRECT for unit in asked):
        return None
    is_like = any(_measures(unit) == _measures(number.unit) for unit in asked)  # lengths, areas and volumes are alike
    return incorrect(OTHER_UNIT) if is_like else undecided(OTHER_UNIT)


def _in_other_order(problem: str, expected: str, given: str) -> Verdict | None:
    if not (ORDERED.search(problem) and LIST.fullmatch(expected.strip()) and LIST.fullmatch(given.strip())):
        return None
    verdict = check(f"({expected})", f"({given})")
    return verdict if verdict.outcome is Outcome.INCORRECT and verdict.reason.template == ORDER else None


# --- what is right in the light of the problem


def _accepted(problem: str, expected: str, given: str) -> Verdict | None:
    """The verdict that an answer is right as the problem lets it be read."""
    for key, answer in _readings(problem, expected, given):
        verdict = check(key, answer)
        if verdict.outcome is Outcome.CORRECT:
            return undecided(COPIED) if stands_in(problem, given) else verdict
    return None


def _readings(problem: str, expected: str, given: str) -> Iterator[tuple[str, str]]:
    if unit := _unit_left_out(problem, expected, given):
        yield f"{expected} {unit}", given
    if value := _value_asked(problem, expected, given):
        yield expected, value
    if "=" not in expected and (labelled := LABELLED.fullmatch(given)) and stands_in(problem, labelled[1]):
        yield expected, labelled[2]
    if ORDERED.search(problem) and LIST.fullmatch(expected.strip()) and re.fullmatch(r"[^=<>]+(?:[<>][^=<>]+)+", given):
        yield f"({expected})", f"({re.sub('[<>]', ',', given)})"
    if INTEGRATED.search(problem) and (renamed := _with_constant(problem, expected, given)):
        yield expected, renamed
    if not COMPLEX.search(problem) and NO_REAL.search(f"{expected} {given}"):
        yield NO_REAL.sub("", expected), NO_REAL.sub("", given)


def _value_asked(problem: str, expected: str, given: str) -> str | None:
    """The `x = 2` of `y = 3, x = 2`, where x is asked for and y is a letter of the problem."""
    values, asked = named_values(plain(given)), _asked(problem)
    names = named_values(plain(expected)).keys() or (asked if _is_bare(expected) else set())
    if len(names) != 1 or not names < values.keys():
        return None
    known = names == asked or all(_has_letter(problem, name) for name in values)
    return ", ".join(f"{name} = {values[name]}" for name in names) if known else None


def _asked(problem: str) -> set[str]:
    """The letters whose values are asked for."""
    return {letter for found in ASKED.findall(problem) for letter in found if letter}


def _has_letter(problem: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z\\]){name}(?![A-Za-z])", problem) is not None


def _with_constant(problem: str, expected: str, given: str) -> str | None:
    """An answer with the key's letter for its constant: `y = Ae^{2x}` for `y = Ce^{2x}`."""
    wanted, found = (set(CONSTANT.findall(plain(text))) - set(CONSTANT.findall(problem)) for text in (expected, given))
    if len(wanted) != 1 or len(found) != 1 or wanted == found:
        return None
    name, other = found.pop(), wanted.pop()
    return CONSTANT.sub(lambda match: other if match[0] == name else match[0], plain(given))


def _by_option(problem: str, expected: str, given: str) -> Verdict | None:
    """The verdict on the text of an option where its letter is the key, as the problem lists them."""
    key, chosen = read_choice(plain(expected)), read_choice(plain(given))
    options = OPTION.findall(problem)
    if not (key and key.bare and key.capital) or chosen or len({letter for letter, _ in options}) != len(options):
        return None
    named = re.match(r"([A-J])\s*[-–]\s*\S", given)  # `B - 11`
    letters = (
        [named[1]] if named and len(options) > 1 else [letter for letter, text in options if check(text, given).outcome is Outcome.CORRECT]
    )
    if len(letters) != 1:
        return None
    return correct(SAME_CHOICE) if letters[0] == key.letters else incorrect(OTHER_CHOICE)


def _without_kind(problem: str, expected: str, given: str) -> Verdict | None:
    """The verdict without the noun that is asked for: `obtuse` and `obtuse angle`, where the problem asks what angle it is."""
    for kind in KIND.findall(problem):
        key, answer = (re.sub(rf"(?i)\s+{kind}s?\s*\.?$", "", text.strip()) for text in (expected, given))
        if (key, answer) != (expected.strip(), given.strip()):
            verdict = check(key, answer)
            return verdict if verdict.outcome is not Outcome.UNDECIDED else None
    return None


# --- what stands in the problem


def stands_in(problem: str, given: str) -> bool:
    """Whether an answer stands in the problem sign by sign, and as a whole: the `x^2 - 9` of "Factor x^2 - 9"."""
    text, answer = _in_one_spelling(problem), _in_one_spelling(given)
    if not answer:
        return False
    written = re.compile(r"\s*".join(map(re.escape, "".join(answer.split()))))
    return any(_is_whole(text, match) for match in written.finditer(text))


def _in_one_spelling(text: str) -> str:
    """`x^{2}` as `x^2`, and every sign of a product as `*`."""
    return re.sub(r"\\(?:cdot|times)(?![a-z])\s*", "*", re.sub(r"\^\{(\w)\}", r"^\1", plain(text)))


def _is_whole(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()], OPEN_END.sub("", text[match.end() :])
    glued = GLUED.match(before[-1:]) or GLUED.match(after)
    goes_on = before.rstrip()[-1:] in GOES_ON or (after.lstrip()[:1] in GOES_ON and not re.match(r"\s*\.(?!\d)", after))
    return not (glued or goes_on)


def _unit_left_out(problem: str, expected: str, given: str) -> str | None:
    """The unit that the problem asks for ("in cm", "多少厘米"), where the key has none and the answer has another one of its kind."""
    number = read_number(given)
    if not _is_bare(expected) or number is None or not number.unit:
        return None
    found = [unit for unit in _units(plain(problem)) if _is_of_kind(read_unit(unit), number)]
    return found[0] if len({read_unit(unit) for unit in found}) == 1 else None


def _is_bare(expected: str) -> bool:
    """Whether a key is a number and nothing else."""
    key = read_number(expected)
    return key is not None and key == replace(key, unit="", percent=False)


def _units(text: str) -> list[str]:
    chinese = (word[:length] for word in CHINESE.findall(text) for length in range(len(word), 0, -1))
    return [unit for unit in (*ENGLISH.findall(text), *chinese) if read_unit(unit) is not None]


def _measures(unit: str) -> set[str]:
    found = read_unit(unit)
    return {name for name, _power in found.kind} if found else set()


def _is_of_kind(unit: Unit | None, number: Number) -> bool:
    other = read_unit(number.unit)
    return unit is not None and other is not None and unit.kind == other.kind
