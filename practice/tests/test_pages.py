"""The pages of practice through the front door: choosing, curves, reports, and who sees what."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Classroom, Enrolment, User
from practice import mastery
from practice.models import Attempt, Item, Knowledge, Report
from practice.tests.practising import give, start, wrong
from tutor.models import Conversation, Turn

pytestmark = pytest.mark.django_db


def test_the_level_that_was_chosen_stays_for_the_next_problem(ada):
    assert start(ada, skill="linear", level="3").level == 3
    assert start(ada, skill="linear").level == 3, "the next problem"
    assert start(ada, skill="percent").level == 1
    assert start(ada, skill="linear", level="").level == 1, "what fits"
    assert start(ada, skill="linear").level == 1
    start(ada, skill="arithmetic", level="3")
    start(ada)
    assert start(ada, skill="arithmetic").level == 1, "what was best was begun since"


def test_practice_like_a_question_of_the_conversation(ada, people):
    conversation = Conversation.objects.create(owner=people["ada"], title="q")
    turn = Turn.objects.create(conversation=conversation, question="Solve $x^2 - 4 = 0$", enqueued=timezone.now())
    Knowledge.objects.create(student=people["ada"], skill="quadratic", known=0.9)
    made = ada.post(reverse("practice:like_turn", args=[turn.pk]), follow=True)
    assert (Item.objects.get().skill, Item.objects.get().level) == ("quadratic", 3)
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
    assert (linear.alone, linear.aided) == (mastery.Score(3, 4), mastery.Score(1, 1))
    own = next(each for each in mastery.of_student(ada) if each.skill.code == "linear")
    assert own.curve.values == [0.3, 0.4, 0.6]


def test_a_day_of_a_class_s_curve_ends_at_its_own_midnight(people):
    for known, hour in ((0.3, 15), (0.4, 17)):
        answered(people["ada"], known, 0)
        Attempt.objects.filter(known=known).update(created=datetime(2026, 3, 2, hour, tzinfo=UTC))
    for zone, values in (("UTC", [0.4]), ("Asia/Shanghai", [0.3, 0.4])):
        with timezone.override(zone):
            assert [each.curve.values for each in mastery.of_class(Classroom.objects.get())[0] if each.curve.values] == [values]


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
    found = Report.objects.get()
    root.post(reverse("practice:handle_report", args=[found.pk]), {"said": found.created.isoformat()})
    context = root.get(reports).context
    assert ([*context["waiting"]], [*context["handled"]]) == ([], [Report.objects.get()])
    give(ada, item, wrong(item))
    ada.post(address, {"reason": "Still."})
    assert [report.reason for report in root.get(reports).context["waiting"]] == ["Still."]


def test_what_a_student_says_again_of_a_problem_is_the_newest(as_, ada):
    first, second = (start(ada, skill="linear", level="1") for _time in range(2))
    root = as_("root")
    for item, waiting in ((first, [first]), (second, [second, first]), (first, [first, second])):
        give(ada, item, wrong(item))
        ada.post(reverse("practice:report", args=[item.pk]), {"reason": "x" * 2000})
        reports = root.get(reverse("practice:reports")).context["waiting"]
        assert [(report.item, len(report.reason)) for report in reports] == [(each, 1000) for each in waiting]


def test_a_page_about_many_asks_the_database_no_more_often(as_, people):
    pages = [
        (as_("eva"), reverse("practice:classroom", args=[Classroom.objects.get().pk])),
        (as_("root"), reverse("practice:reports")),
        (as_("ada"), reverse("practice:mastery")),
    ]

    def asked():
        counts = []
        for client, address in pages:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        return counts

    def practise(client, skill):
        item = start(client, skill=skill, level="1")
        give(client, item, wrong(item))
        client.post(reverse("practice:report", args=[item.pk]))

    practise(as_("ada"), "linear")
    before = asked()
    Enrolment.objects.create(classroom=Classroom.objects.get(), student=User.objects.create(username="cem"))
    for name in ("ada", "bea", "max"):
        practise(as_(name), "percent")
    assert asked() == before


def test_another_of_the_same_kind_is_made_of_a_problem(ada):
    item = start(ada, skill="percent", level="2")
    made = ada.post(reverse("practice:variant", args=[item.pk]), follow=True).context["item"]
    assert (made.parent, made.family, made.level) == (item, item.family, 2)


def test_the_language_of_the_reader_is_used(ada):
    item = start(ada, skill="arithmetic", level="3")
    assert item.question["zh"] in ada.get(reverse("practice:item", args=[item.pk]), headers={"accept-language": "zh-hans"}).text
    Item.objects.update(question={"zh": "一共多少？"})  # as the model wrote it
    assert "一共多少？" in ada.get(reverse("practice:item", args=[item.pk])).text


def test_of_an_endless_answer_the_beginning_is_read(ada):
    assert ada.post(reverse("practice:reading"), {"answer": "1" * 600}).context["given"] == "1" * 500


def test_a_skill_that_is_not_there_is_not_found(ada):
    assert ada.post(reverse("practice:start"), {"skill": "astrology"}).status_code == 404


@pytest.mark.parametrize("name", ["answer", "help", "reveal"])
def test_an_address_of_an_item_s_form_leads_to_the_item(as_, ada, name):
    item = start(ada, skill="linear", level="1")
    form = reverse(f"practice:{name}", args=[item.pk])
    for look in (ada.get, ada.head):
        assert look(form).url == reverse("practice:item", args=[item.pk])
    assert not Item.objects.get().helped
    assert as_("bea").get(form).status_code == 404
    assert ada.delete(form).status_code == 405


def test_the_language_is_switched_on_the_page_of_a_refused_answer(ada):
    item = start(ada, skill="linear", level="1")
    page = reverse("practice:item", args=[item.pk])
    refused = ada.post(reverse("practice:answer", args=[item.pk]), {"answer": "("}, headers={"Referer": f"http://testserver{page}"})
    assert refused.status_code == 422
    assert f'name="next" value="{page}"' in refused.text
