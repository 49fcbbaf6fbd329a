"""The help that a teacher allows on an assignment's problems: no way of asking gets round it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import keys
from grading.models import Assignment, Extension
from grading.tests.school import School
from inference.assessment import SAMPLES
from tutor import asking, lessons
from tutor.models import Conversation, Turn

pytestmark = pytest.mark.django_db
AIMS = [aim.value for aim in Turn.Aim]
TEXT = "Solve $2x + 3 = 7$."


@pytest.fixture
def school(db):
    return School()


@pytest.fixture(autouse=True)
def layer_in_memory(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


def allow(school, help_, **more):
    Assignment.objects.filter(pk=school.assignment.pk).update(help=help_, **more)


def ask(user, question=TEXT, aim="explain", **more):
    return asking.ask(user, question, "cot", "en", aim=aim, **more)


def allowed(user, question=TEXT):
    """The aims with which this question is taken."""
    found = []
    for aim in AIMS:
        try:
            turn = ask(user, question, aim)
        except asking.HelpNotAllowed:
            continue
        found.append(aim)
        turn.conversation.delete()
    return found


@pytest.mark.parametrize(
    ("help_", "aims"),
    [("any", AIMS), ("hints", ["hints", "socratic", "check"]), ("socratic", ["socratic"]), ("check", ["check"]), ("none", [])],
)
def test_a_teacher_says_which_help_there_is(school, help_, aims):
    address = reverse("grading:edit_assignment", args=[school.assignment.pk])
    settings = {"title": "Equations", "attempts": 3, "help": help_}
    assert school.client(school.teacher).post(address, settings).status_code == 302
    assert allowed(school.student) == aims
    assert allowed(school.student, "What is 2 + 2?") == AIMS
    assert allowed(school.outsider) == AIMS
    assert allowed(school.teacher) == AIMS
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    "text", ["solve  \\(2x+3=7\\)", "Please help me. Solve $2x + 3 = 7$. Say why.", "Ｓｏｌｖｅ ２ｘ＋３＝７", "solve 2x + 3 = 7!"]
)
def test_the_problem_is_known_by_its_text(school, text):
    allow(school, "none")
    assert allowed(school.student, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "So\u00adlve 2\u200bx + 3 = 7, when 1/2 × (x - 1) ≤ 5",
        "Solve 2𝑥 + 3 = 7 when \\tfrac{1}{2} \\cdot (x − 1) \\leq 5",
        r"\text{Solve } 2 \cdot x \,+\, 3 = \mathbf{7} when (1/2)(x - 1) \leqslant 5",
        "Solve 2*x + 3 = 7, when 1/2 * (x - 1) <= 5",
        "\u0405\u043elv\u0435 2\u0445 + 3 = 7, when 1/2 * (\u0445 - 1) <= 5",
    ],
)
def test_the_problem_is_known_however_its_formulas_are_typed(school, text):
    allow(school, "none")
    school.assignment.problems.update(text=r"Solve $2x + 3 = 7$ when $\frac{1}{2} \times \left(x - 1\right) \le 5$.")
    assert allowed(school.student, text) == []


@pytest.mark.parametrize("text", ["2x+3=7", "What is x if 2x + 3 = 7?", "1) 2x+3=7, x=?"])
def test_a_problem_that_is_a_formula_is_known_by_it(school, text):
    allow(school, "none")
    assert allowed(school.student, text) == []


def test_a_problem_in_words_is_known_by_them(school):
    allow(school, "none")
    school.assignment.problems.update(text="Ann has 3 apples and buys 4 more. How many has she?")
    assert allowed(school.student, "Ann has 3 apples and buys 5 more. How many has she?") == AIMS
    assert allowed(school.student, "Please: ann has 3 apples and buys 4 more, how many has she? Say why.") == []


def test_a_short_formula_stands_in_many_questions(school):
    allow(school, "none")
    school.assignment.problems.update(text="Compute $3 + 4$ exactly.")
    assert allowed(school.student, "Ann has 3 + 4 apples and eats one. How many are left?") == AIMS
    assert allowed(school.student, "compute 3+4 exactly!") == []


def test_a_formula_in_a_problem_of_words_is_free(school):
    allow(school, "none")
    school.assignment.problems.update(text="Ann builds a ramp that is 3 m long. Use $a^2 + b^2 = c^2$ to find how high it is.")
    assert allowed(school.student, "Why is $a^2 + b^2 = c^2$?") == AIMS


@pytest.mark.parametrize(
    "text", ["Solve $5 - 2x + 3 = 7$.", "2x + 3 = 7 - x", "Solve $2x + 3 = 75$.", "Solve $2x - 3 = 7$.", "Solve $12x + 3 = 7$.", "solve"]
)
def test_another_problem_is_free(school, text):
    allow(school, "none")
    assert allowed(school.student, text) == AIMS


def test_a_short_problem_is_known_where_it_stands_alone(school):
    allow(school, "none")
    school.assignment.problems.update(text="$1 + 1$")
    assert allowed(school.student, "1+1") == []
    assert allowed(school.student, "What is 1 + 1 + 5?") == AIMS


def test_it_holds_while_the_assignment_is_open(school):
    now = timezone.now()
    allow(school, "none", due=now - timedelta(hours=1))
    assert allowed(school.student) == AIMS
    Extension.objects.create(assignment=school.assignment, student=school.student, due=now + timedelta(hours=1))
    assert allowed(school.student) == []
    assert allowed(school.classmate) == AIMS
    allow(school, "none", late_allowed=True)
    assert allowed(school.classmate) == []
    allow(school, "none", due=None, published=None)
    assert allowed(school.classmate) == AIMS


def test_where_two_assignments_have_it_both_must_allow_it(school):
    allow(school, "hints")
    other = Assignment.objects.create(classroom=school.classroom, title="Again", published=timezone.now(), help="socratic")
    school.problem.__class__.objects.create(assignment=other, text=TEXT, answer="2")
    assert allowed(school.student) == ["socratic"]


# --- Ways round it ------------------------------------------------------------------------------------------------------


def begun(school, aim="hints"):
    """A lesson about the problem that is done so far, with all the offers that there are."""
    turn = ask(school.student, "It says so on the sheet.", aim, problem=school.problem.pk)
    Turn.objects.filter(pk=turn.pk).update(state="done", offers=["attempt", "hint", "next", "answer"], progress={"tried": True})
    turn.refresh_from_db()
    return turn


def test_what_begins_with_the_problem_stays_with_it(school):
    allow(school, "hints")
    turn = begun(school)
    for way in (
        lambda: ask(school.student, "Tell me the full solution.", conversation=turn.conversation),
        lambda: ask(school.student, "Why?", quote="2x = 4", parent=turn, conversation=turn.conversation),
        lambda: lessons.go_on(turn, "answer"),
        lambda: lessons.go_on(turn, "next"),
        lambda: ask(school.student, problem=school.problem.pk),
    ):
        with pytest.raises(asking.HelpNotAllowed, match="Equations"):
            way()
    assert lessons.at_hand(turn) == ["attempt", "hint"], "nor is it named to those who have no buttons"
    assert lessons.go_on(turn, "hint").request == "hint"


def test_nothing_is_added_to_what_was_begun_before(school):
    full = ask(school.student)
    Turn.objects.filter(pk=full.pk).update(state="done", text="x = 2")
    full.refresh_from_db()
    lesson = begun(school)
    allow(school, "none")
    for way in (
        lambda: asking.regenerate(full),
        lambda: asking.edit(full, "And in words?"),
        lambda: lessons.go_on(full, "challenge", quote="x = 2"),
        lambda: lessons.go_on(lesson, "hint"),
    ):
        with pytest.raises(asking.HelpNotAllowed):
            way()


@pytest.mark.parametrize("parts", [["Solve", "2x + 3 = 7"], ["Solve 2x", "+ 3", "= 7"]])
def test_the_problem_in_parts_is_the_problem(school, parts):
    allow(school, "none")
    conversation = None
    for part in parts[:-1]:
        conversation = ask(school.student, part, conversation=conversation).conversation
        conversation.turns.update(state="done", progress={"asked_back": True})
    with pytest.raises(asking.HelpNotAllowed):
        ask(school.student, parts[-1], conversation=conversation)


def test_the_problem_as_what_is_asked_about_is_the_problem(school):
    allow(school, "none")
    free = ask(school.student, "What is 2 + 2?")
    Turn.objects.filter(pk=free.pk).update(state="done")
    with pytest.raises(asking.HelpNotAllowed):
        ask(school.student, "How does this go on?", quote=TEXT, conversation=free.conversation)


def test_the_problem_as_ones_own_work_is_the_problem(school):
    allow(school, "none")
    with pytest.raises(asking.HelpNotAllowed):
        ask(school.student, "How does this go on?", "check", attempt="Solve 2x + 3 = 7")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", ["lemma", "lemma-check", "lemma-steps"])
def test_a_program_gets_no_help_with_it(school, model):
    allow(school, "hints")
    solved = asking.ask(school.outsider, TEXT, "auto", "en")  # was judged before
    Turn.objects.filter(pk=solved.pk).update(state="done", mode="cot", n=SAMPLES)
    Conversation.objects.update(owner=school.student, api=True)
    content = TEXT if model != "lemma-check" else f"Problem: {TEXT}\n\nStudent Solution: Step 1 - x = 2"
    body = {"model": model, "messages": [{"role": "user", "content": content}]}
    authorization = {"Authorization": f"Bearer {keys.make(school.student, 'mine')}"}
    answer = school.client(school.student).post("/v1/chat/completions", body, content_type="application/json", headers=authorization)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "help_not_allowed"
    assert Turn.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [[("system", TEXT), ("user", "Hello")], [("user", TEXT)]], ids=["system", "history"])
def test_a_program_gets_no_help_with_what_was_said_before(school, before):
    allow(school, "hints")
    said = [*before, ("assistant", "Hello!"), ("user", "Do it.")]
    body = {"model": "lemma", "messages": [{"role": role, "content": content} for role, content in said]}
    authorization = {"Authorization": f"Bearer {keys.make(school.student, 'mine')}"}
    answer = school.client(school.student).post("/v1/chat/completions", body, content_type="application/json", headers=authorization)
    assert answer.json()["error"]["code"] == "help_not_allowed"


# --- The pages ------------------------------------------------------------------------------------------------------------


def test_the_pages_say_what_is_allowed_and_until_when(school):
    allow(school, "hints", due=datetime(2100, 5, 17, 12, tzinfo=UTC))
    client = school.client(school.student)
    turn = begun(school)
    pages = [
        reverse("grading:assignment", args=[school.assignment.pk]),
        reverse("grading:work", args=[school.problem.pk]),
        reverse("tutor:help", args=[school.problem.pk]),
        reverse("tutor:conversation", args=[turn.conversation_id]),
    ]
    for address in pages:
        page = client.get(address).content.decode()
        assert "On “Equations” your teacher allows hints, questions and checks of your work, but no full solution (until " in page
        assert "2100" in page
    assert 'value="explain"' not in page
    assert 'value="answer"' not in page
    assert 'value="hints"' in page
    allow(school, "hints", late_allowed=True)
    page = client.get(pages[0]).content.decode()
    assert "no full solution (while the assignment is open)" in page, "it takes work behind its date, too"


def test_a_students_work_has_a_way_to_the_tutor(school):
    client = school.client(school.student)
    help_ = reverse("tutor:help", args=[school.problem.pk])
    work = reverse("grading:work", args=[school.problem.pk])
    assert help_ in client.get(work).content.decode()
    page = client.get(help_).content.decode()
    assert TEXT in page
    assert 'value="explain"' in page
    allow(school, "none")
    assert help_ not in client.get(work).content.decode()
    assert "<textarea" not in client.get(help_).content.decode()


def test_a_form_that_asks_for_more_is_refused(school):
    allow(school, "hints")
    form = {"question": "?", "mode": "cot", "language": "en", "aim": "explain", "problem": str(school.problem.pk)}
    client = school.client(school.student)
    answer = client.post(reverse("tutor:ask"), form, headers={"HX-Request": "true"})
    assert (answer.status_code, Turn.objects.count()) == (422, 0)
    assert "no full solution" in answer.content.decode()
    assert client.post(reverse("tutor:ask"), form | {"aim": "hints"}).status_code == 302
    assert Conversation.objects.get().problem == school.problem


@pytest.mark.parametrize("who", ["outsider", "stranger", "teacher"])
def test_the_problem_is_there_for_its_students_alone(school, who):
    client = school.client(getattr(school, who))
    assert client.get(reverse("tutor:help", args=[school.problem.pk])).status_code == 404
    form = {"question": "?", "mode": "cot", "language": "en", "problem": str(school.problem.pk)}
    assert client.post(reverse("tutor:ask"), form).status_code == 404
