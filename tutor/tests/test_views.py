"""The pages, through their addresses: who may see and do what, and what comes of it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Classroom, Enrolment, User
from accounts.text import LONGEST_SEARCH
from tutor import reporting, sharing
from tutor.models import Conversation, Plot, Report, Share, Turn, TurnEvent

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


class Cast:
    """An owner with a conversation of two turns and a plot, a classmate, and somebody who is not logged in."""

    def __init__(self):
        self.owner, self.classmate, self.outsider = Client(), Client(), Client()
        owner = User.objects.create_user("owner")
        self.owner.force_login(owner)
        self.classmate.force_login(User.objects.create_user("classmate"))
        self.conversation = Conversation.objects.create(owner=owner, title="Roots")
        self.first = self.turn("Solve x^2 = 4", answer="\\pm 2")
        self.second = self.turn("And x^2 = 9?", parent=self.first)
        self.plot = Plot.objects.create(turn=self.first, png=b"\x89PNG")

    def turn(self, question, parent=None, state="done", **more):
        turn = Turn.objects.create(
            conversation=self.conversation, parent=parent, question=question, state=state, enqueued=timezone.now(), **more
        )
        TurnEvent.objects.create(turn=turn, seq=1, run=0, kind="queued", payload={})
        return turn

    def page(self, name):
        """An address of the owner's things."""
        about = {"conversation": self.conversation, "rename": self.conversation, "delete": self.conversation, "plot": self.plot}
        return reverse(f"tutor:{name}", args=[about.get(name, self.first).pk])


@pytest.fixture
def cast():
    return Cast()


def test_a_script_of_who_is_logged_out_is_told_so(cast):
    assert cast.outsider.get("/state/", headers=HTMX).status_code == 401


def test_asking_starts_a_conversation(cast):
    answer = cast.owner.post("/ask/", {"question": "What is 2 + 2?", "mode": "tir", "language": "zh"})
    turn = Turn.objects.latest("created")
    assert answer.status_code == 302
    assert answer.url == f"/c/{turn.conversation_id}/?leaf={turn.pk}"
    assert (turn.question, turn.mode, turn.language, turn.state, turn.parent) == ("What is 2 + 2?", "tir", "zh", "queued", None)
    assert turn.conversation.owner.username == "owner"


def test_asking_through_htmx_redirects_the_browser(cast):
    answer = cast.owner.post("/ask/", {"question": "x", "mode": "auto", "language": "auto"}, headers=HTMX)
    assert answer.headers["HX-Redirect"].startswith("/c/")


@pytest.mark.parametrize(
    ("page", "question", "chosen", "language"),
    [
        ("zh-hans", "x + 1 = 3", "auto", "zh"),
        ("zh-hans", "x + 1 = 3", "en", "en"),
        ("zh-hans", "Solve x + 1 = 3", "auto", "auto"),
        ("en", "x + 1 = 3", "auto", "auto"),
    ],
)
def test_a_formula_alone_is_answered_in_the_page_s_language(cast, page, question, chosen, language):
    asked = {"question": question, "mode": "auto", "language": chosen}
    cast.owner.post("/ask/", asked, headers={"Accept-Language": page})
    assert Turn.objects.latest("created").language == language


def test_what_completes_a_problem_has_the_problem_s_language(cast):
    Turn.objects.filter(pk=cast.second.pk).update(progress={"asked_back": True})
    asked = {"question": "x + 1 = 3", "mode": "auto", "language": "auto", "parent": cast.second.pk}
    cast.owner.post("/ask/", asked, headers={"Accept-Language": "zh-hans"})
    assert Turn.objects.latest("created").language == "auto"


def test_a_follow_up_joins_its_conversation(cast):
    cast.owner.post("/ask/", {"question": "And 16?", "mode": "auto", "language": "auto", "parent": cast.second.pk})
    turn = Turn.objects.latest("created")
    assert (turn.conversation, turn.parent) == (cast.conversation, cast.second)


def test_nobody_follows_up_on_another_s_turn(cast):
    answer = cast.classmate.post("/ask/", {"question": "x", "mode": "auto", "language": "auto", "parent": cast.second.pk})
    assert answer.status_code == 404
    assert Turn.objects.count() == 2


def test_a_tampered_form_is_refused(cast):
    for wrong in ({"mode": "magic"}, {"language": "xx"}, {"parent": "7"}):
        assert cast.owner.post("/ask/", {"question": "x", "mode": "auto", "language": "auto"} | wrong).status_code == 400


