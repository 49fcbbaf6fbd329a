"""A conversation as Markdown: what was asked, what was said, the work that was read, the answers."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from tutor import conversations
from tutor.eventlog import Entry
from tutor.models import Conversation, Turn
from tutor.transcript import Transcript

PERCENT = re.compile(r"(?<!\\)%")  # where a formula's comment would begin
MARKS = {"checked": "✓", "agrees": "✓", "wrong": "✗", "carried": "↳", "unverified": "·"}


def markdown(conversation: Conversation, steps: Sequence[conversations.Step]) -> str:
    """The branch that is shown, with nothing in it that the page does not show, and all that the page warns of."""
    parts = [f"# {conversation.title}", *(part for step in steps for part in _turn(step.turn))]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _turn(turn: Turn) -> list[str]:
    parts = [f"## {_('Question')}", turn.question]
    if turn.attempt and turn.attempt != turn.question:
        parts += [f"### {_('My own work')}", turn.attempt]
    transcript = Transcript(several=turn.n > 1)
    reviews, warnings, text = list[str](), list[str](), ""
    for entry in conversations.replay(turn)[0]:
        if entry["kind"] == "reviewed":
            reviews.append(_review(entry["data"]))
        warnings += _warnings(entry)
        text += transcript.take(entry)
    parts += [f"## {_('Solution')}", *reviews, *warnings, text]
    if turn.answer:
        python = _("Checked by Python") if turn.checked else _("The answer and Python's result differ") if turn.differs else ""
        answer = PERCENT.sub(r"\\%", turn.answer)
        parts.append(f"**{_('Answer')}:** ${answer}$" + (f" ({python})" if python else ""))
    if turn.state in (Turn.State.FAILED, Turn.State.STOPPED):
        parts.append(f"*{turn.get_state_display()}*")
    return parts


def _review(data: dict[str, Any]) -> str:
    lines = [f"{number}. {MARKS[line['status']]} {line['text']}\n   {line['reason']}" for number, line in enumerate(data["lines"], 1)]
    return "\n".join(lines)


def _warnings(entry: Entry) -> list[str]:
    """How far the solution can be relied on, in the words of the page."""
    data = entry["data"]
    found = {
        _("I am not sure: the solutions do not agree. Look at the others before you rely on this one."): data.get("unsure"),
        _("The reward model could not be asked, so the majority decided."): data.get("scorer_error"),
        _("A plain hint, made from a checked solution: no hint in the tutor's own words passed the checks."): data.get("note") == "plain",
        _("The tutor is not sure of this problem."): data.get("note") == "unsure",
        _("The solution reached its length limit and ends here."): entry["kind"] == "done" and data.get("finish") == "length",
    }
    return [f"> ⚠ {text}" for text, holds in found.items() if holds]
