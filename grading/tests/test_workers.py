"""On real processes, on both profiles: work is neither lost nor checked twice when its worker is killed (the large run is a benchmark), and
the tutor's worker lends its engine for samples.
"""

import glob
import shutil

import pytest

from grading.tests.stack import GradingStack
from tutor.supervisor import wait_until
from tutor.tests.stack import PROFILES

# So many that the second half is not done before the worker is killed, however late a busy machine sees that the first one is.
SUBMISSIONS = 240


@pytest.fixture(scope="module", params=PROFILES)
def stack(request):
    if request.param == "production" and not (shutil.which("redis-server") and glob.glob("/usr/lib/postgresql/*/bin/initdb")):
        pytest.fail("The production profile is tested on real Postgres and Redis servers: make setup-test installs them.")
    stack = GradingStack(request.param, rate=200, extra={"SAMPLES_PER_PROBLEM": "3"})
    try:
        stack.start()
        yield stack
    finally:
        stack.close()


def test_a_killed_worker_loses_nothing_and_checks_nothing_twice(stack):
    [killed_at] = stack.check_with_kills(SUBMISSIONS, 2, 1, seconds=60)
    found = stack.do("outcomes")
    assert killed_at < SUBMISSIONS
    assert found["outcomes"] == {"correct": SUBMISSIONS // 2, "incorrect": SUBMISSIONS // 2}
    assert (found["not once"], found["without evidence"]) == (0, 0)


def test_the_worker_s_engine_is_lent_for_samples(stack):
    stack.do("ask_for_samples", texts=["Explain: Count to 3", "Explain: Count to 5"])
    wait_until(lambda: stack.do("samples")["waiting"] == 0, f"not sampled; see {stack.worker.log}", 60)
    assert stack.do("samples")["answers"] == [["3"] * 3, ["5"] * 3]
    stack.worker.kill()
    stack.worker.start()
    stack.fault(3600)
    stack.do("ask_for_samples", texts=["Explain: Count to 4"])
    wait_until(lambda: stack.do("samples")["failures"] != [""], f"not said; see {stack.worker.log}", 60)
    assert stack.do("samples")["answers"] == [[]]
    stack.fault(0)
    wait_until(lambda: stack.do("samples")["waiting"] == 0, f"not sampled; see {stack.worker.log}", 60)
    assert stack.do("samples")["answers"] == [["4"] * 3]
