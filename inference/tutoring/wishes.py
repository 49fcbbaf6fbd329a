"""What a student asks for in words where a page has a button: a hint, the next step, the full solution."""

import re
from collections.abc import Sequence

from inference.events import Language
from inference.prompts import CHINESE
from inference.tutoring.clarify import is_incomplete, looks_mathematical
from inference.tutoring.events import Request
from inference.tutoring.phrases import say

LONGEST = 80  # characters: what is longer says something of the problem
ASKING = (
    r"(?:(?:please|ok(?:ay)?|then|now|so|and|just|yes)\b[,.!]?\s*)*"
    r"(?:(?:can|could|may|would) (?:you|i|we)(?: please| just)?\s+)?"
    r"(?:(?:give|show|tell|get|have|see|reveal|explain|i (?:want|need)|i(?: woul|[’'])d like|what(?: i|[’'])s)"
    r"(?: to (?:have|see|get))?(?: me| us)?\s+)?"
    r"(?:(?:an?|the|any|another|one more|some|my|its?)\s+)?"
)
END = r"(?:,?\s*(?:please|now|then|for me|to (?:this|it)|of it))*[\s.!?]*"
PLEASE = (
    r"(?:(?:请|那|好|麻烦)[，,]?)?(?:(?:你|我)?(?:能不能|可不可以|可以|能|想|要|需要))?"
    r"(?:再|直接)?(?:给|来|显示|看看?|告诉|说)?我?(?:看|要)?(?:一下)?"
)
AT_END = r"(?:是什么|怎么[做写]|吧|吗|呢|好吗|看看)*[\s。！？.!?]*"
WISHES: dict[Request, re.Pattern[str]] = {
    "hint": re.compile(
        rf"{ASKING}(?:small |little |first |next |further |more )*(?:hints?|clues?|tips?)(?: with (?:this|it|the next step))?{END}"
        rf"|{PLEASE}(?:[一两]?[个点些条])?(?:新的?|下一个)?提示{AT_END}",
        re.IGNORECASE,
    ),
    "next": re.compile(
        rf"{ASKING}(?:next|first)(?: (?:step|line|one))?{END}"
        rf"|{ASKING}(?:step|reveal|(?:reveal|show) (?:it|the step)|go on|continue){END}"
        rf"|{PLEASE}(?:下一步|第一步|继续){AT_END}",
        re.IGNORECASE,
    ),
    "answer": re.compile(
        rf"{ASKING}(?:full |whole |complete |worked |final |entire )*(?:solution|answer){END}|i give up{END}"
        rf"|{PLEASE}(?:完整|全部|详细|最终|最后)?的?(?:解答|答案|解法|解答过程){AT_END}|我?(?:放弃|不做)了?[\s。！.!]*",
        re.IGNORECASE,
    ),
}

# A problem begins with its name or with a task that is no step's ("factor" may be one), or asks something at its end, and nobody speaks of
# oneself: "do I divide 25 by 5 now?".
NAMED = re.compile(
    r"[\s*#]*(?:(?:(?:new|next|another) )?(?:problem|question|exercise)|(?:新的?|下一道?)?(?:题目?|问题))[\s*\d]*[:：]", re.IGNORECASE
)
TASK = re.compile(
    r"(?:(?:ok(?:ay)?|now|next|then|please|thanks|and|another one)[\s,.:!]+)*(?:(?:help me )?solve|how (?:do|can) (?:i|you|we) solve)\s"
    r"|(?:(?:好的?|谢谢|那|下一题|现在|请|帮我)[，。：！,.:!\s]*)*解(?:方程|不等式)",
    re.IGNORECASE,
)
ASKS = re.compile(r"[?？](?:\s*\([^)]*\))?\s*$")
OWN = re.compile(r"\b(?:i|i[’']m|my|me|we|you|your)\b|我|你|=", re.IGNORECASE)
LEAST = 12  # characters of a Chinese problem in words; of an English one, words of it


def poses(text: str) -> bool:
    """Whether `text`, written within a lesson, is surely another problem and no work on the one that there is."""
    if NAMED.match(text):
        return True
    if not looks_mathematical(text) or is_incomplete(text):
        return False
    if TASK.match(text.strip()):
        return "\n" not in text.strip()
    is_long = len(text.split()) >= LEAST or len(CHINESE.findall(text)) >= LEAST
    return is_long and bool(ASKS.search(text)) and not OWN.search(text)


def wished(text: str) -> Request:
    """What `text` asks for, if that is all it says; "" otherwise."""
    said = " ".join(text.split())
    return next((wish for wish, words in WISHES.items() if len(said) <= LONGEST and words.fullmatch(said)), "")


def may_write(offers: Sequence[Request], language: Language) -> str:
    """What of `offers` can be asked for in words, told to whoever has no buttons; "" where nothing can."""
    wishes = [say(f"wish_{offer}", language) for offer in offers if offer in WISHES]
    return say("may_write", language, wishes=say("or", language).join(wishes)) if wishes else ""
