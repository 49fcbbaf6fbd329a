"""Class lists: looked at, taken, given back; and the first log-in of who had no account."""

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.http import Http404
from django.test import Client

from accounts import changes, classrooms, keys, rosters
from accounts.classrooms import ClassFull
from accounts.models import Enrolment, User
from accounts.tables import TableError, decode, write_table

pytestmark = pytest.mark.django_db
PASSWORD = "a long passphrase"


@pytest.fixture
def classroom():
    return classrooms.create(User.objects.create_user("teacher", role="teacher"), "8b")


def enrol(classroom, text):
    return rosters.enrol(classroom, text, classroom.teachers.get())


def _teacher(classroom):
    client = Client()
    client.force_login(classroom.teachers.get())
    return client


def errors(classroom, text):
    return [entry.error for entry in rosters.preview(classroom, text)]


def test_looking_at_a_list_changes_nothing(classroom):
    User.objects.create_user("ann")
    entries = rosters.preview(classroom, "username,name,number\nann,Ann,1\nbob,Bob,2\n")
    assert [(entry.username, entry.user is not None, entry.enrolled, entry.error) for entry in entries] == [
        ("ann", True, False, ""),
        ("bob", False, False, ""),
    ]
    assert classroom.enrolments.count() == 0
    assert not User.objects.filter(username="bob").exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("teacher,T,", "teacher's username"),
        ("head,H,", "teacher's username"),
        ("ann smith,Ann,", "letters, digits"),
        (",Ann,", "no username"),
        ("x" * 151 + ",Ann,", "too long"),
        ("ann," + "x" * 151 + ",", "too long"),
        ("ann,Ann," + "1" * 41, "too long"),
        ("first,Ann,", "twice"),
        ("First,Ann,", "twice"),
        ("other,Ann,1", "somebody else"),
    ],
)
def test_a_line_that_is_not_taken_says_why(classroom, line, words):
    User.objects.create_user("head", role="admin")
    found = errors(classroom, f"username,name,number\nfirst,First,1\n{line}")
    assert found[0] == ""
    assert words in found[1]


def test_a_list_without_usernames_is_refused_as_a_whole(classroom):
    with pytest.raises(TableError, match="called username"):
        rosters.preview(classroom, "name,number\nAnn,1\nBob,2")


def test_a_list_has_an_end(classroom):
    longest = [f"student{number}" for number in range(500)]
    assert len(rosters.preview(classroom, "\n".join(longest))) == 500
    with pytest.raises(TableError, match="500 lines"):
        rosters.preview(classroom, "\n".join([*longest, "one"]))


def test_a_number_that_a_student_of_the_class_has(classroom):
    enrol(classroom, "ann,Ann,1")
    assert errors(classroom, "ann,Ann,1") == [""]
    assert "somebody else" in errors(classroom, "bob,Bob,1")[0]
    enrol(classroom, "bob,Bob,")
    assert errors(classroom, "lin,Lin,\nada,Ada,") == ["", ""], "to have none is no number that somebody has"


def test_a_list_is_taken_and_taken_again(classroom):
    ann = User.objects.create_user("ann", first_name="Anna", password=PASSWORD)
    text = "username,name,number\nann,Ann,1\nbob,Bob,2\nteacher,T,3\n"
    for _time in range(2):
        assert [entry.line for entry in enrol(classroom, text)] == [4]
    assert list(classroom.enrolments.order_by("number").values_list("student__username", "student__first_name", "number")) == [
        ("ann", "Anna", "1"),  # an account's name is its owner's
        ("bob", "Bob", "2"),
    ]
    assert ann.check_password(PASSWORD)
    assert User.objects.get(username="bob").role == "student"


def test_a_list_without_numbers_leaves_those_that_are_there(classroom):
    enrol(classroom, "username,number\nann,7")
    enrol(classroom, "username,name\nann,Ann")
    assert classroom.enrolments.get().number == "7"


def test_who_signed_up_without_a_name_has_that_of_the_list(classroom):
    lin = User.objects.create_user("lin")
    enrol(classroom, "username,name\nlin,")
    enrol(classroom, "username,name\nlin,Lin Wei")
    lin.refresh_from_db()
    assert lin.full_name == "Lin Wei"


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("Username,First name,Last name\nlin,Wei,Lin", "Wei Lin"),
        ("surname;forename;login\nO'Neil;Ann Marie;lin", "Ann Marie O'Neil"),
        ("姓,名,用户名\n欧阳,小明,lin", "欧阳小明"),
        ("username,first name\nlin,Wei", "Wei"),
        ("username,name,last name\nlin,Wei Lin,Lin", "Wei Lin"),
    ],
)
def test_a_name_may_stand_in_two_columns(classroom, table, name):
    assert [entry.name for entry in rosters.preview(classroom, table)] == [name]


