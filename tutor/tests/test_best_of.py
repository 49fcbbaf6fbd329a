"""Several candidates of one turn, through worker, database and real sockets, on both profiles."""

import asyncio
import json
import signal
import time

import pytest
import websockets

from tutor.supervisor import wait_until

WHOLE = "1 2 3 4 5 6 7 8 9 10 \\boxed{10}"


def of(seen, kind):
    return [event["data"] for event in seen if event["kind"] == kind]


def texts(seen):
    """What each candidate said in the last run."""
    said = {}
    for event in seen:
        if event["kind"] == "started":
            said = {}
        elif event["kind"] == "token":
            number = event["data"]["candidate"]
            said[number] = said.get(number, "") + event["data"]["text"]
    return said


def check_log(seen):
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))


async def test_candidates_stream_side_by_side_and_are_stored(stack):
    student = stack.student()
    asked = student.ask("Count to 10", n=4)
    seen = await asyncio.wait_for(student.watch(asked, []), 30)
    check_log(seen)
    assert seen[-1]["kind"] == "done"
    settled = {data["candidate"] for data in of(seen, "dropped")}
    solved = {data["candidate"] for data in of(seen, "solved")}
    assert settled | solved == {0, 1, 2, 3}
    assert len(solved) >= 3 or (len(solved) == 2 and 0 in solved)  # three of four settle it; two do with the first, whom ties go to
    assert all(texts(seen)[number] == WHOLE for number in solved)
    selected = of(seen, "selected")[0]
    assert (selected["rule"], selected["agreeing"], selected["unsure"]) == ("majority", len(solved), False)
    assert set(selected["groups"]) == {str(number) for number in solved}
    assert "Traceback" not in stack.web.log.read_text()
    assert stack.do("candidates", turn=asked["turn"]) == [[n, "10", n == selected["candidate"]] for n in sorted(solved)]

    before, again, after = stack.do("join", turn=asked["turn"])
    assert before == again == after
    short = stack.do("log", turn=asked["turn"])
    check_log(short)
    assert len([event for event in short if event["kind"] == "token"]) <= 4  # one a candidate
    assert texts([event | {"data": event["payload"]} for event in short]) == texts(seen)
    async with student.socket(asked["conversation"]) as page:  # that slept in the middle of it, and counted otherwise
        await page.send(json.dumps({"watch": asked["turn"], "after": 9}))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await page.recv()
    assert closed.value.rcvd.code == 4409


async def test_what_candidates_print_is_stored_whatever_it_is(stack):
    student = stack.student()
    asked = student.ask("Print a NUL", mode="tir", n=4)
    seen = await asyncio.wait_for(student.watch(asked, []), 30)
    assert seen[-1]["kind"] == "done"
    assert {data["text"] for data in of(seen, "output")} == {"4\ufffd2\n"}
    assert stack.do("candidates", turn=asked["turn"])


async def test_many_candidates_are_freed_by_stop_within_a_second(stack):
    teacher = stack.student(role="admin")
    asked = teacher.ask("Count to 1000, slowly", n=64)
    seen = []
    await asyncio.wait_for(teacher.watch(asked, seen, until=("token",)), 30)
    wait_until(lambda: stack.stats()["active"] >= 32, "the candidates do not run side by side", 20)
    began = time.monotonic()
    teacher.stop(asked["turn"])
    await asyncio.wait_for(teacher.watch(asked, seen), 10)
    wait_until(lambda: stack.stats()["active"] == 0, "the engine's requests were not closed", 5)
    assert time.monotonic() - began < 1
    assert seen[-1]["kind"] == "stopped"


async def test_what_is_complete_of_many_candidates_survives_a_killed_worker(stack):
    teacher = stack.student(role="teacher")
    asked = teacher.ask("Count to 30", n=64, in_background=True)
    seen = []
    await asyncio.wait_for(teacher.watch(asked, seen, until=("solved",)), 60)
    stack.worker.kill(signal.SIGKILL)
    stack.worker.start()
    await asyncio.wait_for(teacher.watch(asked, seen), 150)
    check_log(seen)
    assert seen[-1]["kind"] == "done"
    assert seen[-1]["run"] == 2
    assert of(seen, "selected")[0]["agreeing"] >= 32
    assert len(stack.do("candidates", turn=asked["turn"])) == of(seen, "selected")[0]["count"]
    complete, solved = ([event["data"] for event in seen if event["kind"] == "solved" and event["run"] == run] for run in (1, 2))
    assert solved[: len(complete)] == complete  # told again, with the seconds that they took then
    assert len({data["candidate"] for data in solved}) == len(solved)
    assert {texts(seen)[data["candidate"]] for data in solved} == {"".join(f"{n} " for n in range(1, 31)) + "\\boxed{30}"}


async def test_few_candidates_are_written_at_once_in_the_background(stack):
    student = stack.student()
    asked = student.ask("Count to 30", n=64, in_background=True)
    await asyncio.wait_for(student.watch(asked, [], until=("token",)), 60)
    assert 1 <= stack.stats()["active"] <= 4
    answered = await asyncio.wait_for(student.watch(student.ask("Count to 5"), []), 60)
    assert answered[-1]["kind"] == "done"
    assert stack.do("turn", turn=asked["turn"])["state"] == "running"
    seen = await asyncio.wait_for(student.watch(asked, []), 60)
    check_log(seen)
    assert seen[-1]["kind"] == "done"
    assert of(seen, "selected")[0]["count"] >= 32
