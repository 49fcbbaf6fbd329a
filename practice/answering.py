"""An answer to an item: whether it is right, and what that says about the skill."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, time
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import connections
from accounts.models import User
from accounts.refusal import Refusal
from accounts.text import storable
from grading.checking.answers import Outcome, Verdict, check
from grading.checking.asked import COPIED, NOT_REDUCED, NOT_THE_FORM, OTHER_UNIT, check_asked
from grading.checking.compare import NOT_SOLVED
from grading.checking.quantities import ROUNDED
from grading.checking.reasons import Reason
from grading.helping import finder
from practice import knowledge
from practice.choosing import knowledge_of
from practice.form import has_form
from practice.models import Attempt, Item, Knowledge
from tutor.models import Conversation, Turn
from tutor.permission import texts_of

LONGEST = 500  # characters of an answer
UNFINISHED = {COPIED, NOT_REDUCED, NOT_SOLVED, NOT_THE_FORM}


class AnswerError(Refusal):
    """The answer was not counted, and costs nothing. `str()` says why, to the student.

    NoAnswer, NotRead, OtherForm, OtherUnit
    """


class NoAnswer(AnswerError):
    message = _("Write an answer first.")


class NotRead(AnswerError):
    message = _("This answer could not be read or compared. It does not count; write it in another way.")


class OtherForm(AnswerError):
    message = _("This is not wrong, but it is not finished, or not in the form that was asked for. It does not count.")


class OtherUnit(AnswerError):
    message = _("The problem asks for another unit. It does not count; write the answer in that one.")


class HelpNotOffered(AnswerError):
    message = _("This problem is for you alone: help comes after your first answer.")


def get_item_for(user: User, pk: UUID) -> Item:
    """The item, if it is this student's; Http404 otherwise."""
    return get_object_or_404(Item, pk=pk, student=user)


def answer(item: Item, given: str) -> Attempt:
    """Judge an answer and keep it. Raises `AnswerError`; then nothing is kept."""
    given = storable(given)[:LONGEST]
    if not given:
        raise NoAnswer
    connections.give_back()
    verdict, read = _judge(item, given)
    if verdict.reason.template in UNFINISHED:
        raise OtherForm
    if verdict.reason.template == OTHER_UNIT:
        raise OtherUnit
    if verdict.outcome is Outcome.UNDECIDED:
        raise NotRead
    right = verdict.outcome is Outcome.CORRECT
    if (right and not has_form(read, item.form)) or (item.form and verdict.reason.template == ROUNDED):
        raise OtherForm
    if item.form == "unsigned" and check(f"-{item.expected}", given).outcome is Outcome.CORRECT:  # "it falls by -25%": says so twice
        raise OtherForm
    with transaction.atomic():
        return _keep(item, given, verdict.reason, right=right)


def _judge(item: Item, given: str) -> tuple[Verdict, str]:
    """The verdict, and the spelling that it is about: generators have no capital letters, but the keyboard of a phone begins with one."""
    question, small = item.text, given.lower()
    verdict = check_asked(question, item.expected, given)
    if verdict.outcome is not Outcome.CORRECT and item.family and small != given:
        in_small = check_asked(question, item.expected, small)
        if in_small.outcome is Outcome.CORRECT:
            return in_small, small
    return verdict, given


def _keep(item: Item, given: str, reason: Reason, *, right: bool) -> Attempt:
    item = Item.objects.select_for_update().get(pk=item.pk)  # sent twice at once, it counts once
    last = item.attempts.last()
    counted = last is None and bool(item.family)  # what the model wrote may be of another skill than it seems
    aided = item.helped or item.revealed or _was_asked(item)
    if counted:
        known, _made = Knowledge.objects.select_for_update().get_or_create(student=item.student, skill=item.skill)
    else:  # whoever has a row has begun the skill
        known = knowledge_of(item.student)[item.skill]
    if counted and not aided:
        _learn(known, item, right=right)
    began = last.created if last else item.created
    return Attempt.objects.create(
        item=item,
        answer=given,
        verdict=Attempt.Verdict.CORRECT if right else Attempt.Verdict.INCORRECT,
        reason=asdict(reason),
        aided=aided,
        counted=counted,
        known=known.known,
        seconds=(timezone.now() - began).total_seconds(),
    )


def _was_asked(item: Item) -> bool:
    """Whether the student put the problem to the tutor, in either language."""
    turns = Turn.objects.filter(conversation__owner=item.student, created__gte=item.created).order_by("created")
    return item.asked or _stands_in(turns, item)


def _stands_in(turns: Iterable[Turn], item: Item) -> bool:
    return any(map(finder([text for turn in turns for text in texts_of(turn)]), item.question.values()))


def keep_asked(instance: Conversation, **_signal: object) -> None:
    """A conversation is about to be deleted: that a problem which waits for its answer was put to the tutor in it is not forgotten."""
    turns = list(instance.turns.order_by("created"))
    for item in Item.objects.filter(student=instance.owner_id, attempts=None, asked=False):
        if _stands_in((turn for turn in turns if turn.created >= item.created), item):
            Item.objects.filter(pk=item.pk).update(asked=True)


def _learn(known: Knowledge, item: Item, *, right: bool) -> None:
    """Move the estimate; a skill that is mastered by it is reviewed from then on, and a review that went well comes later the next time."""
    now = timezone.now()
    is_review = item.review and known.due is not None and known.due <= now  # of several that were begun, the first
    known.known = knowledge.update(known.known, right=right)
    if is_review:
        known.box = knowledge.next_box(known.box, right=right)
    if not known.mastered:
        known.due, known.box = None, 0  # it is being learned, perhaps again
    elif known.due is None or is_review:
        known.due = _morning(now + knowledge.interval(known.box))
    known.save()


def _morning(when: datetime) -> datetime:
    """The beginning of its day: a review is said to come on a day, and is there from the first lesson on."""
    return timezone.make_aware(datetime.combine(timezone.localdate(when), time.min))


def ask_help(item: Item) -> None:
    """Show the first step. An answer after it counts as aided. Raises `HelpNotOffered`."""
    if item.alone and not item.attempts.exists():
        raise HelpNotOffered
    item.helped = True
    item.save(update_fields=["helped"])


def reveal(item: Item) -> None:
    """Show the key, which ends the item. Raises `HelpNotOffered` before the first answer."""
    if not item.attempts.exists():
        raise HelpNotOffered
    item.revealed = True
    item.save(update_fields=["revealed"])
