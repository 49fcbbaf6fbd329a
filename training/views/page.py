"""What every page of training shares."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User

UNPROCESSABLE = 422


class Request(HttpRequest):
    """What every view here gets: the middleware turns away those who are not logged in."""

    user: User
    htmx: HtmxDetails
