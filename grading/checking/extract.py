"""The answer in a worked solution, as its author wrote it."""

import re

from grading.checking.numbers import read_number

SEARCHED = 20_000  # characters at the end of a solution; an answer stands at its end
BOXES = 50  # tried from the last one back

BOX = re.compile(r"\\(?:boxed|fbox)\s*(?=\{)|\\boxed\s+(?P<bare>[^\s${}\\]+)")
UNCLOSED = re.compile(r"[\s$]*\\{1,2}(?:boxed|fbox)\s*\{")
# Between two boxes that belong together: `\boxed{1} and \boxed{2}`, `\boxed{1}, \boxed{2}`, `\boxed{1} apples and \boxed{2} pears`.
CLOSE_BY = 60  # characters
FORMULA_ENDS = re.compile(r"\$|\\[()\[\]]|\\[,;! ]|\\q?quad|\\text\s*\{([^{}]*)\}|\w+\s*=\s*$|\w*_\w\s*=\s*$")
JOINED = re.compile(r"[^\w=<>]*|\s*(?:[,;、&]|(?:[\w()]+\s+){0,3}(?:and|or)(?:\s+[\w()]+){0,2}|和|或|与|以及)?\s*[,;]?\s*")
CORRECTED = re.compile(r"\b(?:not|no|wrong|then|instead|but|first)\b", re.IGNORECASE)
# Said without a box: GSM8K's "#### 5" and "A: 5", and the usual last sentences. The last one counts.
SAID = re.compile(
    r"####\s*(?P<hashes>[^\n]+)"
    r"|^[Aa]:[^\S\n]*(?P<line>[^\n]+)"
    r"|(?:最终答案|最后答案|正确答案|答案|答)\s*(?:应该)?(?:是|为|：|:)+\s*(?P<zh>[^\n。；，]+)"
    r"|\banswer\b(?:\s(?:to|of|for)\s[^\n.:]{1,80}?)?\s*(?:is|are|would be|:|=)+\s*(?P<en>[^\n]+?)(?=\.?\s*(?:\n|\Z)|\.\s)",
    re.IGNORECASE | re.MULTILINE,
)
FINAL = re.compile(r"\bfinal answer\s*(?:is|:)+\s*(?P<value>(?:(?!final answer)[^\n]){1,200}?)(?=\.?\s*(?:\n|\Z)|\.\s)", re.IGNORECASE)
WRAPPING = " \t\r\n*_`。．.，,；;：:!！"

# The last sentence of a solution that boxes nothing: "Therefore the probability is 2/3."
NOISE = re.compile(r"<\|[^|<>]{1,40}\|>\s*\w*|I hope (?:it|this) (?:is correct|helps)\.?", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[^\s.])[.!?](?:\$\$?|\\[\])])?(?=\s)|[。！？]|\n\s*\n|\n(?=[A-Z])")
STATES = re.compile(
    r"^.*(?:\b(?:is|are|was|equals|therefore|thus|get|gives|it's|be|by)\b|[:：=]|是|为|等于|得到?)\s*(?P<value>[^=:：]+)$",
    re.IGNORECASE | re.DOTALL,
)
# A formula in a line of text; one dollar sign in one line and one in another are money.
FORMULA = re.compile(r"\$\$(?P<display>[^$]+)\$\$|\$(?P<inline>(?:\\\$|[^$\n])+)\$|\\\((?P<round>[^\n]+?)\\\)|\\\[(?P<square>(?s:.+?))\\\]")
QUANTITY = re.compile(r"[-−]?(?:[$€£¥]\s?)?\d[\d,]*(?:\.\d+)?(?:/\d+)?(?:\s?(?:%|percent\b|[$€£¥]|[a-z]{1,2}[²³]))?")
PERCENT_BEHIND = re.compile(r"\s*(?:\\?%|percent(?:age)?\b|pct\b)", re.IGNORECASE)
# Words of a language, not products of variables or names of functions.
FUNCTION = "(?:arc|a)?(?:sin|cos|tan|cot|sec|csc)h?[a-z]?|log|exp|sqrt|cbrt|theta|alpha|beta|gamma|lambda|infinity|operatorname"
SHORT_WORD = "is|are|was|the|so|we|get|of|for|by|it|has|to|in|be|an|as|its|he|she|that"
PLAIN_WORD = re.compile(
    rf"(?<![\\A-Za-z])(?:(?!(?:{FUNCTION})(?![A-Za-z]))[A-Za-z]{{4,}}|(?:{SHORT_WORD})(?![A-Za-z]))|[\u4e00-\u9fff]{{2,}}", re.IGNORECASE
)
ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}")
DELIMITED = re.compile(r"\$|\\[(\[]")
OPEN = re.compile(r"(?<!\d)(?<!\d )\$(?!\s?\d)|\\[(\[]")  # a formula that does not end in its line
COMPARES = re.compile(
    r"\b(?:than|least|most|over|under|above|below|up to|not|never|except|between)\b|超过|不到|至少|至多|大于|小于|不", re.IGNORECASE
)
FEW_WORDS = 3  # in what a sentence says that something is


