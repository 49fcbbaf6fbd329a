"""Who uses Lemma, and the classes that they are in."""

import secrets
import uuid
from collections.abc import Collection
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Case, Q, QuerySet, When
from django.db.models.functions import Length, Lower
from django.utils.translation import gettext_lazy as _

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without what is misread from a blackboard: I, L, O, 0, 1
CODE_LENGTH = 7


class PeopleManager(UserManager["User"]):
    """Log-in names are one in capitals and small letters. `manage.py createsuperuser` makes an administrator of the school, not only of the
    database.
    """

    def alike(self, usernames: Collection[str]) -> "QuerySet[User]":
        """Whoever has one of these names, in capitals or small letters (of SQLite, of English ones alone)."""
        lower = [username.lower() for username in usernames]
        return self.annotate(lower=Lower("username")).filter(Q(lower__in=lower) | Q(username__in=usernames))

    def get_by_natural_key(self, username: str | None) -> "User":
        """Whom a log-in name is: a phone begins what is typed with a capital. Raises `User.DoesNotExist`, for two who differ in that alone
        as well, unless it is just one's name.
        """
        found = list(self.alike([username or ""]))
        exact = [user for user in found if user.username == username]
        if len(exact or found) != 1:
            raise User.DoesNotExist
        return (exact or found)[0]

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: object) -> "User":
        return super().create_superuser(username, email, password, **{"role": User.Role.ADMIN, **fields})


class User(AbstractUser):
    """A person with one role. Signing up makes a student; an administrator makes teachers and administrators."""

    class Role(models.TextChoices):
        STUDENT = "student", _("Student")
        TEACHER = "teacher", _("Teacher")
        ADMIN = "admin", _("Administrator")

    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.STUDENT)

    objects: ClassVar[PeopleManager] = PeopleManager()

    @property
    def full_name(self) -> str:
        """What other people read: the name of the roster, or else the username."""
        return self.get_full_name() or self.username

    @property
    def teaches(self) -> bool:
        """Whether the teacher's pages are open to this person."""
        return self.role in (self.Role.TEACHER, self.Role.ADMIN)


def new_code() -> str:
    """A join code: 31^7 of them, so that guessing one is hopeless."""
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))


class ClassroomQuerySet(QuerySet["Classroom"]):
    def taught_by(self, user: User) -> "ClassroomQuerySet":
        """The classes whose teacher's side is open to `user`: a teacher's own, all for an administrator, none for anybody else."""
        if user.role == User.Role.ADMIN:
            return self.all()
        return self.filter(teachers=user) if user.role == User.Role.TEACHER else self.none()

    def attended_by(self, user: User) -> "ClassroomQuerySet":
        return self.filter(enrolments__student=user)


class Classroom(models.Model):
    """Students, and the teachers who share the work on it as equals."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    code = models.CharField(max_length=CODE_LENGTH, unique=True, null=True, default=new_code)  # None: nobody joins by code
    teachers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="classrooms_taught")
    # Work that is handed in from then on may be learned from, marks and all; None: none may.
    training_since = models.DateTimeField(null=True)
    training_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)  # of a past school year: all of it stays, out of the way

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        ordering = ["name", "created"]

    def __str__(self) -> str:
        return self.name

    def class_list(self) -> "QuerySet[Enrolment]":
        """Its students by their numbers, 2 before 10; who has none comes behind, by name."""
        order = (Case(When(number="", then=1), default=0), Length("number"), "number", "student__first_name", "student__username")
        return self.enrolments.select_related("student").order_by(*order)


class Enrolment(models.Model):
    """A student in a class. `number` is the school's own for the student, where the roster has one. `opens_account`: its teachers may give
    the student a new password, since the student joined by the code, or the roster made the account: any username can be put on a roster.
    """

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="enrolments")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrolments")
    number = models.CharField(_("student number"), max_length=40, blank=True)
    joined = models.DateTimeField(auto_now_add=True)
    opens_account = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["classroom", "student"], name="enrolled_once"),
            models.UniqueConstraint(fields=["classroom", "number"], name="one_number_a_student", condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return f"{self.student} in {self.classroom}"


class LogInTry(models.Model):
    """Somebody tried a password of the account with this name, if there is one, or from a known browser (`accounts.tries.door`)."""

    username = models.CharField(max_length=150)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["username", "at"], name="tries_of_a_name")]

    def __str__(self) -> str:
        return f"{self.username} at {self.at}"


class ApiKey(models.Model):
    """A key with which a program uses the tutor in a person's name (`accounts.keys`)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    start = models.CharField(max_length=20)  # of the key, by which its owner recognises it
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class ApiUse(models.Model):
    """What a key has used in a minute (requests) or on a day (tokens)."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="uses")
    period = models.CharField(max_length=16)  # as 2026-05-17 or 2026-05-17T09:30
    requests = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "period"], name="one_use_a_period")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.period}"
