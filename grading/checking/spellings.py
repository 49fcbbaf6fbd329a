"""What students write that reads as something else: respelled, from the plain spelling.

Values with names become equations: `x is 2 and y is 3`, `x: 2, y: 3`, `x=2 y=3`, `x1=2, x2=-3`. `3 to 4` becomes a ratio, `all reals
except 2` a set, a decimal comma a point. `f'(x) is 6x` and `d/dx(3x^2) = 6x` say what a derivative is.
"""

import re
from dataclasses import dataclass

from grading.checking.numbers import read_plain_number
from grading.checking.numerals import read_numeral
from grading.checking.quantities import same_number
from grading.checking.text import compact

QUANTITY = "mean|median|modes?|range|average|slope|gradient|area|volume|perimeter|length|width|height|speed|probability|radius"
NAME = rf"(?:[A-Z]{{2,3}}|(?i:{QUANTITY})|[A-Za-z](?:_?\d{{1,3}}|_\{{\d\}})?)"
SAYS = r"(?:\s*[=:是为]\s*|\s+(?:is|equals)\s+)"
BEGINS = re.compile(rf"{NAME}{SAYS}")
BETWEEN = re.compile(rf"(\s*(?:[,;]|\b(?:and|or|und|oder|et|ou)\b|\\text\{{ ?(?:and|or) ?\}}|[和或且])\s*|\s+(?={NAME}{SAYS}))")
PAIR = re.compile(rf"(?P<name>{NAME})(?P<says>{SAYS})(?P<value>[^=<>:]+)")
WITHOUT_LETTERS = re.compile(r"(?:\\[A-Za-z]+|[^A-Za-z\u4e00-\u9fff=<>:])+")
# `x=\pi y=3`, where LaTeX needs the space; `AB = 5 m = 500 cm`.
MAY_BE_PRODUCT = re.compile(rf"\\[A-Za-z]+\s+{NAME}\s*=|[\d}}]\s+[mgshlL]\s*=")
INDEXED = re.compile(r"([A-Za-z])(\d+)")

# What stands for a sign between a letter and a value, or a value alone: `x is at least 3`, `all numbers greater than 2`.
WORDED = {
    r"\ge": "(?:greater|more|bigger|larger|higher) than or equal to|at least|not? (?:less|smaller|lower) than",
    r"\le": "(?:less|smaller|lower) than or equal to|at most|not? (?:greater|more|bigger|larger|higher) than",
    ">": "(?:greater|more|bigger|larger|higher) than",
    "<": "(?:less|smaller|lower) than",
    r"\ne": "not equal to|(?:can'?t|cannot|can not) (?:be|equal)|isn'?t|(?<=is )not",
}
WORDED_SIGNS = {sign: re.compile(rf"(?:\s+(?:is|are|must be|has to be))?\s*\b(?:{words})\s+(?=[-\d\\])") for sign, words in WORDED.items()}
SIGN = r"(?=(?:[<>]|\\[lgn]e )\s*[-\d\\])"
NUMBERS = re.compile(rf"^(?:(?:all|any|every)\s+)?(?:(?:real )?numbers?|values)\s*{SIGN}")
NAMELESS = re.compile(rf"(^|\b(?:and|or)|[且或,])\s*{SIGN}")
# `x > 1 < 3`, as 大于1小于3 reads in signs: both are meant.
BOTH = re.compile(r"(?P<name>[A-Za-z])\s*(?P<low>(?:>|\\ge )[^A-Za-z<>,且或]+?)[,且]?\s*(?P<high>(?:<|\\le )[^A-Za-z<>,且或]+)")
RANGED = re.compile(r"[<>∞]|\\(?:le|ge|ne|infty|setminus)\b")
LETTER = re.compile(r"(?<![A-Za-z\\])[a-z](?![A-Za-z])")
REAL_WITH = re.compile(r"^(?:all|any) real numbers?,?\s*(?:where |such that |with |but )?(?=[a-z]\s*(?:[<>]|\\[lgn]e\b))")
REMAINS = re.compile(r"(?:r|rem|remainder)\.?\s*(?:is |= ?)?(\d+)", re.IGNORECASE)
BEARING = re.compile(r"([NS])\s*(\d{1,2})\s*\^\s*\{?\\circ\s*\}?\s*([EW])")
NUMBER_LIST = re.compile(r"-?\d+(?:\.\d+)?(?:\s*[,;]\s*-?\d+(?:\.\d+)?)+|-?\d+(?:\.\d+)? and -?\d+(?:\.\d+)?")
SPACED_LIST = re.compile(r"(?!\d{1,3}(?: \d{3})+$)-?\d+(?:\.\d+)?(?: -?\d+(?:\.\d+)?)+")

