"""`manage.py solve` as a user runs it: a process, a real sandbox, and a recorded model behind a real socket."""

import asyncio
import base64
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from inference.engines import Chunk
from inference.tests.completions_server import served

ROOT = Path(__file__).resolve().parents[2]
BLOCK = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint(2 + 3)\n```\n"
FIRST = f"{BLOCK}And so on."
SECOND = "The sum \x1b[31mis $\\boxed{5}$."


class Recorded:
    """Answers the first request of a solution with code, the next with the answer."""

    model, context = "recorded", 4096

    async def stream(self, prompt, sampling, request_id):
        text = SECOND if "```output" in prompt else FIRST
        if "for ever" in prompt:
            text = "and so on " * 10_000
        for at in range(0, len(text), 4):
            yield Chunk(text[at : at + 4], 1)
            if "for ever" in prompt:
                await asyncio.sleep(0.01)
        yield Chunk("", 0, "stop")

    async def abort(self, request_id):
        """The command has closed the request, as it does at the end of a block."""


@pytest.fixture(scope="module")
def engine_url():
    with served(Recorded()) as url:
        yield url


def heed_control_c():
    """A shell's background job, as which tests may run, ignores SIGINT, and so does what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start(tmp_path):
    """Starts the command over an engine; whatever still runs at the end is killed."""
    processes = []

    def start(engine_url, *arguments):
        env = os.environ | {"ENGINE_URL": engine_url, "LEMMA_VAR": str(tmp_path)}
        command = [sys.executable, "manage.py", "solve", *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_control_c
        )
        processes.append(process)
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_events_as_json_lines(engine_url, start):
    process = start(engine_url, "What is 2 + 3?", "--mode", "tir", "--json")
    out, err = process.communicate(timeout=60)
    events = [json.loads(line) for line in out.splitlines()]
    assert process.returncode == 0, err
    assert events[0] == {"kind": "started", "mode": "tir", "language": "en", "model": "recorded", "n": 1, "given_up": None}
    assert "".join(event["text"] for event in events if event["kind"] == "token" and event["part"] == "code") in BLOCK
    output = next(event for event in events if event["kind"] == "output")
    assert (output["text"].strip(), output["error"]) == ("5", None)
    assert base64.b64decode(output["images"][0]).startswith(b"\x89PNG")
    assert (events[-1]["kind"], events[-1]["answer"], events[-1]["checked"]) == ("done", "5", True)


def test_a_person_reads_prose_code_output_and_answer(engine_url, start):
    process = start(engine_url, "What is 2 + 3?", "--mode", "tir")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.index("step by step") < out.index(">>> Python\nimport") < out.index(">>> Output\n5") < out.index("The sum")
    assert out.endswith("Answer: 5 (checked by Python)\n")
    assert "\x1b" not in out
    assert "```" not in out


def test_a_person_reads_that_an_answer_is_wrong_and_tried_again(engine_url, start):
    process = start(engine_url, "What is 3 + 4?")
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    assert out.count("This answer is wrong: it does not fit the problem. Another try:") == 2
    assert out.count("recorded, ") == 1
    assert out.endswith("Answer: 5 (wrong: it does not fit the problem)\n")


def test_no_engine_is_a_failure(start):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        process = start(f"http://127.0.0.1:{free.getsockname()[1]}/v1", "What is 2 + 3?", "--json", "--wait", "0")
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    last = json.loads(out.splitlines()[-1])
    assert (last["kind"], last["reason"]) == ("failed", "engine_unavailable")


def test_an_empty_question_is_refused(engine_url, start):
    process = start(engine_url, " ")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "empty" in err


def test_control_c_stops_it(engine_url, start):
    process = start(engine_url, "Go on for ever", "--mode", "cot", "--json")
    while json.loads(process.stdout.readline())["kind"] != "token":
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert json.loads(out.splitlines()[-1]) == {"kind": "stopped"}
    assert "Traceback" not in err


def test_a_reader_that_goes_away_ends_it_quietly(engine_url, start):
    process = start(engine_url, "Go on for ever", "--mode", "cot", "--json")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) == 1
    assert process.stderr.read() == ""
