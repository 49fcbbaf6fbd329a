"""The pages of practice through the front door: choosing, answering, help, mastery, and who sees what."""

from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Classroom, Enrolment, User
from grading import reading
from grading.checking.reasons import Reason
from practice import answering, choosing, making, mastery
from practice.models import Attempt, Item, Knowledge, Report
from tutor import asking
from tutor.models import Conversation, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """By name: ada and bea are students of eva's class, max teaches elsewhere."""
    roles = {"ada": "student", "bea": "student", "eva": "teacher", "max": "teacher", "root": "admin"}
    made = {name: User.objects.create(username=name, role=role) for name, role in roles.items()}
    classroom = Classroom.objects.create(name="7b")
    classroom.teachers.add(made["eva"])
    for name in ("ada", "bea"):
        Enrolment.objects.create(classroom=classroom, student=made[name])
    return made


@pytest.fixture
def as_(people):
    def logged_in(name):
        client = Client()
        client.force_login(people[name])
        return client

    return logged_in


@pytest.fixture
def ada(as_):
    return as_("ada")


def start(client, **chosen):
    made = client.post(reverse("practice:start"), chosen)
    return Item.objects.get(pk=made.url.split("/")[-2])


def give(client, item, answer):
    return client.post(reverse("practice:answer", args=[item.pk]), {"answer": answer}, follow=True)


def wrong(item):
    return "1234567"


def known(skill):
    return Knowledge.objects.get(skill=skill).known


def test_a_right_answer_counts_and_leads_on(ada):
    item = start(ada, skill="linear", level="2")
    assert (item.skill, item.level) == ("linear", 2)
    page = give(ada, item, item.expected)
    assert "Right." in page.text
    assert "Next problem" in page.text
    assert known("linear") == pytest.approx(0.6)
    assert Attempt.objects.get().counted


def test_a_wrong_answer_is_told_why_and_can_be_mended(ada):
    item = start(ada, skill="quadratic", level="1")
    page = give(ada, item, "x = 77, x = 78, x = 79")
    assert f"Not right. {Reason(**Attempt.objects.get().reason)}" in page.text
    before = known("quadratic")
    Item.objects.update(created=timezone.now() - timedelta(minutes=9))
    Attempt.objects.update(created=timezone.now() - timedelta(minutes=2))
    assert "Right." in give(ada, item, item.expected).text
    assert known("quadratic") == before, "only the first answer is evidence"
    again = Attempt.objects.last()
    assert (again.known, int(again.seconds / 60)) == (before, 2)


def test_what_cannot_be_read_costs_nothing_and_is_kept(ada):
    item = start(ada, skill="linear", level="1")
    page = give(ada, item, "x = = 3 +")
    assert page.status_code == 422
    assert "It does not count" in page.text
    assert "x = = 3 +" in page.text
    assert not Attempt.objects.exists()
    assert not Knowledge.objects.exists()


@pytest.mark.parametrize("skill", ["fractions", "linear", "factoring"])
def test_the_problem_typed_again_is_no_answer_and_costs_nothing(ada, skill):
    item = start(ada, skill=skill, level="2")
    page = give(ada, item, item.question["en"].split("$")[1])
    assert page.status_code == 422
    assert "not finished" in page.text
    assert not Attempt.objects.exists()
    assert "Right." in give(ada, item, item.expected).text


def test_an_empty_answer_is_none_and_is_said(ada):
    item = start(ada, skill="linear", level="1")
    page = give(ada, item, " \x00")
    assert "Write an answer first." in page.text
    assert not Attempt.objects.exists()


def set_by_hand(people, expected, form="number", family="by-hand"):
    texts = {"question": {"en": "?"}, "hint": {}}
    return Item.objects.create(student=people["ada"], skill="arithmetic", level=1, expected=expected, form=form, family=family, **texts)


@pytest.mark.parametrize(
    ("expected", "form", "given"),
    [
        ("6x - 6", "", "6X - 6"),
        ("x = 3", "solved", "X = 3"),
        ("(x - 7)(x - 5)", "factored", "(X-7)(X-5)"),
        ("117\\pi", "number", "117 Pi"),
        ("x = -1, x = 3", "solved", "L = {-1; 3}"),
        ("26", "number", "2\x006"),
    ],
)
def test_a_capital_letter_of_a_phone_s_keyboard_is_no_mistake(ada, people, expected, form, given):
    assert "Right." in give(ada, set_by_hand(people, expected, form), given).text
    assert "\x00" not in Attempt.objects.get().answer


