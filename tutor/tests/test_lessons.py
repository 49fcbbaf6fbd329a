"""Going on with a lesson, sharing and saving a conversation: who may do what, and what comes of it."""

import asyncio
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Classroom, Enrolment, User
from inference.tests.tutoring_engine import PROGRAM, WORDS, Sandbox, ScriptedEngine
from tutor import asking, leases, lessons, sharing, teaching
from tutor.models import Conversation, Key, Plot, Turn, TurnEvent
from tutor.teaching import material_of

pytestmark = pytest.mark.django_db

PROBLEM = "A problem with the answer 12345?"
SECRET = {"answer": "98765", "solution": "It is 98765.", "agreeing": 4, "count": 4, "checked": True, "samples": []}


@pytest.fixture
def student():
    return User.objects.create_user("student")


@pytest.fixture
def posed(student):
    """A lesson's first turn, done, with a key."""
    turn = asking.ask(student, PROBLEM, "auto", "en", aim="hints")
    Turn.objects.filter(pk=turn.pk).update(state="done", offers=["attempt", "hint"], text="What have you tried?", progress={"tried": False})
    Key.objects.create(turn=turn, model="m", content=SECRET)
    turn.refresh_from_db()
    return turn


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def teacher_of(student, name="teacher"):
    teacher = User.objects.create_user(name, role="teacher")
    classroom = Classroom.objects.create(name=f"Class of {name}")
    classroom.teachers.add(teacher)
    Enrolment.objects.create(classroom=classroom, student=student)
    return teacher, classroom


# --- Going on ---------------------------------------------------------------------------------------------------------------


def test_of_an_edited_turn_of_a_lesson_the_work_is_what_changes(student, posed, settings):
    settings.ACTIVE_TURNS_PER_USER = 9
    tried = lessons.go_on(posed, "attempt", attempt="x = 3")
    asking.stop(tried)
    edited = asking.edit(tried, "x = 4")
    asking.stop(edited)
    assert (edited.question, edited.attempt, edited.request, edited.poses) == ("x = 4", "x = 4", "attempt", posed)
    checked = asking.edit(asking.ask(student, PROBLEM, "auto", "en", aim="check", attempt="x = 3"), "Another problem?")
    assert (checked.question, checked.attempt) == ("Another problem?", "x = 3")
    posed.progress["tried"] = True
    posed.save()
    assert asking.edit(lessons.go_on(posed, "hint"), "I see").attempt == ""


def test_a_hint_needs_an_attempt_which_may_come_with_it(posed):
    with pytest.raises(lessons.AttemptFirst):
        lessons.go_on(posed, "hint")
    turn = lessons.go_on(posed, "hint", attempt="I do not know")
    assert (turn.poses, turn.parent, turn.aim, turn.request, turn.question) == (posed, posed, "hints", "hint", "I do not know")


def test_after_an_attempt_a_hint_can_be_had_at_once(posed):
    posed.progress = {"tried": True}
    assert lessons.go_on(posed, "hint").question == "Give me a hint"


def test_what_is_typed_instead_of_pressing_a_button_is_the_same(posed):
    assert lessons.go_on(posed, "attempt", attempt="a hint, please").request == "attempt", "there was no attempt before"
    Turn.objects.exclude(pk=posed.pk).delete()
    posed.progress = {"tried": True}
    typed = lessons.go_on(posed, "attempt", attempt="a hint, please")
    assert (typed.request, typed.attempt, typed.question) == ("hint", "", "Give me a hint")
    Turn.objects.exclude(pk=posed.pk).delete()
    assert lessons.go_on(posed, "attempt", attempt="show me the full solution").request == "attempt", "it is not offered"


@pytest.mark.parametrize("request_", ["answer", "next", "challenge"])
def test_what_is_not_offered_is_not_to_be_had(posed, request_):
    with pytest.raises(lessons.NotOffered):
        lessons.go_on(posed, request_, attempt="x", quote="x")
    assert Turn.objects.count() == 1


def test_a_button_that_is_pressed_is_meant_whatever_stands_beside_it(posed):
    posed.offers, posed.progress = ["attempt", "hint", "answer"], {"tried": True}
    assert lessons.go_on(posed, "hint", attempt="show me the full solution").request == "hint"


