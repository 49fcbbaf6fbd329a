"""Classes: joining, teachers, and what may be learned from them."""

import time

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from accounts import classrooms
from accounts.classrooms import ClassFull, LastTeacher, NoSuchTeacher, StudentsOnly, UnknownCode
from accounts.models import CODE_ALPHABET, Classroom, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher():
    return User.objects.create_user("teacher", role="teacher")


@pytest.fixture
def student():
    return User.objects.create_user("student")


@pytest.fixture
def classroom(teacher):
    return classrooms.create(teacher, "8b")


def test_a_code_is_easy_to_read_and_a_class_s_own(teacher):
    codes = [classrooms.create(teacher, str(n)).code for n in range(20)]
    assert len(set(codes)) == 20
    assert all(set(code) <= set(CODE_ALPHABET) and len(code) == 7 for code in codes)


def test_joining_twice_is_joining_once(classroom, student):
    code = classroom.code
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code)
    ways = (
        code,
        f" {code.lower()} ",
        f"{code[:3]}-{code[3:]}",
        full_width,
        f"{full_width[:3].lower()}－{full_width[3:]}",
        f"{code[:3]}\u3000{code[3:]}\t",
    )
    for written in ways:
        assert classrooms.join(student, written) == classroom, written
    assert classroom.enrolments.count() == 1


def test_a_wrong_code(classroom, student):
    for wrong in ("", "XXXXXXX", classroom.code[:-1]):
        with pytest.raises(UnknownCode):
            classrooms.join(student, wrong)


@pytest.mark.parametrize("typed", ["\u0300\u0323" * 100_000, "a" * 1_000_000])
def test_a_code_as_long_as_a_form_may_be_holds_nobody_up(classroom, student, typed):
    began = time.thread_time()
    with pytest.raises(UnknownCode):
        classrooms.join(student, typed)
    assert time.thread_time() - began < 2


def test_an_old_code_lets_nobody_in(classroom, student):
    old = classroom.code
    classrooms.renew_code(classroom, closed=False)
    with pytest.raises(UnknownCode):
        classrooms.join(student, old)
    assert classrooms.join(student, classroom.code) == classroom
    classrooms.renew_code(classroom, closed=True)
    with pytest.raises(UnknownCode):
        classrooms.join(User.objects.create_user("late"), "None")


def test_a_class_that_has_ended_gets_no_code_by_a_page_that_was_open_before(classroom, teacher, student):
    classrooms.end(classroom, ended=True)
    client = Client()
    client.force_login(teacher)
    client.post(reverse("grading:code", args=[classroom.pk]))
    assert Classroom.objects.get().code is None
    client.post(reverse("grading:end_classroom", args=[classroom.pk]))
    assert classrooms.join(student, Classroom.objects.get().code) == classroom


@pytest.mark.parametrize("role", ["teacher", "admin"])
def test_who_teaches_does_not_join_as_a_student(classroom, role):
    with pytest.raises(StudentsOnly):
        classrooms.join(User.objects.create_user("other", role=role), classroom.code)


def test_what_two_teachers_end_or_bring_back_is_so_from_the_first_of_them_on(classroom):
    classrooms.end(classroom, ended=True)
    since = Classroom.objects.get().ended
    classrooms.end(classroom, ended=True)
    assert Classroom.objects.get().ended == since
    classrooms.end(classroom, ended=False)
    code = Classroom.objects.get().code
    classrooms.end(classroom, ended=False)
    assert Classroom.objects.get().code == code


def test_a_full_class_takes_nobody_and_keeps_who_is_in_it(classroom, student, settings):
    settings.CLASS_LIMIT = 1
    classrooms.join(student, classroom.code)
    with pytest.raises(ClassFull):
        classrooms.join(User.objects.create_user("late"), classroom.code)
    assert classrooms.join(student, classroom.code) == classroom
    assert [enrolment.student for enrolment in classroom.enrolments.all()] == [student]


def test_who_teaches_what(classroom, teacher, student):
    admin, other = User.objects.create_user("head", role="admin"), User.objects.create_user("other", role="teacher")
    assert classrooms.get_classroom_for(teacher, classroom.pk) == classrooms.get_classroom_for(admin, classroom.pk) == classroom
    classrooms.join(student, classroom.code)
    assert classrooms.get_attended_for(student, classroom.pk) == classroom
    for user, get in (
        (other, classrooms.get_classroom_for),
        (student, classrooms.get_classroom_for),
        (teacher, classrooms.get_attended_for),
    ):
        with pytest.raises(Http404):
            get(user, classroom.pk)


def test_colleagues_come_and_go_but_one_stays(classroom, teacher, student):
    colleague = User.objects.create_user("colleague", role="teacher")
    User.objects.create_user("gone", role="teacher", is_active=False)
    for nobody in ("nobody", student.username, "", "gone"):
        with pytest.raises(NoSuchTeacher):
            classrooms.add_teacher(classroom, nobody)
    classrooms.add_teacher(classroom, " Ｃolleague\x00 ")
    classrooms.remove_teacher(classroom, teacher.pk)
    with pytest.raises(Http404):
        classrooms.remove_teacher(classroom, teacher.pk)
    with pytest.raises(LastTeacher):
        classrooms.remove_teacher(classroom, colleague.pk)


def test_training_is_allowed_from_a_date_on(classroom, teacher):
    assert classroom.training_since is None
    classrooms.allow_training(classroom, teacher, allowed=True)
    since = Classroom.objects.get().training_since
    classrooms.allow_training(classroom, teacher, allowed=True)
    assert Classroom.objects.get().training_since == since
    assert Classroom.objects.get().training_by == teacher
    classrooms.allow_training(classroom, teacher, allowed=False)
    assert Classroom.objects.get().training_since is None
