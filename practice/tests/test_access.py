"""Who may open what of the tutor's, practice's and people's own pages: every address of the URL map, tried by everybody.

A new one without a line here fails. The classes' and training's pages have such tables in their own tests.
"""

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey
from accounts.urls import urlpatterns as accounts
from grading.models import Problem
from grading.tests.school import School
from practice import making
from practice.models import Attempt, Item, Writing
from practice.models import Report as ItemReport
from practice.urls import urlpatterns as practice
from tutor import sharing
from tutor.models import Conversation, Plot, Report, Turn, TurnEvent
from tutor.urls import urlpatterns as tutor

pytestmark = pytest.mark.django_db
EVERYBODY = "student classmate outsider teacher colleague stranger head"
TEACHERS = "teacher colleague head"
# Who finds it, which methods it takes, and what stands in its address.
TABLE = {
    "tutor:home": (EVERYBODY, "get", None),
    "tutor:help": ("student classmate", "get", "problem"),
    "tutor:ask": (EVERYBODY, "post", None),
    "tutor:conversation": ("student", "get", "conversation"),
    "tutor:rename": ("student", "post", "conversation"),
    "tutor:delete": ("student", "post", "conversation"),
    "tutor:export": ("student", "get", "conversation"),
    "tutor:share": ("student", "post", "conversation"),
    "tutor:shared": (f"{TEACHERS} stranger", "get", None),
    "tutor:shared_conversation": (TEACHERS, "get", "conversation"),
    "tutor:stop": ("student", "post", "turn"),
    "tutor:regenerate": ("student", "post", "turn"),
    "tutor:reports": ("head", "get", None),
    "tutor:reported": ("head", "get", "report"),
    "tutor:handle_report": ("head", "post", "report"),
    "tutor:report": ("student", "post", "turn"),
    "tutor:go_on": ("student", "post", "turn"),
    "tutor:edit": ("student", "post", "turn"),
    "tutor:plot": (f"student {TEACHERS}", "get", "plot"),
    "tutor:history": (EVERYBODY, "get", None),
    "tutor:notices": (EVERYBODY, "get", None),
    "tutor:state": (EVERYBODY, "get", None),
    "practice:index": (EVERYBODY, "get", None),
    "practice:start": (EVERYBODY, "post", None),
    "practice:reading": (EVERYBODY, "post", None),
    "practice:mastery": (EVERYBODY, "get", None),
    "practice:item": ("student", "get", "item"),
    "practice:answer": ("student", "get post", "item"),
    "practice:help": ("student", "get post", "item"),
    "practice:reveal": ("student", "get post", "item"),
    "practice:variant": ("student", "post", "item"),
    "practice:report": ("student", "post", "item"),
    "practice:reports": ("head", "get", None),
    "practice:handle_report": ("head", "post", "item_report"),
    "practice:writing": ("student", "get", "writing"),
    "practice:write_again": ("student", "post", "writing"),
    "practice:like_turn": ("student", "post", "turn"),
    "practice:classroom": (TEACHERS, "get", "classroom"),
    "practice:student": (TEACHERS, "get", "enrolment"),
    "accounts:login": (EVERYBODY, "get post", None),
    "accounts:logout": (EVERYBODY, "post", None),
    "accounts:here": (EVERYBODY, "get", None),
    "accounts:keys": (EVERYBODY, "get post", None),
    "accounts:revoke_key": ("student", "post", "key"),
    "accounts:password": (EVERYBODY, "get post", None),
    "accounts:signup": (EVERYBODY, "get post", None),
    "accounts:first_login": (EVERYBODY, "get post", "link"),
}
REASON = {"template": "", "values": {}}
CASES = [(name, method) for name, (_who, methods, _about) in TABLE.items() for method in methods.split()]


class Filled(School):
    """Something of the student's behind every address. The conversation is shared with the class, its first turn is reported."""

    def __init__(self):
        super().__init__()
        conversation = Conversation.objects.create(owner=self.student, title="Roots")
        turn = Turn.objects.create(conversation=conversation, question="Solve x^2 = 4", answer="2", state="done", enqueued=timezone.now())
        TurnEvent.objects.create(turn=turn, seq=1, run=0, kind="queued", payload={})
        sharing.share(conversation, self.classroom)
        item = making.make(self.student, "linear", 1)
        Attempt.objects.create(item=item, answer="7", verdict="incorrect", reason=REASON, aided=False, counted=True, known=0.5, seconds=1)
        keys.make(self.student, "mine")
        self.about = {
            "conversation": [conversation.pk],
            "turn": [turn.pk],
            "plot": [Plot.objects.create(turn=turn, png=b"\x89PNG").pk],
            "report": [Report.objects.create(turn=turn, by=self.student, kind="wrong").pk],
            "item": [item.pk],
            "item_report": [ItemReport.objects.create(item=item).pk],
            "writing": [Writing.objects.create(student=self.student, question="Why?", state="failed").pk],
            "problem": [self.problem.pk],
            "classroom": [self.classroom.pk],
            "enrolment": [self.classroom.enrolments.get(student=self.student).pk],
            "key": [ApiKey.objects.get().pk],
            "link": ["x", "x"],
            None: [],
        }

    def ask(self, person, name, method):
        """The status. Each from a fresh browser: one of these addresses logs out."""
        client = self.client(self.admin if person == "head" else getattr(self, person))
        return getattr(client, method)(reverse(name, args=self.about[TABLE[name][2]])).status_code

    def everything(self):
        """What of a student's others may not change."""
        models = (Conversation, Turn, Report, Item, Attempt, Writing, ApiKey, Problem)
        return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.fixture
def filled():
    return Filled()


def test_every_address_has_a_line():
    apps = {"tutor": tutor, "practice": practice, "accounts": accounts}
    names = [f"{app}:{pattern.name}" for app, patterns in apps.items() for pattern in patterns]
    assert sorted(names) == sorted(TABLE)
    assert set(get_resolver().namespace_dict) == {*apps, "grading", "training", "admin"}, "the others have a table of their own"
    nameless = {each.callback.__module__ for each in get_resolver().url_patterns if getattr(each, "name", "") is None}
    assert nameless == {"tutor.api"}, "programs have keys, and tests of their own"


def test_who_may_not_finds_nothing_and_changes_nothing(filled):
    before = filled.everything()
    tried = [(name, method, person) for name, method in CASES for person in EVERYBODY.split() if person not in TABLE[name][0].split()]
    assert [case for case in tried if filled.ask(case[2], *case[:2]) != 404] == []
    assert filled.everything() == before


def test_a_page_takes_its_methods_only(filled):
    tried = [(name, method) for name in TABLE for method in {"get", "post"} - set(TABLE[name][1].split())]
    assert [case for case in tried if filled.ask("student", *case) not in (405, 404)] == []
    assert [case for case in tried if filled.ask(TABLE[case[0]][0].split()[0], *case) != 405] == []


@pytest.mark.parametrize(("name", "method"), CASES)
def test_who_may_finds_it(filled, name, method):
    assert filled.ask(TABLE[name][0].split()[-1], name, method) in (200, 204, 302, 400, 409, 422)