def test_a_doubt_is_about_a_step(posed):
    posed.aim = "explain"
    with pytest.raises(lessons.NotOffered):
        lessons.go_on(posed, "challenge", attempt="It is wrong.")
    posed.state = "running"
    with pytest.raises(lessons.NotOffered):
        lessons.go_on(posed, "challenge", quote="1 + 1 = 3")
    posed.state = "done"
    assert lessons.go_on(posed, "challenge", quote="1 + 1 = 3").quote == "1 + 1 = 3"


def test_a_lesson_s_turn_takes_a_place_as_any_question_does(student, posed, settings):
    settings.ACTIVE_TURNS_PER_USER = 1
    asking.ask(student, "1 + 1?", "auto", "en")
    for more in (lambda: lessons.go_on(posed, "attempt", attempt="x = 3"), lambda: asking.ask_once(student, "2 + 2?", "auto", 1, [])):
        with pytest.raises(asking.TooManyTurns):
            more()


def test_a_lesson_goes_on_as_it_was_begun(posed):
    posed.mode, posed.language = "cot", "zh"
    turn = lessons.go_on(posed, "attempt", attempt="1 + 1 = 2")
    assert (turn.mode, turn.language) == ("cot", "zh")


def test_a_hint_is_at_hand_once_something_was_tried(posed):
    assert lessons.at_hand(posed) == ["attempt"]
    posed.progress = {"tried": True}
    assert lessons.at_hand(posed) == ["attempt", "hint"]


def test_work_must_be_there_to_be_checked(posed):
    with pytest.raises(lessons.NothingToCheck):
        lessons.go_on(posed, "attempt", attempt="  ")


def test_nothing_is_asked_while_the_tutor_speaks(posed):
    turn = lessons.go_on(posed, "attempt", attempt="1 + 1 = 2")
    with pytest.raises(lessons.NotOffered):
        lessons.go_on(turn, "attempt", attempt="1 + 1 = 2")


def test_a_button_that_is_pressed_twice_asks_once(posed):
    lessons.go_on(posed, "attempt", attempt="1 + 1 = 2")
    with pytest.raises(asking.StillSolving):
        lessons.go_on(posed, "attempt", attempt="1 + 1 = 2")


def test_the_lesson_goes_on_from_its_problem_key_and_progress(posed):
    turn = lessons.go_on(posed, "attempt", attempt="1 + 1 = 2")
    material = material_of(turn)
    assert (material.problem, material.key.answer, material.progress.tried) == (PROBLEM, "98765", False)
    assert material_of(asking.ask(posed.conversation.owner, "1 + 1?", "auto", "en")) is None


def test_the_answer_to_a_question_back_completes_the_problem(student):
    first = asking.ask(student, "Solve the equation", "auto", "en", aim="hints")
    Turn.objects.filter(pk=first.pk).update(state="done", progress={"asked_back": True})
    first.refresh_from_db()
    second = asking.ask(student, "x + 1 = 3", "auto", "en", aim="hints", conversation=first.conversation, parent=first)
    assert material_of(second).problem == "Solve the equation\nx + 1 = 3"


def test_what_completes_a_problem_is_taught_in_the_language_of_the_whole(student, django_assert_num_queries):
    first = asking.ask(student, "解方程", "auto", "auto", aim="hints")
    Turn.objects.filter(pk=first.pk).update(state="done", offers=["attempt"], progress={"asked_back": True})
    second = asking.ask(student, "x + 1 = 3", "auto", "auto", aim="hints", conversation=first.conversation)
    Turn.objects.filter(pk=second.pk).update(state="done", offers=["attempt"])
    second.refresh_from_db()
    third = lessons.go_on(second, "attempt", attempt="x = 2")
    for turn in (second, third):
        Turn.objects.filter(pk=turn.pk).update(state="queued")
        claim = leases.claim(turn.pk)
        with django_assert_num_queries(0):  # the worker's event loop has no database
            assert teaching.language_of(claim.turn) == "zh"
            assert teaching.problem_of(claim.turn) == "解方程\nx + 1 = 3"


