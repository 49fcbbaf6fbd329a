"""Which skill a question is about, by signs in its text. None counts where a sign of a topic without a generator is found."""

import re
from collections.abc import Mapping, Sequence

LONGEST = 400  # characters; no generator makes as long a problem


def _signs(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# --- Topics for which there is no generator ----------------------------------------------------------------------------------

OTHER_TOPIC = _signs(
    r"\\int|∫|integra(?:l|te|tion)|antiderivative|differential equation|(?<![a-z])y'|积分|微分方程",
    r"\\lim|\blimits?\b|converge|diverge|taylor|maclaurin|极限|收敛|发散",
    r"\bprove\b|\bproof\b|show that|证明|求证",
    r"probability|\bdice\b|\bcoin\b|at random|概率|骰子|硬币",
    r"vector|\\vec|(?:dot|cross) product|\bmatri(?:x|ces)\b|determinant|向量|矩阵|行列式",
    r"common (?:factor|multiple|divisor)|\b(?:gcd|gcf|hcf|lcm)\b|公因数|公约数|公倍数",
    r"under the (?:curve|graph)|area (?:under|between)",
)
OTHER_FORMULA = _signs(
    r"(?<![a-z])(?:arc)?(?:sin|cos|tan|cot)h?[xαθ]?(?![a-z])|\bco?sine\b|三角函数|正弦|余弦|正切",
    r"(?<![a-z])(?:log|ln|lg)x?(?![a-z])|logarithm|exponential|对数|指数",
    r"\^\s*\\?[a-z]|\^\s*\{[^{}]*[a-z]|[ⁿˣ]",  # 2^x
    r"(?<!m)(?:\^\s*\{?\s*-?(?:[013-9]|2\d)|[³⁴⁵⁶⁷⁸⁹])|cubic|三次",  # x^3, but not cm^3
    r"\\sqrt|√|\bsqrt|square root|平方根|根号",
    r"frac\s*\{[^{}]*\}\s*\{[^{}]*[a-z]|[\d)}$]\s*/\s*\(?\d*[a-z](?![a-z])",  # 1/x
    r"曲线",
)

# --- Skills ------------------------------------------------------------------------------------------------------------------

# Of whatever functions.
_OF_FUNCTIONS = {
    "derivatives": (
        _signs(
            r"derivative|differentiate|f'\s*\(|\bd[fy]\s*/\s*dx|导数|求导|处的(?:切线的?)?斜率|切线方程",
            r"slope of (?!the line|a line)[^.?]*\bat\b|tangent(?: line)? (?:at|to (?:the )?(?:curve|graph|parabola|function|\$?[fy]))\b",
        ),
    ),
    "sequences": (_signs(r"\bsequence|(?:arithmetic|geometric) (?:series|progression)|\bn-?th term|数列|等差|等比(?!例)"),),
}
# The first of which every sign is found. Equations come before them.
_OF_WORDS = {
    "factoring": (_signs(r"\bfactor(?:i[sz]e)?\b|因式"), _signs(r"[a-z)]\s*(?:\^\s*\{?\s*2|²)")),
    "expanding": (_signs(r"\bexpand\b|multiply out|展开(?!图)"), _signs(r"[(（].*[a-z]")),
    "systems": (_signs(r"system of (?:\w+ )?equations|simultaneous equations|方程组"), _signs(r"^[^\^²]*$")),
    "quadratic": (_signs(r"quadratic (?:equation|formula)|一元二次方程"),),
    "percent": (_signs(r"per\s?cent(?:age)?s?\b|%|百分"),),
    "geometry": (
        _signs(r"\barea\b|volume|perimeter|surface|hypotenuse|面积|体积|周长|斜边"),
        _signs(
            r"triangle|circle|rectang|\bsquare\b(?! (?:met|cent|feet|inch|unit))|\bbox\b|cuboid|\bcube",
            r"三角形|圆(?![锥柱])|[长正]方[形体]|矩形",
        ),
    ),
    "linear": (_signs(r"linear equation|一元一次方程"),),
    "fractions": (_signs(r"frac\s*\{?\d+\}?\s*\{?\d|\bfractions?\b|\d\s*/\s*\d|(?<![试得])分数|分之"),),
}


def seen_in(question: str) -> str | None:
    """The skill that a question shows signs of; None where nothing tells, or no generator is known to make its like."""
    if len(question) > LONGEST or OTHER_TOPIC.search(question):
        return None
    if skill := _told(question, _OF_FUNCTIONS):
        return skill
    return None if OTHER_FORMULA.search(question) else _shown(question) or _told(question, _OF_WORDS)


def about(question: str) -> str:
    """The skill that a question is most likely about; arithmetic where nothing tells."""
    return seen_in(question[:LONGEST]) or "arithmetic"


def _told(question: str, skills: Mapping[str, Sequence[re.Pattern[str]]]) -> str | None:
    return next((skill for skill, signs in skills.items() if all(sign.search(question) for sign in signs)), None)


# --- Equations ---------------------------------------------------------------------------------------------------------------

_UNKNOWN = r"(?<![a-z\\_])[a-z](?![a-z])"
_PART = rf"(?:[-+−*/·×()\d.,{{}}$\s]|\\(?:[dt]?frac|cdot|times|left|right)|{_UNKNOWN}|\^\s*\{{?2|²)+"
UNKNOWN = _signs(_UNKNOWN)
EQUATION = _signs(f"{_PART}={_PART}")
JOINT = _signs(r"\band\b|[,;，；、和与且\n]|\\\\")  # between two equations
SQUARED = _signs(r"[\^²]|[a-z)]\s*\(")  # x², or brackets multiplied


def _shown(question: str) -> str | None:
    """Two equations with the same two unknowns, or one with one unknown."""
    equations = [match[0] for part in JOINT.split(question) for match in EQUATION.finditer(part)]
    unknowns = [frozenset(UNKNOWN.findall(equation)) for equation in equations]
    pairs = [found for found, equation in zip(unknowns, equations, strict=True) if len(found) == 2 and not SQUARED.search(equation)]
    if len(pairs) > len(set(pairs)):
        return "systems"
    alone = [equation for found, equation in zip(unknowns, equations, strict=True) if len(found) == 1 and not _is_given(equation)]
    return None if not alone else "quadratic" if SQUARED.search(alone[0]) else "linear"


def _is_given(equation: str) -> bool:
    """`x = 5`, which is no equation to solve."""
    sides = [side.strip(" $.,") for side in equation.split("=")]
    return any(side == "" or UNKNOWN.fullmatch(side) for side in sides) and not all(UNKNOWN.search(side) for side in sides)