POWER = re.compile(r"([A-Za-z])的(?:(平方)|立方)")
EXCEPT = re.compile(
    r"除了?(?P<left_out>[^A-Za-z\u4e00-\u9fff]+(?:[和或][^A-Za-z\u4e00-\u9fff]+)*)[以之]?外"
    r"|(?:all|any|every) (?:real numbers?|reals?)(?: x)?,? (?:except|other than|but)(?: for)?(?: x ?=)? ?"
    r"(?P<values>[^A-Za-z]+(?:(?:and|or)[^A-Za-z]+)*)",
    re.IGNORECASE,
)
# What a derivative is said to be: `f'(x) is 6x - 6`, `d/dx (3x^2) = 6x`, `(3x^2)' = 6x`.
FUNCTION = re.compile(r"(?P<name>[A-Za-z]'{0,2}\([a-z]\)|[a-z]'{1,2})(?::\s*|\s+(?:is|equals)\s+)(?P<value>[^=<>:]+)")
DERIVED = re.compile(
    r"(?:(?:d/dx|\\frac\s*\{d\}\s*\{dx\})\s*[(\[].+[)\]]|[(\[].+[)\]]\s*'|(?:\\int\b|∫).+d[a-z])\s*=\s*(?P<value>[^=<>:]+)"
)
IMAGINARY = {sign: re.compile(rf"(?<![A-Za-z\\]){sign}(?![A-Za-z])") for sign in "ij"}
POWERLESS = re.compile(r"(?<![A-Za-z\\^_])([a-z])([2-9])(?![\d.^_])")  # `15x2`
DOUBLE = re.compile(r"([A-Za-z])_?\{?1\}?\s*=\s*\1_?\{?2\}?\s*=\s*([^=<>:]+)")  # `x1 = x2 = 2`
TWICE = re.compile(r"\s*\((?:double|twice|repeated|doppelt|(?:double|repeated) (?:root|solution)|二?重根)\)$", re.IGNORECASE)
TERM = re.compile(r"(?:(?:the )?(?:nth|general) term\s*(?:=|:|\bis\b)|(?P<name>[A-Za-z])(?:n|\(n\))\s*=)\s*(?P<value>.+)")  # of a sequence
# What has a value and is no unknown: an intersection, an absolute value, a variance.
VALUED = re.compile(
    r"(?:[A-Z](?:\s*\\c[au]p\s*[A-Z])+|\|(?:\\vec|[-+a-cz{}\s]|[A-Z])+\||[sS]\^\{?2\}?|[a-z](?:\s*[-+]\s*\d?[a-z])+(?=\s*=\s*\())"
    r"\s*=\s*(?P<value>[^=]+|\\\{.+\\\})"
)
MEASURED = re.compile(r"(?:[A-Za-z_{}\s\\]+|(?P<left>[^=<>:]*\d[^=<>:]*))=\s*(?P<value>[^=<>:]+)")  # `S = 24cm^2`, `500 cm = 5 m`
CALCULATION = re.compile(r"(?:[\d\s.+*/()-]|\\(?:times|cdot|div)\b)+")
PENCE = re.compile(r"(?:£\s*(\d+\.\d\d)|(\d+(?:\.\d+)?))\s*p")  # `£1.35p`, `135p`
CELSIUS = re.compile(r"(-?\d+(?:\.\d+)?)\s*C")
OUT_OF = re.compile(r"(\d+|[a-z]+) (?:out of|in) (\d+|[a-z]+)")
COUNTED = re.compile(r"(?<=\d)\s*\(([\u4e00-\u9fff]{1,4})\)")  # `20-8=12(个)`
COMPARED = re.compile(r"(\d+)比(\d+)")
LONG_NAME = 4  # letters of a word
LISTING = re.compile(r"\s*,?\s*(?:\b(?:and|or)\b|[和或])")
RATIO = re.compile(r"\d+(?:\.\d+)?(?: to \d+(?:\.\d+)?)+")  # `3 to 4`
# Points or spaces between thousands and a comma before decimals, or several points: `1.234,5`, `1 234,5`, `1.234.567`.
GROUPED = re.compile(r"(?<![\d.,])([1-9]\d{0,2}(?:(?:\.\d{3})+(?=,\d)|(?:[ ']\d{3})+(?=,\d)|(?:\.\d{3}){2,})(?:,\d+)?)(?![\d.,])")
THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2})\.(\d{3})(?![\d.,])")  # `5.000`, which may as well be 5
DECIMALS = re.compile(r"(?<![\d,.])(\d+),(\d+)(?![\d,.])")
WHOLE_OR_THOUSANDS = re.compile(r"(?<!\d)(?:\d+,0+|[1-9]\d{0,2},\d{3})(?!\d)")
BRACKETS = re.compile(r"[()\[\]]|\\\{")
ONE_DECIMAL = re.compile(r"(?<![\d,.])\d+,\d(?!\d)")  # `1,5`, which may as well be 1 and 5
SOLVED = re.compile(r"([A-Za-z])\s*=\s*-?\d+(?:,\d+)?")
SEPARATED = re.compile(r";|\b(?:and|or)\b|[和或]")