def test_a_doubt_is_about_the_solution_as_it_was_mended_last(student):
    first = asking.ask(student, PROBLEM, "auto", "en")
    Turn.objects.filter(pk=first.pk).update(state="done", text="1 + 1 = 3")
    first.refresh_from_db()
    doubted = lessons.go_on(first, "challenge", quote="1 + 1 = 3")
    assert material_of(doubted).shown == "1 + 1 = 3"
    mended = {"text": "1 + 1 = 3 is wrong. Mended: 1 + 1 = 2", "progress": {"solution": "1 + 1 = 2"}}
    Turn.objects.filter(pk=doubted.pk).update(state="done", **mended)
    doubted.refresh_from_db()
    assert material_of(lessons.go_on(doubted, "challenge", quote="1 + 1 = 2")).shown == "1 + 1 = 2"


def test_a_doubt_about_a_follow_up_is_looked_into_in_its_conversation(student):
    first = asking.ask(student, "Half of 48 clips?", "auto", "en")
    Turn.objects.filter(pk=first.pk).update(state="done", text="$48/2 = 24$", answer="24")
    first.refresh_from_db()
    second = asking.ask(student, "Why?", "auto", "en", conversation=first.conversation, parent=first, quote="$48/2 = 24$")
    Turn.objects.filter(pk=second.pk).update(state="done", text="A half is $1/2 = 0.5$.")
    second.refresh_from_db()
    claim = leases.claim(lessons.go_on(second, "challenge", quote="A half is $1/2 = 0.5$.").pk)
    engine = ScriptedEngine((WORDS, ["Because a half is meant."]), (PROGRAM, ["print()\n```\n"]), ("```output", ["So it is."]))
    lesson = teaching.lesson(claim.turn, claim.lesson, engine=engine, sandbox=Sandbox("24"), history=claim.history, seed=claim.seed)
    said = asyncio.run(last_of(lesson.teach())).text
    assert all("Half of 48 clips?" in prompt and "> $48/2 = 24$\n\nWhy?" in prompt for prompt in engine.prompts)
    assert "it stands" in said


async def last_of(events):
    return [event async for event in events][-1]


def test_only_its_owner_goes_on_with_a_lesson(posed):
    other = client_of(User.objects.create_user("other"))
    assert other.post(f"/t/{posed.pk}/go-on/", {"request": "attempt", "attempt": "x"}).status_code == 404
    owner = client_of(posed.conversation.owner)
    assert owner.post(f"/t/{posed.pk}/go-on/", {"request": "hint"}).status_code == 422
    assert owner.post(f"/t/{posed.pk}/go-on/", {"request": "nonsense"}).status_code == 400
    assert owner.post(f"/t/{posed.pk}/go-on/", {"request": "attempt", "attempt": "1 + 1 = 2"}).status_code == 302


def test_a_refused_text_is_shown_again(posed):
    page = client_of(posed.conversation.owner).post(f"/t/{posed.pk}/go-on/", {"request": "next", "attempt": "my long work"})
    assert "my long work" in page.content.decode()


# --- Seeing -----------------------------------------------------------------------------------------------------------------


def test_the_key_is_on_no_page(posed):
    teacher, classroom = teacher_of(posed.conversation.owner)
    owner = client_of(posed.conversation.owner)
    owner.post(f"/c/{posed.conversation_id}/share/", {"classroom": classroom.pk, "shared": "on"})
    pages = [owner.get(f"/c/{posed.conversation_id}/"), owner.get(f"/c/{posed.conversation_id}/export.md")]
    pages.append(client_of(teacher).get(f"/shared/{posed.conversation_id}/"))
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert not any("98765" in page.content.decode() for page in pages)


def test_a_conversation_is_shared_with_a_teacher_and_taken_back(posed):
    teacher, classroom = teacher_of(posed.conversation.owner)
    stranger, elsewhere = teacher_of(User.objects.create_user("classmate"), "stranger")
    owner, address = client_of(posed.conversation.owner), f"/shared/{posed.conversation_id}/"
    assert client_of(teacher).get(address).status_code == 404
    assert owner.post(f"/c/{posed.conversation_id}/share/", {"classroom": elsewhere.pk, "shared": "on"}).status_code == 404
    owner.post(f"/c/{posed.conversation_id}/share/", {"classroom": classroom.pk, "shared": "on"})
    badge = '<button class="badge badge-good" type="button" data-open="share">Shared</button>'
    assert badge in owner.get(f"/c/{posed.conversation_id}/").text
    page = client_of(teacher).get(address).content.decode()
    assert PROBLEM in page
    assert "Load this page again" in page
    assert "/go-on/" not in page
    assert PROBLEM in client_of(teacher).get("/shared/").content.decode()
    assert client_of(stranger).get(address).status_code == 404
    assert owner.get(address).status_code == 404
    assert owner.get("/shared/").status_code == 404
    assert client_of(teacher).get(f"/c/{posed.conversation_id}/").status_code == 404
    owner.post(f"/c/{posed.conversation_id}/share/", {"classroom": classroom.pk})
    assert client_of(teacher).get(address).status_code == 404
    assert badge not in owner.get(f"/c/{posed.conversation_id}/").text


