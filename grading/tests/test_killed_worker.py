"""Work is neither lost nor checked twice when the worker that checks it is killed; on real processes (the large run is a benchmark)."""

import glob
import shutil

import pytest

from grading.tests.stack import GradingStack
from tutor.tests.stack import PROFILES

SUBMISSIONS = 60


@pytest.mark.parametrize("profile", PROFILES)
def test_a_killed_worker_loses_nothing_and_checks_nothing_twice(profile):
    if profile == "production" and not (shutil.which("redis-server") and glob.glob("/usr/lib/postgresql/*/bin/initdb")):
        pytest.fail("The production profile is tested on real Postgres and Redis servers: make setup-test installs them.")
    stack = GradingStack(profile)
    try:
        stack.start()
        [killed_at] = stack.check_with_kills(SUBMISSIONS, 2, 1, seconds=60)
        found = stack.do("outcomes")
    finally:
        stack.close()
    assert killed_at < SUBMISSIONS
    assert found["outcomes"] == {"correct": SUBMISSIONS // 2, "incorrect": SUBMISSIONS // 2}
    assert (found["not once"], found["without evidence"]) == (0, 0)