SEQUENCE = re.compile(r"[A-Za-z]_\{?n\}?\s*=|[^=]*n[^=]*$")
WORD = re.compile(r"(?<![\\A-Za-z])(?!arc|sin|cos|tan|cot|sec|csc|log|exp|sqrt)[A-Za-z]{3,}|[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """`certain`: the text can hardly be meant in another way."""

    text: str
    certain: bool


def with_names(text: str, other: str = "") -> Spelling | None:
    """The values with an equals sign each, and something between them; None where the text is anything else, or spelled so already.

    `other` is the answer that it is compared with: where that has a colon as well, both may be ratios.
    """
    spelled = _in_relations(text, other) or _in_signs(text) or _of_function(text, other) or _measured(text, other)
    if spelled is None or compact(spelled) == compact(text):
        return _with_equations(text, other)
    return _with_equations(spelled, other) or Spelling(spelled, certain=True)


def _with_equations(text: str, other: str) -> Spelling | None:
    if RATIO.fullmatch(text):
        return Spelling(text.replace(" to ", ":"), certain=":" in other)
    if not BEGINS.match(text) or (":" in text and ":" in other):
        return None
    pieces = BETWEEN.split(text)
    parts, joints = pieces[::2], pieces[1::2]
    pairs = [PAIR.fullmatch(part) for part in parts]
    values = [pair["value"] if pair else part for pair, part in zip(pairs, parts, strict=True)]
    if pairs[0] is None or not all(map(_is_value, values)):
        return None
    names = _with_indices([pair["name"] if pair else "" for pair in pairs], other)
    equations = [f"{name} = {value}" if name else value for name, value in zip(names, values, strict=True)]
    between = ["", *(joint if joint.strip() else " and " for joint in joints)]
    spelled = "".join(joint + equation for joint, equation in zip(between, equations, strict=True))
    if compact(spelled) == compact(text):
        return None
    may_be_ratio = len(pairs) == 1 and ":" in text and len(names[0]) < LONG_NAME and not re.match(rf"{re.escape(names[0])}\s*=", other)
    return Spelling(spelled, certain=not (may_be_ratio or MAY_BE_PRODUCT.search(text)))


def _in_relations(text: str, other: str) -> str | None:
    """`x is at least 3` as an inequality, beside one in signs; `14 17` as a list, beside one; `N 45° E` as an angle from the north."""
    if SPACED_LIST.fullmatch(text) and NUMBER_LIST.fullmatch(other):
        return text.replace(" ", ", ")
    if other.isdigit() and (remainder := REMAINS.fullmatch(text)):
        return remainder[1]
    if bearing := BEARING.fullmatch(text):
        angle = int(bearing[2]) if bearing[1] == "N" else 180 - int(bearing[2])
        return rf"{angle if bearing[3] == 'E' else 360 - angle}^\circ"
    if not RANGED.search(other):
        return None
    spelled, name = REAL_WITH.sub("", text), LETTER.search(other)
    for sign, words in WORDED_SIGNS.items():
        spelled = words.sub(" " + sign.replace("\\", r"\\") + " ", spelled)
    if spelled == text and not NAMELESS.search(spelled):
        return None
    letter = name[0] if name else "x"
    return NAMELESS.sub(rf"\1 {letter} ", NUMBERS.sub(f"{letter} ", spelled.strip())).strip()


def _in_signs(text: str) -> str | None:
    """What words say, or words in brackets: `all reals except 2`, `1 out of 4`, `20-8=12(个)`, `4比3`, `x = 2 (twice)`."""
    if match := EXCEPT.fullmatch(text):
        return rf"\R \setminus \{{{LISTING.sub(',', match['left_out'] or match['values'])}\}}"
    if match := BOTH.fullmatch(text):
        return f"{match['name']} {match['low']} and {match['name']} {match['high']}"
    if match := POWER.fullmatch(text):
        return f"{match[1]}^{2 if match[2] else 3}"
    if match := OUT_OF.fullmatch(text):
        values = [int(part) if part.isdigit() else read_numeral(part) for part in match.groups()]
        return f"{values[0]}/{values[1]}" if None not in values else None
    if match := DOUBLE.fullmatch(TWICE.sub("", text)):
        return f"{match[1]}_1 = {match[1]}_2 = {match[2]}"
    spelled = TWICE.sub("", COMPARED.sub(r"\1:\2", COUNTED.sub(r"\1", text)))
    return spelled if spelled != text else None


def _measured(text: str, other: str) -> str | None:
    """The quantity alone that a name is said to be, beside one without a name."""
    if "£" in other and (pence := PENCE.fullmatch(text)):
        return f"£{pence[1]}" if pence[1] else f"{pence[2]} pence"
    if other.endswith("C") and (celsius := CELSIUS.fullmatch(text)):
        return rf"{celsius[1]} \text{{°C}}"
    match = None if "=" in (other or "=") else MEASURED.fullmatch(text)
    number = read_plain_number(match["value"]) if match else None
    if match is None or number is None or not number.unit:
        return None
    left = read_plain_number(match["left"].strip()) if match["left"] else None
    says_value = not match["left"] or CALCULATION.fullmatch(match["left"]) or (left and left.unit and same_number(left, number))
    return match["value"] if says_value else None


def _of_function(text: str, other: str) -> str | None:
    """What is said of a function, its derivative or the terms of a sequence."""
    if (match := TERM.fullmatch(text)) and SEQUENCE.match(other or "x_n"):
        return f"{match['name'] or 'a'}_n = {match['value']}"
    if (match := DERIVED.fullmatch(text)) or ("=" not in (other or "") and (match := VALUED.fullmatch(text))):
        return match["value"]
    if (match := FUNCTION.fullmatch(text)) and not WORD.search(match["value"]):
        return f"{match['name']} = {match['value']}"
    return None


def _is_value(text: str) -> bool:
    return WITHOUT_LETTERS.fullmatch(text) is not None or read_plain_number(text) is not None


def _with_indices(names: list[str], other: str) -> list[str]:
    """`x1` and `x2` as `x_1` and `x_2`, where each is there and nothing else; `a27` as `a_{27}` where a bare value is expected."""
    found = [match for name in names if (match := INDEXED.fullmatch(name))]
    if found and all(re.search(rf"{match[1]}_\{{?{match[2]}\b", other) for match in found):
        return [INDEXED.sub(r"\1_{\2}", name) for name in names]
    is_one = len(names) == len(found) == 1 and "=" not in other
    are_all = len({match[1] for match in found}) == 1 and {int(match[2]) for match in found} == set(range(1, len(names) + 1))
    return [INDEXED.sub(r"\1_{\2}", name) for name in names] if is_one or (are_all and len(names) > 1) else names


def with_powers(text: str, other: str) -> str:
    """`15x2` as `15x^2`, which was typed or pasted without its sign, where the other answer has a power."""
    return POWERLESS.sub(r"\1^\2", text) if "^" in other else text


def with_i(text: str, other: str) -> str:
    """`3 + 2j` as `3 + 2i`, where the other answer has an i, and neither has both, as vectors do."""
    has_i, has_j = ([IMAGINARY[sign].search(each) is not None for each in (text, other)] for sign in "ij")
    return IMAGINARY["j"].sub("i", text) if (has_i, has_j) == ([False, True], [True, False]) else text


def may_be_list(text: str) -> bool:
    """Whether a comma in `1,5` may stand between two values, rather than before decimals."""
    return not re.search("[;|]", text) and ONE_DECIMAL.search(text) is not None and not _is_system(text)


def _is_system(text: str) -> bool:
    """`x = 1,5 and y = 2`: a value for each name."""
    values = [SOLVED.fullmatch(part) for part in re.split(r"\s*\b(?:and|und|et)\b\s*", text)]
    return len({value[1] for value in values if value}) == len(values) > 1


def with_decimal_points(text: str) -> Spelling | None:
    """`12,5` as 12.5; None where there is a comma that can be no decimal comma, or a pair in brackets (`(4,5)`)."""
    grouped = GROUPED.sub(lambda match: re.sub("[. ']", "", match[0]), text)
    spelled = DECIMALS.sub(r"\1.\2", grouped)
    if spelled == text and (spelled := THOUSANDS.sub(r"\1\2", text)) != text:
        return Spelling(spelled, certain=False)
    if spelled == text or "," in spelled or (BRACKETS.search(text) and not SEPARATED.search(text)):
        return None
    return Spelling(spelled, certain=grouped != text or WHOLE_OR_THOUSANDS.search(text) is None)