def test_what_is_not_shared_stays_hidden_beside_what_is(student, posed):
    teacher, classroom = teacher_of(student)
    sharing.share(posed.conversation, classroom)
    own = asking.ask(student, "1 + 1?", "auto", "en")
    shown, hidden = (Plot.objects.create(turn=turn, png=b"png") for turn in (posed, own))
    addresses = [f"/shared/{own.conversation_id}/", f"/plots/{hidden.pk}.png", f"/plots/{shown.pk}.png"]
    assert [client_of(teacher).get(address).status_code for address in addresses] == [404, 404, 200]


def test_each_class_is_shown_it_or_not(student, posed):
    classes = [teacher_of(student, name) for name in ("teacher", "other")]
    (_teacher, first), (_other, second) = classes

    def seen():
        return [client_of(teacher).get(f"/shared/{posed.conversation_id}/").status_code == 200 for teacher, _classroom in classes]

    sharing.share(posed.conversation, first)
    assert seen() == [True, False]
    sharing.share(posed.conversation, second)
    more = asking.ask(student, "1 + 1?", "auto", "en").conversation
    sharing.share(more, first)
    sharing.take_back(posed.conversation, first)
    assert seen() == [False, True]
    assert client_of(first.teachers.get()).get(f"/shared/{more.pk}/").status_code == 200
    Enrolment.objects.filter(classroom=second).delete()
    assert seen() == [False, False], "the student is in the other class still"


def test_who_has_left_the_class_shares_nothing_with_it(posed):
    teacher, classroom = teacher_of(posed.conversation.owner)
    client_of(posed.conversation.owner).post(f"/c/{posed.conversation_id}/share/", {"classroom": classroom.pk, "shared": "on"})
    Enrolment.objects.all().delete()
    assert client_of(teacher).get(f"/shared/{posed.conversation_id}/").status_code == 404


def test_a_conversation_is_saved_as_markdown(posed):
    turn = lessons.go_on(posed, "attempt", attempt="48/2 = 23")
    line = {"text": "48/2 = 23", "status": "wrong", "reason": "48/2 is not equal to 23."}
    log = [
        ("reviewed", {"lines": [line], "first_error": 0}),
        ("token", {"candidate": 0, "text": "Line 1 does not hold yet.", "part": "text"}),
    ]
    TurnEvent.objects.bulk_create(TurnEvent(turn=turn, seq=seq, run=0, kind=kind, payload=data) for seq, (kind, data) in enumerate(log, 2))
    answer = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md")
    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert text.startswith(f"# {PROBLEM}\n")
    assert "1. ✗ 48/2 = 23\n   48/2 is not equal to 23." in text
    assert "Line 1 does not hold yet." in text


@pytest.mark.parametrize(
    ("kind", "data", "warning"),
    [
        ("selected", {"unsure": True, "scorer_error": ""}, "I am not sure: the solutions do not agree."),
        ("selected", {"unsure": False, "scorer_error": "refused"}, "The solutions could not be rated"),
        ("noted", {"note": "unsure"}, "The tutor is not sure of this problem."),
        ("noted", {"note": "plain"}, "A plain hint, made from a checked solution"),
        ("done", {"candidate": 0, "finish": "length"}, "The solution reached its length limit"),
        ("done", {"candidate": 0, "finish": "stop", "refuted": True}, "This answer does not fit the problem"),
        ("started", {"language": "en", "given_up": "refuted"}, "The first answer did not fit the problem. This is another try."),
    ],
)
def test_a_saved_conversation_warns_as_the_page_does(posed, kind, data, warning):
    client, address = client_of(posed.conversation.owner), f"/c/{posed.conversation_id}/export.md"
    assert warning not in client.get(address).text
    TurnEvent.objects.create(turn=posed, seq=2, run=0, kind=kind, payload=data)
    assert f"> ⚠ {warning}" in client.get(address).text


