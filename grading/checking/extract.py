"""The answer in a worked solution, as its author wrote it in words: what stands in a program, or was printed by one, is not said."""

import re

from grading.checking.numbers import read_number
from grading.checking.programs import without_programs
from grading.checking.told_apart import LEAD, MEASURE, UNIT, told_apart

SEARCHED = 20_000  # characters at the end of a solution; an answer stands at its end
BOXES = 50  # tried from the last one back

BOX = re.compile(r"\\(?:boxed|fbox)\s*(?=\{)|\\boxed\s+(?P<bare>[^\s${}\\]+)")
# Between two boxes that belong together: `\boxed{1} and \boxed{2}`, `\boxed{1}, \boxed{2}`, `\boxed{1} apples and \boxed{2} pears`.
CLOSE_BY = 60  # characters
FORMULA_ENDS = re.compile(r"\$|\\[()\[\]]|\\[,;! ]|\\q?quad|\\text\s*\{([^{}]*)\}|\w+\s*=\s*$|\w*_\w\s*=\s*$")
JOINED = re.compile(r"[^\w=<>]*|\s*(?:[,;、&]|(?:[\w()]+\s+){0,3}(?:and|or)(?:\s+[\w()]+){0,2}|和|或|与|以及)?\s*[,;]?\s*")
CHINESE = re.compile("[\u4e00-\u9fff]")
CORRECTED = re.compile(r"\b(?:not|no|wrong|then|instead|but|first)\b", re.IGNORECASE)
# Said without a box: GSM8K's "#### 5" and "A: 5", and the usual last sentences. The last one counts.
SAID = re.compile(
    r"####\s*(?P<hashes>[^\n]+)"
    r"|^(?:(?-i:A):|a:(?=\s))[^\S\n]*(?P<line>[^\n]+)"
    r"|(?:最终答案|最后答案|正确答案|答案|答)\s*(?:应该)?(?:是|为|：|:)+\s*(?P<zh>[^\n。；，]+)(?=(?P<on>[；，][^\n。]+)?)"
    r"|\banswer\b(?:\s(?:to|of|for)\s[^\n.:]{1,80}?)?\s*(?:is|are|would be|:|=)+\s*(?P<en>[^\n]+?)(?=\.?\s*(?:\n|\Z)|\.\s)",
    re.IGNORECASE | re.MULTILINE,
)
FINAL = re.compile(r"\bfinal answer\s*(?:is|:)+\s*(?P<value>(?:(?!final answer)[^\n]){1,200}?)(?=\.?\s*(?:\n|\Z)|\.\s)", re.IGNORECASE)
# `，y=3` behind `答：x=2`, and `，3` behind `答：2`; `，因为…` is no more of the answer, nor is `，8-3=5` or `，-2舍去`.
NAMED = r"\$?\\?[A-Za-z]\w{0,5}\s*(?:[=<>≤≥≠]|\\[gln]eq?(?![a-z]))"
ALSO = re.compile(rf"(?:[；，]\s*(?:或者?|和|且)?\s*(?:{NAMED})?(?=[^；，]*\d)[^=；，\u4e00-\u9fff]+(?:{MEASURE}|{UNIT})?(?=[；，]|$))+")
WRAPPING = " \t\r\n*_`。．.，,；;：:!！"
# A formula in a line of text; one dollar sign in one line and one in another are money.
FORMULA = re.compile(
    r"\$\$(?P<display>[^$]+)\$\$"
    r"|(?<!\\)\$(?P<inline>(?:\\\$|\\(?!\$)|[^$\\\n])+)\$"
    r"|\\\((?P<round>[^\n]+?)\\\)|\\\[(?P<square>(?s:.+?))\\\]"
)


def without_delimiters(text: str) -> str:
    """A text with spaces in the place of the signs around its formulas."""
    return FORMULA.sub(lambda match: f" {next(inner for inner in match.groups() if inner is not None)} ", text)


def boxed_answer(text: str) -> str | None:
    r"""The content of the last complete `\boxed{…}` or `\fbox{…}`, nested braces and all; None without one, or with an empty one.

    Boxes that stand side by side are one answer: `\boxed{1} and \boxed{2}` is `1, 2`.
    """
    text = _searched(text)
    return _told_in_boxes(text) or _last_box(text)