def test_of_an_endless_answer_is_kept_what_a_field_holds(ada, people):
    assert "Right." in give(ada, set_by_hand(people, "3"), f"3.{'0' * 600}").text
    assert len(Attempt.objects.get().answer) == answering.LONGEST


def test_a_capital_letter_of_the_model_s_may_be_another_one(ada, people):
    assert "Right." not in give(ada, set_by_hand(people, "2a", form="", family=""), "2A").text


@pytest.mark.parametrize(
    ("expected", "form", "unfinished", "wrong"),
    [("(x - 7)(x - 5)", "factored", "x(x - 12) + 35", "x(x - 12) + 36"), ("6x - 6", "expanded", "6(x - 1)", "6(x - 2)")],
)
def test_what_is_right_in_another_form_costs_nothing_and_what_is_wrong_in_it_counts(ada, people, expected, form, unfinished, wrong):
    item = set_by_hand(people, expected, form)
    assert "not in the form that was asked for" in give(ada, item, unfinished).text
    assert not Attempt.objects.exists()
    assert "Not right." in give(ada, item, wrong).text


@pytest.mark.parametrize(("expected", "given"), [("10/3", "3.33"), ("x = 8/3", "x = 2.67"), ("117\\pi", "367.57"), ("117\\pi", "367.6 m²")])
def test_a_rounded_answer_where_an_exact_one_was_asked_for_costs_nothing(ada, people, expected, given):
    item = set_by_hand(people, expected)
    assert "not in the form that was asked for" in give(ada, item, given).text
    assert not Attempt.objects.exists()
    assert "Not right." in give(ada, item, "3.5").text
    models = set_by_hand(people, expected, form="", family="")  # asks for no form
    assert "Not right. The answer is rounded" in give(ada, models, given).text


@pytest.mark.parametrize(("expected", "given"), [("x < 3", "2x+1 < 7"), ("x = 3", "2x = 6"), ("7", "3 + 4")])
def test_what_is_not_solved_is_no_answer_and_costs_nothing(ada, people, expected, given):
    """Whatever form the item asks for: the model's items ask for none."""
    item = set_by_hand(people, expected, form="", family="")
    item.question = {"en": "Work out 3 + 4."}
    item.save()
    assert "not finished" in give(ada, item, given).text
    assert not Attempt.objects.exists()
    assert "Right." in give(ada, item, expected).text


def test_the_unit_that_is_asked_for_may_be_another_one(ada, people):
    item = set_by_hand(people, "148")
    item.question = {"en": "How long is it, in cm?"}
    item.save()
    assert "Right." in give(ada, item, "1.48 m").text


@pytest.mark.parametrize("given", ["42 cents", "42%", "$42", "42 kg"])
def test_the_right_number_of_another_unit_costs_nothing(ada, people, given):
    item = set_by_hand(people, "42")
    item.question = {"en": "How many euros are left?"}
    item.save()
    page = give(ada, item, given)
    assert page.status_code == 422
    assert "another unit" in page.text
    assert not Attempt.objects.exists()
    for right in ("42 euros", "42 €", "42 coins", "42"):
        assert "Right." in give(ada, item, right).text
    assert all(attempt.right for attempt in Attempt.objects.all())


def changed(student, word):
    """A problem of a number that "rises" or "falls"."""
    items = (making.make(student, "percent", 2, chance=Random(seed)) for seed in range(60))
    return next(item for item in items if item.family == "rate-of-change" and f" {word} from " in item.question["en"])


def test_how_much_it_falls_is_asked_and_a_minus_before_it_costs_nothing(ada, people):
    item = changed(people["ada"], "falls")
    assert item.question["en"].endswith("By how many percent does it fall?")
    assert item.question["zh"].endswith("下降了百分之几？")
    page = give(ada, item, f"-{item.expected}")
    assert page.status_code == 422
    assert "This is not wrong" in page.text
    assert not Attempt.objects.exists()
    assert "Right." in give(ada, item, item.expected).text


