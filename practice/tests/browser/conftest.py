"""The tutor's browser and visitors, on a site whose script knows the keys."""

import shutil

import pytest

from tutor.tests.browser.conftest import chromium, visit  # noqa: F401 (fixtures)
from tutor.tests.browser.site import Site


class PracticeSite(Site):
    module = "practice.tests.browser.script"


@pytest.fixture(scope="package")
def site():
    site = PracticeSite()
    try:
        site.start()
        yield site
    finally:
        site.close()
        shutil.rmtree(site.directory)
