"""Answers in words: names, yes and no, days, `no solution`, and the same in Chinese."""

import re
from fractions import Fraction

from grading.checking.reasons import template
from grading.checking.text import unwrapped
from grading.checking.tokens import WORDS as SYMBOLS
from grading.checking.verdicts import DIFFERENT, EQUAL, Verdict, correct, incorrect, undecided

LONGEST = 200  # characters

# Families whose members exclude each other; what stands in one string, divided by bars, says the same.
FAMILIES = (
    (
        "no solution|no solutions|none|has no solution|no roots|no root|no solution exists|inconsistent|doesn't have a solution|"
        "无解|没有解|方程无解"
        "|\\emptyset|\\{\\}|\\{ \\}|empty set|the empty set|空集",
        "infinitely many|infinitely many solutions|infinite|infinitely|an infinite number|infinite solutions|infinite number of solutions"
        "|无数个|无穷多|无穷多个|无数解|无穷多解|有无数个解",
        "one solution|exactly one solution|唯一解|一个解",
    ),
    (
        "no real solution|no real solutions|no real roots|no real root|无实数解|没有实数解|无实数根|没有实数根|无实根|没有实根",
        "two equal real roots|有两个相等的实数根|两个相等的实数根|有两个相等实数根|有两个相等的实根|有两个相等实根",
        "two distinct real roots|two different real roots|有两个不相等的实数根|两个不相等的实数根|有两个不等的实数根|有两个不相等的实根"
        "|有两个不等的实根|两个不等的实根|有两个不相等实数根|有两个不等实数根|有两个不等实根",
    ),
    (
        "does not exist|dne|d.n.e|doesn't exist|the limit does not exist|limit does not exist|limit doesn't exist|the limit doesn't exist"
        "|no limit|not exist"
        "|does not exist (dne)|极限不存在|不存在",
    ),
    (
        "undefined|not defined|undef|cannot divide by zero|can't divide by zero|cannot divide by 0|can't divide by 0|division by zero"
        "|没有定义|无定义|无意义|没有意义",
    ),
    (
        "all real numbers|all reals|all numbers|any number|every number|any value of x|all values of x|true for all x"
        "|all x|every x|any x|all real|every real number|any real number"
        "|任意实数|全体实数|一切实数|所有实数|实数集|\\R|x \\in \\R",
    ),
    (
        "yes|true|correct|是|是的|对|对的|正确|真|能|可以",
        "no|false|incorrect|wrong|untrue|not true|not correct|否|不是|错|错的|错误|不正确|不对|假|不能|不可以",
    ),
    ("odd|odd number|奇数|奇|单数", "even|even number|偶数|偶|双数"),
    ("odd function|奇函数", "even function|偶函数", "neither odd nor even|neither|非奇非偶|非奇非偶函数|既不是奇函数也不是偶函数"),
    ("prime|prime number|质数|素数", "composite|composite number|合数"),
    (
        "increasing|increases|rising|rises|递增|增函数|单调递增",
        "decreasing|decreases|falling|falls|递减|减函数|单调递减",
        "constant|常数|不变",
    ),
    (
        *("minimum|min|minimum point|local minimum", "maximum|max|maximum point|local maximum"),
        "point of inflection|inflection point|inflection",
    ),
    ("no mode|no modes",),
    ("certain", "likely", "unlikely", "impossible|not possible"),
    ("always|always true", "sometimes|sometimes true", "never|never true"),
    ("positive|正数|正", "negative|负数|负"),
    ("rational|有理数", "irrational|无理数"),
    ("greater than|larger than|大于|>", "less than|smaller than|小于|<", "equal to|equal|等于|相等"),
    ("sss|边边边", "sas|边角边", "asa|角边角", "aas|saa|角角边", "ssa|ass|边边角", "aaa|角角角"),  # why triangles are congruent
    ("isosceles|isosceles triangle|等腰三角形", "equilateral|equilateral triangle|等边三角形", "scalene|scalene triangle"),
    ("parallel|平行", "perpendicular|垂直", "intersecting|intersect|相交"),
    ("acute|acute triangle|锐角三角形|锐角", "right triangle|直角三角形|直角", "obtuse|obtuse triangle|钝角三角形|钝角"),
    ("square|正方形", "rectangle|长方形|矩形", "rhombus|菱形", "parallelogram|平行四边形", "trapezoid|trapezium|梯形", "circle|圆|圆形"),
    ("convergent|converges|converge|收敛", "divergent|diverges|diverge|发散"),
    ("north|北|北方", "south|南|南方", "east|东|东方", "west|西|西方"),
    (
        *(
            "monday|mon|星期一|周一",
            "tuesday|tue|tues|星期二|周二",
            "wednesday|wed|weds|星期三|周三",
            "thursday|thu|thur|thurs|星期四|周四",
        ),
        *("friday|fri|星期五|周五", "saturday|sat|星期六|周六", "sunday|sun|星期日|星期天|周日"),
    ),
    (
        *("january|jan|一月|1月", "february|feb|二月|2月", "march|mar|三月|3月", "april|apr|四月|4月", "may|五月|5月", "june|jun|六月|6月"),
        *("july|jul|七月|7月", "august|aug|八月|8月", "september|sep|九月|9月", "october|oct|十月|10月"),
        *("november|nov|十一月|11月", "december|dec|十二月|12月"),
    ),
)
KNOWN = {
    word.casefold(): (family, member)
    for family, members in enumerate(FAMILIES)
    for member, words in enumerate(members)
    for word in words.split("|")
}

