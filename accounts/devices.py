"""Browsers that a person has logged in with before: wrong passwords from elsewhere do not keep that person out of them.

OWASP's device cookies ("Slow Down Online Guessing Attacks with Device Cookies"). The cookie is a number drawn by chance and a signature
over it and the log-in name; who has it may still guess no more often than others. It does not say whose it is.
"""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = "device"
AGE = 365 * 86_400  # seconds
SALT = "accounts.devices"


def remember(response: HttpResponseBase, username: str) -> None:
    """The right password was given in the browser that gets `response`."""
    drawn = secrets.token_urlsafe(16)
    value = f"{drawn}.{_signature(drawn, username)}"
    response.set_cookie(COOKIE, value, max_age=AGE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def known(request: HttpRequest, username: str) -> str | None:
    """What names the browser, where this person was the last to log in with it."""
    drawn, _, signature = request.COOKIES.get(COOKIE, "").partition(".")
    return drawn if signature and constant_time_compare(signature, _signature(drawn, username)) else None


def _signature(drawn: str, username: str) -> str:
    return salted_hmac(SALT, f"{drawn}.{username.lower()}", algorithm="sha256").hexdigest()
