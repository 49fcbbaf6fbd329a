"""Who may open what: every address of the classes, taken from the URL map, tried by everybody. A new one without a line here fails."""

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts import classrooms
from grading import release, uploads
from grading.models import Assignment, Extension, Mark, Submission
from grading.tests.school import HTMX, page
from grading.urls import urlpatterns

pytestmark = pytest.mark.django_db

# What each address is about, and which methods it takes. "teacher": the teachers of the class, and administrators; "owner": whose
# problem it is; "student": the students of the class, of their own work; "class": teachers and students, each their own page.
ADDRESSES = {
    "classroom": ("class", "get", lambda s: s.classroom.pk),
    "edit_classroom": ("teacher", "get post", lambda s: s.classroom.pk),
    "code": ("teacher", "post", lambda s: s.classroom.pk),
    "end_classroom": ("teacher", "post", lambda s: s.classroom.pk),
    "training": ("teacher", "post", lambda s: s.classroom.pk),
    "add_teacher": ("teacher", "post", lambda s: s.classroom.pk),
    "remove_teacher": ("teacher", "post", lambda s: (s.classroom.pk, s.colleague.pk)),
    "delete_classroom": ("teacher", "post", lambda s: s.classroom.pk),
    "roster": ("teacher", "get post", lambda s: s.classroom.pk),
    "roster_table": ("teacher", "get", lambda s: (s.classroom.pk, "xlsx")),
    "links_table": ("teacher", "get", lambda s: (s.classroom.pk, "xlsx")),
    "classroom_table": ("teacher", "get", lambda s: (s.classroom.pk, "xlsx")),
    "create_assignment": ("teacher", "get post", lambda s: s.classroom.pk),
    "student": ("teacher", "get", lambda s: s.classroom.enrolments.get(student=s.student).pk),
    "remove_student": ("teacher", "post", lambda s: s.classroom.enrolments.get(student=s.student).pk),
    "forget_password": ("teacher", "post", lambda s: s.classroom.enrolments.get(student=s.student).pk),
    "problem": ("teacher", "get post", lambda s: s.problem.pk),
    "key": ("teacher", "post", lambda s: s.problem.pk),
    "rubric": ("teacher", "get post", lambda s: s.problem.pk),
    "sample": ("teacher", "post", lambda s: s.problem.pk),
    "delete_problem": ("teacher", "post", lambda s: s.problem.pk),
    "assignment": ("class", "get", lambda s: s.assignment.pk),
    "edit_assignment": ("teacher", "get post", lambda s: s.assignment.pk),
    "pick": ("teacher", "get post", lambda s: s.assignment.pk),
    "publish": ("teacher", "post", lambda s: s.assignment.pk),
    "delete_assignment": ("teacher", "post", lambda s: s.assignment.pk),
    "extend": ("teacher", "post", lambda s: s.assignment.pk),
    "release": ("teacher", "post", lambda s: s.assignment.pk),
    "assignment_table": ("teacher", "get", lambda s: (s.assignment.pk, "xlsx")),
    "errors": ("teacher", "get", lambda s: s.assignment.pk),
    "confidence": ("teacher", "get post", lambda s: s.assignment.pk),
    "remove_extension": ("teacher", "post", lambda s: s.extension.pk),
    "queue": ("teacher", "get", lambda s: s.problem.pk),
    "recheck": ("teacher", "post", lambda s: s.problem.pk),
    "accept": ("teacher", "post", lambda s: s.problem.pk),
    "groups": ("teacher", "get", lambda s: s.problem.pk),
    "upload": ("teacher", "get post", lambda s: s.problem.pk),
    "matches": ("teacher", "get post", lambda s: s.upload.pk),
    "submission": ("teacher", "get", lambda s: s.submission.pk),
    "mark": ("teacher", "post", lambda s: s.submission.pk),
    "history": ("teacher", "get", lambda s: s.submission.pk),
    "group": ("teacher", "get post", lambda s: s.submission.answer_group_id),
    "name_group": ("teacher", "post", lambda s: s.submission.answer_group_id),
    "answer_regrade": ("teacher", "post", lambda s: s.regrade.pk),
    "work": ("student", "get", lambda s: s.problem.pk),
    "read_work": ("student", "post", lambda s: s.problem.pk),
    "hand_in": ("student", "post", lambda s: s.problem.pk),
    "ask_regrade": ("own", "post", lambda s: s.submission.pk),
}
# What has nothing of anybody's in its address: (who has such a page, methods).
OWN = {
    "classes": ("all", "get"),
    "create_classroom": ("teacher", "post"),
    "join": ("all", "post"),
    "bank": ("teacher", "get"),
    "create_problem": ("teacher", "get post"),
    "import_problems": ("teacher", "get post"),
    "read_answer": ("teacher", "post"),
    "progress": ("all", "get"),
}
CASES = [(name, method) for name, (_who, methods, _about) in ADDRESSES.items() for method in methods.split()]
PLAIN = [(name, method) for name, (_who, methods) in OWN.items() for method in methods.split()]


@pytest.fixture
def full(school):
    """Something behind every address."""
    school.submission = school.hand_in()
    school.decide(school.submission)
    school.release()
    school.regrade = release.ask(Submission.objects.get(pk=school.submission.pk), "Please look again.")
    school.extension = Extension.objects.create(assignment=school.assignment, student=school.student, due=timezone.now())
    school.upload = uploads.receive(school.problem, school.teacher, [("student.txt", b"x = 2")])
    return school


