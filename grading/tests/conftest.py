"""A school for each test."""

import pytest

from grading.tests.school import School


@pytest.fixture
def school(db):
    return School()


@pytest.fixture(autouse=True)
def layer_in_memory(settings):
    """Bells of this process need no Redis."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