@pytest.mark.parametrize("question", ["", "  \n", "x" * 8001])
def test_a_question_that_is_not_taken_is_given_back(cast, question):
    asked = {"question": question, "mode": "auto", "language": "auto"}
    inline = cast.owner.post("/ask/", asked, headers=HTMX)
    assert inline.status_code == 422
    assert inline.headers["Content-Type"].startswith("text/plain")
    whole = cast.owner.post("/ask/", asked)
    assert whole.status_code == 422
    assert inline.content.decode() in whole.content.decode()
    assert question.strip() in whole.content.decode()
    assert Turn.objects.count() == 2


def test_the_page_embeds_what_it_draws(cast):
    TurnEvent.objects.create(turn=cast.first, seq=2, run=1, kind="token", payload={"candidate": 0, "text": "</script><b>", "part": "text"})
    page = cast.owner.get(cast.page("conversation"))
    assert f'id="log-{cast.first.pk}"' in page.content.decode()
    assert "</script><b>" not in page.content.decode()
    assert page.context["logs"][0][1]["seq"] == 2


def test_a_leaf_picks_the_branch(cast):
    other = cast.turn("Solve x^2 = 5")
    newest, chosen = (cast.owner.get(cast.page("conversation"), query) for query in ({}, {"leaf": cast.first.pk}))
    assert [step.turn for step in newest.context["steps"]] == [other]
    assert [step.turn for step in chosen.context["steps"]] == [cast.first, cast.second]


@pytest.mark.parametrize("leaf", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_leaf_is_the_newest(cast, leaf):
    page = cast.owner.get(cast.page("conversation"), {"leaf": leaf})
    assert page.status_code == 200
    assert page.context["leaf"] == cast.second


def test_renaming_and_deleting(cast):
    cast.owner.post(cast.page("rename"), {"title": "Square roots"})
    cast.owner.post(cast.page("rename"), {"title": ""})
    assert f'action="{cast.page("rename")}?leaf={cast.second.pk}"' in cast.owner.get(cast.page("conversation")).text
    back = cast.owner.post(f"{cast.page('rename')}?leaf={cast.first.pk}", {"title": "Square roots"})
    assert back.url == f"{cast.page('conversation')}?leaf={cast.first.pk}", "on the branch that was shown"
    cast.conversation.refresh_from_db()
    assert cast.conversation.title == "Square roots"
    assert cast.owner.post(cast.page("delete")).url == "/"
    assert not Turn.objects.exists()


def test_all_of_many_conversations_can_be_reached(cast):
    owner = cast.conversation.owner
    Conversation.objects.bulk_create(Conversation(owner=owner, title=f"Sum number {i}") for i in range(250))
    first = cast.owner.get("/")
    assert "/history/?q=&amp;page=2" in first.text
    pages = [cast.owner.get("/history/", {"q": "sum", "page": page}) for page in (1, 2, 3, "nonsense", 9)]
    shown = [[past.title for past in page.context["history"]] for page in pages]
    assert len({title for titles in shown[:3] for title in titles}) == sum(len(titles) for titles in shown[:3]) == 250
    assert shown[3:] == [shown[0], shown[2]]
    assert "/history/?q=sum&amp;page=3" in pages[1].text
    assert "/history/?q=sum&amp;page=1" in pages[1].text
    assert "page=" not in cast.owner.get("/history/", {"q": "roots"}).text


def test_a_teacher_reaches_all_that_is_shared(cast):
    teacher, classroom = User.objects.create_user("teacher", role="teacher"), Classroom.objects.create(name="7b")
    classroom.teachers.add(teacher)
    owner = cast.conversation.owner
    Enrolment.objects.create(classroom=classroom, student=owner)
    many = Conversation.objects.bulk_create(Conversation(owner=owner, title=f"Sum number {i}") for i in range(101))
    Share.objects.bulk_create(Share(conversation=each, classroom=classroom) for each in many)
    client = Client()
    client.force_login(teacher)
    assert "/shared/?q=&amp;page=2" in client.get("/shared/").text
    assert "Sum number 0" in client.get("/shared/?page=2").text


def test_a_teacher_sees_which_model_wrote_what_is_shared(cast):
    teacher, classroom = User.objects.create_user("teacher", role="teacher"), Classroom.objects.create(name="7b")
    classroom.teachers.add(teacher)
    Enrolment.objects.create(classroom=classroom, student=cast.conversation.owner)
    Share.objects.create(conversation=cast.conversation, classroom=classroom)
    for seq, model in ((2, "Qwen-of-then"), (3, "Qwen-of-now")):  # it was begun again
        TurnEvent.objects.create(turn=cast.first, seq=seq, run=seq, kind="started", payload={"mode": "cot", "model": model})
    client = Client()
    client.force_login(teacher)
    page = client.get(reverse("tutor:shared_conversation", args=[cast.conversation.pk])).text
    assert page.count('Model: <span class="mono">') == 1
    assert 'Model: <span class="mono">Qwen-of-now</span>' in page
    assert "Model: <span" not in cast.owner.get(cast.page("conversation")).text


def test_a_class_that_has_ended_is_offered_only_to_take_back_what_it_sees(cast):
    old, new = Classroom.objects.create(name="7b", ended=timezone.now()), Classroom.objects.create(name="8b")
    for classroom in (old, new):
        Enrolment.objects.create(classroom=classroom, student=cast.conversation.owner)
    assert sharing.classes_for(cast.conversation) == [(new, False)]
    sharing.share(cast.conversation, old)
    assert sharing.classes_for(cast.conversation) == [(old, True), (new, False)]


def test_stopping_what_waits(cast):
    waiting = cast.turn("Wait", state="queued")
    address = reverse("tutor:stop", args=[waiting.pk])
    assert cast.owner.post(address, headers=HTMX).status_code == 204
    waiting.refresh_from_db()
    assert waiting.state == "stopped"
    assert cast.owner.post(address).url.startswith("/c/")


def test_solving_again_and_editing_make_siblings(cast):
    cast.owner.post(cast.page("regenerate"))
    again = Turn.objects.latest("created")
    assert (again.question, again.parent) == (cast.first.question, None)
    cast.owner.post(cast.page("edit"), {"question": "Solve x^2 = 25"})
    edited = Turn.objects.latest("created")
    assert (edited.question, edited.parent, edited.conversation) == ("Solve x^2 = 25", None, cast.conversation)


def test_a_plot_is_a_picture_for_its_owner_s_browser_only(cast):
    answer = cast.owner.get(cast.page("plot"))
    assert (answer.content, answer.headers["Content-Type"]) == (b"\x89PNG", "image/png")
    assert "private" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("query", "found"), [("", 1), ("roots", 1), ("x^2 = 9", 1), ("pm 2", 1), ("circle", 0)])
