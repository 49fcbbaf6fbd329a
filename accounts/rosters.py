"""Rosters: a class list from a table, with a look at it first; accounts for those who have none; the list as a table."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts import changes, classrooms, keys
from accounts.models import Classroom, Enrolment, User
from accounts.tables import Row, Table, TableError, read_table
from accounts.text import compatible
from inference.prompts import CHINESE

LONGEST_LIST = 500  # lines of one table
COLUMNS = {
    "username": ("username", "user name", "user", "login", "用户名", "账号"),
    "name": ("name", "full name", "student", "姓名", "名字"),
    "number": ("number", "student number", "id", "学号", "编号"),
    "given": ("first name", "firstname", "given name", "forename", "first", "名"),
    "family": ("last name", "lastname", "surname", "family name", "last", "姓"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a class list. `user` has an account already, `enrolled` says whether in this class; `error` is why it is not taken."""

    line: int
    username: str
    name: str
    number: str
    user: User | None = None
    enrolled: bool = False
    error: str = ""


def preview(classroom: Classroom, text: str) -> list[Entry]:
    """What `enrol` would make of a table. Raises `TableError`."""
    rows = read_table(text, COLUMNS, limit=LONGEST_LIST)
    if not any(row.cells["username"] for row in rows):
        raise TableError(_("No line has a username. Its column is called username."))
    usernames = [compatible(row.cells["username"]) for row in rows]  # as the log-in form does: full-width letters are common
    users = _accounts(usernames)
    enrolled = {enrolment.student_id: enrolment.number for enrolment in classroom.enrolments.all()}
    numbers = {number: student for student, number in enrolled.items() if number}
    seen: set[str] = set()
    entries = []
    for row, username in zip(rows, usernames, strict=True):
        user = users.get(username) or users.get(username.lower())
        entry = Entry(row.line, username, _name(row), row.cells["number"], user, enrolled=user is not None and user.pk in enrolled)
        entries.append(_judged(entry, seen, numbers))
    return entries


def _name(row: Row) -> str:
    """In one column or in two; a Chinese name begins with the family's and has no space."""
    given, family = row.cells["given"], row.cells["family"]
    in_parts = f"{family}{given}" if CHINESE.search(f"{family}{given}") else f"{given} {family}".strip()
    return row.cells["name"] or in_parts


def _accounts(usernames: list[str]) -> dict[str, User]:
    """Those who have an account, by their username and by it in small letters: signing up, too, takes LI.WEI for li.wei."""
    alike = User.objects.alike(usernames)
    users: dict[str, User] = {user.username.lower(): user for user in alike}
    return users | {user.username: user for user in alike}


def _judged(entry: Entry, seen: set[str], numbers: dict[str, int]) -> Entry:
    """The entry with what is wrong with it; `seen` gathers the names and numbers of the lines before it."""
    error = _error(entry, seen, numbers)
    seen |= {f"name {entry.username.lower()}", f"number {entry.number}"} - {"number "}
    return replace(entry, error=error)


def _error(entry: Entry, seen: set[str], numbers: dict[str, int]) -> str:
    if not entry.username:
        return _("There is no username in this line.")
    try:
        UnicodeUsernameValidator()(entry.username)
    except ValidationError:
        return _("A username has letters, digits and @ . + - _ only.")
    if len(entry.username) > 150 or len(entry.name) > 150 or len(entry.number) > 40:
        return _("This is too long.")
    if entry.user is not None and entry.user.teaches:
        return _("This is a teacher's username.")
    if f"name {entry.username.lower()}" in seen:
        return _("This username stands in the list twice.")
    owner = numbers.get(entry.number)
    if f"number {entry.number}" in seen or (owner is not None and (entry.user is None or owner != entry.user.pk)):
        return _("This number belongs to somebody else.")
    return ""


def enrol(classroom: Classroom, text: str, by: User) -> list[Entry]:
    """Put everybody on the list into the class; returns the lines that were not taken. Raises `TableError`, `ClassFull`.

    Who has no account gets one without a password: a link (`first_login`) lets them choose it. The name of an account is not changed, but
    who signed up has none yet. That `by` put an account into the class is kept (`changes`).
    """
    with transaction.atomic():
        Classroom.objects.select_for_update().get(pk=classroom.pk)
        entries = preview(classroom, text)
        taken = [entry for entry in entries if not entry.error]
        classrooms.check_room(classroom, sum(not entry.enrolled for entry in taken))
        opened = _opened_by(by, [entry.user for entry in taken if entry.user])
        for entry in taken:
            student = _named(entry.user, entry.name) if entry.user else _new_student(entry)
            number = {"number": entry.number} if entry.number else {}
            new = number | {"opens_account": entry.user is None or entry.user in opened}
            Enrolment.objects.update_or_create(classroom=classroom, student=student, defaults=number, create_defaults=new)
        changes.enrolled(by, [entry.user for entry in taken if entry.user and not entry.enrolled], classroom)
    return [entry for entry in entries if entry.error]


def _opened_by(by: User, users: list[User]) -> set[User]:
    """Whose accounts are theirs to open: an administrator's all, a teacher's those of other classes: last year's list comes into this
    year's."""
    if by.role == User.Role.ADMIN:
        return set(users)
    taught = Enrolment.objects.filter(classroom__in=Classroom.objects.taught_by(by), opens_account=True, student__in=users)
    known = set(taught.values_list("student_id", flat=True))
    return {user for user in users if user.pk in known}


def _named(student: User, name: str) -> User:
    if name and not student.get_full_name():
        student.first_name = name
        student.save(update_fields=["first_name"])
    return student


def _new_student(entry: Entry) -> User:
    student = User(username=entry.username, first_name=entry.name)
    student.set_unusable_password()
    student.save()
    return student


def first_login(student: User) -> str:
    """The path at which a student who has no password (yet, or any more) chooses one, once; "" for who has one, and for teachers."""
    if student.has_usable_password() or student.teaches:
        return ""
    uid = urlsafe_base64_encode(force_bytes(student.pk))
    return reverse("accounts:first_login", args=[uid, default_token_generator.make_token(student)])


def may_open(enrolment: Enrolment, by: User) -> bool:
    """Whether `by`, who teaches the class, may have the student choose a password."""
    return not enrolment.student.teaches and (enrolment.opens_account or by.role == User.Role.ADMIN)


def link(enrolment: Enrolment, by: User) -> str:
    """The `first_login` of a student, for `by`; "" where it is not theirs to hand out."""
    return first_login(enrolment.student) if may_open(enrolment, by) else ""


def forget_password(enrolment: Enrolment, by: User) -> None:
    """The student has forgotten it, and chooses another one by a new link; every browser and program is logged out, and that `by` did it is
    kept (`changes`). Http404 where `by` may not (`may_open`).
    """
    student = enrolment.student
    if not may_open(enrolment, by):
        raise Http404
    student.set_unusable_password()
    student.save(update_fields=["password"])
    keys.revoke_all(student)
    changes.password_ended(by, student)


def links(enrolments: Iterable[Enrolment], by: User, site: str) -> Table:
    """The links of all who have no password, as a table to hand out or to send from; `site` is what their paths stand behind."""
    found = [(enrolment.student, link(enrolment, by)) for enrolment in enrolments]
    rows = [(student.username, student.get_full_name(), site + path) for student, path in found if path]
    return [("username", "name", "link"), *rows]


def export(enrolments: Iterable[Enrolment]) -> Table:
    """The class list as the table that `enrol` reads."""
    rows = [(enrolment.student.username, enrolment.student.get_full_name(), enrolment.number) for enrolment in enrolments]
    return [("username", "name", "number"), *rows]
