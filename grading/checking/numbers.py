"""Plain numbers as people write them: `1/2`, `$1{,}000`, `50%`, `6.02e23`, `１２`, `三分之二`, `1 1/2`, `12 元`, `2 h 30 min`."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from grading.checking import numerals
from grading.checking.numerals import PARTS, is_decimal_numeral, read_numeral
from grading.checking.text import plain, unwrapped
from grading.checking.units import is_countable, read_unit, unit_name

LONGEST = 200  # characters
LARGEST_EXPONENT = 400  # a power of ten beyond a float's range is no answer, and costs memory

DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)"
TEN_TO = r"(?:[eE]|\s*(?:\*|\\times|\\cdot|x(?=\s*10\s*\^))\s*10\s*(?:\^|\*\*)\s*)"
PLAIN = re.compile(rf"(?P<number>{DECIMAL})(?:{TEN_TO}\{{?(?P<exponent>[+-]?\d{{1,4}})\}}?)?")
POWER_OF_TEN = re.compile(r"10\s*(?:\^|\*\*)\s*\{?(?P<exponent>[+-]?\d{1,4})\}?")
REPEATING = re.compile(
    r"(?P<fixed>\d*\.\d*)(?:\\overline\s*\{(?P<repeated>\d{1,30})\}|\\dot\s*\{?(?P<first>\d)\}?(?P<rest>\d{0,20}\\dot\s*\{?\d\}?)?)"
)
FRAC = rf"\\frac\s*(?:\{{\s*(?P<top>-?{DECIMAL})\s*\}}|(?P<top1>\d))\s*(?:\{{\s*(?P<bottom>{DECIMAL})\s*\}}|(?P<bottom1>\d))"
MIXED = re.compile(rf"(?:(?P<whole>\d+)\s*)?{FRAC}")
SLASHED = re.compile(rf"(?:(?P<whole>\d+)(?:\s+(?:and\s+)?|\s*又\s*))?(?P<top>{DECIMAL})\s*/\s*(?P<bottom>{DECIMAL})")
THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3}|[ ']\d{3})+(?![\d,])")
DECIMAL_COMMA = re.compile(r"[^()\[\]{}\d]*\d+,\d+[^()\[\]{}\d]*")
MONEY = {"$": "$", "¥": "元", "€": "€", "£": "£", "₹": "₹", "¢": "¢"}
MONEY |= {"RMB": "元", "CNY": "元", "EUR": "€", "GBP": "£", "Rs": "₹"}
PREFIX = re.compile(r"(?P<sign>-?)\s*(?:(?P<sign_of_money>[$¥€£₹])|(?:US|CA)\$|(?P<code>USD|RMB|CNY|EUR|GBP|Rs)\.?\s)\s*")

PERCENT = re.compile(r"\s*(?:%|\bper\s?cent(?:age)?\b|\bpct\b|个百分点)\s*$", re.IGNORECASE)
# What may follow the number. A single letter glued to it ("5x") is a symbol, no unit.
TAIL = re.compile(
    r"(?:\^\s*\{?\s*\\circ\s*\}?\s*(?P<degrees>[CF]\b)?"
    r"|\s*\\text\{(?P<tex>[^{}]*)\}\s*(?P<power>\^\s*\{?[23]\}?)?"
    r"|\s*(?P<zh>[\u4e00-\u9fff][\u4e00-\u9fff/()]{0,11})"
    r"|\s*(?P<sign>[$€£₹¢¥])"
    r"|\s*(?P<glued>°C|°F|[cdmkµ]ms?|m(?=\^)|[km]gs?|m[lL]|km/h|mph|ft|in|oz|min|deg|rad|(?:hr|sec|wk|yr|lb)s?)(?P<glued_power>\^?\{?[23]\}?)?"
    r"|(?P<letter>[mgshlL])"
    r"|\s+(?P<words>[A-Za-z][A-Za-z.]*(?:[ /'-]+[A-Za-z.]+){0,7}(?:\^\{?[23]\}?)?))$"
)
PART_WORD = re.compile(rf"({DECIMAL})[\s-]+([a-z]+)\b")  # `3 quarters of a mile`
SCALES = {"hundred": 100, "dozen": 12} | numerals.SCALES
SCALED_WORDS = re.compile(rf"({DECIMAL})\s+({'|'.join(SCALES)})s?\b")
ZH_NUMERAL = "零〇一二两三四五六七八九十百千万"
PART = re.compile(
    rf"(?P<value>\d+(?:\.\d+)?|[{ZH_NUMERAL}]+?)\s*(?P<unit>\\text\{{[^{{}}]*\}}|[A-Za-z]+|(?:千(?=[克米]))?[^\W\d_A-Za-z{ZH_NUMERAL}]+)\s*(?:,|and|又|零)?\s*"
)
HOURS = re.compile(r"(\d{1,4})\s*(?::\s*([0-5]\d)\s*(?:h|hrs?|hours?)|h\s*([0-5]\d))")  # `2:30 h`, `2h30`
DEGREES = re.compile(r"(\d{1,3})\s*\^\s*\{?\s*\\circ\s*\}?\s*([0-5]?\d(?:\.\d+)?)\s*'(?:\s*([0-5]?\d(?:\.\d+)?)\s*(?:''|\"))?")  # `30°15'`
FEET = re.compile(r"(\d+)\s*(?:'|ft|foot|feet)\s*(\d+(?:\.\d+)?)\s*(?:''|\")?")  # `5'6"`, `5 ft 6`
HUNDREDTHS = re.compile(r"(\d+)\s*(€|euros?|£|pounds?|\$|dollars?|m)\s*(\d\d)(?:\s*(?:p|pence|cents?|cm))?")  # `12 € 50`, `4m50`
REMAINDER = re.compile(
    r"(\d+)\s*(?:r|R|,?\s*(?:with (?:a )?)?rem(?:ainder|\.)?(?: of)?|余数?|[…⋯]{1,2}|\.{3,6}|(?:\\cdot\s*){2,6}|\\dots)\s*(\d+)"
    r"|商(?:是|为|:)?\s*(\d+)\s*,?\s*余数?(?:是|为|:)?\s*(\d+)"
)  # of a division
RANGE = re.compile(rf"(?P<low>{DECIMAL})\s*(?P<between>-|to)\s*(?P<high>{DECIMAL})")
ORDINAL = re.compile(r"^(\d+)\s*(?:\^\s*\{?\s*)?(?:\\text\{\s*)?(?:st|nd|rd|th)(?:\s*\})*$")
ARC = {"分": "arcminute", "秒": "arcsecond"}  # of a degree
HOUR = frozenset({"h", "hr", "hrs", "hour", "hours"})
SHORT = {"分": "分钟", "时": "小时", "钟": "小时"}


@dataclass(frozen=True, slots=True)
class Number:
    """An exact value; what stood behind it; decimals and significant digits as written (None: not a decimal fraction).

    `doubtful`: the unit is a letter glued to the number (`5m`, `5m^2`), which may as well be a variable.
    `compound`: written in two units (`1 h 30 min`); `unit` is the first of them.
    """

    value: Fraction
    unit: str = ""
    percent: bool = False
    decimals: int | None = None
    digits: int = 0
    doubtful: bool = False
    compound: bool = False


def read_number(text: str) -> Number | None:
    """The one number that `text` is; None where it is anything else, or longer than a number is."""
    if not text or len(text) > LONGEST:
        return None
    return read_plain_number(plain(text))


def read_plain_number(text: str) -> Number | None:
    """The same for a text that is in its plain spelling already."""
    if not text or len(text) > LONGEST:
        return None
    text, money = _without_money(ORDINAL.sub(r"\1", text))
    text = THOUSANDS.sub(lambda match: re.sub(r"[, ']", "", match[0]), text)
    number = _read_with_unit(text)
    if number is None or not money:
        return number
    return replace(number, unit=money) if not number.unit and not number.percent else number


def read_remainder(text: str) -> tuple[int, int] | None:
    """`7 R 2`, `7 remainder 2`, `7余2`, `7……2` as 7 and 2."""
    match = REMAINDER.fullmatch(text) if len(text) <= LONGEST else None
    return (int(match[1] or match[3]), int(match[2] or match[4])) if match else None


def read_range(text: str, *, word: str = "-") -> tuple[Fraction, Fraction] | None:
    """`20-30`, a class of measured values, as its ends; `word` is what stands between them."""
    match = RANGE.fullmatch(text) if len(text) <= LONGEST else None
    if match is None or match["between"] not in word.split("|"):
        return None
    low, high = Fraction(match["low"]), Fraction(match["high"])
    return (low, high) if low < high else None


def _without_money(text: str) -> tuple[str, str]:
    """`-$5` as `-5`, and the currency."""
    match = PREFIX.match(text)
    if match is None:
        return text, ""
    return match["sign"] + text[match.end() :], MONEY.get(match["sign_of_money"] or match["code"] or "$", "$")


def _read_with_unit(text: str) -> Number | None:
    if (number := _read_value(text)) is not None:
        return number
    if percent := PERCENT.search(text):
        number = _read_value(unwrapped(text[: percent.start()]))
        return replace(number, percent=True) if number else None
    if text.endswith("}") and PERCENT.search(unwrapped(text)):
        return _read_with_unit(unwrapped(text))
    if (match := PART_WORD.match(text)) and (part := PARTS.get(match[2].removesuffix("s")) or PARTS.get(match[2])):
        return _read_with_unit(f"{Fraction(match[1]) / part} {re.sub('^ *of (?:an? )?', '', text[match.end() :])}".strip())
    if match := SCALED_WORDS.search(text):
        text = f"{Fraction(match[1]) * SCALES[match[2]]} {text[match.end() :]}".strip()
        return _read_with_unit(text)
    return _read_compound(text) or _read_tail(text)


def _read_tail(text: str) -> Number | None:
    """The longest value that has a unit behind it: `5 cups of rice`, `二十元`."""
    for match in _tails(text):
        number = _read_value(text[: match.start()].strip())
        if number is not None:
            unit = _unit_of(match)
            doubtful = match["letter"] is not None or (match["glued"] == "m" and match[0].startswith("m"))
            return replace(number, unit=unit, doubtful=doubtful) if _is_unit(match, unit) else None
    return None


def _tails(text: str) -> list[re.Match[str]]:
    """Chinese numerals and units are written in the same characters, so each split of them is tried, the longest numeral first."""
    match = TAIL.search(text)
    if match is None:
        return []
    if not match["zh"]:
        return [match]
    splits = [TAIL.match(text, at) for at in range(len(text) - 1, match.start() - 1, -1)]
    return [split for split in splits if split is not None and split["zh"]]


def _unit_of(match: re.Match[str]) -> str:
    if match["power"] or match["glued_power"]:
        return (match["tex"] or match["glued"]).strip() + "^" + re.sub(r"\D", "", match["power"] or match["glued_power"])
    if match[0].lstrip().startswith("^"):
        return f"°{match['degrees'] or ''}"
    text = next(group for group in match.groups() if group)
    return MONEY.get(text) or unit_name(text)


def _is_unit(match: re.Match[str], unit: str) -> bool:
    """Whether the words can be what is counted: not `squared`, nor the variables of `5 xy`."""
    words = re.split(r"[^a-z]+", unit)
    if match["words"] is None:
        return match["tex"] is None or is_countable(unit)
    symbols = len(words[0]) <= 2 or (len(words[0]) == 3 and not re.search("[aeiou]", words[0]))
    return is_countable(unit) and (not symbols or read_unit(words[0]) is not None or read_unit(unit) is not None)


def _read_compound(text: str) -> Number | None:
    """`2 h 30 min`, `3元5角`: parts of one kind, each of a smaller unit than the one before."""
    if number := _read_parts(text):
        return number
    parts = list(PART.finditer(text))
    if not 2 <= len(parts) <= 4 or "".join(part[0] for part in parts) != text:
        return None
    names = [unwrapped(part["unit"]).strip() for part in parts]
    if any(name in ("元", "角", "块", "毛") for name in names):
        names = ["分钱" if name == "分" else name for name in names]
    if names[0].lower() in HOUR or names == ["m", "s"]:
        names = ["min" if name == "m" else name for name in names]
    if names[0] == "度":
        names = [ARC.get(name, name) for name in names]
    units = [read_unit(SHORT.get(name, name)) for name in names]
    if any(unit is None for unit in units):
        return None
    known = [unit for unit in units if unit is not None]
    if len({unit.kind for unit in known}) > 1 or any(left.factor <= right.factor for left, right in pairwise(known)):
        return None
    values = [Fraction(part["value"]) if part["value"][0].isdigit() else read_numeral(part["value"]) or Fraction(0) for part in parts]
    total = sum((value * unit.factor for value, unit in zip(values, known, strict=True)), Fraction(0))
    return Number(total / known[0].factor, unit_name(SHORT.get(names[0], names[0])), compound=True)


def _read_parts(text: str) -> Number | None:
    """Two units in a short spelling of their own: `2:30 h`, `30°15'`, `5'6"`, `12 € 50`."""
    if match := HOURS.fullmatch(text):
        return Number(int(match[1]) + Fraction(int(match[2] or match[3]), 60), "hour", compound=True)
    if match := DEGREES.fullmatch(text):
        return Number(int(match[1]) + Fraction(match[2]) / 60 + Fraction(match[3] or 0) / 3600, "°")
    if match := FEET.fullmatch(text):
        return Number(int(match[1]) + Fraction(match[2]) / 12, "ft", compound=True)
    if match := HUNDREDTHS.fullmatch(text):
        return Number(int(match[1]) + Fraction(int(match[3]), 100), "£" if match[2].startswith("pound") else match[2], compound=True)
    return None


def _read_value(text: str) -> Number | None:
    text = text.strip()
    sign = -1 if text.startswith(("-", "负")) else 1
    text = text.removeprefix("+") if sign > 0 else text[1:]
    text = _inside_brackets(text.strip()).strip()
    number = _read_decimal(text) or _read_fraction(text) or _read_repeating(text)
    if number is None and (value := read_numeral(text)) is not None:
        number = Number(value, decimals=len(text.partition("点")[2]) if is_decimal_numeral(text) else None)
    return replace(number, value=sign * number.value) if number else None


def _inside_brackets(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] + text[-1] in ("()", "{}") else text


def _read_decimal(text: str) -> Number | None:
    if match := POWER_OF_TEN.fullmatch(text):
        written, exponent = "1", int(match["exponent"])
    elif match := PLAIN.fullmatch(text):
        written, exponent = match["number"], int(match["exponent"] or 0)
    else:
        return None
    if abs(exponent) > LARGEST_EXPONENT:
        return None
    decimals = None if exponent else len(written.partition(".")[2])
    digits = len(written.replace(".", "").lstrip("0"))
    return Number(Fraction(written) * Fraction(10) ** exponent, decimals=decimals, digits=digits)


def _read_fraction(text: str) -> Number | None:
    if match := MIXED.fullmatch(text):
        top, bottom = match["top"] or match["top1"], match["bottom"] or match["bottom1"]
    elif match := SLASHED.fullmatch(text):
        top, bottom = match["top"], match["bottom"]
    else:
        return None
    if not Fraction(bottom):
        return None
    part = Fraction(top) / Fraction(bottom)
    if match["whole"] and not 0 < part < 1:
        return None
    return Number(Fraction(match["whole"] or 0) + part)


def _read_repeating(text: str) -> Number | None:
    r"""`0.1\overline{6}`, `0.1\dot{6}`, `0.\dot{1}4285\dot{7}`."""
    match = REPEATING.fullmatch(text)
    if match is None:
        return None
    repeated = match["repeated"] or match["first"] + re.sub(r"\D", "", match["rest"] or "")
    fixed = match["fixed"]
    shift = len(fixed.partition(".")[2])
    base = Fraction(fixed if fixed[-1] != "." else fixed + "0") if fixed != "." else Fraction(0)
    return Number(base + Fraction(int(repeated), (10 ** len(repeated) - 1) * 10**shift))
