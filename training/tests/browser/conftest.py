"""The tutor's browser and visitors, on a site whose script plays a run's supervisor."""

import pytest

from training.tests.browser.site import TrainingSite
from tutor.tests.browser.conftest import chromium, visit  # noqa: F401 (fixtures)


@pytest.fixture(scope="package")
def site():
    with TrainingSite().running() as site:
        yield site
