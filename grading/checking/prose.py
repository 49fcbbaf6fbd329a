"""The answer in a text that may be a whole solution, or a sentence: "Therefore the probability is 2/3." """

import re

from grading.checking.extract import CLOSE_BY, FORMULA, SAID, SEARCHED, boxed_answer, final_answer, stripped
from grading.checking.numbers import read_number
from grading.checking.told_apart import told_apart

LONGEST_SENTENCE = 1_000  # characters
UNCLOSED = re.compile(r"[\s$]*\\{1,2}(?:boxed|fbox)\s*\{")
NOISE = re.compile(r"<\|[^|<>]{1,40}\|>\s*\w*|I hope (?:it|this) (?:is correct|helps)\.?", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[^\s.])[.!?](?:\$\$?|\\[\])])?(?=\s)|[。！？]|\n\s*\n|\n(?=[A-Z])")
STATES = re.compile(
    r"^.*(?:\b(?:is|are|was|equals|therefore|thus|get|gives|it's|be|by)\b|[:：=]|(?<!不)是|为|等于|得到?)\s*(?P<value>[^=:：]+)$",
    re.IGNORECASE | re.DOTALL,
)
QUANTITY = re.compile(
    r"(?:[-−负]|(?i:negative|minus)\s+)?(?:[$€£¥]\s?)?\d(?:,?\d)*(?:\.\d+)?(?:/\d+)?(?:\s?(?:%|percent\b|[$€£¥]|[a-z]{1,2}[²³]))?"
)
PERCENT_BEHIND = re.compile(r"\s*(?:\\?%|per\s?cent(?:age)?\b|pct\b)", re.IGNORECASE)
# Words of a language, not products of variables or names of functions.
FUNCTION = "(?:arc|a)?(?:sin|cos|tan|cot|sec|csc)h?[a-z]?|log|exp|sqrt|cbrt|theta|alpha|beta|gamma|lambda|infinity|operatorname"
SHORT_WORD = "is|are|was|the|so|we|get|of|for|by|it|has|to|in|be|an|as|its|he|she|that"
PLAIN_WORD = re.compile(
    rf"(?<![\\A-Za-z])(?:(?!(?:{FUNCTION})(?![A-Za-z]))[A-Za-z]{{4,}}|(?:{SHORT_WORD})(?![A-Za-z]))|[\u4e00-\u9fff]{{2,}}", re.IGNORECASE
)
# `还剩16颗` is a sentence; before a number, words with some characters are a part of it, or say that it is negative.
ZH_SENTENCE = re.compile(
    r"(?!.{0,20}?(?:[负减加乘除点又降跌少亏欠低退支西南左后下]|分之|根号))(?![一二两三四五六七八九十百千万亿零〇]+\d)"
    r"[\u4e00-\u9fff]{2,12}\d+(?:\.\d+)?(?:/\d+)?(?:%|[\u4e00-\u9fff]{1,6}|\s?[kcdm]?(?:m[²³]?|g|[lL]))?[。.]?"
)
LED = re.compile(r"\s*(?:by|is|are|be|so|get)\s", re.IGNORECASE)  # "by 5%"
NO_WORDS = re.compile(r"\\(?:begin|end|text\w*|mbox|mathrm|operatorname)\s*\{[^{}]*\}")
FORMULA_SIGN = re.compile(r"[\\^_=+*/<>|(){}\[\]\d\0π√]|\bpi\b")
# `6x - 6`, of single letters and functions: more letters together may be words
BARE_FORMULA = re.compile(
    rf"(?=.*[a-z])(?=.*(?:[-+*/^\d]|{FUNCTION}))(?:(?:{FUNCTION})(?![A-Za-z])|[A-Za-z](?![A-Za-z])|[-+*/^().\d {{}}])+"
)
DELIMITED = re.compile(r"\$|\\[(\[]")
OPEN = re.compile(r"(?<!\d)(?<!\d )\$(?!\s?\d)|\\[(\[]")  # a formula that does not end in its line
COMPARING = "than|least|most|over|under|above|below|up to|not|never|except|between|wrong|incorrect|false|impossible|rejected"
COMPARES = re.compile(rf"\b(?:{COMPARING})\b|超过|不到|至少|至多|大于|小于|不|错", re.IGNORECASE)
SECOND = re.compile(r"=[^=]*(?:\b(?:or|and)\b|[,;或和])[^=]*=\s*$")  # `x = 3 or x =`
LISTED = re.compile(rf"(?:\0|{QUANTITY.pattern})(?:(?:,?\s+(?:and|or)\s+|,\s+|和|或)(?:\0|{QUANTITY.pattern}))*")
BOXES = ("\\boxed", "\\fbox")
FEW_WORDS = 3  # in what a sentence says that something is


