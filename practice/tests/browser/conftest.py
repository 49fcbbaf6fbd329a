"""The tutor's browser and visitors, on a site whose script knows the keys."""

import pytest

from tutor.tests.browser.conftest import chromium, visit  # noqa: F401 (fixtures)
from tutor.tests.browser.site import Site


class PracticeSite(Site):
    module = "practice.tests.browser.script"


@pytest.fixture(scope="package")
def site():
    with PracticeSite().running() as site:
        yield site