def boxed_answer(text: str) -> str | None:
    r"""The content of the last complete `\boxed{…}` or `\fbox{…}`, nested braces and all; None without one, or with an empty one.

    Boxes that stand side by side are one answer: `\boxed{1} and \boxed{2}` is `1, 2`.
    """
    text = text[-SEARCHED:]
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
    return ", ".join(dict.fromkeys(found)) or None


def final_answer(text: str) -> str | None:
    """The boxed answer, or else the last one that is said in words ("The answer is 5", "答案是 5", "#### 5"); None without any."""
    boxed = boxed_answer(text)
    if boxed is not None:
        return _said_after_box(text) or boxed
    text = re.sub(r"[^\S\n]+", " ", text[-SEARCHED:])
    said = [next(group for group in match.groups() if group is not None) for match in SAID.finditer(text)]
    answer = _unwrap(said[-1]) if said else ""
    return answer or None


def _said_after_box(text: str) -> str | None:
    """ "The final answer is 5", said after the last box, corrects it; where it is a number or a formula and nothing else."""
    after = text[-SEARCHED:].rpartition("boxed")[2]
    said = [match["value"] for match in FINAL.finditer(after)]
    if not said:
        return None
    formula = FORMULA.fullmatch(said[-1].strip(WRAPPING))
    return _unwrap(said[-1]) if formula or read_number(said[-1].strip(WRAPPING)) else None


def stated_answer(text: str) -> str | None:
    """The answer in a text that may be a whole solution or a sentence: boxed, said, or what the last sentence says that something is.

    None where the text has no such place, or more than one value could be meant.
    """
    answer = final_answer(text) or _unclosed_box(text)
    if answer is None:
        return _last_statement(text)
    if boxed_answer(text) is None and _words(answer) > 1:
        return _last_statement(answer) or answer
    return answer


def _unclosed_box(text: str) -> str | None:
    """An answer that is nothing but a box whose brace was forgotten; a solution that was cut inside of its box is none."""
    match = UNCLOSED.match(text[-SEARCHED:])
    return text[match.end() :].strip(WRAPPING) or None if match and len(text) < CLOSE_BY else None


def is_prose(text: str) -> bool:
    """Whether words stand around an answer, rather than that the text is one."""
    words = _words(text)
    return words > 1 or (words == 1 and bool(DELIMITED.search(text) or SAID.search(text))) or "\\boxed" in text or "\\fbox" in text


def is_sentence(text: str) -> bool:
    """Whether a text is so much prose that no reader of answers should look at it."""
    return _words(text) > 4 or DELIMITED.search(text) is not None


def _words(text: str) -> int:
    return len(PLAIN_WORD.findall(ENVIRONMENT.sub("", text)))


def _last_statement(text: str) -> str | None:
    text = NOISE.sub("", text[-SEARCHED:]).replace("\0", "")
    sentences = [sentence.strip(WRAPPING) for sentence in SENTENCE_END.split(text)]
    last = next((sentence for sentence in reversed(sentences) if sentence), "")
    formulas = list(FORMULA.finditer(last))
    outside = FORMULA.sub(" \0 ", last)
    states = STATES.search(outside)
    value = states["value"].strip(WRAPPING) if states else ""
    if value.count("\0") == 1 or (len(formulas) == 1 and not re.search(r"\d", outside)):
        return _formula(last, formulas[-1])
    if (formulas and "\0" in value) or OPEN.search(outside) or COMPARES.search(value or outside):
        return None
    return _only_value(value) or (None if formulas else _only_number(outside))


def _only_value(value: str) -> str | None:
    """What a sentence says that something is, where that is one number with its unit, or a letter."""
    if len(value) == 1 and value.isalpha():
        return value
    if len(QUANTITY.findall(value)) != 1 or _words(value) > FEW_WORDS:
        return None
    return value if read_number(value) else _only_number(value)


def _formula(sentence: str, formula: re.Match[str]) -> str:
    content = next(group for group in formula.groups() if group is not None).strip()
    percent = PERCENT_BEHIND.match(sentence, formula.end())
    return f"{content}\\%" if percent and not content.endswith("%") else content


def _only_number(sentence: str) -> str | None:
    numbers = QUANTITY.findall(sentence)
    return numbers[0].strip() if len(numbers) == 1 else None


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


def _unwrap(said: str) -> str:
    """Without the sentence's punctuation, Markdown emphasis and the dollar signs of the maths."""
    said = said.strip(WRAPPING)
    for opening, closing in (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]")):
        inner = said[len(opening) : -len(closing)]
        if said.startswith(opening) and said.endswith(closing) and inner and closing not in inner:
            return inner.strip(WRAPPING)
    return said
