"""Units of measurement by name, so far as a conversion between them can be checked. Sizes are exact, by definition of the units."""

from fractions import Fraction

from grading.checking import numbers, numerals

type Dimension = str

# Names in the singular, lower case. Weeks in a month and days in a year are conventions of the problem, and not here.
TABLES: dict[Dimension, dict[str, int | Fraction]] = {
    "time": {
        "second sec s 秒 秒钟": 1,
        "minute min 分钟 分": 60,
        "hour hr h 小时 时 个小时": 3600,
        "day 天 日": 86400,
        "week 周 星期 个星期": 604800,
    },
    "months": {"month 月 个月": 1, "year yr 年": 12, "decade": 120},
    "length": {
        "millimeter millimetre mm 毫米": Fraction(1, 1000),
        "centimeter centimetre cm 厘米": Fraction(1, 100),
        "decimeter decimetre dm 分米": Fraction(1, 10),
        "meter metre m 米": 1,
        "kilometer kilometre km 千米 公里": 1000,
    },
    "imperial length": {"inch inche in": 1, "foot feet ft": 12, "yard yd": 36, "mile mi": 63360},
    "mass": {
        "milligram mg 毫克": Fraction(1, 1000),
        "gram g 克": 1,
        "kilogram kilo kg 千克 公斤": 1000,
        "tonne t 吨": 1_000_000,
    },
    "imperial mass": {"ounce oz": 1, "pound lb": 16},
    "length^2": {"hectare ha 公顷": 10_000, "亩": Fraction(2000, 3)},
    "volume": {"milliliter millilitre ml 毫升": 1, "liter litre l 升": 1000},
    "imperial volume": {"cup": 8, "pint": 16, "quart": 32, "gallon": 128},
    "money": {"cent penny pennie": 1, "dollar $ buck": 100},
    "chinese money": {"分钱": 1, "角 毛": 10, "元 块": 100},
    "count": {"one": 1, "dozen": 12},
}
UNITS: dict[str, tuple[Dimension, Fraction]] = {
    name: (dimension, Fraction(size)) for dimension, table in TABLES.items() for names, size in table.items() for name in names.split(" ")
}
POWERS = {"square ": 2, "sq ": 2, "cubic ": 3, "cu ": 3, "平方": 2, "立方": 3}  # what stands before a unit: `square cm`, `平方米`
SCALES = numbers.SCALES | numerals.ZH_SCALES | {"打": 12}


def find_unit(word: str) -> tuple[Dimension, Fraction] | None:
    """Dimension and size of the unit that `word` names, in the singular or the plural, or as a power: `cm^2`, `平方米`."""
    word = word.lower().strip(".")
    top, _, bottom = word.partition("/")
    if bottom:
        return _quotient(find_unit(top), find_unit(bottom))
    base, _, exponent = word.partition("^")
    if exponent in ("2", "3"):
        return _power(base, int(exponent))
    for prefix, power in POWERS.items():
        if word.startswith(prefix) and word != prefix:
            return _power(word.removeprefix(prefix), power)
    return UNITS.get(word) or UNITS.get(word.removesuffix("s"))


def _quotient(top: tuple[Dimension, Fraction] | None, bottom: tuple[Dimension, Fraction] | None) -> tuple[Dimension, Fraction] | None:
    return (f"{top[0]}/{bottom[0]}", top[1] / bottom[1]) if top is not None and bottom is not None else None


def _power(word: str, exponent: int) -> tuple[Dimension, Fraction] | None:
    unit = UNITS.get(word) or UNITS.get(word.removesuffix("s"))
    return (f"{unit[0]}^{exponent}", unit[1] ** exponent) if unit is not None and unit[0].endswith("length") else None


def factor(written: str, other: str) -> Fraction | None:
    """How many of `other` one of `written` is; None where they do not measure the same, or are unknown."""
    (one, _, per), (another, _, other_per) = written.partition("/"), other.partition("/")
    if per and per == other_per:
        return factor(one, another)  # `kg/person`
    left, right = find_unit(written), find_unit(other)
    if left is None or right is None or left[0] != right[0]:
        return None
    return left[1] / right[1]


def factors(word: str) -> frozenset[Fraction]:
    """What one might multiply or divide by to come from the unit to another of its kind."""
    unit = find_unit(word)
    if unit is None:
        return frozenset()
    kind, _, exponent = unit[0].partition("^")
    ratios = {unit[1] / size ** int(exponent or 1) for dimension, size in UNITS.values() if dimension == kind} - {Fraction(1)}
    return frozenset(ratios | {1 / ratio for ratio in ratios})