EMPTY = {KNOWN["no solution"], KNOWN["no real solution"], KNOWN["no mode"]}
FULL = {KNOWN["all reals"], KNOWN["infinitely many"]}
NO_VALUE = {KNOWN["infinitely many"], KNOWN["does not exist"], KNOWN["undefined"]}

SUBJECT = re.compile(
    r"(?:by|using) (?:the )?|on |there(?: is|'s| are) (?:an? )?|x (?:is|can be) "
    r"|(?:it|they|this|that|these|the (?:function|lines|answer|number|statement|equation|system)) (?:is|are|has|have)(?: an?)? "
)  # `it is increasing`
# `原方程无解`, `Δ<0，方程没有实数根`
OF_EQUATION = re.compile(
    r"(?:.*[,;∴]\s*)?(?:所以|故)?(?:[原此该]|这个)?(?:分式|一元[一二]次)*(?:方程|不等式)组?(?P<said>[^,;∴]+)", re.DOTALL
)
CONFIRMED = re.compile(
    r"(yes),? \w+ (?:is|are|does|do|can|will)|(no),? \w+ (?:(?:is|are|does|do|can|will) ?n[o']t|can't|won't)"
)  # `Yes, it is`
REASONED = re.compile(r"(yes|no|true|false)\s*[,.;:]?\s+(?:because|since)\b.*", re.DOTALL)  # `False, because 2 is even`
SIGNS = {"t": "true", "f": "false", "y": "yes", "n": "no", "\\sqrt": "yes", "✓": "yes", "✔": "yes", "\\times": "no", "✗": "no", "✘": "no"}
WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
OTHER = re.compile(r"[0-9=<>^_{}\[\]+*/\\|]")
LONG = re.compile(r"[A-Za-z]{4,}|[A-Z][a-z]{2}|[\u4e00-\u9fff]+")
ARTICLES = re.compile(r"\b(?:the|a|an)\s+", re.IGNORECASE)
NAME = re.compile(r"[A-Za-z]{2,30}|[\u4e00-\u9fff]{1,4}")

WORDS_DIFFER = template("The words differ, and whether they mean the same is not known.")


def read_phrase(text: str) -> str | None:
    """The words of a plain text that has nothing but words, in small letters and without articles; None for everything else."""
    if not text or len(text) > LONGEST:
        return None
    phrase = " ".join(unwrapped(text).split()).strip(" .,;:!?'\"").casefold()
    equation = OF_EQUATION.fullmatch(phrase)
    if equation and KNOWN.get(equation["said"], (2,))[0] < 2:
        return equation["said"]
    if confirmed := CONFIRMED.fullmatch(phrase) or REASONED.fullmatch(phrase):
        phrase = next(group for group in confirmed.groups() if group)
    if phrase in KNOWN:
        return phrase
    if (rest := SUBJECT.sub("", phrase, count=1)) in KNOWN:
        return rest
    if not WORD.search(phrase) or OTHER.search(phrase) or _is_formula(text):
        return None
    return ARTICLES.sub("", phrase) or None


def read_sign(text: str, other: str | None) -> str | None:
    """`T`, `n`, `✓` (`√` in Chinese schools) where the other answer is a yes or a no; None for anything else."""
    sign = SIGNS.get(text.strip().casefold())
    return sign if sign and other and KNOWN.get(other, (-1, -1))[0] == KNOWN["yes"][0] else None


def _is_formula(text: str) -> bool:
    """Whether the letters may be variables or functions: `xy`, `sin x`, `AB`. Words are long, or written like names, or Chinese."""
    words = re.findall(r"[A-Za-z]+|[\u4e00-\u9fff]+", unwrapped(text))
    if any(word in SYMBOLS or (len(word) == 1 and word.isascii() and word not in "aAI") for word in words):
        return True
    return not any(LONG.fullmatch(word) for word in words)


def meaning(text: str) -> str | None:
    """The set that the words mean: `R`, `empty`, or None."""
    phrase = read_phrase(text)
    return None if phrase is None else {KNOWN["all reals"]: "R", KNOWN["no solution"]: "empty"}.get(KNOWN.get(phrase, (-1, -1)))


def excludes(phrase: str, value: Fraction) -> bool:
    """Whether the words say that there is no such value: `no solution`, `undefined`. Of none there are 0."""
    said = KNOWN.get(phrase)
    return said in NO_VALUE or (said in EMPTY and value != 0)


def compare_phrases(expected: str, given: str) -> Verdict:
    if expected == given or (expected in KNOWN and KNOWN[expected] == KNOWN.get(given)):
        return correct(EQUAL)
    if expected in KNOWN and given in KNOWN:
        left, right = KNOWN[expected], KNOWN[given]
        exclude = left[0] == right[0] or (left in EMPTY and right in FULL) or (left in FULL and right in EMPTY)
        return incorrect(DIFFERENT) if exclude else undecided(WORDS_DIFFER)
    return incorrect(DIFFERENT) if _are_names(expected, given) else undecided(WORDS_DIFFER)


def _are_names(left: str, right: str) -> bool:
    """Two single words (`Evelyn`, `Carla`; `甲`, `乙`), neither part of the other nor the same letters, name two things."""
    if not (NAME.fullmatch(left) and NAME.fullmatch(right)) or sorted(left) == sorted(right):
        return False
    return left not in right and right not in left