def test_a_rise_with_a_minus_before_it_is_wrong(ada, people):
    item = changed(people["ada"], "rises")
    assert item.question["en"].endswith("By how many percent does it rise?")
    assert item.question["zh"].endswith("上升了百分之几？")
    assert "Not right." in give(ada, item, f"-{item.expected}").text


def test_answers_after_help_are_kept_apart(ada):
    item = start(ada, skill="percent", level="1")
    page = ada.post(reverse("practice:help", args=[item.pk]), follow=True)
    assert item.hint["en"].split("$")[0].strip() in page.text.replace("&#x27;", "'")
    give(ada, item, item.expected)
    assert Attempt.objects.get().aided
    assert known("percent") == 0.2
    row = ada.get(reverse("practice:mastery")).context["standings"][2]
    assert (row.alone.answered, row.aided.right, row.aided.answered) == (0, 1, 1)


@pytest.mark.parametrize("said", ["What is {}?", "{}", "Please: {question}"])
def test_an_answer_after_the_tutor_was_asked_is_kept_apart(ada, people, said):
    item = start(ada, skill="linear", level="1")
    text = item.question["zh" if "Please" in said else "en"]
    asking.ask(people["ada"], said.format(text.split("$")[1], question=text), "cot", "en")
    give(ada, item, item.expected)
    assert Attempt.objects.get().aided
    assert known("linear") == 0.2


def test_help_of_the_tutor_is_not_forgotten_with_its_conversation(ada, people):
    item, other = (start(ada, skill="linear", level="1") for _time in range(2))
    asked = asking.ask(people["ada"], item.question["en"], "cot", "en")
    ada.post(reverse("tutor:delete", args=[asked.conversation_id]))
    for each in (item, other):
        give(ada, each, each.expected)
    assert [attempt.aided for attempt in Attempt.objects.all()] == [True, False]


def test_another_problem_put_to_the_tutor_is_no_help(ada, people):
    old = start(ada, skill="linear", level="2")
    asking.ask(people["ada"], old.question["en"], "cot", "en")
    item = start(ada, skill="linear", level="2")
    asking.ask(people["bea"], item.question["en"], "cot", "en")
    give(ada, item, item.expected)
    again = Item.objects.get(pk=old.pk)
    again.pk, again._state.adding = None, True
    again.save()  # the same comes once more, when all are used up
    give(ada, again, again.expected)
    assert not any(attempt.aided for attempt in Attempt.objects.all())


def test_an_item_alone_offers_no_help_before_an_answer(ada):
    items = [start(ada, skill="arithmetic", level="1") for _time in range(4)]
    page = ada.get(reverse("practice:item", args=[items[3].pk]))
    assert "Without help" in page.text
    assert "first step" not in page.text
    assert ada.post(reverse("practice:help", args=[items[3].pk])).status_code == 422
    give(ada, items[3], wrong(items[3]))
    assert ada.post(reverse("practice:help", args=[items[3].pk]), follow=True).status_code == 200


def test_the_answer_is_shown_only_after_a_try(ada):
    item = start(ada, skill="geometry", level="1")
    address = reverse("practice:reveal", args=[item.pk])
    assert ada.post(address).status_code == 422
    assert "The answer is" not in give(ada, item, wrong(item)).text
    page = ada.post(address, follow=True).text
    assert f"${item.expected}$" in page.split("The answer is")[1]
    assert "answer-form" not in page
    give(ada, item, item.expected)  # from another tab
    assert [attempt.aided for attempt in Attempt.objects.all()] == [False, True]


def test_three_right_answers_are_mastery_and_a_review_follows(ada, people):
    for _time in range(3):
        item = start(ada, skill="fractions", level="1")
        give(ada, item, item.expected)
    knowledge = Knowledge.objects.get(skill="fractions")
    assert knowledge.mastered
    assert knowledge.due > timezone.now()
    later = choosing.choose(people["ada"], timezone.now() + timedelta(days=1, minutes=1))
    assert (later.skill.code, later.why) == ("fractions", "review")
    Knowledge.objects.update(due=timezone.now() - timedelta(minutes=1))
    review = start(ada)
    assert (review.skill, review.review, review.alone) == ("fractions", True, True)
    give(ada, review, review.expected)
    knowledge.refresh_from_db()
    assert (knowledge.box, timezone.localdate(knowledge.due)) == (1, timezone.localdate() + timedelta(days=2))


