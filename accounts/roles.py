"""What a role opens."""

from django.http import Http404

from accounts.models import User


def check_admin(user: User) -> None:
    """Raises Http404 for anybody but an administrator."""
    if user.role != User.Role.ADMIN:
        raise Http404
