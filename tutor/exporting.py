"""A conversation as Markdown: what was asked, what was said, the work that was read, the answers."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from tutor import conversations
from tutor.eventlog import Entry
from tutor.models import Conversation, Turn
from tutor.transcript import REFUTED, Transcript, review, typed

PERCENT = re.compile(r"(?<!\\)%")  # where a formula's comment would begin
# A formula as models write it, outside of code. For most that reads Markdown, `\(` is a bracket.
BRACKETED = re.compile(
    r"^(?P<fence>`{3,})[^\n]*\n.*?^(?P=fence)`*$|(?<!\\)\\\((?P<line>[^\n]+?)\\\)|(?<!\\)\\\[(?P<display>.+?)\\\]", re.MULTILINE | re.DOTALL
)


def markdown(conversation: Conversation, steps: Sequence[conversations.Step]) -> str:
    """The branch that is shown, with nothing in it that the page does not show, and all that the page warns of."""
    parts = [f"# {conversation.title}", *(part for step in steps for part in _turn(step.turn))]
    return BRACKETED.sub(_between_dollars, "\n\n".join(part.strip() for part in parts if part.strip())) + "\n"


def _between_dollars(found: re.Match[str]) -> str:
    if found["line"]:
        return f"${found['line'].strip()}$"
    return f"$${found['display']}$$" if found["display"] else found[0]


def _turn(turn: Turn) -> list[str]:
    is_work = bool(turn.attempt) and turn.attempt == turn.question
    parts = [f"## {_('My own work') if is_work else _('Question')}", typed(turn.question)]
    if turn.quote and turn.quote != turn.question:
        parts += [f"### {_('About this step')}", typed(turn.quote)]
    if turn.attempt and turn.attempt != turn.question:
        parts += [f"### {_('My own work')}", typed(turn.attempt)]
    transcript = Transcript(several=turn.n > 1)
    reviews, warnings, text = list[str](), list[str](), ""
    for entry in conversations.replay(turn)[0]:
        if entry["kind"] == "reviewed":
            reviews.append(review(entry["data"]))
        warnings += _warnings(entry)
        text += transcript.take(entry)
    text = text or transcript.of(0)  # where none was picked the page shows the first
    parts += [f"## {_('Solution') if turn.has_solution else _('Reply')}", *reviews, *warnings, text]
    if turn.answer:
        python = _("Checked by Python") if turn.checked else _("The answer and Python's result differ") if turn.differs else ""
        answer = PERCENT.sub(r"\\%", turn.answer)
        parts.append(f"**{_('Answer')}:** ${answer}$" + (f" ({python})" if python else ""))
    if turn.state in (Turn.State.FAILED, Turn.State.STOPPED):
        parts.append(f"*{turn.get_state_display()}*")
    return parts


def _warnings(entry: Entry) -> list[str]:
    """How far the solution can be relied on, in the words of the page."""
    data = entry["data"]
    found = {
        _("I am not sure: the solutions do not agree. Look at the others before you rely on this one."): data.get("unsure"),
        _("The solutions could not be rated, so the answer that most of them have was picked."): data.get("scorer_error"),
        _("A plain hint, made from a checked solution: no hint in the tutor's own words passed the checks."): data.get("note") == "plain",
        _("The tutor is not sure of this problem."): data.get("note") == "unsure",
        str(REFUTED): entry["kind"] == "done" and data.get("refuted"),
        _("The solution reached its length limit and ends here."): entry["kind"] == "done" and data.get("finish") == "length",
    }
    return [f"> ⚠ {text}" for text, holds in found.items() if holds]
