"""Who practises, and who may look."""

import pytest
from django.test import Client

from accounts.models import Classroom, Enrolment, User


@pytest.fixture
def people(db):
    """By name: ada and bea are students of eva's class, max teaches elsewhere."""
    roles = {"ada": "student", "bea": "student", "eva": "teacher", "max": "teacher", "root": "admin"}
    made = {name: User.objects.create(username=name, role=role) for name, role in roles.items()}
    classroom = Classroom.objects.create(name="7b")
    classroom.teachers.add(made["eva"])
    for name in ("ada", "bea"):
        Enrolment.objects.create(classroom=classroom, student=made[name])
    return made


@pytest.fixture
def as_(people):
    def logged_in(name):
        client = Client()
        client.force_login(people[name])
        return client

    return logged_in


@pytest.fixture
def ada(as_):
    return as_("ada")
