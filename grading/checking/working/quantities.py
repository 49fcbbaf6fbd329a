"""The numbers that a text states, in digits and in words, English or Chinese."""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from grading.checking.numbers import read_number
from grading.checking.numerals import ZH_DIGITS, ZH_NUMERAL
from grading.checking.working.tokens import Token, plain, tokenize
from grading.checking.working.units import SCALES

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_PARTS = "half third fourth fifth sixth seventh eighth ninth tenth"  # of a whole, from 2 on
TENS = {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
PARTS = {word: value for value, word in enumerate(_PARTS.split(), 2)} | {"quarter": 4, "halve": 2}
TIMES = {
    **dict.fromkeys(["once", "single"], 1),
    **dict.fromkeys(["twice", "double", "doubled", "doubles", "couple", "both", "pair"], 2),
    **dict.fromkeys(["thrice", "triple", "tripled", "triples"], 3),
    "quadruple": 4,
    "dozen": 12,
    "hundred": 100,
    "thousand": 1000,
}
WORDS = (
    {word: Fraction(value) for value, word in enumerate(_ONES.split())}
    | {word: Fraction(value) for word, value in (TENS | TIMES).items()}
    | {word + plural: Fraction(1, value) for word, value in PARTS.items() for plural in ("", "s")}
)
ZH_WORDS = {"一半": Fraction(1, 2), "半": Fraction(1, 2), "双": Fraction(2), "两倍": Fraction(2), "一刻": Fraction(15)}
ZH_FRACTION = re.compile(r"[零一二两三四五六七八九十百\d]+分之[零一二两三四五六七八九十百\d]+")

ORDINAL = re.compile(rf"第[{''.join(ZH_DIGITS)}十百]+")
KILO = re.compile(rf"(?<![{''.join(ZH_DIGITS)}十百万])千(?=[克米升瓦卡])")  # of `千克`, which is no thousand


def stated(text: str) -> list[Fraction]:
    """All numbers in `text`, in order; of a percentage also the share (50 and 0.5)."""
    tokens = tokenize(plain(text))
    return [value for at, token in enumerate(tokens) for value in _read(tokens, at, token)]


def value_of(text: str) -> list[Fraction]:
    """The number that a text is, as `stated` has it, without its sign; else the first one in it. Of `11/3` that is no 11."""
    number = read_number(text)
    return [abs(number.value)] if number else stated(text)[:1]


def _read(tokens: Sequence[Token], at: int, token: Token) -> Iterable[Fraction]:
    if token.value is not None:
        yield from _digits(tokens, at, token.value)
    elif token.kind == "word" and token.text.isascii():
        yield from _english(token.text.lower())
    elif token.kind == "word":
        yield from _chinese(token.text)


def _digits(tokens: Sequence[Token], at: int, value: Fraction) -> Iterable[Fraction]:
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    yield value
    if after is not None and after.text == "%":
        yield value / 100
    if after is not None and after.text.lower() in SCALES:
        yield value * SCALES[after.text.lower()]
    if after is not None and after.text in ("/", "÷") and at + 2 < len(tokens) and (bottom := tokens[at + 2].value):
        yield value / bottom


def _english(word: str) -> Iterable[Fraction]:
    """`three`, `forty-five`, `one-third`, `twice`, `four-walled`."""
    parts = word.split("-")
    values = [WORDS.get(part) for part in parts]
    if len(values) == 2 and values[0] is not None and values[1] is not None:
        yield values[0] + values[1] if parts[0] in TENS and values[1] < 10 else values[0] * values[1]
    yield from (value for value in values if value is not None)


def _chinese(text: str) -> Iterable[Fraction]:
    text = KILO.sub("", ORDINAL.sub("", text))
    for word in (*ZH_FRACTION.findall(text), *ZH_NUMERAL.findall(text)):
        if (number := read_number(word)) is not None:
            yield number.value
    yield from (value for word, value in ZH_WORDS.items() if word in text)
