"""Every page there is, taken from the URL map, is in one of the lists that the browser tests scan for accessibility."""

import uuid
from collections import defaultdict
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from accounts.models import User
from accounts.tests.test_doors import ALL
from grading.tests.browser import test_pages as classes
from practice.tests.browser import test_practice as practice
from training.tests.browser import test_training as training
from tutor.tests.browser import test_pages as tutor

ID = str(uuid.UUID(int=1))
NUMBERS = dict.fromkeys(("enrolment", "group", "person", "report"), 1)
OTHERS = {"bank": [ID], "problems": [ID] * 3, "work": {ID: ID}, "conversation": f"/c/{ID}/", "first": "/accounts/first/x/x/"}
MADE = defaultdict(lambda: ID, NUMBERS | OTHERS)
LISTS = [
    tutor.outsiders_pages,
    tutor.students_pages,
    tutor.teachers_pages,
    tutor.admins_pages,
    classes.teachers_pages,
    classes.students_pages,
]
LISTS += [practice.students_pages, practice.teachers_pages, practice.admins_pages, training.admins_pages]
FILES = {"tutor:export", "tutor:plot", "grading:roster_table", "grading:classroom_table", "grading:assignment_table", "admin:jsi18n"}
FILES |= {"grading:links_table", "training:log", "training:transcripts", "training:export"}
PARTS = {
    "accounts:here",
    "tutor:notices",
    "tutor:state",
    "grading:history",
    "training:table",
    "training:workers",
    "admin:autocomplete",
}  # of pages
AWAY = {"practice:answer", "practice:help", "practice:reveal", "set_language", "admin:view_on_site"}  # to a page, or to none
AWAY |= {"admin:django.views.generic.base.RedirectView"}


def name_of(path):
    return resolve(urlsplit(path).path).view_name


@pytest.mark.django_db
def test_every_page_is_in_a_scan():
    client = Client()
    client.force_login(User.objects.create_superuser("head"))
    pages = {name_of(f"/{where}") for where in ALL if client.get(f"/{where}").status_code != 405}
    scanned = {name_of(path) for pages_of in LISTS for path in pages_of(MADE)}
    assert pages - scanned == FILES | PARTS | AWAY
    assert scanned <= pages
