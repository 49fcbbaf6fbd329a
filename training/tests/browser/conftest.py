"""The tutor's browser and visitors, on a site whose script plays a run's supervisor."""

import shutil

import pytest

from training.tests.browser.site import TrainingSite
from tutor.tests.browser.conftest import chromium, visit  # noqa: F401 (fixtures)


@pytest.fixture(scope="package")
def site():
    site = TrainingSite()
    try:
        site.start()
        yield site
    finally:
        site.close()
        shutil.rmtree(site.directory)