def test_a_review_is_there_all_of_the_day_that_was_said(people, monkeypatch):
    evening = timezone.make_aware(datetime.fromisoformat("2026-03-02T20:00"))
    monkeypatch.setattr(timezone, "now", lambda: evening)
    for _time in range(3):
        item = making.make(people["ada"], "fractions", 1)
        answering.answer(item, item.expected)
    assert choosing.choose(people["ada"], evening + timedelta(hours=3)).why != "review"
    assert choosing.choose(people["ada"], evening + timedelta(hours=11)).why == "review"


def test_a_review_that_waits_has_no_date_in_the_past(ada, people):
    mastered = Knowledge.objects.create(student=people["ada"], skill="linear", known=0.99, due=timezone.now() + timedelta(days=9))
    item = start(ada, skill="linear")
    give(ada, item, item.expected)
    pages = [reverse("practice:item", args=[item.pk]), reverse("practice:mastery")]
    assert ["A review of it is due." in ada.get(pages[0]).text, ">Now<" in ada.get(pages[1]).text] == [False, False]
    Knowledge.objects.filter(pk=mastered.pk).update(due=timezone.now() - timedelta(days=9))
    assert ["A review of it is due." in ada.get(pages[0]).text, ">Now<" in ada.get(pages[1]).text] == [True, True]
    assert "It comes again on" not in ada.get(pages[0]).text


def test_the_level_that_was_chosen_stays_for_the_next_problem(ada):
    assert start(ada, skill="linear", level="3").level == 3
    assert start(ada, skill="linear").level == 3, "the next problem"
    assert start(ada, skill="percent").level == 1
    assert start(ada, skill="linear", level="").level == 1, "what fits"
    assert start(ada, skill="linear").level == 1
    start(ada, skill="arithmetic", level="3")
    start(ada)
    assert start(ada, skill="arithmetic").level == 1, "what was best was begun since"


def test_a_review_is_begun_once_and_counts_once(ada, people):
    Knowledge.objects.create(student=people["ada"], skill="linear", known=0.951, box=2, due=timezone.now())
    review = start(ada)
    assert start(ada) == review
    other = Item.objects.get(pk=review.pk)
    other.pk, other._state.adding = None, True
    other.save()  # begun at the same moment, in another tab
    for each in (review, other):
        give(ada, each, each.expected)
    knowledge = Knowledge.objects.get(skill="linear")
    assert knowledge.box == 3
    assert timedelta(days=7) < knowledge.due - timezone.now() <= timedelta(days=8)
    Knowledge.objects.update(due=timezone.now())
    assert start(ada) not in (review, other)


def test_a_review_in_another_tab_of_what_failed_meanwhile_is_learning(ada, people):
    Knowledge.objects.create(student=people["ada"], skill="linear", known=0.98, box=2, due=timezone.now())
    review = start(ada)
    other = Item.objects.get(pk=review.pk)
    other.pk, other._state.adding = None, True
    other.save()
    give(ada, review, wrong(review))
    give(ada, other, other.expected)
    knowledge = Knowledge.objects.get(skill="linear")
    assert (knowledge.box, timezone.localdate(knowledge.due)) == (0, timezone.localdate() + timedelta(days=1))


@pytest.mark.parametrize("due", [timedelta(0), timedelta(days=9)])
def test_practice_beside_a_review_does_not_move_it(ada, people, due):
    before = Knowledge.objects.create(student=people["ada"], skill="linear", known=0.96, box=2, due=timezone.now() + due)
    item = start(ada, skill="linear")
    give(ada, item, item.expected)
    after = Knowledge.objects.get(skill="linear")
    assert after.known > before.known
    assert (after.box, after.due) == (before.box, before.due)


def test_what_was_forgotten_beside_its_reviews_begins_anew(ada, people):
    Knowledge.objects.create(student=people["ada"], skill="linear", known=0.98, box=3, due=timezone.now() + timedelta(days=9))
    item = start(ada, skill="linear")
    give(ada, item, wrong(item))
    assert Knowledge.objects.get(skill="linear").due is None
    item = start(ada, skill="linear")
    give(ada, item, item.expected)
    knowledge = Knowledge.objects.get(skill="linear")
    assert (knowledge.box, timezone.localdate(knowledge.due)) == (0, timezone.localdate() + timedelta(days=1))


