"""Numbers written in words: 三百零五, 十二点五, 三分之二, 三又二分之一, 3万; `twenty-five`, `two thirds`, `one and a half`."""

import re
import unicodedata
from fractions import Fraction

LONGEST = 60  # characters of a numeral

ZH_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
ZH_POWERS = {"十": 10, "百": 100, "千": 1000}
ZH_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")
ZH_UNITS = ZH_POWERS | {"万": 10**4, "亿": 10**8}
ZH_SHORTENED = re.compile(r"(.*([百千万亿]))([一二两三四五六七八九])")
ZH_SCALED = re.compile(r"(\d+(?:\.\d+)?)(万亿|亿|千万|百万|万)")
ZH_SCALES = {"万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}

UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"]
UNITS += ["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = {name: 10 * value for value, name in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)}
SMALL = {name: value for value, name in enumerate(UNITS)} | TENS
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
FRACTION_SIGNS = {sign: Fraction(unicodedata.numeric(sign)).limit_denominator(10) for sign in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"}
PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "twelfth": 12,
    "twentieth": 20,
    "hundredth": 100,
    "thousandth": 1000,
}


def read_numeral(text: str) -> Fraction | None:
    """The value of a number in words; None for everything else. A sign is not read here."""
    if not text or len(text) > LONGEST:
        return None
    if "分之" in text:
        return _chinese(text)
    if text[0].isascii():
        return _scaled(text) if text[0].isdigit() else _english(text)
    return _chinese(text)


def is_decimal_numeral(text: str) -> bool:
    return "点" in text


def _scaled(text: str) -> Fraction | None:
    match = ZH_SCALED.fullmatch(text)
    return Fraction(match[1]) * ZH_SCALES[match[2]] if match else None


def _chinese(text: str) -> Fraction | None:
    if text in ("半", "一半"):
        return Fraction(1, 2)
    whole, mixed, rest = text.partition("又")
    if mixed:
        left, right = _chinese(whole), _chinese(rest)
        return left + right if left is not None and right is not None and "分之" in rest else None
    bottom, fraction, top = text.partition("分之")
    if fraction:
        over, under = _chinese(top) if "分之" not in top else None, Fraction(100) if bottom == "百" else _chinese(bottom)
        return over / under if over is not None and under else None
    return Fraction(text) if text.isascii() and text.isdigit() else _chinese_decimal(text)


def _chinese_decimal(text: str) -> Fraction | None:
    if not ZH_NUMERAL.fullmatch(text):
        return None
    whole, _, decimals = text.partition("点")
    digits = "".join(str(ZH_DIGITS[digit]) for digit in decimals)
    return _chinese_integer(whole) + Fraction(f"0.{digits or 0}")


def _chinese_integer(text: str) -> int:
    """`三百零五` and, digit by digit, `二〇二六`."""
    if all(char in ZH_DIGITS for char in text):
        return int("".join(str(ZH_DIGITS[char]) for char in text))
    if match := ZH_SHORTENED.fullmatch(text):  # `一百二` is 120
        return _chinese_integer(match[1]) + ZH_DIGITS[match[3]] * ZH_UNITS[match[2]] // 10
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


def _english(text: str) -> Fraction | None:
    words = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower()).split()
    if not words:
        return None
    if words[0] in ("a", "an") and len(words) > 1:
        words[0] = "one"
    if len(words) > 2 and words[-3:-1] == ["and", "a"] and words[-1] == "half":
        whole = _english_integer(words[:-3])
        return None if whole is None else whole + Fraction(1, 2)
    part = PARTS.get(words[-1]) or PARTS.get(words[-1].removesuffix("s"))
    if part:
        if len(words) == 1 and part not in (2, 4):  # "third" alone is a place in an order
            return None
        over = _english_integer([word for word in words[:-1] if word not in ("a", "of")] or ["one"])
        return None if over is None else Fraction(over, part)
    whole = _english_integer(words)
    return None if whole is None else Fraction(whole)


def _english_integer(words: list[str]) -> int | None:
    """`two hundred and five thousand`; None where a word is no part of a number, or stands in the wrong place (`five six`)."""
    total, section, last = 0, 0, 0  # last: the smallest value that may not follow, 0 for none
    for at, word in enumerate(words):
        if word in SMALL:
            value = SMALL[word]
            if last and (value >= last or value == 0):
                return None
            section, last = section + value, 10 if value in TENS.values() else 1
        elif word == "hundred" and 0 < section < 100:
            section, last = section * 100, 100
        elif word == "dozen" and at == len(words) - 1 and section:
            section = section * 12
        elif word in SCALES and section:
            total, section, last = total + section * SCALES[word], 0, 1000
        elif word != "and" or at in (0, len(words) - 1) or words[at - 1] not in ("hundred", *SCALES):
            return None
    return total + section if words else None
