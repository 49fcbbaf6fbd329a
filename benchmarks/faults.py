"""Whether a turn is ever lost, doubled or stuck: faults while turns are being written, on real processes, on both profiles.

    python -m benchmarks.faults [--faults 50] [--profiles embedded production]

Each round has several students in the middle of their answers, then one thing is broken for real: a worker or the web process
is killed (SIGKILL) and started again, every socket is dropped, the broker is killed and started again, the engine cuts
every stream and is away for half a second. A round is over when every answer has come to its end.
"""

import argparse
import asyncio
import itertools
import json
import time
from collections import Counter
from typing import Any

from tutor.tests.stack import PROFILES, Stack, Student, text_of

STUDENTS, TOKENS, RATE = 6, 60, 30.0
PATIENCE = 60  # seconds for a round; a turn that takes longer is stuck
FAULTS = ("worker", "web", "sockets", "broker", "engine")


async def break_something(stack: Stack, fault: str, students: list[Student]) -> None:
    if fault == "sockets":
        for student in students:
            student.drop_sockets()
    elif fault == "engine":
        await asyncio.to_thread(stack.fault, 0.5)
    else:
        program = getattr(stack, fault)
        await asyncio.to_thread(program.kill)
        program.start()


async def one(student: Student, started: asyncio.Event) -> str:
    """Ask, say when text comes, read to the end; how it went."""
    asked = student.ask(f"Count to {TOKENS}")
    seen: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(PATIENCE):
            await student.watch(asked, seen, until=("token", "done", "failed"))
            started.set()
            await student.watch(asked, seen)
    except TimeoutError:
        return "stuck"
    if [event["seq"] for event in seen] != list(range(1, len(seen) + 1)):
        return "doubled or lost events"
    if seen[-1]["kind"] != "done":
        return f"failed: {seen[-1]['data']}"
    whole = "".join(f"{number} " for number in range(1, TOKENS + 1)) + f"\\boxed{{{TOKENS}}}"
    return ("whole" if seen[-1]["run"] == 1 else "whole, begun again") if text_of(seen) == whole else "lost text"


async def measure(profile: str, faults: int) -> dict[str, Any]:
    stack = Stack(profile, rate=RATE)
    outcomes: Counter[str] = Counter()
    injected: Counter[str] = Counter()
    slowest = 0.0
    try:
        await asyncio.to_thread(stack.start)
        students = [stack.student() for _ in range(STUDENTS)]
        for fault in itertools.islice(itertools.cycle(FAULTS), faults):
            began = time.monotonic()
            started = [asyncio.Event() for _ in students]
            turns = [asyncio.create_task(one(student, event)) for student, event in zip(students, started, strict=True)]
            await asyncio.gather(*(event.wait() for event in started))
            await break_something(stack, fault, students)
            outcomes.update(await asyncio.gather(*turns))
            injected[fault] += 1
            slowest = max(slowest, time.monotonic() - began)
    finally:
        await asyncio.to_thread(stack.close)
    return {"injected": dict(injected), "turns": dict(outcomes), "slowest round s": round(slowest, 1)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=50)
    parser.add_argument("--profiles", nargs="+", default=PROFILES, choices=PROFILES)
    options = parser.parse_args()
    for profile in options.profiles:
        print(json.dumps({"profile": profile, **asyncio.run(measure(profile, options.faults))}), flush=True)


if __name__ == "__main__":
    main()
