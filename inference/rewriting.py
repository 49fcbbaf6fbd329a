"""Making a new problem out of another: what the model is asked for, and what its reply is worth.

The kinds of change are those of MuggleMath (Li et al. 2023, arXiv 2310.05506: numbers, fractions and percentages, combined
concepts, a conditional statement, greater complexity) as far as they change a school problem's answer by mathematics alone, with two
more: the question reversed, and the same mathematics told of something else.
"""

import re
from typing import Literal, get_args

from grading.checking.numbers import read_number
from inference import prompts
from inference.events import Language

Change = Literal["numbers", "condition", "reverse", "context", "combine"]
CHANGES: tuple[Change, ...] = get_args(Change)

SHORTEST, LONGEST = 15, 1_500  # characters of a problem; a third of that in Chinese
TOKENS = 512  # that a reply may take
STOP = ("<|im_end|>",)

SYSTEM: dict[Language, str] = {
    "en": "You are a mathematics teacher who writes problems for a textbook.",
    "zh": "你是一位数学老师，正在为课本编写题目。",
}
GIVEN: dict[Language, str] = {"en": "Problem:\n{question}", "zh": "题目：\n{question}"}
SECOND: dict[Language, str] = {"en": "Second problem:\n{question}", "zh": "第二道题目：\n{question}"}
WANTED: dict[Language, dict[Change, str]] = {
    "en": {
        "numbers": "Write the same problem with other numbers. Keep the story and the question. "
        "Choose the numbers so that the result is sensible.",
        "condition": "Write a new version of this problem with one more fact in it, which the solution needs and which changes the result.",
        "reverse": "The answer to this problem is {answer}. Write the reversed problem: "
        "tell this result as a known fact, leave one of the given numbers out, and ask for that number.",
        "context": "Write a problem that needs the same calculation, with the same numbers, "
        "but about other people, other things and another place.",
        "combine": "Write one new problem that needs the ideas of both problems, with one question at its end.",
    },
    "zh": {
        "numbers": "把这道题换成另外的数字，情境和问法不变。所选的数字要使结果合理。",
        "condition": "改编这道题：增加一个解题时必须用到的条件，并使结果因此改变。",
        "reverse": "这道题的答案是{answer}。请编写逆向的题目：把这个结果作为已知条件，去掉原来的一个已知数，并求这个数。",
        "context": "编写一道新题：计算方法和数字与这道题相同，但人物、事物和场景完全不同。",
        "combine": "编写一道新题，需要同时用到这两道题的思路，最后只提一个问题。",
    },
}
RULES: dict[Language, str] = {
    "en": "The new problem must be complete, must make sense, and must ask for exactly one number or expression. "
    "Write the new problem alone, without a solution and without a remark.",
    "zh": "新题必须完整、合理，并且只求一个数或一个式子。只写新题本身，不要写解答，也不要写说明。",
}
# A small model repeats behind its problem what it was told.
REPEATED = re.compile(
    "|".join(
        re.escape(re.split(r"[.,:：，。{]", told)[0].strip()) for told in (*WANTED["en"].values(), *WANTED["zh"].values(), *RULES.values())
    )
)
BEGUN: dict[Language, str] = {"en": "New problem:\n", "zh": "新题目：\n"}

HEADING = re.compile(
    r"^[\s*#_]*(?:the\s+)?(?:new|reversed?|combined|modified)?\s*(?:problem|question|version)\s*[:：*_]+\s*"
    r"|^[\s*#]*(?:新)?题目?\s*[:：*]+\s*",
    re.IGNORECASE,
)
# From where on it is not the problem any more.
AFTER = re.compile(
    r"(?:^|\n)[\s*#_]*(?:(?:new|complete|full|problem)\s+)*(?:solution|answer|explanation|note|to solve|let's|step 1)\b"
    r"|(?:^|\n)[\s*#_]*(?:解|答|答案|解析|解答|说明|注)\s*[:：]"
    r"|\n\s*---"
    r"|(?<=[?？])\s*\n\s*[^\n:：]{2,30}[:：]",  # a remark with a name, behind what is asked: "Chosen numbers: …"
    re.IGNORECASE,
)
ASKS = re.compile(
    r"[?？]|\b(?:find|compute|calculate|determine|evaluate|simplify|solve|factor|express|what|how many|how much)\b|求|计算|多少|几|化简",
    re.IGNORECASE,
)
TELLS = re.compile(r"\\boxed|\bthe (?:final )?answer is\b|答案是|答案为", re.IGNORECASE)


class Refused(Exception):
    """Why a reply is no new problem, in a word or two, for the report."""


def prompt(change: Change, question: str, *, language: Language, answer: str = "", second: str = "") -> str:
    """The ChatML text that the model continues with the new problem. `reverse` needs the `answer`, `combine` the `second` question."""
    given = [GIVEN[language].format(question=question), *([SECOND[language].format(question=second)] if second else [])]
    wanted = WANTED[language][change].format(answer=answer)
    user = prompts.neutralise("\n\n".join([*given, wanted, RULES[language]]))
    return f"<|im_start|>system\n{SYSTEM[language]}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n{BEGUN[language]}"


def read(reply: str, language: Language) -> str:
    """The new problem in a model's reply. Raises `Refused`."""
    text = HEADING.sub("", reply.strip())
    for after in (AFTER, REPEATED):
        if found := after.search(text):
            text = text[: found.start()]
    text = text.strip().strip("*_").strip()
    shorter = 3 if language == "zh" else 1
    if len(text) < SHORTEST // shorter:
        raise Refused("too short")
    if len(text) > LONGEST // shorter:
        raise Refused("too long")
    if prompts.detect_language(text) != language:
        raise Refused("another language")
    if TELLS.search(text):
        raise Refused("tells its answer")
    if not ASKS.search(text):
        raise Refused("asks nothing")
    return text


def is_sensible(answer: str, parent: str) -> bool:
    """Where the parent counts something, its variant does too: an answer of 2.5 or -3 shows numbers that do not fit."""
    old, new = read_number(parent), read_number(answer)
    if old is None or old.value.denominator != 1 or old.value < 0:
        return True
    return new is not None and new.value.denominator == 1 and new.value >= 0