def stated_answer(text: str) -> str | None:
    """The answer in a text that may be a whole solution or a sentence: boxed, said, or what the last sentence says that something is.

    None where the text has no such place, or more than one value could be meant.
    """
    answer = final_answer(text) or _unclosed_box(text)
    if answer is None:
        return None if told_apart(text) else _last_statement(text)
    if boxed_answer(text) is None and not told_apart(answer) and _words(answer) and not read_number(answer):
        return _last_statement(answer) or answer
    return answer


def _unclosed_box(text: str) -> str | None:
    """An answer that is nothing but a box whose brace was forgotten; a solution that was cut inside of its box is none."""
    match = UNCLOSED.match(text[-SEARCHED:])
    return stripped(text[match.end() :]) or None if match and len(text) < CLOSE_BY else None


def is_prose(text: str) -> bool:
    """Whether words stand around an answer, rather than that the text is one."""
    words = _words(text)
    if words > 1 or (words == 1 and bool(DELIMITED.search(text) or LED.match(text) or ZH_SENTENCE.fullmatch(text.strip()))):
        return True
    return any(box in text for box in BOXES) or bool(SAID.search(text))


def is_sentence(text: str) -> bool:
    """Whether a text is so much prose that no reader of answers should look at it."""
    return _words(text) > 4 or DELIMITED.search(text) is not None


def _words(text: str) -> int:
    """How many words stand outside of formulas; those in `\\text{}` belong to one."""
    return len(PLAIN_WORD.findall(NO_WORDS.sub("", text)))


def _last_statement(text: str) -> str | None:
    text = NOISE.sub("", text[-SEARCHED:]).replace("\0", "")
    sentences = [stripped(sentence) for sentence in SENTENCE_END.split(text)]
    last = next((sentence for sentence in reversed(sentences) if sentence), "")
    if len(last) > LONGEST_SENTENCE:
        return None
    formulas = list(FORMULA.finditer(last))
    outside = FORMULA.sub(" \0 ", last)
    if OPEN.search(outside):
        return None
    states = STATES.search(outside)
    if states is None:
        return _from_sentence(last, outside, formulas)
    value = stripped(states["value"])
    if COMPARES.search(value) or SECOND.search(outside[: states.start("value")]):
        return None
    if LISTED.fullmatch(value):
        return _listed(last, value, formulas[-value.count("\0") :]) if "\0" in value else value
    if "\0" in value:
        return _formula(last, formulas[-1]) if value.count("\0") == 1 and not re.search(r"\d", value) else None
    if len(formulas) == 1 and not re.search(r"\d", value):  # "So $x > 5$ is the solution"
        return _formula(last, formulas[0])
    return _only_value(value)


def _listed(sentence: str, value: str, formulas: list[re.Match[str]]) -> str:
    """`$2$ and 3`: the formulas and the numbers between them."""
    rest = iter(formulas)
    parts = re.findall(rf"\0|{QUANTITY.pattern}", value)
    return ", ".join(_formula(sentence, next(rest)) if part == "\0" else part for part in parts)


def _from_sentence(sentence: str, outside: str, formulas: list[re.Match[str]]) -> str | None:
    """The one formula, or the one number, that a sentence has."""
    if COMPARES.search(outside):
        return None
    if formulas:
        return _formula(sentence, formulas[0]) if len(formulas) == 1 and not re.search(r"\d", outside) else None
    return _only_number(outside)


def _only_value(value: str) -> str | None:
    """What a sentence says that something is, where that is one number with its unit, a letter, or a formula."""
    if (len(value) == 1 and value.isalpha()) or BARE_FORMULA.fullmatch(value):
        return value
    return value if _words(value) <= FEW_WORDS and read_number(value) else _only_number(value)


def _formula(sentence: str, formula: re.Match[str]) -> str:
    content = next(group for group in formula.groups() if group is not None).strip()
    percent = PERCENT_BEHIND.match(sentence, formula.end())
    return f"{content}\\%" if percent and not content.endswith("%") else content


def _only_number(sentence: str) -> str | None:
    """The number of a sentence that has one and no formula (`99\\pi square inches` has one)."""
    numbers = list(QUANTITY.finditer(sentence))
    if len(numbers) != 1:
        return None
    before, after = sentence[: numbers[0].start()], sentence[numbers[0].end() :]
    glued = re.search(r"[A-Za-z0-9]$", before) or re.match("[A-Za-z]", after)
    return None if glued or FORMULA_SIGN.search(before + after) else numbers[0][0].strip()
