"""For all tests."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def static_files_as_they_are(settings: Settings) -> None:
    """Hashed names come from collectstatic, which the browser tests run; other tests need no files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def passwords_without_their_slowness(settings: Settings) -> None:
    """Argon2 takes its time on purpose; the browser tests log in with it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def language_of_the_settings() -> Iterator[None]:
    """A request in Chinese leaves its thread Chinese; the next test begins as a new thread does."""
    yield
    translation.deactivate()


@pytest.fixture
def no_broker(settings: Settings) -> None:
    """Nothing listens where the channel layer is to be."""
    hosts = ["unix:///nowhere/valkey.sock"]
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": hosts}}}
