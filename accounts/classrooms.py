"""The rules of classes: who sees one, how students and teachers come into it and leave it."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Classroom, Enrolment, User, new_code
from accounts.refusal import Refusal
from accounts.text import compatible, storable


class ClassroomError(Refusal):
    """Nothing was changed. `str()` says why, to the person who asked.

    UnknownCode, StudentsOnly, ClassFull, NoSuchTeacher, LastTeacher
    """


class UnknownCode(ClassroomError):
    message = _("No class has this code. Ask your teacher for it again.")


class StudentsOnly(ClassroomError):
    message = _("Only students join a class by its code.")


class ClassFull(ClassroomError):
    message = _("The class is full.")


class NoSuchTeacher(ClassroomError):
    message = _("No teacher has this username.")


class LastTeacher(ClassroomError):
    message = _("A class keeps at least one teacher.")


# --- Fetch and authorise ------------------------------------------------------------------------------------------------


def require_teacher(user: User) -> None:
    """Http404 for anybody who has no teacher's side."""
    if not user.teaches:
        raise Http404


def get_classroom_for(user: User, pk: UUID) -> Classroom:
    """The class, if this user teaches it; Http404 otherwise."""
    return get_object_or_404(Classroom.objects.taught_by(user), pk=pk)


def get_attended_for(user: User, pk: UUID) -> Classroom:
    """The class, if this user is a student of it; Http404 otherwise."""
    return get_object_or_404(Classroom.objects.attended_by(user), pk=pk)


def get_enrolment_for(user: User, pk: int) -> Enrolment:
    """The enrolment, if this user teaches its class; Http404 otherwise."""
    taught = Classroom.objects.taught_by(user)
    return get_object_or_404(Enrolment.objects.select_related("classroom", "student"), pk=pk, classroom__in=taught)


# --- Students -----------------------------------------------------------------------------------------------------------


def join(user: User, code: str) -> Classroom:
    """Put a student into the class with this code; who is in it already stays in it. Raises `ClassroomError`."""
    if user.teaches:
        raise StudentsOnly
    with transaction.atomic():
        classroom = Classroom.objects.select_for_update().filter(code=_normalised(code)).first()
        if classroom is None:
            raise UnknownCode
        if not classroom.enrolments.filter(student=user).update(opens_account=True):
            check_room(classroom, 1)
            Enrolment.objects.create(classroom=classroom, student=user)
    return classroom


def _normalised(code: str) -> str:
    """A join code as `new_code` makes it, of what somebody typed: in any case, full-width, with spaces or hyphens in it."""
    return "".join(char for char in compatible(code).upper() if char.isalnum())


def check_room(classroom: Classroom, more: int) -> None:
    """Raises `ClassFull` where so many more students do not fit."""
    if classroom.enrolments.count() + more > settings.CLASS_LIMIT:
        raise ClassFull


def renew_code(classroom: Classroom, *, closed: bool) -> None:
    """A new join code, or none: from now on the old one lets nobody in. A class that has ended has none."""
    classroom.code = None if closed or classroom.ended else new_code()
    classroom.save(update_fields=["code"])


def end(classroom: Classroom, *, ended: bool) -> None:
    """Its school year is over, or is not after all. Nobody joins a class that has ended; all else in it stays as it is."""
    if ended == (classroom.ended is not None):
        return
    classroom.ended = timezone.now() if ended else None
    classroom.code = None if ended else new_code()
    classroom.save(update_fields=["ended", "code"])


# --- Teachers -----------------------------------------------------------------------------------------------------------


def create(teacher: User, name: str) -> Classroom:
    """A new class of this teacher's."""
    with transaction.atomic():
        classroom = Classroom.objects.create(name=name)
        classroom.teachers.add(teacher)
    return classroom


def add_teacher(classroom: Classroom, username: str) -> None:
    """By the name that the teacher logs in with, however it is written. Raises `NoSuchTeacher`."""
    try:
        teacher = User.objects.get_by_natural_key(storable(compatible(username)))
    except User.DoesNotExist as error:
        raise NoSuchTeacher from error
    if not (teacher.teaches and teacher.is_active):
        raise NoSuchTeacher
    classroom.teachers.add(teacher)


def remove_teacher(classroom: Classroom, teacher_id: int) -> None:
    """Raises `LastTeacher`; a teacher who is not of this class is Http404."""
    with transaction.atomic():
        Classroom.objects.select_for_update().get(pk=classroom.pk)  # two teachers must not take each other out at once
        teacher = get_object_or_404(classroom.teachers, pk=teacher_id)
        if classroom.teachers.count() == 1:
            raise LastTeacher
        classroom.teachers.remove(teacher)


def allow_training(classroom: Classroom, teacher: User, *, allowed: bool) -> None:
    """Let what is handed in from now on be learned from, or end that. Saying it again keeps the first date."""
    if allowed == (classroom.training_since is not None):
        return
    classroom.training_since = timezone.now() if allowed else None
    classroom.training_by = teacher
    classroom.save(update_fields=["training_since", "training_by"])