def test_a_failed_review_is_learned_again(ada, people):
    Knowledge.objects.create(student=people["ada"], skill="arithmetic", known=0.99, due=timezone.now() + timedelta(days=9))
    Knowledge.objects.create(student=people["ada"], skill="linear", known=0.951, box=3, due=timezone.now())
    review = start(ada)
    give(ada, review, wrong(review))
    knowledge = Knowledge.objects.get(skill="linear")
    assert (knowledge.mastered, knowledge.due, knowledge.box) == (False, None, 0)
    assert choosing.choose(people["ada"]).skill.code == "linear"


def test_there_is_always_something_to_do(people):
    for skill in choosing.SKILLS:
        Knowledge.objects.create(student=people["ada"], skill=skill.code, known=0.99, due=timezone.now() + timedelta(days=9))
    assert choosing.choose(people["ada"]).why == "mastered"
    Knowledge.objects.get(skill="arithmetic").save()  # by an answer
    assert choosing.choose(people["ada"]).skill.code == "fractions", "all are equal, and this one was practised longest ago"
    Knowledge.objects.filter(skill="systems").update(known=0.97)
    assert choosing.choose(people["ada"]).skill.code == "systems"


def test_practice_like_a_question_of_the_conversation(ada, people):
    conversation = Conversation.objects.create(owner=people["ada"], title="q")
    turn = Turn.objects.create(conversation=conversation, question="Solve $x^2 - 4 = 0$", enqueued=timezone.now())
    made = ada.post(reverse("practice:like_turn", args=[turn.pk]), follow=True)
    assert Item.objects.get().skill == "quadratic"
    assert made.status_code == 200


def answered(student, known, days_ago, **told):
    """Alone, and as the first answer to its item, unless told otherwise."""
    item = Item.objects.create(student=student, skill="linear", level=1, question={}, hint={}, expected="1", family="by-hand")
    fields = {"verdict": "correct", "aided": False, "counted": True, "reason": {}, "seconds": 1} | told
    attempt = Attempt.objects.create(item=item, answer="1", known=known, **fields)
    Attempt.objects.filter(pk=attempt.pk).update(created=timezone.now() - timedelta(days=days_ago))


def test_the_curve_of_a_class_is_the_mean_of_its_students_at_the_end_of_each_day(people):
    ada, bea = people["ada"], people["bea"]
    for known, days_ago in ((0.3, 3), (0.4, 3), (0.6, 1)):
        answered(ada, known, days_ago)
    answered(bea, 0.2, 2, verdict="incorrect")
    answered(bea, 0.9, 0, aided=True)
    answered(bea, 0.9, 0, counted=False)
    answered(people["root"], 0.9, 0)
    Knowledge.objects.create(student=ada, skill="linear", known=0.96)
    Knowledge.objects.create(student=bea, skill="linear", known=0.2)
    linear = next(each for each in mastery.of_class(Classroom.objects.get())[0] if each.skill.code == "linear")
    assert linear.curve.values == pytest.approx([0.4, 0.3, 0.4])
    assert (linear.percent, linear.mastered, linear.students) == (40, 1, 2)
    assert (linear.alone.percent, linear.aided.percent) == (75, 100)
    own = next(each for each in mastery.of_student(ada) if each.skill.code == "linear")
    assert own.curve.values == [0.3, 0.4, 0.6]


def test_a_curve_is_drawn_from_edge_to_edge_with_its_newest_points():
    curve = mastery.Curve([0.5, *[0.0] * (mastery.SHOWN - 1), 1.0])
    assert len(curve.points) == mastery.SHOWN
    assert (curve.points[0], curve.points[-1]) == ((4.0, 40.0), (156.0, 4.0))
    assert (curve.percents[0], curve.percents[-1], curve.last) == (0, 100, "156.0 4.0")
    assert mastery.Curve([0.5]).line == "4.0,22.0"


