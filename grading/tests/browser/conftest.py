"""The tutor's browser and visitors, on a site whose script makes schools."""

import itertools

import pytest

from grading.tests.browser.site import PROBLEMS, GradingSite
from tutor.tests.browser.conftest import chromium, visit  # noqa: F401 (fixtures)

names = itertools.count(1)


@pytest.fixture(scope="package")
def site():
    with GradingSite().running() as site:
        yield site


@pytest.fixture
def school(site):
    """A class of four with an assignment of two problems."""
    name = f"school{next(names)}"
    made = site.do("school", name=name, students=["Anna", "Ben", "Chen", "Dora"], problems=PROBLEMS, random_order=False)
    return made | {"name": name, "teacher": f"{name}-teacher", "problem": made["problems"][0]}


@pytest.fixture
def teacher(site, school, visit):  # noqa: F811
    site.do("person", name=school["teacher"], role="teacher")
    return visit(school["teacher"])
