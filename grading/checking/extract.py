"""The answer in a worked solution, as its author wrote it."""

import re

SEARCHED = 20_000  # characters at the end of a solution; an answer stands at its end
BOXES = 50  # tried from the last one back

BOX = re.compile(r"\\(?:boxed|fbox)\s*(?=\{)|\\boxed\s+(?P<bare>[^\s${}\\]+)")
# Said without a box: GSM8K's "#### 5", and the usual last sentences. The last one counts.
SAID = re.compile(
    r"####\s*(?P<hashes>[^\n]+)"
    r"|(?:最终答案|最后答案|正确答案|答案)\s*(?:应该)?(?:是|为|：|:)+\s*(?P<zh>[^\n。；，]+)"
    r"|\b(?:final\s+)?answer\s*(?:is|:|=)+\s*(?P<en>[^\n]+?)(?=\.?\s*(?:\n|\Z)|\.\s)",
    re.IGNORECASE,
)
WRAPPING = " \t\r\n*_`。．.，,；;：:!！"


def boxed_answer(text: str) -> str | None:
    r"""The content of the last complete `\boxed{…}` or `\fbox{…}`, nested braces and all; None without one, or with an empty one."""
    text = text[-SEARCHED:]
    for box in reversed(list(BOX.finditer(text))[-BOXES:]):
        content = box["bare"] if box["bare"] is not None else _group(text, box.end())
        if content is not None and content.strip():
            return content.strip()
    return None


def final_answer(text: str) -> str | None:
    """The boxed answer, or else the last one that is said in words ("The answer is 5", "答案是 5", "#### 5"); None without any."""
    boxed = boxed_answer(text)
    if boxed is not None:
        return boxed
    text = re.sub(r"[^\S\n]+", " ", text[-SEARCHED:])
    said = [next(group for group in match.groups() if group is not None) for match in SAID.finditer(text)]
    answer = _unwrap(said[-1]) if said else ""
    return answer or None


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


def _unwrap(said: str) -> str:
    """Without the sentence's punctuation, Markdown emphasis and the dollar signs of the maths."""
    said = said.strip(WRAPPING)
    for opening, closing in (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]")):
        if said.startswith(opening) and said.endswith(closing) and len(said) > len(opening) + len(closing):
            return said[len(opening) : -len(closing)].strip(WRAPPING)
    return said
