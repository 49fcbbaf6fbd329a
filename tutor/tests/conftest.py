"""Whole stacks for the streaming tests, one for each profile."""

import glob
import shutil

import pytest

from tutor.tests.stack import PROFILES, Stack


@pytest.fixture(scope="package", params=PROFILES)
def stack(request):
    """A running Lemma over a recorded engine; a test that breaks a process starts it again."""
    if request.param == "production" and not (shutil.which("redis-server") and glob.glob("/usr/lib/postgresql/*/bin/initdb")):
        pytest.fail("The production profile is tested on real Postgres and Redis servers: make setup-test installs them.")
    stack = Stack(request.param, rate=50)
    try:
        stack.start()
        yield stack
    finally:
        stack.close()