def final_answer(text: str) -> str | None:
    """The boxed answer, or else the last one that is said in words ("The answer is 5", "答案是 5", "#### 5"); None without any."""
    text = _searched(text)
    boxed = _told_in_boxes(text) or _last_box(text)
    if boxed is not None:
        return _said_after_box(text) or boxed
    text = re.sub(r"[^\S\n]+", " ", text)
    *_, said = [None, *SAID.finditer(text)]
    return unwrap(_said(said)) or None if said else None


def _said(said: re.Match[str]) -> str:
    """In Chinese a comma may end the answer, or stand between its values."""
    if said["zh"] is None:
        return next(group for group in said.groups() if group is not None)
    first, on = said["zh"], said["on"] or ""
    if told_apart(first + on):
        return first + on
    also = ALSO.match(on) if re.search(r"\d", first) else None
    return first + also[0] if also else first


def _searched(text: str) -> str:
    return without_programs(text)[-SEARCHED:]


def _told_in_boxes(text: str) -> str | None:
    r"""What the last sentence with a box says, where its words tell the boxes apart: `鸡有 \boxed{23} 只，兔有 \boxed{12} 只`."""
    last = [sentence for sentence in re.split(r"[。\n]", text) if BOX.search(sentence)][-1:]
    if not last or not CHINESE.search(last[0]):
        return None
    opened, ends = "", [0]
    for box in BOX.finditer(last[0]):
        content, end = _content(last[0], box)
        opened += f"{last[0][ends[-1] : box.start()]}{content}"
        ends.append(end)
    said = without_delimiters(opened + last[0][ends[-1] :])
    said = LEAD.sub("", re.sub(r"\s+(?=[，；])", "", " ".join(said.split())))
    return stripped(said) if len(ends) > 2 and told_apart(said) else None


def _last_box(text: str) -> str | None:
    found: list[str] = []
    starts_at = 0  # of the box behind
    for box in reversed(list(BOX.finditer(text))[-BOXES:]):
        content, end = _content(text, box)
        if not content or (found and end > starts_at):
            continue
        if found and not _belong_together(text[end:starts_at]):
            break
        found.insert(0, content)
        starts_at = box.start()
    return _as_one(found) if found else None


def _as_one(found: list[str]) -> str:
    """What stands side by side. Forms of one number, as in "3/6 or 1/2", are one value: the last one."""
    numbers = [read_number(content) for content in found]
    values = {number and (number.value, number.unit, number.percent) for number in numbers}
    return found[-1] if len(values) == 1 and None not in values else ", ".join(dict.fromkeys(found))


def _said_after_box(text: str) -> str | None:
    """ "The final answer is 5", said after the last box, corrects it; where it is a number or a formula and nothing else."""
    after = text.rpartition("boxed")[2]
    said = [match["value"] for match in FINAL.finditer(after)]
    if not said:
        return None
    value = stripped(said[-1])
    return unwrap(value) if FORMULA.fullmatch(value) or read_number(value) else None


def _content(text: str, box: re.Match[str]) -> tuple[str | None, int]:
    """What stands in a box, without braces that only group, and where the box ends."""
    if box["bare"] is not None:
        return box["bare"], box.end()
    group = _group(text, box.end())
    if group is None:
        return None, box.end()
    content = group.strip()
    while content.startswith("{") and _group(content, 0) == content[1:-1]:
        content = content[1:-1].strip()
    return content, box.end() + len(group) + 2


def _belong_together(between: str) -> bool:
    if len(between) > 2 * CLOSE_BY:
        return False
    between = FORMULA_ENDS.sub(lambda match: match[1] or " ", between)
    return len(between) <= CLOSE_BY and not CORRECTED.search(between) and JOINED.fullmatch(between) is not None


def _group(text: str, start: int) -> str | None:
    """What stands in the braces that open at `start`; None if they never close. An escaped brace does not count."""
    depth = 0
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return text[start + 1 : at]
        at += 1
    return None


def stripped(text: str) -> str:
    """Without what wraps it; the point of `.5` stays."""
    return text.rstrip(WRAPPING).lstrip(WRAPPING.replace(".", "").replace("．", ""))


def unwrap(said: str) -> str:
    """Without the sentence's punctuation, Markdown emphasis and the dollar signs of the maths."""
    said = stripped(said)
    for opening, closing in (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]")):
        inner = said[len(opening) : -len(closing)]
        if said.startswith(opening) and said.endswith(closing) and inner and closing not in inner:
            return stripped(inner)
    return said
