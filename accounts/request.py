"""What views get and answer."""

from uuid import UUID

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User

UNPROCESSABLE = 422


def as_uuid(text: str) -> UUID | None:
    """An id that a form or an address may have; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


class Request(HttpRequest):
    """Of a person: the middleware turns away those who are not logged in."""

    user: User
    htmx: HtmxDetails
