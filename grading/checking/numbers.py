"""Plain numbers as people write them: `1/2`, `$1{,}000`, `50%`, `6.02e23`, `１２`, `三分之二`, `12 元`, with or without LaTeX."""

import re
from dataclasses import dataclass
from fractions import Fraction

LONGEST = 200  # characters
LARGEST_EXPONENT = 400  # a power of ten beyond a float's range is no answer, and costs memory

DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)"
PLAIN = re.compile(rf"(?P<number>{DECIMAL})(?:(?:[eE]|(?:\*|×|\\times|\\cdot)10(?:\^|\*\*))\{{?(?P<exponent>[+-]?\d{{1,4}})\}}?)?")
FRAC = rf"\\[dt]?frac(?:\{{(?P<top>-?{DECIMAL})\}}|(?P<top1>\d))(?:\{{(?P<bottom>{DECIMAL})\}}|(?P<bottom1>\d))"
MIXED = re.compile(rf"(?P<whole>\d+)?{FRAC}")
SLASHED = re.compile(rf"(?P<top>{DECIMAL})/(?P<bottom>-?{DECIMAL})")
THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])")

# What may follow the number. A single letter glued to it ("5x") is a symbol, no unit.
UNIT = re.compile(
    r"(?:\\?%"
    r"|\^?\{?\\circ\}?|°"
    r"|\s*\\(?:text|mathrm|mbox|textrm)\{(?P<tex>[^{}]*)\}(?:\^\{?\d\}?)?"
    r"|\s*(?P<zh>[\u4e00-\u9fff][\u4e00-\u9fff/]{0,11})"
    r"|\s*(?P<si>[cdmk]m|[km]?g|m[lL]|km/h|mph)(?:\^?\{?[\d²³]\}?)?"
    r"|\s+(?P<words>[A-Za-z][A-Za-z.]*(?:[ /][A-Za-z.]+){0,5}))$"
)

HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}

ZH_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
ZH_POWERS = {"十": 10, "百": 100, "千": 1000}
ZH_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")


@dataclass(frozen=True, slots=True)
class Number:
    """An exact value; what stood behind it; how many decimals were written (None: not a decimal fraction)."""

    value: Fraction
    unit: str = ""
    percent: bool = False
    decimals: int | None = None


def half_width(text: str) -> str:
    """Full-width digits, letters and punctuation as ASCII; nothing else is changed (`x²` stays)."""
    return text.translate(HALF_WIDTH)


def read_number(text: str) -> Number | None:
    """The one number that `text` is; None where it is anything else, or longer than a number is."""
    text = half_width(text[: LONGEST + 1]).strip()
    if not text or len(text) > LONGEST:
        return None
    text = _without_decoration(text)
    if (number := _read_value(text)) is not None:
        return number
    unit = UNIT.search(text)
    number = _read_value(text[: unit.start()].strip()) if unit else None
    if number is None or unit is None:
        return None
    name = next((group for group in unit.groups() if group), "")
    return Number(number.value, _unit_name(name), unit[0].endswith("%"), number.decimals)


def same_number(left: Number, right: Number) -> bool | None:
    """Whether two numbers are one value. A percentage may be meant as `50` or as `0.5`. None: different units are given."""
    if left.unit and right.unit and left.unit != right.unit:
        return None
    return any(_close(a, b) for a in _meanings(left, right.percent) for b in _meanings(right, left.percent))


def _close(left: Fraction, right: Fraction) -> bool:
    """Equal but for a float's rounding."""
    return abs(left - right) <= max(abs(left), abs(right)) / 10**9


def _meanings(number: Number, other_is_percent: bool) -> tuple[Fraction, ...]:
    if number.percent and not other_is_percent:
        return number.value, number.value / 100
    return (number.value,)


def _without_decoration(text: str) -> str:
    """Without currency, LaTeX spacing and wrappers, and thousands separators."""
    text = text.replace("−", "-").replace("–", "-").replace("⁄", "/").replace("{,}", ",")
    text = re.sub(r"\\[!,;:]|\\ |\\quad|~", " ", text) if "," in text or "\\" in text or "~" in text else text
    text = re.sub(r"\\left|\\right|\\displaystyle", "", text).strip()
    text = re.sub(r"^\\text\{([^{}]*)\}$", r"\1", text)
    text = re.sub(r"\\?[$¥€£]|元(?=\d)", "", text).strip().rstrip(".。").strip()
    return THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)


def _read_value(text: str) -> Number | None:
    compact = re.sub(r"\s+", "", text) if not re.search(r"\d\s+\d", text) else text
    sign = -1 if compact.startswith(("-", "负")) else 1
    compact = compact.removeprefix("+") if sign > 0 else compact[1:]
    compact = _inside_brackets(compact)
    number = _read_plain(compact) or _read_fraction(compact) or _read_chinese(compact)
    return Number(sign * number.value, decimals=number.decimals) if number else None


def _inside_brackets(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] + text[-1] in ("()", "{}") else text


def _read_plain(text: str) -> Number | None:
    match = PLAIN.fullmatch(text)
    if match is None:
        return None
    exponent = int(match["exponent"] or 0)
    if abs(exponent) > LARGEST_EXPONENT:
        return None
    decimals = len(match["number"].partition(".")[2]) if not exponent else None
    return Number(Fraction(match["number"]) * Fraction(10) ** exponent, decimals=decimals)


def _read_fraction(text: str) -> Number | None:
    if match := MIXED.fullmatch(text):
        whole, top, bottom = Fraction(match["whole"] or 0), match["top"] or match["top1"], match["bottom"] or match["bottom1"]
    elif match := SLASHED.fullmatch(text):
        whole, top, bottom = Fraction(0), match["top"], match["bottom"]
    else:
        return None
    return Number(whole + Fraction(top) / Fraction(bottom)) if Fraction(bottom) else None


def _read_chinese(text: str) -> Number | None:
    bottom, fraction, top = text.partition("分之")
    if fraction:
        over, under = _read_chinese(top), 100 if bottom == "百" else _chinese_integer(bottom)
        return Number(over.value / Fraction(under)) if over and under else None
    if not ZH_NUMERAL.fullmatch(text):
        return None
    whole, _, decimals = text.partition("点")
    integer = _chinese_integer(whole)
    if integer is None:
        return None
    digits = "".join(str(ZH_DIGITS[digit]) for digit in decimals)
    return Number(integer + Fraction(f"0.{digits or 0}"), decimals=len(digits))


def _chinese_integer(text: str) -> int | None:
    """`三百零五` and, digit by digit, `二〇二六`; None where it is no numeral."""
    if not ZH_NUMERAL.fullmatch(text) or "点" in text:
        return None
    if all(char in ZH_DIGITS for char in text):
        return int("".join(str(ZH_DIGITS[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in ZH_DIGITS:
            digit = ZH_DIGITS[char]
        elif char in ZH_POWERS:
            section += (digit or 1) * ZH_POWERS[char]
            digit = 0
        elif char == "万":
            total += (section + digit) * 10_000
            section = digit = 0
        else:
            total = (total + section + digit) * 100_000_000
            section = digit = 0
    return total + section + digit


def _unit_name(name: str) -> str:
    """`Apples ` and `apple` are one unit."""
    return name.strip().strip(".").lower().removesuffix("s")
