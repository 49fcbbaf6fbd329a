"""How an answer is understood, so that its author can see it: plain numbers here, the rest by Math-Verify in a child process.

The child is warm, and is killed when it takes too long. What cannot be read in time is not read.
"""

import re
from functools import lru_cache

from grading.checking.child import Child, NoReply
from grading.checking.numbers import Number, read_number
from grading.checking.working.shown import written

LONGEST = 500  # characters
SECONDS = 3.0  # for one answer
WAIT_SECONDS = 10.0  # for the answers before it
REMEMBERED = 2_000  # readings

HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}  # digits, letters and signs of Chinese keyboards
# An answer in words ("Tuesday", "增大") is text, and no product of letters.
TEXT = re.compile(r"(?=.*(?:[A-Za-z]{3}|[\u4e00-\u9fff]))[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff ,.'-]*")


def read(answer: str) -> str:
    """LaTeX of what `answer` was understood as; "" where it cannot be read. Safe in any thread."""
    try:
        return _read(answer.translate(HALF_WIDTH).strip().strip("$").rstrip("。.").strip())
    except NoReply:  # which is not remembered
        return ""


@lru_cache(maxsize=REMEMBERED)
def _read(answer: str) -> str:
    if not answer or len(answer) > LONGEST:
        return ""
    number = read_number(answer)
    if number:
        return _number(number)
    if TEXT.fullmatch(answer):
        return rf"\text{{{answer}}}"
    return str(_reader.ask(answer, seconds=SECONDS, patience=WAIT_SECONDS))


def _number(number: Number) -> str:
    value = number.value
    plain = float(value) if value.denominator != 1 and number.decimals is not None else None
    text = f"{plain:.{number.decimals}f}" if plain is not None else written(value)
    unit = rf"\ \text{{{number.unit}}}" if number.unit else ""
    return text + (r"\,\%" if number.percent else "") + unit


_reader = Child("grading.reader")


def stop() -> None:
    """End the child; the next answer starts another one."""
    _reader.stop()
