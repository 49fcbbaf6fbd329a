"""What somebody else did to an account: kept in the administration's history of it, and shown to whose account it is."""

from collections.abc import Collection

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Classroom, User

SHOWN = 10


def enrolled(by: User, students: Collection[User], classroom: Classroom) -> None:
    """A teacher put students, who had accounts, into a class."""
    with translation.override(None):  # stored as the administration stores its own, and read in the reader's language
        _log(by, students, {"added": {"name": _("class"), "object": classroom.name}})


def password_ended(by: User, student: User) -> None:
    """A teacher ended a student's password, and has the link that leads to another one."""
    _log(by, [student], {"changed": {"fields": ["Password"]}})


def _log(by: User, students: Collection[User], message: dict[str, object]) -> None:
    for student in students:
        LogEntry.objects.log_actions(by.pk, [student], CHANGE, [message], single_object=True)


def forget(users: Collection[int]) -> None:
    """Who is deleted leaves nothing here but that they were deleted, and by whom."""
    told = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id__in=[str(pk) for pk in users])
    told.exclude(action_flag=DELETION).delete()


def of(user: User) -> "QuerySet[LogEntry]":
    """What others did to this account, the newest first."""
    found = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    return found.exclude(user=user).select_related("user").order_by("-action_time")[:SHOWN]
