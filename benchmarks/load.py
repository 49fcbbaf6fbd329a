"""How many students at once: websocket clients that all stream from a recorded engine, on both profiles.

    python -m benchmarks.load [--clients 100] [--profiles embedded production] [--rate 10] [--tokens 100]

Everything runs on this machine: the recorded engine, the worker, the broker, the database, the web server and the clients. The
delay of a chunk is the time from the engine's sending its text to the client's having it, both by the one monotonic clock.
"""

import argparse
import asyncio
import json
import random
import statistics
import time
from collections.abc import Iterable, Iterator
from typing import Any

from tutor.tests.stack import PROFILES, Stack, Student, text_of

RAMP = 4.0  # seconds in which the students ask
PATIENCE = 120  # seconds for everything


async def measure(profile: str, clients: int, rate: float, tokens: int) -> dict[str, Any]:
    stack = Stack(profile, rate=rate, turns=clients, extra={"LEASE_SECONDS": "10"})
    try:
        await asyncio.to_thread(stack.start)
        students = [stack.student() for _ in range(clients)]
        began, used = time.monotonic(), cpu_seconds(stack)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(student, number, tokens)) for number, student in enumerate(students)]
        seconds = time.monotonic() - began
        load = {name: round((now - used[name]) / seconds, 2) for name, now in cpu_seconds(stack).items()}
        return report([task.result() for task in tasks], stack.stats()["sent"], tokens, seconds) | {"cores": load}
    finally:
        await asyncio.to_thread(stack.close)


def cpu_seconds(stack: Stack) -> dict[str, float]:
    programs = {"engine": stack.engine, "worker": stack.worker, "broker": stack.broker, "web": stack.web}
    return {"clients": time.process_time()} | {name: program.cpu_seconds() for name, program in programs.items()}


async def one(student: Student, number: int, tokens: int) -> tuple[str, list[dict[str, Any]]]:
    """Ask somewhere in the first seconds, and read to the end."""
    await asyncio.sleep(random.Random(number).uniform(0, RAMP))
    question = f"I am student {number}. Count to {tokens}"
    asked = student.ask(question)
    return question, await asyncio.wait_for(student.watch(asked, []), PATIENCE)


def report(results: list[tuple[str, list[dict[str, Any]]]], sent: dict[str, list[float]], tokens: int, seconds: float) -> dict[str, Any]:
    whole = "".join(f"{number} " for number in range(1, tokens + 1)) + f"\\boxed{{{tokens}}}"
    lost = sum(text_of(seen) != whole for _, seen in results)
    doubled = sum(len({event["seq"] for event in seen}) != len(seen) for _, seen in results)
    runs = sum(seen[-1]["run"] > 1 for _, seen in results)
    delays = sorted(delay for question, seen in results for delay in delays_of(seen, sent[question]))
    return {
        "lost": lost,
        "doubled": doubled,
        "begun again": runs,
        "chunks": len(delays),
        "p50 ms": round(1000 * statistics.median(delays)),
        "p95 ms": round(1000 * delays[int(0.95 * len(delays))]),
        "max ms": round(1000 * delays[-1]),
        "seconds": round(seconds, 1),
    }


def delays_of(seen: list[dict[str, Any]], times: Iterable[float]) -> Iterator[float]:
    """For each chunk that the engine sent: how much later the client had it."""
    arrived = [(len(event["data"]["text"].split()), event["at"]) for event in seen if event["kind"] == "token"]
    waiting = iter(times)
    for words, at in arrived:
        for _ in range(words):
            yield at - next(waiting)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, nargs="+", default=[100])
    parser.add_argument("--profiles", nargs="+", default=PROFILES, choices=PROFILES)
    parser.add_argument("--rate", type=float, default=10.0, help="tokens a second of each student")
    parser.add_argument("--tokens", type=int, default=100)
    options = parser.parse_args()
    for profile in options.profiles:
        for clients in options.clients:
            result = asyncio.run(measure(profile, clients, options.rate, options.tokens))
            print(json.dumps({"profile": profile, "clients": clients, "rate": options.rate, **result}), flush=True)


if __name__ == "__main__":
    main()
