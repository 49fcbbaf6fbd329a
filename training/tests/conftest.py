"""Where a test's runs lie, and who may begin them."""

import pytest
from django.db import connection
from django.test import Client

from accounts import workers
from accounts.models import User


@pytest.fixture(autouse=True)
def layer_in_memory(settings):
    """Bells of this process need no Redis."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def place(settings, tmp_path, monkeypatch):
    """A folder of its own for what runs write; processes that are started share it, and the test's database. No broker is asked."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setenv("LEMMA_VAR", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "training.tests.settings")
    monkeypatch.setenv("TEST_DATABASE", str(connection.settings_dict["NAME"]))
    monkeypatch.setattr(workers, "ring", lambda _task: None)
    return tmp_path


@pytest.fixture
def admin(db):
    return User.objects.create(username="ada", role=User.Role.ADMIN)


@pytest.fixture
def client_of():
    """A logged-in browser of a person, without the browser."""

    def client(user):
        found = Client()
        found.force_login(user)
        return found

    return client
