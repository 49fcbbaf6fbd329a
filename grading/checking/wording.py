"""What stands around an answer in Chinese schools, and what they say in words that others write in signs; in half-width text.

`∴不等式组的解集为 -1<x≤2` is `-1<x≤2`, `3根号2` is `3√2`, a system with its one brace is its equations.
"""

import re

from grading.checking.numerals import ZH_DIGITS, read_numeral

CONCLUDES = re.compile(
    r"^(?:∵[^∴]*∴|∴|解:|所以|因此|于是|从而|故(?=[选原方不A-Za-z∠△\d])|即(?=[为是A-Za-z∠△\d(\\-])|解之得|解得|求得|可得|得(?![\u4e00-\u9fff]))[\s,:]*(?=\S)"
)
# What an answer is the value of, as the last noun before `是` or `为`.
NOUN = (
    "解集?|根|整数解|解析式|表达式|关系式|函数式|方程|坐标|顶点|对称轴|周期|定义域|值域|取值范围|范围|通项公式|通项|公差|公比|单调递?[增减]?区间"
    "|值|大小|度数|边长|[长宽高]|面积|体积|表面积|周长|概率|比|斜率|离心率|焦距|交点|零点|两个?数|分别|增长率|利润|单价|售价|速度"
)
LED = re.compile(rf"^[\u4e00-\u9fffA-Za-z()'△∠]{{0,16}}?(?:{NOUN})\s*[A-Za-z]?\s*(?:分别)?\s*(?:是|为|:|=(?=[^=]*$))\s*(?=\S)")
DENIED = re.compile(r"不(?!等)|非|无|大于|小于|超过|至[少多]|最[少多]")
EXTREME = re.compile(r"^(?:[a-zA-Z](?:\([a-z]\))?)?(?:有|取得?|的)?(?:最[大小]值?|极[大小]值)(?:为|是|=|:)?\s*(?=[-\d√(\\])")
# `还剩12千克`, `共用1小时20分`: what a value is of, before a value and nothing else.
MEASURE = r"\d[\d.,/]*\s*(?:%|°|[A-Za-z]{1,3}[²³]?|[\u4e00-\u9fff]{1,6})?\s*"
SENTENCE = re.compile(rf"^(?:还?剩下?|还有|[一总]?共|还?需要?|要|用了?|得|有|是)(?:[是有要用花]|需要?)?了?\s*(?=(?:{MEASURE}){{1,3}}$)")
LINE = re.compile(r"^直线(?=\s*[xy]\s*=)")
ALL_REAL = re.compile(r"(?<=[\w)])的(?:一切|全体|所有|任意)?实数$")
COUNTING = re.compile(r"[,(]\s*n\s*(?:∈|\\in)\s*N\s*(?:\^?\s*\{?\s*[*+]\s*\}?|_\{?\+\}?)\s*\)?$")
WHOLE = re.compile(r"\(\s*(k\s*(?:∈|\\in)\s*(?:Z|ℤ))\s*\)$")

SYSTEM = re.compile(r"^([^{}\\]*)\{([^{}|\\]*=[^{}|\\]*)\}?$")
EQUATION = re.compile(r"\{?\s*[A-Za-z]\s*=")
OPTION = re.compile(r"^([A-J])、\s*(?![A-J](?:、|$))")
NUMERAL = rf"(?:(?<!\d)\d{{1,15}}(?!\d)|[{''.join(ZH_DIGITS)}十百]{{1,15}})"
ROOT_SHARE = re.compile(rf"({NUMERAL})分之(?:({NUMERAL})倍?)?根号({NUMERAL})")
ROOT = re.compile(rf"(?:({NUMERAL})倍?)?根号({NUMERAL})(?!\d|\s*/\s*\d)")
TENTHS = re.compile(rf"({NUMERAL})成({NUMERAL}|半)")  # `三成五`
ANGLE = re.compile(r"^角\s*([A-Z]{1,3})\s*(?:等于|是|为|=)")
BELOW_ZERO = re.compile(rf"零下\s*(?={NUMERAL})")


def without_lead(text: str) -> str:
    """An answer without the words that lead to it: `∴`, `解得`, `顶点坐标为`."""
    while (shorter := CONCLUDES.sub("", text)) != text:
        text = shorter
    if (led := LED.match(text)) and not DENIED.search(led[0]):
        text = text[led.end() :]
    return SENTENCE.sub("", LINE.sub("", EXTREME.sub("", text)))


def in_signs(text: str) -> str:
    """Roots, temperatures and the like in signs, and on one line what goes on in the next."""
    if "\n" in text:
        text = _joined(text)
    if "{" in text and (system := SYSTEM.match(text)):
        text = system[1] + system[2].replace("{", "")
    text = WHOLE.sub(r",\1", COUNTING.sub("", ALL_REAL.sub("", OPTION.sub(r"\1. ", text))))
    if "根号" in text:
        text = ROOT.sub(_root, ROOT_SHARE.sub(_share, text))
    text = TENTHS.sub(lambda found: f"{_digits(found[1])}.{5 if found[2] == '半' else _digits(found[2])}成", text)
    return ANGLE.sub(r"∠\1=", BELOW_ZERO.sub("-", text))


def _joined(text: str) -> str:
    """A line that begins with an equals sign goes on from the one before; the equations of a system stand in a list."""
    first, *others = map(str.strip, text.split("\n"))
    is_system = "{" in text and "}" not in text
    for line in others:
        first += line if line.startswith("=") else f",{line.lstrip('{ ')}" if is_system and EQUATION.match(line) else f"\n{line}"
    return first


def _share(found: re.Match[str]) -> str:
    return rf"\frac{{{_digits(found[2])}\sqrt{{{_digits(found[3])}}}}}{{{_digits(found[1])}}}"


def _root(found: re.Match[str]) -> str:
    return rf"{_digits(found[1])}\sqrt{{{_digits(found[2])}}}"


def _digits(numeral: str | None) -> str:
    value = int(numeral) if numeral and numeral.isdigit() else read_numeral(numeral or "")
    return "" if value is None else str(value)