def test_searching(cast, query, found):
    page = cast.owner.get("/history/", {"q": query}, headers=HTMX).content.decode()
    assert page.count("<a href") == found
    assert cast.classmate.get("/history/", {"q": query}, headers=HTMX).content.decode().count("<a href") == 0
    assert "<html" in cast.owner.get("/history/", {"q": query}).content.decode()


def test_a_long_text_is_looked_for_by_its_beginning(cast):
    start = "x" * LONGEST_SEARCH
    cast.owner.post(cast.page("rename"), {"title": start})
    page = cast.owner.get("/history/", {"q": start + "y" * 60_000}, headers=HTMX)  # SQLite has an end to such patterns
    assert page.content.decode().count("<a href") == 1


def test_titles_are_text(cast):
    cast.owner.post(cast.page("rename"), {"title": "<script>alert(1)</script>"})
    assert "<script>alert" not in cast.owner.get("/").content.decode()


def test_every_page_carries_the_policy(cast):
    for client, address in (
        (cast.owner, "/"),
        (cast.owner, cast.page("conversation")),
        (cast.outsider, "/accounts/login/"),
        (cast.owner, "/nowhere/"),
    ):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_no_page_stays_in_the_browser_for_the_next_person(cast):
    for address in ("/", cast.page("conversation"), "/accounts/login/", "/nowhere/"):
        assert "no-store" in cast.owner.get(address, follow=True).headers["Cache-Control"], address


def test_errors_have_pages_of_their_own(cast):
    cast.owner.raise_request_exception = False
    assert "<title>There is nothing here · Lemma</title>" in cast.owner.get("/nowhere/").content.decode()
    form = cast.owner.get("/ask/")
    assert (form.status_code, form.headers["Allow"]) == (405, "POST")
    assert "This page cannot be opened by itself" in form.content.decode()
    picky = Client(enforce_csrf_checks=True)
    assert "This page has grown old" in picky.post("/accounts/login/", {"username": "x"}).content.decode()