def test_the_class_sees_curves(as_, ada, people):
    for _time in range(2):
        item = start(ada, skill="linear", level="1")
        give(ada, item, item.expected)
    bea = as_("bea")
    item = start(bea, skill="linear", level="1")
    bea.post(reverse("practice:help", args=[item.pk]))
    give(bea, item, item.expected)
    page = as_("eva").get(reverse("practice:classroom", args=[Classroom.objects.get().pk]))
    linear = next(each for each in page.context["standings"] if each.skill.code == "linear")
    percent = round(100 * Knowledge.objects.get(student=people["ada"], skill="linear").known)
    assert (linear.students, linear.alone.right, linear.aided.right, linear.percent) == (1, 2, 1, percent)
    shown = {row.enrolment.student.username: row.percents[4] for row in page.context["rows"]}
    assert shown == {"ada": percent, "bea": None}, "as on her own page: an answer with help says nothing of what she knows"
    assert "<polyline" in page.text
    assert "ada" in page.text


def test_a_problem_that_seems_wrong_can_be_reported_once_it_was_answered(as_, ada):
    item = start(ada, skill="linear", level="1")
    address, reports = reverse("practice:report", args=[item.pk]), reverse("practice:reports")
    assert address not in ada.get(reverse("practice:item", args=[item.pk])).text
    assert ada.post(address, {"reason": "x"}).status_code == 404
    assert address in give(ada, item, wrong(item)).text
    page = ada.post(address, {"reason": "The <b>key</b> is\x00 wrong." + "\r\n." * 480}, follow=True)
    assert "An administrator will look at it." in page.text
    assert Report.objects.get().reason == "The <b>key</b> is wrong." + "\n." * 480
    root = as_("root")
    assert reports in root.get(reverse("tutor:reports")).text
    for headers in ({}, {"HX-Request": "true"}):
        page = root.get(reports, headers=headers).text
        assert "The &lt;b&gt;key&lt;/b&gt; is wrong." in page
        assert item.expected in page
        assert wrong(item) in page
    root.post(reverse("practice:handle_report", args=[Report.objects.get().pk]))
    context = root.get(reports).context
    assert ([*context["waiting"]], [*context["handled"]]) == ([], [Report.objects.get()])
    give(ada, item, wrong(item))
    ada.post(address, {"reason": "Still."})
    assert [report.reason for report in root.get(reports).context["waiting"]] == ["Still."]


def test_what_a_student_says_again_of_a_problem_is_the_newest(as_, ada):
    items = [start(ada, skill="linear", level="1") for _time in range(2)]
    for item in (*items, items[0]):
        give(ada, item, wrong(item))
        ada.post(reverse("practice:report", args=[item.pk]), {"reason": "x"})
    assert [report.item for report in as_("root").get(reverse("practice:reports")).context["waiting"]] == items


def test_the_language_of_the_reader_is_used(ada):
    item = start(ada, skill="arithmetic", level="3")
    assert item.question["zh"] in ada.get(reverse("practice:item", args=[item.pk]), headers={"accept-language": "zh-hans"}).text


def test_a_skill_that_is_not_there_is_not_found(ada):
    assert ada.post(reverse("practice:start"), {"skill": "astrology"}).status_code == 404


@pytest.mark.parametrize("name", ["answer", "help", "reveal"])
def test_an_address_of_an_item_s_form_leads_to_the_item(as_, ada, name):
    item = start(ada, skill="linear", level="1")
    form = reverse(f"practice:{name}", args=[item.pk])
    assert ada.get(form).url == reverse("practice:item", args=[item.pk])
    assert as_("bea").get(form).status_code == 404
    assert ada.delete(form).status_code == 405


def test_the_language_is_switched_on_the_page_of_a_refused_answer(ada):
    item = start(ada, skill="linear", level="1")
    page = reverse("practice:item", args=[item.pk])
    refused = ada.post(reverse("practice:answer", args=[item.pk]), {"answer": "("}, headers={"Referer": f"http://testserver{page}"})
    assert refused.status_code == 422
    assert f'name="next" value="{page}"' in refused.text


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_checker_holds_no_connection_to_the_database(ada, monkeypatch):
    held = []
    check = answering.check_asked

    def waiting(*asked):
        held.append(connection.connection is not None)
        return check(*asked)

    monkeypatch.setattr(answering, "check_asked", waiting)
    monkeypatch.setattr(reading._reader, "ask", lambda *_asked, **_limits: held.append(connection.connection is not None) or "")
    give(ada, start(ada, skill="linear", level="2"), "x = 1234567")
    ada.post(reverse("practice:reading"), {"answer": r"\int_0^1 x dx"})
    assert held == [False, False]
