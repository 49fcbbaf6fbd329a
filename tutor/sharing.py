"""Conversations that students show their teachers: to read, and for as long as the student wants it."""

from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Classroom, User
from tutor.models import Conversation, Share


def shared_with(user: User) -> QuerySet[Share]:
    """What the students of this person's classes share with them, newest first; who has left a class shares nothing with it."""
    taught = Classroom.objects.taught_by(user)
    attending = Share.objects.filter(classroom__in=taught, conversation__owner__enrolments__classroom=F("classroom"))
    return attending.select_related("conversation__owner", "classroom").order_by("-created", "-pk")


def is_shared(conversation: Conversation, user: User) -> bool:
    return shared_with(user).filter(conversation=conversation).exists()


def get_shared_for(user: User, pk: UUID) -> Conversation:
    """The conversation, if it is shared with a class that this person teaches; Http404 otherwise."""
    return get_object_or_404(Conversation, pk__in=shared_with(user).values("conversation"), pk=pk)


def classes_for(conversation: Conversation) -> list[tuple[Classroom, bool]]:
    """The owner's classes of this year (of one before, if it is shared there), and whether each one's teachers can read it."""
    shared = set(conversation.shares.values_list("classroom", flat=True))
    attended = Classroom.objects.attended_by(conversation.owner).filter(Q(ended=None) | Q(pk__in=shared))
    return [(classroom, classroom.pk in shared) for classroom in attended]


def share(conversation: Conversation, classroom: Classroom) -> None:
    """Show a conversation to the teachers of a class."""
    Share.objects.get_or_create(conversation=conversation, classroom=classroom)


def take_back(conversation: Conversation, classroom: Classroom) -> None:
    """From now on they see it no more."""
    Share.objects.filter(conversation=conversation, classroom=classroom).delete()
