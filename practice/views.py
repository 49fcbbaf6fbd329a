"""The pages of practice: choosing a skill, one item, mastery; and a class's mastery for its teachers."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.classrooms import get_classroom_for, get_enrolment_for
from accounts.models import User
from accounts.request import UNPROCESSABLE, Request
from grading import reading as answers
from grading.checking.reasons import Reason
from grading.feedback import say
from grading.views.page import page
from practice import answering, choosing, making, mastery, reporting
from practice import writing as writings
from practice.answering import AnswerError, HelpNotOffered, get_item_for
from practice.asked import posed_for
from practice.models import Attempt, Item, Writing
from practice.skills import BY_CODE, LEVELS, SKILLS
from practice.topics import seen_in
from practice.writing import WritingError
from tutor.asking import get_turn_for
from tutor.reporting import handle, sorted_out
from tutor.teaching import problem_of

STOP_POLLING = 286  # to htmx
CHOSEN = "practice_level"  # in the session: the skill and the level that were chosen by hand last, for the next problem


@require_safe
def index(request: Request) -> HttpResponse:
    context = {"standings": mastery.of_student(request.user), "choice": choosing.choose(request.user), "levels": LEVELS}
    writings.look_after(request.user)
    context["writings"] = writings.open_of(request.user)
    return page(request, "practice/index.html", context)


@require_POST
def start(request: Request) -> HttpResponse:
    """An item of the skill and the level that were chosen, or of what is best now: a new one, or a review that was begun."""
    choice = choosing.choose(request.user)
    code, level = request.POST.get("skill", ""), request.POST.get("level", "")
    if not code:
        request.session.pop(CHOSEN, None)
        make = making.review if choice.review else making.make
        return redirect("practice:item", make(request.user, choice.skill.code, choice.level).pk)
    if code not in BY_CODE:
        raise Http404
    if "level" in request.POST:
        request.session[CHOSEN] = [code, level]
    elif request.session.get(CHOSEN, [""])[0] == code:
        level = request.session[CHOSEN][1]
    return redirect("practice:item", making.make(request.user, code, _level(request.user, code, level)).pk)


def _level(student: User, skill: str, asked: str) -> int:
    return int(asked) if asked in map(str, LEVELS) else choosing.level_for(choosing.knowledge_of(student)[skill].known)


@require_POST
def like_turn(request: Request, pk: UUID) -> HttpResponse:
    """An item of the skill that a question of the conversation is about; where no generator makes such, the model writes one."""
    turn = posed_for(get_turn_for(request.user, pk))
    if turn is None:
        messages.warning(request, gettext("There is no complete problem in this question to practise."))
        return redirect("practice:index")
    question = problem_of(turn)
    skill = seen_in(question)
    if skill is None:
        return _asked(request, lambda: writings.ask(request.user, question, turn.answer))
    return redirect("practice:item", making.make(request.user, skill, _level(request.user, skill, "")).pk)


@require_POST
def variant(request: Request, pk: UUID) -> HttpResponse:
    """The same kind of problem with other numbers."""
    parent = get_item_for(request.user, pk)
    if not parent.family:
        return _asked(request, lambda: writings.ask(request.user, parent.text, parent.expected, parent))
    return redirect("practice:item", making.make(request.user, parent.skill, parent.level, parent=parent).pk)


# --- Problems that the model writes ---------------------------------------------------------------------------------------


def _asked(request: Request, ask: Callable[[], Writing]) -> HttpResponse:
    try:
        return redirect("practice:writing", ask().pk)
    except WritingError as error:
        messages.warning(request, str(error))
        return redirect("practice:index")


@require_safe
def writing(request: Request, pk: UUID) -> HttpResponse:
    """How far it is; the page asks again until there is a problem, or none could be made."""
    asked = writings.look(writings.get_writing_for(request.user, pk))
    if asked.item is not None:
        address = reverse("practice:item", args=[asked.item.pk])
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    context = {"writing": asked, "waits": asked.state in writings.ACTIVE}
    if not request.htmx:
        return page(request, "practice/writing.html", context)
    return render(request, "practice/_writing.html", context, status=200 if context["waits"] else STOP_POLLING)


@require_POST
def write_again(request: Request, pk: UUID) -> HttpResponse:
    asked = writings.get_writing_for(request.user, pk)
    return _asked(request, lambda: writings.again(asked))


# --- One item -----------------------------------------------------------------------------------------------------------


@require_safe
def item(request: Request, pk: UUID) -> HttpResponse:
    return _item_page(request, get_item_for(request.user, pk))


def _item_page(request: Request, shown: Item, more: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    attempts = list(shown.attempts.all())
    solved = any(attempt.right for attempt in attempts)
    context = {
        "item": shown,
        "skill": BY_CODE[shown.skill],
        "attempts": [(attempt, _reason(attempt)) for attempt in attempts],
        "solved": solved,
        "ended": solved or shown.revealed,
        "key": answers.read(shown.expected) if shown.revealed and not shown.family else "",  # the model's may have words in it
        "known": choosing.knowledge_of(request.user)[shown.skill],
    }
    return page(request, "practice/item.html", context | (more or {}), status=status)


def _reason(attempt: Attempt) -> str:
    return say(Reason(**attempt.reason))


def item_form(act: Callable[[Request, Item], HttpResponse]) -> Callable[[Request, UUID], HttpResponse]:
    """What a form of an item's page does. Where it is refused the page has the form's address, so that one leads to the page."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(act)
    def view(request: Request, pk: UUID) -> HttpResponse:
        asked = get_item_for(request.user, pk)
        return act(request, asked) if request.method == "POST" else redirect("practice:item", pk)

    return view