def test_a_full_width_username_is_the_one_that_its_owner_logs_in_with(classroom):
    enrol(classroom, "２０２３０１,李明,1")
    student = User.objects.get(username="202301")
    student.set_password(PASSWORD)
    student.save()
    logged_in = Client().post("/accounts/login/", {"username": "２０２３０１", "password": PASSWORD}, follow=True)
    assert logged_in.context["user"] == student
    [again, twice] = rosters.preview(classroom, "202301,李明,1\n２０２３０１,李明,")
    assert (again.user, again.enrolled, again.error) == (student, True, "")
    assert "twice" in twice.error


def test_a_username_in_capitals_is_the_account_that_is_there(classroom):
    """Else a student has two accounts, and the work of one is missing in the other."""
    wei = User.objects.create_user("li.wei", password=PASSWORD)
    assert [entry.user for entry in rosters.preview(classroom, "LI.WEI,李伟,1\nli.na,李娜,2")] == [wei, None]
    enrol(classroom, "LI.WEI,李伟,1")
    assert [each.student for each in classroom.enrolments.all()] == [wei]
    capitals = User.objects.create_user("LI.WEI")  # where there are both, each is itself
    assert [entry.user for entry in rosters.preview(classroom, "LI.WEI,李伟,")] == [capitals]


def test_a_full_class_takes_nobody(classroom, settings):
    settings.CLASS_LIMIT = 1
    with pytest.raises(ClassFull):
        enrol(classroom, "ann,Ann,\nbob,Bob,")
    assert classroom.enrolments.count() == 0
    assert not User.objects.filter(username="ann").exists()
    for _time in range(2):  # who is in it is on the list again
        assert enrol(classroom, "ann,Ann,") == []


def test_a_class_list_is_in_the_order_of_the_school_s_numbers(classroom):
    enrol(classroom, "ann,Ann,10\nbob,Bob,\nlin,Lin,9\nada,Ada,")
    assert [enrolment.student.username for enrolment in classroom.class_list()] == ["lin", "ann", "ada", "bob"]


def test_a_list_is_given_back(classroom):
    enrol(classroom, "ann,Ann,1\nbob,Bob,")
    given = decode(write_table(rosters.export(classroom.enrolments.order_by("pk"))))
    assert given.splitlines() == ["username,name,number", "ann,Ann,1", "bob,Bob,"]
    assert errors(classroom, given) == ["", ""]


def test_the_first_log_in_chooses_a_password_once(classroom):
    enrol(classroom, "ann,Ann,")
    ann = User.objects.get(username="ann")
    link = rosters.first_login(ann)
    client = Client()
    form = client.get(link, follow=True)
    assert "Your username is ann" in form.content.decode()
    wrong = client.post(form.redirect_chain[-1][0], {"new_password1": "x", "new_password2": "y"})
    assert wrong.context["form"].errors
    done = client.post(form.redirect_chain[-1][0], {"new_password1": PASSWORD, "new_password2": PASSWORD}, follow=True)
    assert done.context["user"] == ann
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    assert rosters.first_login(ann) == ""
    assert "has been used" in Client().get(link, follow=True).content.decode()


def test_the_links_of_all_who_need_one_are_a_table(classroom):
    enrol(classroom, "ann,Ann,1\nbob,Bob,2")
    Enrolment.objects.create(classroom=classroom, student=User.objects.create_user("cem", password=PASSWORD))
    client = _teacher(classroom)
    heading, *lines = decode(client.get(f"/classes/{classroom.pk}/links.csv").content).splitlines()
    assert heading == "username,name,link"
    assert [line.split(",")[:2] for line in lines] == [["ann", "Ann"], ["bob", "Bob"]]
    path = lines[0].split(",")[2].removeprefix("http://testserver")
    assert "Your username is ann" in Client().get(path, follow=True).content.decode()
    assert "2 links for passwords, for Excel" in client.get(f"/classes/{classroom.pk}/students/").content.decode()


def test_who_has_forgotten_a_password_gets_a_new_link(classroom):
    ann = User.objects.create_user("ann", password=PASSWORD)
    enrolment = Enrolment.objects.create(classroom=classroom, student=ann)
    inside = Client()
    inside.post("/accounts/login/", {"username": "ann", "password": PASSWORD})
    assert inside.get("/").status_code == 200
    key = keys.make(ann, "mine")
    rosters.forget_password(enrolment, enrolment.classroom.teachers.get())
    assert inside.get("/").status_code == 302, "whoever has the old password is out"
    with pytest.raises(keys.KeyRefused):
        keys.admit(key)
    link = rosters.first_login(User.objects.get(pk=ann.pk))
    assert Client().get(link, follow=True).context["validlink"]
    User.objects.filter(pk=ann.pk).update(role="admin")
    assert not Client().get(link, follow=True).context["validlink"], "nor by a link from before"
    with pytest.raises(Http404):
        rosters.forget_password(Enrolment.objects.get(), classroom.teachers.get())
    assert rosters.first_login(User.objects.get(pk=ann.pk)) == "", "no way to an administrator's account"


