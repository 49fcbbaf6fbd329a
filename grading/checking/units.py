"""Units of measure and money: what may follow a number, and how many of one unit are one of another."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

LONGEST = 80  # characters of a unit
UNIT_LETTERS = frozenset("mgshlL")  # those that, behind a number, may be a unit

# name: (what is measured, how many of its base unit). Powers and quotients (`cm^2`, `km/h`) are made of these.
_TABLE: dict[str, tuple[str, Fraction]] = {}


_IMPERIAL: set[str] = set()  # which a working turns into metric ones, and back, by roundings of its own


def _add(kind: str, factor: str, names: str, *, imperial: bool = False) -> None:
    _TABLE.update(dict.fromkeys(names.split("|"), (kind, Fraction(factor))))
    if imperial:
        _IMPERIAL.update(names.split("|"))


_add("length", "1", "m|meter|metre|米|公尺")
_add("length", "1000", "km|kilometer|kilometre|千米|公里")
_add("length", "1/10", "dm|decimeter|decimetre|分米")
_add("length", "1/100", "cm|centimeter|centimetre|厘米|公分")
_add("length", "1/1000", "mm|millimeter|millimetre|毫米")
_add("length", "1/1000000", "µm|um|micrometer|micrometre|微米")
_add("length", "1/1000000000", "nm|nanometer|nanometre|纳米")
_add("length", "0.0254", "in|inch|inche|英寸", imperial=True)
_add("length", "0.3048", "ft|foot|feet|英尺", imperial=True)
_add("length", "0.9144", "yd|yard|码", imperial=True)
_add("length", "1609.344", "mi|mile|英里", imperial=True)
_add("mass", "1", "kg|kilo|kilogram|kilogramme|千克|公斤")
_add("mass", "1/1000", "g|gram|gramme|gm|克")
_add("mass", "1/1000000", "mg|milligram|毫克")
_add("mass", "1000", "tonne|吨")
_add("mass", "1/2", "斤|市斤")
_add("mass", "0.45359237", "lb", imperial=True)
_add("mass", "0.028349523125", "oz|ounce|盎司", imperial=True)
_add("time", "1", "s|sec|second|秒|秒钟")
_add("time", "1/1000", "ms|millisecond|毫秒")
_add("time", "60", "min|minute|分钟")
_add("time", "3600", "h|hr|hour|小时|个小时|钟头|时")
_add("time", "86400", "d|day|天")
_add("time", "604800", "wk|week|星期|个星期|周")
_add("months", "1", "month|个月")
_add("months", "12", "yr|year|年")
_add("volume", "1", "l|liter|litre|升|公升")
_add("volume", "1/1000", "ml|milliliter|millilitre|毫升|cc")
_add("CNY", "1", "元|元钱|块|块钱|圆|人民币|yuan|rmb|cny|元人民币")
_add("CNY", "1/10", "角|毛")
_add("CNY", "1/100", "分钱")
_add("USD", "1", "$|dollar|usd|us dollar|美元")
_add("USD", "1/100", "cent|¢|美分")
_add("EUR", "1", "€|euro|eur|欧元")
_add("GBP", "1", "£|gbp|英镑")
_add("GBP", "1/100", "pence|penny")
_add("INR", "1", "₹|rupee|inr|卢比")
_add("JPY", "1", "yen|jpy|日元")
_add("angle", "1", "°|degree|deg|度")
_add("angle", "1/60", "arcminute")
_add("angle", "1/3600", "arcsecond")
_add("radian", "1", "rad|radian|弧度")
_add("celsius", "1", "°c|deg c|degree c|degrees c|degree celsius|degrees celsius|celsius|摄氏度")
_add("fahrenheit", "1", "°f|deg f|degree f|degrees f|degree fahrenheit|degrees fahrenheit|fahrenheit|华氏度")

_COMPOUND = {
    "mph": ("mile", "hour"),
    "kph": ("km", "hour"),
    "kmh": ("km", "hour"),
    "kmph": ("km", "hour"),
}
_SQUARES: dict[str, int | Fraction] = {
    "hectare": 10_000,
    "ha": 10_000,
    "公顷": 10_000,
    "亩": Fraction(2000, 3),
    "acre": Fraction("4046.8564224"),
}
LITRE = Fraction(1, 1000)  # cubic metres
# `5 hundred` and `5 squared` are not five of something.
NOT_COUNTED = (
    "hundred thousand million billion trillion dozen half halves third thirds quarter quarters fourth fifths tenth tenths hundredths"
    " squared cubed factorial below negative or and plus minus times over divided to least most between up sqrt root roots pi power"
    " not no x y mod is am pm sin cos tan cot sec csc log ln lg exp arcsin arccos arctan sinh cosh tanh lim max det gcd lcm inf infinity"
    " alpha beta gamma delta theta lambda mu phi omega sigma"
)
NO_UNIT = frozenset(NOT_COUNTED.split())
_FUNCTION = "(?:arc)?(?:sin|cos|tan|cot|sec|csc|ln|log|lg|sqrt)"
FUNCTION_OF_LETTER = re.compile(rf"{_FUNCTION}[abcnxyz]|(?:{_FUNCTION}[a-z]?){{2,}}")  # `sinx`, `sinxcosx`
POWER = re.compile(r"(?:\^?\{?(?P<power>[23])\}?|(?P<raised>[²³]))$")
SQUARE = re.compile(r"^(?:(?P<square>square|sq\.?|平方)|(?P<cube>cubic|cu\.?|立方))\s*")


@dataclass(frozen=True, slots=True)
class Unit:
    """`kind` names what is measured (`(("length", 2),)`); `factor` says how many base units one is."""

    kind: tuple[tuple[str, int], ...]
    factor: Fraction
    imperial: bool = False


@lru_cache(maxsize=1_000)
def read_unit(text: str) -> Unit | None:
    """`cm^2`, `square metres`, `km/h`, `元` … None for a word that is no unit of measure (`apples`)."""
    text = _spelled(text)
    if not text or len(text) > LONGEST:
        return None
    if text in _COMPOUND:
        return _quotient(*(_single(part) for part in _COMPOUND[text]))
    top, per, bottom = re.sub(r"\s+(?:per|an?)\s+|\s*每\s*|\s*/\s*", "/", text).partition("/")
    if per:
        return _quotient(_single(top), _single("分钟" if bottom == "分" else bottom))
    return _single(text)


def unit_name(text: str) -> str:
    """`Apples ` and `apple` are one name."""
    return re.sub(r"(?<=[a-z]{2})s\b", "", " ".join(text.lower().strip(" .").split()))


def is_countable(name: str) -> bool:
    """Whether words can be what is counted."""
    words = set(re.split(r"[^a-z]+", f"{name.lower()} {unit_name(name)}"))
    return not NO_UNIT & words and not any(map(FUNCTION_OF_LETTER.fullmatch, words))


def _spelled(text: str) -> str:
    text = " ".join(text.lower().replace("^\\circ", "°").replace("\\circ", "°").strip(" .").split())
    return text.replace("° ", "°").replace("μ", "µ")


def _single(text: str) -> Unit | None:
    text = text.strip()
    if area := _SQUARES.get(text) or _SQUARES.get(text.removesuffix("s")):
        return Unit((("length", 2),), Fraction(area), text.startswith("acre"))
    power = 1
    if match := SQUARE.match(text):
        text, power = text[match.end() :], 2 if match["square"] else 3
    elif match := POWER.search(text):
        text, power = text[: match.start()], 2 if (match["power"] or match["raised"]) in ("2", "²") else 3
    text = text.strip()
    names = (text, text.removesuffix("."), text.removesuffix("s") if len(text) > 2 else text)
    name = next((name for name in names if name in _TABLE), None)
    if name is None:
        return None
    kind, factor = _TABLE[name]
    if kind == "volume":  # a litre is a thousandth of a cubic metre
        return Unit((("length", 3),), factor * LITRE) if power == 1 else None
    return Unit(((kind, power),), factor**power, name in _IMPERIAL)


def _quotient(top: Unit | None, bottom: Unit | None) -> Unit | None:
    if top is None or bottom is None:
        return None
    powers = dict(top.kind)
    for kind, power in bottom.kind:
        powers[kind] = powers.get(kind, 0) - power
    kinds = tuple(sorted((kind, power) for kind, power in powers.items() if power))
    return Unit(kinds, top.factor / bottom.factor, top.imperial or bottom.imperial)


def read_kind(name: str) -> tuple[tuple[str, int], ...]:
    """What a unit measures; () for a word that is none."""
    unit = read_unit(name)
    return unit.kind if unit else ()