@item_form
def answer(request: Request, asked: Item) -> HttpResponse:
    given = request.POST.get("answer", "")
    try:
        answering.answer(asked, given)
    except AnswerError as error:
        more = {"error": str(error), "given": given, "latex": answers.read(given)}
        return _item_page(request, asked, more, status=UNPROCESSABLE)
    return redirect("practice:item", asked.pk)


@require_POST
def reading(request: Request) -> HttpResponse:
    """How an answer is read, while it is written."""
    given = request.POST.get("answer", "")[: answering.LONGEST]
    return render(request, "practice/_reading.html", {"given": given.strip(), "latex": answers.read(given)})


@item_form
def ask_help(request: Request, asked: Item) -> HttpResponse:
    return _helped(request, asked, answering.ask_help)


@item_form
def reveal(request: Request, asked: Item) -> HttpResponse:
    return _helped(request, asked, answering.reveal)


def _helped(request: Request, asked: Item, help_: Callable[[Item], None]) -> HttpResponse:
    try:
        help_(asked)
    except HelpNotOffered as error:
        return _item_page(request, asked, {"error": str(error)}, status=UNPROCESSABLE)
    return redirect("practice:item", asked.pk)


# --- What seems wrong to students -----------------------------------------------------------------------------------------


@require_POST
def report(request: Request, pk: UUID) -> HttpResponse:
    reporting.report(reporting.get_answered_for(request.user, pk), request.POST.get("reason", ""))
    return redirect("practice:item", pk)


@require_safe
def reports(request: Request) -> HttpResponse:
    """All of them, for administrators: a page, or a part of the page of what readers said."""
    context = sorted_out(reporting.get_reports_for(request.user))
    return render(request, "practice/_reports.html", context) if request.htmx else page(request, "practice/reports.html", context)


@require_POST
def handle_report(request: Request, pk: int) -> HttpResponse:
    handle(reporting.get_reports_for(request.user), pk, request.POST.get("said", ""))
    return redirect("tutor:reports")


# --- Mastery ------------------------------------------------------------------------------------------------------------


@require_safe
def own_mastery(request: Request) -> HttpResponse:
    return page(request, "practice/mastery.html", {"standings": mastery.of_student(request.user), "line": mastery.MASTERY_LINE})


@require_safe
def classroom(request: Request, pk: UUID) -> HttpResponse:
    """A class, for its teachers."""
    shown = get_classroom_for(request.user, pk)
    standings, rows = mastery.of_class(shown)
    context = {"classroom": shown, "standings": standings, "rows": rows, "skills": SKILLS, "line": mastery.MASTERY_LINE}
    return page(request, "practice/classroom.html", context)


@require_safe
def student(request: Request, pk: int) -> HttpResponse:
    """One student, for the teachers of the class."""
    enrolment = get_enrolment_for(request.user, pk)
    context = {"enrolment": enrolment, "classroom": enrolment.classroom, "standings": mastery.of_student(enrolment.student)}
    return page(request, "practice/student.html", context | {"line": mastery.MASTERY_LINE})
