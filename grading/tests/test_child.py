"""What a child process may do to its parent: nothing, whatever it says and however it ends."""

import os
import resource
import time

import pytest

from grading.checking.child import LONGEST_REPLY, Child, NoReply


def test_a_reply_without_end_is_broken_off_and_the_child_replaced():
    child = Child("grading.tests.endless_child")
    assert child.ask(3, seconds=30, patience=1) == "xxx"
    began = time.monotonic()
    with pytest.raises(NoReply):
        child.ask(LONGEST_REPLY + 1, seconds=60, patience=1)
    assert time.monotonic() - began < 30
    assert child.ask(100_000, seconds=30, patience=1) == "x" * 100_000
    child.stop()


def test_a_child_is_asked_beside_as_many_sockets_as_a_school_has():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(most[0], min(1_200, most[1])), most[1]))
    child, sockets = Child("grading.tests.endless_child"), [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    try:
        assert child.ask(3, seconds=30, patience=1) == "xxx"
    finally:
        child.stop()
        for descriptor in sockets:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, most)
