"""Which problem a turn of a conversation is about, for one like it."""

import re

from practice.topics import seen_in
from tutor.models import Turn

LONGEST = 80  # bytes of a remark
PROBLEM = re.compile(r"\d\D*[^\d.,]\D*\d|[\\^]")  # two numbers, or a formula
WHY = re.compile(r"\b(?:why|how did|how do you|explain|what do you mean)\b|为什么|怎么|解释|什么意思", re.IGNORECASE)


def posed_for(turn: Turn) -> Turn | None:
    """The turn itself; of a remark on what stands above it ("Why?"), the one above. None where that is no problem, or not a whole one."""
    while turn.parent is not None and not turn.parent.is_unsolved and _is_remark(turn):
        turn = turn.parent
    return None if turn.is_unsolved else turn


def _is_remark(turn: Turn) -> bool:
    question = turn.question
    if turn.quote:
        return True
    if len(question.encode()) > LONGEST or PROBLEM.search(question) or seen_in(question):
        return False
    return WHY.search(question) is not None or not any(map(str.isdigit, question))
