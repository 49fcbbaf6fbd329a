"""The tutor's pages: each view fetches what its user may see, acts through `tutor.asking`, and answers."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts import classrooms
from accounts.models import User
from accounts.request import UNPROCESSABLE, Request
from grading import news
from grading.helping import Rule
from inference.prompts import has_words
from tutor import asking, background, conversations, exporting, lessons, permission, reporting, sharing, standing
from tutor.failures import Failure
from tutor.forms import QuestionForm, ReportForm, RequestForm, ShareForm, TitleForm
from tutor.models import Conversation, Report, Turn

PER_PAGE = 100  # conversations in a list


@require_safe
def home(request: Request) -> HttpResponse:
    return render(request, "tutor/home.html", _surroundings(request.user) | _notices(request.user) | {"examples": _examples()})


@require_safe
def help_with(request: Request, pk: UUID) -> HttpResponse:
    """A new conversation about a problem of an assignment, with the help that its teacher allows."""
    text = permission.problem_text_for(request.user, pk)
    context = {"problem": pk, "problem_text": text} | _permitted(permission.rules_for(request.user, pk))
    return render(request, "tutor/home.html", _surroundings(request.user) | context)


@require_POST
def ask(request: Request) -> HttpResponse:
    form = QuestionForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    asked = form.cleaned_data
    parent = asking.get_turn_for(request.user, asked["parent"]) if asked["parent"] else None
    conversation = parent.conversation if parent else None
    if asked["problem"]:
        permission.problem_text_for(request.user, asked["problem"])
    n, in_background = form.solutions
    return _asked(
        request,
        lambda: asking.ask(
            request.user,
            asked["question"],
            asked["mode"],
            _language(asked, parent),
            n=n,
            in_background=in_background,
            aim=asked["aim"] or Turn.Aim.EXPLAIN,
            attempt=asked["attempt"],
            quote=asked["quote"],
            conversation=conversation,
            parent=parent,
            problem=asked["problem"],
        ),
    )


def _language(asked: dict[str, Any], parent: Turn | None) -> str:
    """The chosen one. A formula alone is in no language: it has the page's, unless it completes a problem that has one."""
    if asked["language"] != Turn.Language.AUTO or has_words(asked["question"]) or (parent and parent.progress.get("asked_back")):
        return str(asked["language"])
    return Turn.Language.ZH if (get_language() or "").startswith("zh") else Turn.Language.AUTO


@require_safe
def conversation(request: Request, pk: UUID) -> HttpResponse:
    shown = asking.get_conversation_for(request.user, pk)
    background.notice(shown)
    steps = conversations.branch(shown, _leaf(request, shown))
    context = {"conversation": shown, "steps": steps, "leaf": steps[-1].turn if steps else None, "failures": Failure}
    classes = sharing.classes_for(shown)
    context |= {"classes": classes, "is_shared": any(with_class for classroom, with_class in classes)}
    context |= {"report_kinds": Report.Kind.choices, "logs": _logs(steps)} | _permitted(permission.rules_of(shown))
    return render(request, "tutor/conversation.html", _surroundings(request.user) | context)


@require_POST
def rename(request: Request, pk: UUID) -> HttpResponse:
    renamed = asking.get_conversation_for(request.user, pk)
    form = TitleForm(request.POST)
    if form.is_valid():  # the page's field does not send an empty or endless title; such a one leaves the old one
        renamed.title = form.cleaned_data["title"]
        renamed.save(update_fields=["title"])
    return _back(request, renamed)


@require_POST
def delete(request: Request, pk: UUID) -> HttpResponse:
    asking.get_conversation_for(request.user, pk).delete()
    return redirect("tutor:home")