def address(full, name):
    about = ADDRESSES[name][2](full)
    return page(name, *(about if isinstance(about, tuple) else (about,)))


def ask(full, user, name, method):
    return getattr(full.client(user), method)(address(full, name))


def test_every_address_has_a_line_here():
    names = {pattern.name for pattern in urlpatterns}
    assert names == ADDRESSES.keys() | OWN.keys()
    assert len(names) == len(urlpatterns)
    outside = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert outside == {"set_language"}  # all other pages belong to an app, and ours are all in these two lists


def test_who_has_nothing_to_do_with_the_class_finds_nothing(full):
    tried = [(name, method, user) for name, method in CASES for user in (full.stranger, full.outsider)]
    assert [case for case in tried if ask(full, case[2], *case[:2]).status_code != 404] == []


def test_students_find_no_teacher_s_page_and_teachers_no_student_s(full):
    strangers = {"teacher": [full.student, full.classmate], "student": [full.teacher], "own": [full.teacher, full.classmate], "class": []}
    tried = [(name, method, user) for name, method in CASES for user in strangers[ADDRESSES[name][0]]]
    assert [case for case in tried if ask(full, case[2], *case[:2]).status_code != 404] == []


@pytest.mark.parametrize(("name", "method"), CASES)
def test_whose_it_is_finds_it(full, name, method):
    who = ADDRESSES[name][0]
    user = full.student if who in ("student", "own") else full.colleague
    assert ask(full, user, name, method).status_code in (200, 302, 409, 422)


def test_an_administrator_sees_every_class(full):
    names = [name for name, (who, methods, _about) in ADDRESSES.items() if who in ("teacher", "class") and "get" in methods]
    assert [name for name in names if ask(full, full.admin, name, "get").status_code not in (200, 302)] == []


def test_who_is_logged_out_is_asked_to_log_in(full):
    for name, method in CASES + PLAIN:
        where = address(full, name) if name in ADDRESSES else page(name)
        answer = getattr(Client(), method)(where)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")
        assert getattr(Client(), method)(where, headers=HTMX).status_code == 401


def test_a_page_takes_its_methods_only(full):
    client = full.client(full.teacher)
    for name in [*ADDRESSES, *OWN]:
        methods = (ADDRESSES[name][1] if name in ADDRESSES else OWN[name][1]).split()
        where = address(full, name) if name in ADDRESSES else page(name)
        for method in {"get", "post", "delete"} - set(methods):
            assert getattr(client, method)(where).status_code == 405, (name, method)


def test_the_teacher_s_own_pages_are_not_there_for_students(full):
    for name, method in PLAIN:
        answer = getattr(full.client(full.student), method)(page(name))
        assert answer.status_code in ((404,) if OWN[name][0] == "teacher" else (200, 302)), name
        assert getattr(full.client(full.teacher), method)(page(name)).status_code in (200, 302, 422), name


def test_a_bank_is_its_owner_s_alone(full):
    where = page("problem", full.banked.pk)
    assert full.client(full.teacher).get(where).status_code == 200
    for user in (full.colleague, full.stranger, full.student):
        assert full.client(user).get(where).status_code == 404
    assert str(full.banked.pk) not in full.client(full.colleague).get(page("bank")).content.decode()


def test_nobody_assigns_another_s_problem(full):
    mine = Assignment.objects.create(classroom=full.elsewhere, title="Mine")
    full.client(full.stranger).post(page("pick", mine.pk), {"problem": [str(full.banked.pk), "nonsense"]})
    assert not mine.problems.exists()


def test_a_new_problem_goes_into_an_assignment_of_ones_own_at_once(full):
    fields = {"text": "What is $2 + 2$?", "answer": "4", "topic": ""}
    address = page("create_problem") + f"?for={full.assignment.pk}"
    assert full.client(full.stranger).post(address, fields).status_code == 404
    before = full.assignment.problems.count()
    client = full.client(full.teacher)
    assert address in client.get(page("pick", full.assignment.pk)).content.decode()
    assert client.post(address, fields).url == page("assignment", full.assignment.pk)
    assert full.assignment.problems.count() == before + 1
    assert full.teacher.problems.filter(text=fields["text"]).count() == 1
    assert client.get(page("create_problem") + "?for=nonsense").status_code == 200


def test_an_assignment_that_is_not_published_is_not_there_for_students(full):
    Assignment.objects.update(published=None)
    for name in ("assignment", "work", "hand_in", "read_work", "ask_regrade"):
        method = "get" if "get" in ADDRESSES[name][1] else "post"
        assert ask(full, full.student, name, method).status_code == 404


def test_who_has_left_the_class_finds_nothing(full):
    full.classroom.enrolments.filter(student=full.student).delete()
    for name in ("classroom", "assignment", "work"):
        assert ask(full, full.student, name, "get").status_code == 404
    classrooms.remove_teacher(full.classroom, full.colleague.pk)
    assert ask(full, full.colleague, "classroom", "get").status_code == 404


def test_a_teacher_who_is_none_any_more_finds_nothing(full):
    full.colleague.role = "student"
    full.colleague.save()
    assert ask(full, full.colleague, "queue", "get").status_code == 404


def test_a_mark_is_hidden_until_it_is_released(full):
    work = page("work", full.problem.pk)
    assert "4 / 4" in full.client(full.student).get(work).content.decode()
    Mark.objects.update(state="reviewed")
    hidden = full.client(full.student).get(work).content.decode()
    assert "4 / 4" not in hidden
    assert "not marked yet" in hidden
