"""What views get and answer."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User

UNPROCESSABLE = 422


class Request(HttpRequest):
    """Of a person: the middleware turns away those who are not logged in."""

    user: User
    htmx: HtmxDetails
