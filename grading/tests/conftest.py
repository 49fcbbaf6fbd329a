"""A school for each test."""

import pytest

from grading.tests.school import School


@pytest.fixture
def school(db):
    return School()