def test_an_error_inside_has_a_page(cast, monkeypatch):
    cast.owner.raise_request_exception = False
    monkeypatch.setattr("tutor.standing.state", lambda: 1 / 0)
    answer = cast.owner.get("/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()


def test_chinese_pages(cast):
    assert "今天想解哪道题" in cast.owner.get("/", headers={"Accept-Language": "zh-CN"}).content.decode()


@pytest.fixture
def admin(cast):
    client = Client()
    client.force_login(User.objects.create_user("admin", role="admin"))
    return client


def said(cast, kind="wrong", reason="It forgot a root."):
    cast.owner.post(cast.page("report"), {"kind": kind, "reason": reason})
    return Report.objects.get(turn=cast.first)


def test_a_browser_s_line_ends_make_no_reason_too_long(cast):
    assert cast.owner.post(cast.page("report"), {"kind": "wrong", "reason": "a\r\n" * 500}).status_code == 302
    assert Report.objects.get().reason == "a\n" * 499 + "a"


@pytest.mark.parametrize(
    ("kind", "better", "kept"),
    [("wrong_pick", "3", 3), ("wrong_pick", "0", 0), ("wrong_pick", "4", None), ("wrong_pick", "", None), ("wrong", "3", None)],
)
def test_a_better_solution_is_one_of_those_that_there_are(cast, kind, better, kept):
    Turn.objects.filter(pk=cast.first.pk).update(n=4)
    cast.owner.post(cast.page("report"), {"kind": kind, "better": better})
    assert (Report.objects.get().kind, Report.objects.get().better) == (kind, kept)


def test_a_reported_solution_can_be_read_whole_and_nothing_else_of_the_conversation(cast, admin):
    assert admin.get(cast.page("plot")).status_code == 404
    report = said(cast)
    TurnEvent.objects.create(turn=cast.first, seq=3, run=1, kind="started", payload={"mode": "cot", "model": "Qwen-of-then"})
    TurnEvent.objects.create(
        turn=cast.first, seq=4, run=1, kind="token", payload={"candidate": 0, "text": "Only x = 2.<b>", "part": "text"}
    )
    address = reverse("tutor:reported", args=[report.pk])
    assert address in admin.get("/reports/").text
    page = admin.get(address)
    assert [events[-1]["data"]["text"] for _id, log in page.context["logs"] if (events := log["events"])] == ["Only x = 2.<b>"]
    assert "It forgot a root." in page.text
    assert "Qwen-of-then" in page.text
    assert "Qwen-of-then" in admin.get("/reports/").text
    assert "x^2 = 4" in page.text
    assert "x^2 = 9" not in page.text, "the follow-up was not reported"
    assert "<b>" not in page.text
    assert f'href="{address}"' not in page.text, "it is this page"
    assert reverse("tutor:edit", args=[cast.first.pk]) not in page.text, "it is to be read"
    assert admin.get(cast.page("plot")).status_code == 200
    assert admin.get(cast.page("conversation")).status_code == 404


def test_a_reported_follow_up_says_what_was_asked_before(cast, admin):
    report = Report.objects.create(turn=cast.second, by=cast.conversation.owner, kind="wrong")
    text = admin.get(reverse("tutor:reported", args=[report.pk])).text
    assert text.count(cast.first.question) == 1
    assert "Asked before" in text


def test_what_is_handled_is_put_away_until_its_reader_says_more(cast, admin):
    report = said(cast)
    assert [*admin.get("/reports/").context["waiting"]] == [report]
    seen = {"said": report.created.isoformat()}
    assert seen["said"] in admin.get("/reports/").text
    assert admin.post(reverse("tutor:handle_report", args=[report.pk]), seen).url == "/reports/"
    context = admin.get("/reports/").context
    assert ([*context["waiting"]], [*context["handled"]]) == ([], [report])
    said(cast, reason="It is still wrong.")
    admin.post(reverse("tutor:handle_report", args=[report.pk]), seen)  # from a page that was open before
    assert [*admin.get("/reports/").context["waiting"]] == [report]


def test_each_report_is_read_and_put_away_by_itself(cast, admin, monkeypatch):
    first, other = said(cast), Report.objects.create(turn=cast.second, by=cast.conversation.owner, kind="wrong")
    assert admin.get(reverse("tutor:reported", args=[first.pk])).context["report"] == first
    admin.post(reverse("tutor:handle_report", args=[first.pk]), {"said": first.created.isoformat()})
    page = admin.get("/reports/")
    assert ([*page.context["waiting"]], [*page.context["handled"]]) == ([other], [first])
    assert "not shown" not in page.text
    admin.post(reverse("tutor:handle_report", args=[other.pk]), {"said": other.created.isoformat()})
    monkeypatch.setattr(reporting, "SHOWN", 1)
    page = admin.get("/reports/")
    assert ([*page.context["handled"]], page.context["more_handled"], page.context["more_waiting"]) == ([other], 1, 0)


def test_what_a_reader_says_again_is_the_newest(cast, admin):
    first, other = said(cast), Report.objects.create(turn=cast.second, by=cast.conversation.owner, kind="wrong")
    assert [*admin.get("/reports/").context["waiting"]] == [other, first]
    assert said(cast) == first
    assert [*admin.get("/reports/").context["waiting"]] == [first, other]


def test_what_the_page_of_reports_has_no_room_for_is_counted(cast, admin, monkeypatch):
    monkeypatch.setattr(reporting, "SHOWN", 1)
    said(cast)
    Report.objects.create(turn=cast.second, by=cast.conversation.owner, kind="good")
    page = admin.get("/reports/")
    assert [report.turn for report in page.context["waiting"]] == [cast.second]
    assert "1 older one is not shown." in page.text
