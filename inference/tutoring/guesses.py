"""A guess without the words around it: what a student says of an answer in passing."""

import re

from grading.checking.agreement import answer_values
from grading.checking.numbers import read_number
from grading.checking.wording import without_lead

# The words before a guess and behind it, which ask for no more than whether it is right.
IT = r"(?:it|that|this|(?:the|my) (?:answer|result))"
GUESSING = re.compile(
    r"^(?:(?:so|then|maybe|perhaps|probably|um+|hmm+|o+h+|a+h+|wait|yes|yeah|now|ok(?:ay)?|idk|i don[’']?t know|i(?:[’']m| am) not sure)\b"
    r"[\s,.:;…]*)*"
    rf"(?:(?:(?:is|would|could|can|should|will) {IT}(?: be)?|is(?=\s+\S+(?: right| correct)?$)"
    rf"|(?:i (?:think|guess|believe|got|get|have|say)(?: that)?\s*)?(?:{IT}(?: is|[’']?s)|would be)?)\s+)?(?=\S)"
    r"|^(?:那么?|所以|也许|可能)?[，,]?(?:我(?:觉得|猜|认为|想))?(?:答案|结果)?(?:是不是|会不会是|应该是|可能是|大概是|等于|是)?",
    re.IGNORECASE,
)
SURE = re.compile(r"(?:\s*[✓✔☑]|\s+!|(?<!!)!!+)+$")  # behind an answer; `5!` is a factorial
COUNTED = re.compile(r"\d+ (?:out of|in) \d+")
LISTED = re.compile(r"(?:[-\d\s.,;/(){}\[\]√]|\band\b|\bor\b|[和或、，；])+")
IS_IT_RIGHT = re.compile(
    r"(?:\b(?:is that |is it |is this |am i )?(?:right|correct)|\b(?:i (?:think|guess)|maybe|then|now)|对吗|对不对|对么|吗|呢|吧)$",
    re.IGNORECASE,
)


def said_plainly(text: str) -> str:
    """A guess without its words: `12` of "is it 12?", "I think it's 12" and 答案是12吗?"""
    said = GUESSING.sub("", SURE.sub("", " ".join(text.split()).rstrip("?？ ")))
    return IS_IT_RIGHT.sub("", said).rstrip("?？,， ")


def is_value(line: str) -> bool:
    """Whether it is a number and no more: 宽是6 says of what, which may be something on the way."""
    said = said_plainly(line)
    return read_number(said) is not None and without_lead(said) == said


def is_list(line: str) -> bool:
    """Whether it is numbers alone: `(4, 3)`, "2 and 3", "3 out of 28"."""
    return COUNTED.fullmatch(line) is not None or (LISTED.fullmatch(line) is not None and all(map(read_number, answer_values(line))))
