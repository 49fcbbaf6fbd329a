"""A conversation as Markdown: what was asked, what was said, the work that was read, the answers."""

import base64
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from tutor import conversations
from tutor.eventlog import Entry
from tutor.failures import Failure
from tutor.markdown import review, typed, written
from tutor.models import Conversation, Turn
from tutor.transcript import GIVEN_UP, REFUTED, Transcript

PERCENT = re.compile(r"(?<!\\)%")  # where a formula's comment would begin


def markdown(conversation: Conversation, steps: Sequence[conversations.Step]) -> str:
    """The branch that is shown, with nothing in it that the page does not show, and all that the page warns of."""
    parts = [f"# {typed(conversation.title)}", *(part for step in steps for part in _turn(step.turn))]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _turn(turn: Turn) -> list[str]:
    is_work = turn.attempt == turn.question
    parts = [f"## {_('My own work') if is_work else _('Question')}", typed(turn.question)]
    if turn.quote and turn.quote != turn.question:
        parts += [f"### {_('About this step')}", typed(turn.quote)]
    if turn.attempt and turn.attempt != turn.question:
        parts += [f"### {_('My own work')}", typed(turn.attempt)]
    transcript = Transcript(several=turn.n > 1)
    log = conversations.replay(turn)[0]
    # Where none was picked the page shows the first.
    shown = next((entry["data"]["candidate"] for entry in log if entry["kind"] == "done"), 0)
    text = "".join(transcript.take(entry) for entry in log) or transcript.of(0)
    parts.append(f"## {_('Solution') if turn.has_solution else _('Reply')}")
    parts += [review(entry["data"]) for entry in log if entry["kind"] == "reviewed"]
    parts += [warning for entry in log for warning in _warnings(entry)]
    return [*parts, written(text), *_plots(turn, log, shown), *_end(turn)]


def _plots(turn: Turn, log: Sequence[Entry], candidate: int) -> list[str]:
    """The pictures of a candidate's code, within the text: a saved conversation is one file."""
    drawn = [entry["data"] for entry in log if entry["kind"] == "output" and entry["data"]["candidate"] == candidate]
    order = [pk for data in drawn for pk in data["plots"]]
    plots = {str(plot.pk): base64.b64encode(plot.png).decode() for plot in turn.plots.filter(pk__in=order)}
    return [f"![{_('Plot drawn by the code')}](data:image/png;base64,{plots[pk]})" for pk in order]


def _end(turn: Turn) -> list[str]:
    """The answer, and why there is none or no more."""
    parts = list[str]()
    if turn.answer:
        python = _("Checked by Python") if turn.checked else _("The answer and Python's result differ") if turn.differs else ""
        answer = _("**Answer:** {answer}").format(answer=f"${PERCENT.sub(r'\\%', turn.answer)}$")
        parts.append(_("{said} ({more})").format(said=answer, more=python) if python else answer)
    if turn.state == Turn.State.FAILED:
        parts.append("*" + _("{verdict}: {reason}").format(verdict=_("Failed"), reason=Failure(turn.failure).label) + "*")
    elif turn.state == Turn.State.STOPPED:
        parts.append(f"*{_('Stopped')}*")
    return parts


def _warnings(entry: Entry) -> list[str]:
    """How far the solution can be relied on, in the words of the page."""
    data = entry["data"]
    found = {
        _("I am not sure: the solutions do not agree. Look at the others before you rely on this one."): data.get("unsure"),
        _("The solutions could not be rated, so the answer that most of them have was picked."): data.get("scorer_error"),
        _("A plain hint, made from a checked solution: no hint in the tutor's own words passed the checks."): data.get("note") == "plain",
        _("The tutor is not sure of this problem."): data.get("note") == "unsure",
        **{str(text): data.get("given_up") == why for why, text in GIVEN_UP.items()},
        str(REFUTED): entry["kind"] == "done" and data.get("refuted"),
        _("The solution reached its length limit and ends here."): entry["kind"] == "done" and data.get("finish") == "length",
    }
    return [f"> ⚠ {text}" for text, holds in found.items() if holds]