@require_safe
def export(request: Request, pk: UUID) -> HttpResponse:
    exported = asking.get_conversation_for(request.user, pk)
    text = exporting.markdown(exported, conversations.branch(exported, _leaf(request, exported)))
    name = f"lemma-{timezone.localtime(exported.created):%Y-%m-%d}.md"
    return HttpResponse(
        text, content_type="text/markdown; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_POST
def share(request: Request, pk: UUID) -> HttpResponse:
    shared = asking.get_conversation_for(request.user, pk)
    form = ShareForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    classroom = classrooms.get_attended_for(request.user, form.cleaned_data["classroom"])
    (sharing.share if form.cleaned_data["shared"] else sharing.take_back)(shared, classroom)
    return _back(request, shared)


@require_safe
def shared(request: Request) -> HttpResponse:
    classrooms.require_teacher(request.user)
    shares = _page(request, sharing.shared_with(request.user))
    return render(request, "tutor/shared.html", _surroundings(request.user) | {"shares": shares})


@require_safe
def shared_conversation(request: Request, pk: UUID) -> HttpResponse:
    shown = sharing.get_shared_for(request.user, pk)
    steps = conversations.branch(shown, _leaf(request, shown))
    context = {"conversation": shown, "steps": steps, "failures": Failure, "readonly": True, "logs": _logs(steps)}
    return render(request, "tutor/shared_conversation.html", _surroundings(request.user) | context)


@require_POST
def stop(request: Request, pk: UUID) -> HttpResponse:
    turn = asking.get_turn_for(request.user, pk)
    asking.stop(turn)
    return HttpResponse(status=204) if request.htmx else _show(request, turn)


@require_POST
def regenerate(request: Request, pk: UUID) -> HttpResponse:
    turn = asking.get_turn_for(request.user, pk)
    return _asked(request, lambda: asking.regenerate(turn))


@require_POST
def go_on(request: Request, pk: UUID) -> HttpResponse:
    turn = asking.get_turn_for(request.user, pk)
    form = RequestForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    wanted = form.cleaned_data
    return _asked(request, lambda: lessons.go_on(turn, wanted["request"], attempt=wanted["attempt"], quote=wanted["quote"]))


@require_POST
def edit(request: Request, pk: UUID) -> HttpResponse:
    turn = asking.get_turn_for(request.user, pk)
    return _asked(request, lambda: asking.edit(turn, request.POST.get("question", "")))


@require_POST
def report(request: Request, pk: UUID) -> HttpResponse:
    turn = asking.get_turn_for(request.user, pk)
    form = ReportForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    said = form.cleaned_data
    reporting.report(request.user, turn, said["kind"], said["better"], said["reason"])
    return HttpResponse(_("Thank you. This is noted.")) if request.htmx else _show(request, turn)


@require_safe
def reports(request: Request) -> HttpResponse:
    context = reporting.sorted_out(reporting.get_reports_for(request.user))
    return render(request, "tutor/reports.html", _surroundings(request.user) | context | {"failures": Failure})


@require_safe
def reported(request: Request, pk: int) -> HttpResponse:
    """One report, with the question and all of its solutions, and of the rest of the conversation only what was asked before."""
    said = reporting.get_report_for(request.user, pk)
    steps = [conversations.Step(said.turn, 1, 1, None, None)]
    before = conversations.before(said.turn)
    context = {"report": said, "before": before, "steps": steps, "failures": Failure, "readonly": True, "logs": _logs(steps)}
    return render(request, "tutor/reported.html", _surroundings(request.user) | context)


@require_POST
def handle_report(request: Request, pk: int) -> HttpResponse:
    reporting.handle(reporting.get_reports_for(request.user), pk, request.POST.get("said", ""))
    return redirect("tutor:reports")


@require_safe
@cache_control(private=True, max_age=31_536_000, immutable=True)
def plot(request: Request, pk: UUID) -> HttpResponse:
    return HttpResponse(asking.get_plot_for(request.user, pk).png, content_type="image/png")


@require_safe
def history(request: Request) -> HttpResponse:
    query = request.GET.get("q", "")
    found = _page(request, conversations.search(request.user, query))
    template = "tutor/_history.html" if request.htmx else "tutor/history.html"
    return render(request, template, {"history": found, "query": query, "state": standing.state()})


@require_safe
def notices(request: Request) -> HttpResponse:
    """What is over in the background: for the sidebar, or as lines."""
    template = "tutor/_notice_lines.html" if "lines" in request.GET else "tutor/_notices.html"
    return render(request, template, _notices(request.user))


def _notices(user: User) -> dict[str, Any]:
    """What is over in the background, and what a teacher has marked, as long as nobody has looked at it."""
    return {"notices": background.notices(user), "marked": news.assignments(user)}


@require_safe
def state(request: Request) -> HttpResponse:
    return render(request, "tutor/_state.html", {"state": standing.state()})


def _surroundings(user: User) -> dict[str, Any]:
    """What every page of the tutor shows besides its subject."""
    choices = {"modes": Turn.Mode, "languages": Turn.Language, "counts": asking.counts(user), "background_counts": background.counts(user)}
    return choices | _permitted([]) | {"history": _newest(user), "state": standing.state()}


def _newest(user: User) -> Page[Conversation]:
    return Paginator(conversations.search(user, ""), PER_PAGE).get_page(1)


def _page[Listed: Model](request: Request, found: QuerySet[Listed]) -> Page[Listed]:
    """The page of a list that the address names; the first or the last where there is none such."""
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))


def _permitted(rules: Sequence[Rule]) -> dict[str, Any]:
    """What a page offers where these rules hold."""
    return {"rules": rules, "aims": permission.aims(rules), "requests": permission.requests(rules)}


def _leaf(request: Request, conversation: Conversation) -> Turn | None:
    """The turn that the address names, if it is one of this conversation's; the newest otherwise."""
    try:
        return conversation.turns.filter(pk=request.GET["leaf"]).first() if "leaf" in request.GET else None
    except ValidationError:  # not a UUID
        return None


def _back(request: Request, conversation: Conversation) -> HttpResponse:
    """To the conversation, on the branch from which something was done with it."""
    leaf = _leaf(request, conversation)
    return _show(request, leaf) if leaf else redirect("tutor:conversation", conversation.pk)


def _logs(steps: list[conversations.Step]) -> list[tuple[str, dict[str, Any]]]:
    """What the page's script draws each turn from: its replay, under the element id that it looks for."""
    replays = [(step.turn.pk, *conversations.replay(step.turn)) for step in steps]
    return [(f"log-{pk}", {"events": events, "seq": seq}) for pk, events, seq in replays]


def _asked(request: Request, ask: Callable[[], Turn]) -> HttpResponse:
    """Show the new turn; or say why it was not taken, beside the form that asked (without scripts, on a page with the text)."""
    try:
        turn = ask()
    except asking.AskingError as error:
        if request.htmx:
            return HttpResponse(str(error), status=UNPROCESSABLE, content_type="text/plain; charset=utf-8")
        context = {"error": str(error), "question": request.POST.get("question") or request.POST.get("attempt", "")}
        return render(request, "tutor/refused.html", context, status=UNPROCESSABLE)
    return _show(request, turn)


def _show(request: Request, turn: Turn) -> HttpResponse:
    """Go to the conversation, on the branch with `turn`."""
    address = reverse("tutor:conversation", args=[turn.conversation_id], query={"leaf": turn.pk})
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _examples() -> list[str]:
    """Questions for a first try: an equation, a word problem, calculus, a plot."""
    return [
        _("Solve $2x^2 + 5x - 3 = 0$."),
        _("A train covers 180 km in 2.5 hours. How long does it need for 300 km at the same speed?"),
        _("Find the derivative of $x^2 \\sin x$."),
        _("Plot $y = x^3 - 3x$ and find its turning points."),
    ]
