"""What a student sees of a turn, through real sockets, on both profiles."""

import asyncio
import json
import signal
import time

import pytest
import websockets

from tutor.supervisor import wait_until
from tutor.tests.stack import check_whole, text_of


async def test_a_turn_streams_to_its_end(stack):
    student = stack.student()
    asked = student.ask("Count to 20")
    check_whole(await asyncio.wait_for(student.watch(asked, []), 20), 20)
    assert stack.do("turn", turn=asked["turn"])["answer"] == "20"


async def test_refresh_and_second_tab_miss_nothing(stack):
    student = stack.student()
    asked = student.ask("Count to 60")
    seen = []
    for stop in ("started", "token", "token", "token"):  # a dropped socket each time
        await asyncio.wait_for(student.watch(asked, seen, until=(stop,)), 20)
    first = asyncio.create_task(student.watch(asked, seen))
    second = asyncio.create_task(student.watch(asked, []))
    await asyncio.wait_for(asyncio.gather(first, second), 20)
    check_whole(seen, 60)
    check_whole(second.result(), 60)


async def test_a_finished_turn_replays(stack):
    student = stack.student()
    asked = student.ask("Count to 5")
    stack.wait_for(asked["turn"], "done")
    check_whole(await asyncio.wait_for(student.watch(asked, []), 5), 5)


async def test_stop_ends_the_turn_and_frees_the_engine_within_a_second(stack):
    student = stack.student()
    asked = student.ask("Count to 1000")
    seen = []
    await asyncio.wait_for(student.watch(asked, seen, until=("token",)), 20)
    aborted = stack.stats()["aborted"]
    began = time.monotonic()
    student.stop(asked["turn"])
    await asyncio.wait_for(student.watch(asked, seen), 5)
    wait_until(lambda: stack.stats()["aborted"] > aborted, "the engine's request was not closed", 5)
    assert time.monotonic() - began < 1
    assert seen[-1]["kind"] == "stopped"
    assert text_of(seen).startswith("1 ")
    assert stack.do("turn", turn=asked["turn"])["state"] == "stopped"


async def test_waiting_turns_know_their_place_and_stop_at_once(stack):
    student = stack.student()
    stack.worker.process.send_signal(signal.SIGSTOP)
    try:
        first, second = student.ask("Count to 3"), student.ask("Count to 4")
        async with student.socket(second["conversation"]) as connection:
            await connection.send(json.dumps({"watch": second["turn"], "after": 0}))
            assert json.loads(await connection.recv())["kind"] == "queued"
            position = json.loads(await connection.recv())
            assert (position["kind"], position["data"]) == ("position", {"position": 2})
            student.stop(first["turn"])
            assert stack.do("turn", turn=first["turn"])["state"] == "stopped"
            assert json.loads(await asyncio.wait_for(connection.recv(), 3))["data"] == {"position": 1}
    finally:
        stack.worker.process.send_signal(signal.SIGCONT)
    check_whole(await asyncio.wait_for(student.watch(second, []), 20), 4)
    assert [event["kind"] for event in stack.do("log", turn=first["turn"])] == ["queued", "stopped"]


async def test_code_runs_and_its_output_and_plots_stream(stack):
    student = stack.student()
    asked = student.ask("Draw a plot", mode="tir")
    seen = await asyncio.wait_for(student.watch(asked, []), 20)
    assert seen[-1]["data"] | {"answer": "42", "checked": True} == seen[-1]["data"]
    (output,) = [event["data"] for event in seen if event["kind"] == "output"]
    assert "42" in output["text"]
    assert len(output["plots"]) == 1
    assert stack.do("plot", name=student.name, plot=output["plots"][0]) == {"head": "89504e470d0a1a0a"}  # PNG's


async def test_stop_ends_running_code_within_a_second(stack):
    student = stack.student()
    asked = student.ask("Loop for ever", mode="tir")
    seen = []
    await asyncio.wait_for(student.watch(asked, seen, until=("code",)), 20)
    began = time.monotonic()
    student.stop(asked["turn"])
    await asyncio.wait_for(student.watch(asked, seen), 5)
    assert seen[-1]["kind"] == "stopped"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("stack", ["production"], indirect=True)
async def test_a_client_that_reads_nothing_is_let_go_and_resumes(stack):
    """A real TCP connection that stands still; others are served meanwhile."""
    student = stack.student()
    asked = student.ask("Count to 5")
    stack.do("lengthen", turn=asked["turn"], events=300, characters=30_000)
    async with student.socket(asked["conversation"], max_queue=1, ping_interval=None, close_timeout=0.1) as connection:
        await connection.send(json.dumps({"watch": asked["turn"], "after": 0}))
        await asyncio.sleep(8)  # SLOW for the frame, SLOW for the goodbye
        other = student.ask("Count to 5")
        check_whole(await asyncio.wait_for(student.watch(other, []), 20), 5)
        connection.transport.abort()
    seen = await asyncio.wait_for(student.watch(asked, []), 20)
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
    assert len(seen) > 300


async def test_regenerate_and_follow_up_stream_beside_the_first(stack):
    student = stack.student()
    asked = student.ask("Count to 5")
    check_whole(await asyncio.wait_for(student.watch(asked, []), 20), 5)
    again = stack.do("regenerate", name=student.name, turn=asked["turn"])
    assert student.ask("Too early", conversation=asked["conversation"]) == {"refused": "StillSolving"}
    check_whole(await asyncio.wait_for(student.watch(again, []), 20), 5)
    more = student.ask("Count to 6", conversation=asked["conversation"])
    check_whole(await asyncio.wait_for(student.watch(more, []), 20), 6)


async def closed_with(connection):
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await asyncio.wait_for(connection.recv(), 5)
    return closed.value.rcvd.code


async def test_sockets_are_their_owners_alone(stack):
    owner, outsider = stack.student(), stack.student()
    asked = owner.ask("Count to 2")
    async with outsider.socket(asked["conversation"]) as connection:
        assert await closed_with(connection) == 4404
    outsider.cookie = "nobody"
    async with outsider.socket(asked["conversation"]) as connection:
        assert await closed_with(connection) == 4401


async def test_a_turn_of_another_conversation_is_not_there(stack):
    owner, outsider = stack.student(), stack.student()
    theirs, own = owner.ask("Count to 2"), outsider.ask("Count to 2")
    async with outsider.socket(own["conversation"]) as connection:
        await connection.send(json.dumps({"watch": theirs["turn"], "after": 0}))
        assert await closed_with(connection) == 4404


@pytest.mark.parametrize(
    "message", ["", "[]", "7", '{"watch": "x", "after": 0}', '{"watch": null, "after": -1}', "{", "[" * 60_000], ids=lambda text: text[:10]
)
async def test_nonsense_closes_the_socket(stack, message):
    student = stack.student()
    asked = student.ask("Count to 2")
    async with student.socket(asked["conversation"]) as connection:
        await connection.send(message)
        assert await closed_with(connection) == 4400


async def test_a_frame_that_no_page_sends_is_not_taken_in(stack):
    student = stack.student()
    asked = student.ask("Count to 2")
    async with student.socket(asked["conversation"]) as connection:
        await connection.send("[" * 100_000)
        assert await closed_with(connection) == websockets.CloseCode.MESSAGE_TOO_BIG


async def test_another_origin_is_refused(stack):
    student = stack.student()
    asked = student.ask("Count to 2")
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(
            f"ws://127.0.0.1:{stack.port}/ws/conversations/{asked['conversation']}/",
            additional_headers={"Cookie": f"sessionid={student.cookie}"},
            origin="http://evil.example",
        )