def test_what_a_program_printed_stays_in_its_fence(posed):
    hostile = "```\n# Not output any more\n[click](https://example.com)\n````output"
    log = [
        ("token", {"candidate": 0, "text": "show()", "part": "code"}),
        ("code", {"candidate": 0, "round": 1, "code": "show()"}),
        ("output", {"candidate": 0, "text": hostile, "error": None, "plots": []}),
        ("token", {"candidate": 0, "text": "That is all.", "part": "text"}),
    ]
    TurnEvent.objects.bulk_create(TurnEvent(turn=posed, seq=seq, run=0, kind=kind, payload=data) for seq, (kind, data) in enumerate(log, 2))
    text = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text
    assert f"```python\nshow()\n```\n\n`````output\n{hostile}\n`````\n\nThat is all." in text


@pytest.mark.parametrize(
    ("kind", "data", "after"),
    [
        (
            "token",
            {"candidate": 0, "text": "\n\nThe final answer is $\\boxed{5}$", "part": "text"},
            "\n\n\nThe final answer is $\\boxed{5}$",
        ),
        ("done", {"candidate": 0, "finish": "length"}, "\n\n**Answer:** $5$"),
        ("stopped", {}, "\n\n**Answer:** $5$"),
    ],
)
def test_a_block_that_is_cut_ends_before_what_follows(posed, kind, data, after):
    Turn.objects.filter(pk=posed.pk).update(answer="5")
    log = [("token", {"candidate": 0, "text": "x = 5 *", "part": "code"}), (kind, data)]
    TurnEvent.objects.bulk_create(TurnEvent(turn=posed, seq=seq, run=0, kind=kind, payload=data) for seq, (kind, data) in enumerate(log, 2))
    text = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text
    assert f"```python\nx = 5 *\n```{after}" in text


def test_a_saved_conversation_says_where_answer_and_python_differ(posed):
    Turn.objects.filter(pk=posed.pk).update(answer="4", differs=True)
    text = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text
    assert "**Answer:** $4$ (The answer and Python's result differ)" in text


def test_a_saved_conversation_is_punctuated_in_the_reader_s_language(posed):
    Turn.objects.filter(pk=posed.pk).update(answer="4", checked=True, state="failed", failure="engine_unavailable")
    client = client_of(posed.conversation.owner)
    text = client.get(f"/c/{posed.conversation_id}/export.md", headers={"accept-language": "zh-hans"}).text
    assert "**答案：** $4$（已用 Python 验证）\n\n*失败：无法连接模型" in text


def test_of_many_solutions_that_were_stopped_the_first_is_saved_as_the_page_shows_it(posed):
    Turn.objects.filter(pk=posed.pk).update(n=4, state="stopped")
    said = [(1, "Second way. "), (0, "First way, \\boxed{24}.")]
    log = [*(("token", {"candidate": number, "text": text, "part": "text"}) for number, text in said), ("stopped", {})]
    TurnEvent.objects.bulk_create(TurnEvent(turn=posed, seq=seq, run=0, kind=kind, payload=data) for seq, (kind, data) in enumerate(log, 2))
    text = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text
    assert text.endswith("First way, $\\boxed{24}$.\n\n*Stopped*\n")
    assert "Second way" not in text


def test_a_saved_formula_stands_between_dollar_signs(posed):
    said = r"So \( x = 5 \), that is" + "\n\n" + r"\[\begin{aligned}x &= 5 \\[4pt] y &= 6\end{aligned}\]"
    log = [
        ("code", {"candidate": 0, "round": 1, "code": r"print(r'\(x\)')"}),
        ("output", {"candidate": 0, "text": r"\(x\)", "error": None, "plots": []}),
        ("token", {"candidate": 0, "text": said, "part": "text"}),
    ]
    TurnEvent.objects.bulk_create(TurnEvent(turn=posed, seq=seq, run=0, kind=kind, payload=data) for seq, (kind, data) in enumerate(log, 2))
    text = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text
    assert "```output\n\\(x\\)\n```" in text
    assert text.endswith("So $x = 5$, that is\n\n$$\\begin{aligned}x &= 5 \\\\[4pt] y &= 6\\end{aligned}$$\n")


