"""The rules of asking: who may, and what becomes of it."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusal import Refusal
from accounts.text import storable
from inference.prompts import Exchange
from tutor import background, eventlog, permission, queue, sharing
from tutor.models import Conversation, Plot, Turn, TurnEvent

ACTIVE = background.ACTIVE
TITLE_LENGTH = 80
COUNTS = (1, 4, 8, 16)  # solutions side by side
MORE_COUNTS = (32, 64, 128, 256)  # for administrators


class AskingError(Refusal):
    """The question was not taken; nothing was stored. `str()` says why, to the student.

    QuestionEmpty, QuestionTooLong, CountNotOffered, StillSolving, TooManyTurns, TooManySolutions, QueueFull, OneInBackground,
    HelpNotAllowed; of lessons NotOffered, AttemptFirst, NothingToCheck
    """


class QuestionEmpty(AskingError):
    message = _("Write a question first.")


class QuestionTooLong(AskingError):
    message = _("The question is too long. Shorten it.")


class CountNotOffered(AskingError):
    message = _("So many solutions at once are not offered to you. Choose another number.")


class StillSolving(AskingError):
    message = _("The answer before this one is still being written. Wait for it or stop it.")


class TooManyTurns(AskingError):
    message = _("You have several questions being solved. Wait for one of them or stop it.")


class TooManySolutions(AskingError):
    message = _("Many solutions are being written for you already. Wait for them, stop them, or ask for fewer.")


class QueueFull(AskingError):
    message = _("Too many questions are waiting on this server. Try again in a few minutes.")


class OneInBackground(AskingError):
    message = _("One of your questions is being worked on in the background already. Wait for it or stop it.")


class HelpNotAllowed(AskingError):
    """It is about a problem of an assignment, for which the teacher does not allow such help."""

    def __init__(self, rules: Sequence[object]) -> None:
        super().__init__()
        self.message = " ".join(map(str, rules))


# --- Fetch and authorise ------------------------------------------------------------------------------------------------


def get_conversation_for(user: User, pk: UUID) -> Conversation:
    """The conversation, if it is this user's; Http404 otherwise."""
    return get_object_or_404(Conversation, pk=pk, owner=user)


def get_turn_for(user: User, pk: UUID) -> Turn:
    """The turn with its conversation, if it is this user's; Http404 otherwise."""
    return get_object_or_404(Turn.objects.select_related("conversation"), pk=pk, conversation__owner=user)


def get_plot_for(user: User, pk: UUID) -> Plot:
    """The plot, if its turn is this user's, is shared with them, or is reported to them; Http404 otherwise."""
    plot = get_object_or_404(Plot.objects.select_related("turn__conversation"), pk=pk)
    reported = user.role == User.Role.ADMIN and plot.turn.reports.exists()
    if plot.turn.conversation.owner_id != user.pk and not reported and not sharing.is_shared(plot.turn.conversation, user):
        raise Http404
    return plot


# --- Ask, again, otherwise, stop ----------------------------------------------------------------------------------------


def counts(user: User) -> tuple[int, ...]:
    """How many solutions side by side this person may ask for."""
    return (*COUNTS, *MORE_COUNTS) if user.role == User.Role.ADMIN else COUNTS


def ask(
    user: User,
    question: str,
    mode: str,
    language: str,
    *,
    n: int = 1,
    in_background: bool = False,
    aim: str = Turn.Aim.EXPLAIN,
    attempt: str = "",
    quote: str = "",
    conversation: Conversation | None = None,
    parent: Turn | None = None,
    problem: UUID | None = None,
) -> Turn:
    """Store a question and have it solved: a new conversation, or a follow-up to `parent` (default: the conversation's newest turn).

    With another `aim` than to explain, the turn begins a lesson; `attempt` is the student's own work, `quote` a step of the parent's
    solution that the question is about. `problem` is the one of an assignment that a new conversation is about. Raises `AskingError`.
    """
    question, attempt, quote = checked(question), checked(attempt, empty=True), checked(quote, empty=True)
    if aim != Turn.Aim.EXPLAIN or attempt:  # a lesson writes no solutions side by side, whatever the form still says
        n, in_background = 1, False
    if n not in (background.counts(user) if in_background else counts(user)):
        raise CountNotOffered
    with transaction.atomic():
        check_room(user, n, in_background=in_background)
        if conversation is None:
            conversation = Conversation.objects.create(owner=user, title=_title(question), problem_id=problem)
        elif parent is None:
            parent = conversation.turns.order_by("-created").first()
        if parent is not None and parent.state in ACTIVE:
            raise StillSolving
        return enqueue(
            Turn(
                parent=parent,
                question=question,
                mode=mode,
                language=language,
                n=n,
                background=in_background,
                aim=aim,
                attempt=attempt,
                quote=quote,
            ),
            conversation,
        )


