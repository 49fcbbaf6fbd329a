"""Every address there is, taken from the URL map: closed to who is not logged in, and to a form that is not ours."""

import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import User

pytestmark = pytest.mark.django_db
OPEN = {"accounts/login/", "accounts/logout/", "accounts/signup/", "accounts/first/x/x/", "i18n/setlang/", "admin/login/"}
EXAMPLES = {"UUIDConverter": str(uuid.UUID(int=1)), "IntConverter": "1", "Table": "xlsx"}


def addresses(patterns, before=""):
    """An example of each address; what programs use (`/v1/`) is not for browsers, and has its own tests."""
    for each in patterns:
        route = each.pattern
        if not hasattr(route, "_route"):
            continue
        where = before + str(route)
        for name, converter in route.converters.items():
            kind = type(converter).__name__
            where = where.replace(f"<{kind.removesuffix('Converter').lower()}:{name}>", EXAMPLES.get(kind, "x")).replace(f"<{name}>", "x")
        yield from [where] if isinstance(each, URLPattern) else addresses(each.url_patterns, where)


ALL = list(addresses(get_resolver().url_patterns))


def test_the_map_is_read():
    assert len(ALL) == len(set(ALL)) > 100
    assert not [where for where in ALL if "<" in where]
    assert set(ALL) >= OPEN


def test_who_is_not_logged_in_is_sent_to_the_door():
    client = Client()
    asked = {where: [getattr(client, method)(f"/{where}") for method in ("get", "post")] for where in ALL if where not in OPEN}
    sent = {where: {answer.headers.get("Location", "").partition("?")[0] for answer in answers} for where, answers in asked.items()}
    assert {where: to for where, to in sent.items() if not to <= {"/accounts/login/", "/admin/login/"}} == {}


def test_a_form_of_another_site_changes_nothing():
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("head"))
    assert [where for where in ALL if client.post(f"/{where}").status_code not in (403, 405)] == []