@pytest.mark.parametrize("answer", ["25%", "25\\%"])
def test_a_percentage_in_a_saved_conversation_has_its_sign(posed, answer):
    Turn.objects.filter(pk=posed.pk).update(answer=answer)
    text = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text
    assert "**Answer:** $25\\%$" in text


def test_what_was_typed_is_saved_line_by_line_as_it_is_with_the_step_that_it_is_about(posed):
    Turn.objects.filter(pk=posed.pk).update(attempt="2*3 + 4*5 = 26\n$x_1*x_2$", quote="So $a_1 = 2*3$.", state="done")
    client = client_of(posed.conversation.owner)
    text = client.get(f"/c/{posed.conversation_id}/export.md").text
    assert "### My own work\n\n2\\*3 + 4\\*5 = 26  \n$x_1*x_2$" in text
    assert "### About this step\n\nSo $a_1 = 2*3$." in text
    assert "## Reply" in text
    assert "So $a_1 = 2*3$." in client.get(f"/c/{posed.conversation_id}/").text.partition("About this step")[2]


@pytest.mark.parametrize(
    ("said", "saved"),
    [
        (r"It is \boxed{\frac{1}{2}}.", r"It is $\boxed{\frac{1}{2}}$."),
        ("So\n\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}", "So\n$$\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}$$"),
        (r"$\boxed{1}$ and $a<b$, $$\begin{cases}x\end{cases}$$", r"$\boxed{1}$ and $a<b$, $$\begin{cases}x\end{cases}$$"),
        ("for all a<b and c>d, and a < b", r"for all a\<b and c>d, and a < b"),
        ("`if a<b: \\boxed{1}`, or\n   ```c\n   a<b \\(x\\)\n   ```", "`if a<b: \\boxed{1}`, or\n   ```c\n   a<b \\(x\\)\n   ```"),
    ],
)
def test_what_the_page_shows_is_seen_in_a_saved_solution(posed, said, saved):
    TurnEvent.objects.create(turn=posed, seq=2, run=0, kind="token", payload={"candidate": 0, "text": said, "part": "text"})
    assert client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text.endswith(f"\n\n{saved}\n")


def test_a_saved_sum_keeps_its_signs_and_a_saved_title_its_stars(posed):
    Turn.objects.filter(pk=posed.pk).update(question="  12\n+ 5\n- 3\n---\n\\boxed{x_1}")
    Conversation.objects.update(title="2*3 + 4*5 <b>?")
    text = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text
    assert text.startswith("# 2\\*3 + 4\\*5 \\<b>?\n")
    assert "12  \n\\+ 5  \n\\- 3  \n\\---  \n$\\boxed{x_1}$\n" in text


def test_a_saved_solution_has_the_plots_that_the_page_shows(posed):
    Turn.objects.filter(pk=posed.pk).update(n=2, answer="5")
    plots = [Plot.objects.create(turn=posed, png=png) for png in (b"other", b"picked")]
    drawn = [("output", {"candidate": n, "text": "", "error": None, "plots": [str(plot.pk)]}) for n, plot in enumerate(plots)]
    log = [*drawn, ("done", {"candidate": 1, "finish": "stop"})]
    TurnEvent.objects.bulk_create(TurnEvent(turn=posed, seq=seq, run=0, kind=kind, payload=data) for seq, (kind, data) in enumerate(log, 2))
    text = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md").text
    assert "![Plot drawn by the code](data:image/png;base64,cGlja2Vk)\n\n**Answer:**" in text
    assert text.count("data:image") == 1


def test_a_saved_failure_says_why_and_the_file_has_the_day_of_the_reader(posed):
    Turn.objects.filter(pk=posed.pk).update(state="failed", failure="sandbox_lost")
    Conversation.objects.update(created=datetime(2026, 3, 31, 23, tzinfo=UTC))
    with timezone.override("Asia/Shanghai"):
        answer = client_of(posed.conversation.owner).get(f"/c/{posed.conversation_id}/export.md")
    assert answer.text.endswith("*Failed: The Python session was lost. Try again.*\n")
    assert "lemma-2026-04-01.md" in answer.headers["Content-Disposition"]
