"""A conversation as Markdown: what was asked, what was said, the work that was read, the answers."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from tutor import asking
from tutor.models import Conversation, Turn
from tutor.transcript import Transcript

MARKS = {"checked": "✓", "agrees": "✓", "wrong": "✗", "carried": "↳", "unverified": "·"}


def markdown(conversation: Conversation, steps: Sequence[asking.Step]) -> str:
    """The branch that is shown, with nothing in it that the page does not show."""
    parts = [f"# {conversation.title}", *(part for step in steps for part in _turn(step.turn))]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _turn(turn: Turn) -> list[str]:
    parts = [f"## {_('Question')}", turn.question]
    if turn.attempt and turn.attempt != turn.question:
        parts += [f"### {_('My own work')}", turn.attempt]
    transcript = Transcript(several=turn.n > 1)
    reviews, text = [], ""
    for entry in asking.replay(turn)[0]:
        if entry["kind"] == "reviewed":
            reviews.append(_review(entry["data"]))
        text += transcript.take(entry)
    parts += [f"## {_('Solution')}", *reviews, text]
    if turn.answer:
        checked = f" ({_('Checked by Python')})" if turn.checked else ""
        parts.append(f"**{_('Answer')}:** ${turn.answer}${checked}")
    if turn.state in (Turn.State.FAILED, Turn.State.STOPPED):
        parts.append(f"*{turn.get_state_display()}*")
    return parts


def _review(data: dict[str, Any]) -> str:
    lines = [f"{number}. {MARKS[line['status']]} {line['text']}\n   {line['reason']}" for number, line in enumerate(data["lines"], 1)]
    return "\n".join(lines)
