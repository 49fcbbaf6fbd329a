"""Whole stacks for the streaming tests, one for each profile."""

import glob
import shutil

import openai
import pytest

from tutor.tests.stack import PROFILES, Stack


@pytest.fixture(scope="package")
def stacks():
    """Those that run, by profile; each is started by the first test that asks for it."""
    running = {}
    yield running
    for stack in running.values():
        stack.close()


@pytest.fixture(params=PROFILES)
def stack(request, stacks):
    """A running Lemma over a recorded engine; a test that breaks a process starts it again."""
    profile = request.param
    if profile == "production" and not (shutil.which("redis-server") and glob.glob("/usr/lib/postgresql/*/bin/initdb")):
        pytest.fail("The production profile is tested on real Postgres and Redis servers: make setup-test installs them.")
    if profile not in stacks:
        stack = Stack(profile, rate=50)
        try:
            stack.start()
        except BaseException:
            stack.close()
            raise
        stacks[profile] = stack
    return stacks[profile]


@pytest.fixture
def student(stack):
    return stack.student()


@pytest.fixture
async def openai_client(stack, student):
    """A program with a key of the student's."""
    key = stack.do("api_key", name=student.name)["key"]
    async with openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{stack.port}/v1", api_key=key, max_retries=0) as client:
        yield client