def test_whose_account_was_there_gets_no_new_password_from_a_teacher_who_put_it_on_a_list(classroom):
    """Any username can be put on a list; the link would open whatever account it is."""
    ann = User.objects.create_user("ann", password=PASSWORD)
    waiting = User.objects.create_user("waiting")  # another teacher's list made it; its link was not used yet
    enrol(classroom, "ann,Ann,1\nwaiting,,2\nnew,New,3")
    client = _teacher(classroom)
    page, table = (decode(client.get(f"/classes/{classroom.pk}/{path}").content) for path in ("students/", "links.csv"))
    assert page.count("From an administrator") == 2
    assert page.count("Forgotten?") == 0
    assert [line.split(",")[0] for line in table.splitlines()] == ["username", "new"]
    put_in = Enrolment.objects.get(student=ann)
    assert client.post(f"/enrolments/{put_in.pk}/password/").status_code == 404
    assert User.objects.get(pk=ann.pk).has_usable_password()
    head = User.objects.create_superuser("head", password=PASSWORD)
    rosters.forget_password(put_in, head)
    assert rosters.link(Enrolment.objects.get(student=waiting), head)


def test_who_joins_by_the_code_gets_new_passwords_from_its_teachers(classroom):
    ann = User.objects.create_user("ann", password=PASSWORD)
    enrol(classroom, "ann,Ann,1")
    classrooms.join(ann, classroom.code)
    enrol(classroom, "ann,Ann,2")
    enrolment = Enrolment.objects.get(student=ann)
    assert enrolment.number == "2"
    assert _teacher(classroom).post(f"/enrolments/{enrolment.pk}/password/").status_code == 302
    assert not User.objects.get(pk=ann.pk).has_usable_password()


def test_last_years_students_get_new_passwords_in_this_years_class(classroom):
    enrol(classroom, "ann,Ann,1")
    teacher = classroom.teachers.get()
    theirs = classrooms.create(teacher, "9b")
    anothers = classrooms.create(User.objects.create_user("another", role="teacher"), "9c")
    for each in (theirs, anothers):
        enrol(each, "ann,Ann,1")
        assert rosters.may_open(each.enrolments.get(), each.teachers.get()) is (each == theirs)


def test_what_a_teacher_did_to_an_account_is_there_for_its_owner_and_the_administrators(classroom):
    ann = User.objects.create_user("ann", password=PASSWORD)
    User.objects.filter(role="teacher").update(first_name="Ms Lee")
    enrol(classroom, "ann,Ann,1\nnew,New,2")
    enrol(classroom, "ann,Ann,1")
    classrooms.join(ann, classroom.code)
    rosters.forget_password(Enrolment.objects.get(student=ann), classroom.teachers.get())
    changes.enrolled(classroom.teachers.get(), [classroom.teachers.get()], classroom)
    head = User.objects.create_superuser("head", password=PASSWORD)
    administrator, student = Client(), Client(headers={"accept-language": "zh-hans"})
    administrator.force_login(head)
    history = administrator.get(f"/admin/accounts/user/{ann.pk}/history/").content.decode()
    assert history.count("Added class “8b”.") == 1
    assert "Changed Password." in history
    assert "ms lee" in history.lower()
    link = student.get(rosters.first_login(User.objects.get(pk=ann.pk)), follow=True).content.decode()
    assert "Ms Lee：添加了 班级“8b”。" in link
    assert "Ms Lee：已修改密码。" in link
    assert link.index("已修改密码") < link.index("添加了"), "the newest first"
    for name in ("new", "teacher"):
        other = Client()
        other.force_login(User.objects.get(username=name))
        assert "Ms Lee:" not in other.get("/accounts/password/").content.decode(), "not of another's account, nor by oneself"
    administrator.post(f"/admin/accounts/user/{ann.pk}/delete/", {"post": "yes"})
    told = LogEntry.objects.filter(object_id=ann.pk)
    assert list(told.values_list("action_flag", "user__username")) == [(DELETION, "head")]


def test_nobody_gets_a_link_to_an_account_that_has_a_password():
    assert rosters.first_login(User.objects.create_user("ann", password=PASSWORD)) == ""