def ask_once(
    user: User,
    question: str,
    mode: str,
    n: int,
    history: Sequence[Exchange],
    instructions: str = "",
    *,
    language: str = Turn.Language.AUTO,
    most_tokens: int | None = None,
    aim: str = Turn.Aim.EXPLAIN,
    attempt: str = "",
) -> Turn:
    """Store a program's question, with the exchanges and the `instructions` before it, and have it solved (in `most_tokens`, where there
    is such a bound), or a lesson begun (`aim`).

    Raises `AskingError`.
    """
    question, instructions, attempt = checked(question), checked(instructions, empty=True), checked(attempt, empty=True)
    with transaction.atomic():
        check_room(user, n)
        conversation = Conversation.objects.create(owner=user, title=_title(question), api=True)
        context = [[exchange.question, exchange.text] for exchange in history]
        turn = Turn(question=question, mode=mode, language=language, n=n, most_tokens=most_tokens, aim=aim, attempt=attempt)
        turn.context, turn.instructions = context, instructions
        return enqueue(turn, conversation)


def regenerate(turn: Turn) -> Turn:
    """Solve the same question once more, as a sibling. Raises `AskingError`."""
    return edit(turn, turn.question)


def edit(turn: Turn, question: str) -> Turn:
    """Ask another question in the place of this one, as a sibling; of a turn within a lesson, the student's work is what changes.

    Raises `AskingError`.
    """
    question = checked(question)
    kept = {name: getattr(turn, name) for name in ("parent", "mode", "language", "n", "background", "aim", "request", "poses", "quote")}
    attempt = question if turn.request and turn.attempt else turn.attempt
    with transaction.atomic():
        check_room(turn.conversation.owner, turn.n, in_background=turn.background)
        return enqueue(Turn(question=question, attempt=attempt, **kept), turn.conversation)


def stop(turn: Turn) -> None:
    """End a turn now. One that waits, or whose worker is lost, ends here; a running one's worker ends it within a second."""
    unattended = Q(state=Turn.State.QUEUED) | Q(state=Turn.State.RUNNING, lease_expires__lt=timezone.now())
    if not eventlog.finish(turn.pk, unattended, "stopped", {}, state=Turn.State.STOPPED):
        Turn.objects.filter(pk=turn.pk, state__in=ACTIVE).update(stop_requested=True)


def checked(question: str, *, empty: bool = False) -> str:
    """The text of a question, or of work, as it is stored. Raises `QuestionEmpty` (unless it may be `empty`) and `QuestionTooLong`."""
    question = storable(question)
    if not question and not empty:
        raise QuestionEmpty
    if len(question) > settings.QUESTION_LIMIT:
        raise QuestionTooLong
    return question


def _title(question: str) -> str:
    line = " ".join(question.split())  # the first line alone may be `$$`
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def check_room(user: User, n: int = 1, *, in_background: bool = False) -> None:
    """Whether this person may have one more turn worked on, with `n` solutions. Raises `TooManyTurns`, `TooManySolutions` and `QueueFull`.

    What waits in the background, for hours perhaps, takes no place of those who wait for theirs.
    """
    User.objects.select_for_update().get(pk=user.pk)  # two requests at once must not both pass below the limit
    active = Turn.objects.filter(conversation__owner=user, state__in=ACTIVE)
    if active.count() >= settings.ACTIVE_TURNS_PER_USER:
        raise TooManyTurns
    if not in_background and _together(active) + n > _most_together(user):
        raise TooManySolutions
    if Turn.objects.filter(state=Turn.State.QUEUED, background=in_background).count() >= settings.QUEUE_LIMIT:
        raise QueueFull


def _together(turns: "QuerySet[Turn]") -> int:
    """How many solutions are written of them while people wait; those of the background are written a few at once."""
    return turns.filter(background=False).aggregate(sum=Sum("n"))["sum"] or 0


def _most_together(user: User) -> int:
    """One question with as many as there may be, and others with one: an engine has few places (32), which go to who comes first."""
    return max(counts(user)) + settings.ACTIVE_TURNS_PER_USER - 1


def enqueue(turn: Turn, conversation: Conversation) -> Turn:
    """Store a new turn of a conversation and have it worked on. Within a transaction that has checked that there is room.

    Every turn comes through here: raises `HelpNotAllowed` where a teacher does not allow what it asks for, and `OneInBackground`.
    """
    rules = permission.rules_of(conversation, turn)
    if not permission.permits(rules, turn):
        raise HelpNotAllowed(rules)
    if turn.background and background.has_one(conversation.owner):
        raise OneInBackground
    turn.conversation, turn.enqueued = conversation, timezone.now()
    if conversation.api:
        turn.followed = turn.enqueued  # or it would be solved to its end where the program hangs up before it is followed
    turn.save(force_insert=True)
    TurnEvent.objects.create(turn=turn, seq=1, run=0, kind="queued", payload={})
    conversation.save(update_fields=["updated"])
    queue.send(turn.pk)
    return turn
