"""What streaming costs: the tokens of the embedded engine as a websocket client gets them, against the engine alone.

    python -m benchmarks.streaming [--rounds 3]

Two engines are loaded: one by this process, the other by the worker of a whole Lemma (Valkey, SQLite, worker, web server).
The same questions go to one and to the other in turn, for one student and for eight; the first round warms both (it
also puts the prompts into both prefix caches) and is not counted. From the moment of asking: the time to the first text, and
the tokens over the time to the last text, on both sides. The browser is not part of it, nor the POST that asks.
"""

import argparse
import asyncio
import json
import statistics
import time
from dataclasses import dataclass
from typing import Any

from inference import prompts, weights
from inference.engines import Engine, Sampling
from inference.engines.opening import open_engine, wait_until_ready
from inference.solve import Limits
from inference.wire import FENCE
from tutor.tests.stack import Stack, Student

QUESTIONS = [f"Explain in words why {number} * {number + 4} is what it is." for number in range(13, 93, 10)]


@dataclass(frozen=True)
class Run:
    """Of the students of one run: the median first text in seconds, and all tokens a second."""

    first: float
    rate: float


async def raw(engine: Engine, questions: list[str]) -> Run:
    began = time.monotonic()

    async def one(question: str) -> tuple[float, float, int]:
        prompt = prompts.chat(question, mode="cot", language="en", wire=FENCE, history=())
        arrivals, tokens = [], 0
        async for chunk in engine.stream(prompt, Sampling(max_tokens=Limits().tokens), question):
            arrivals += [time.monotonic()] if chunk.text else []
            tokens += chunk.tokens
        return arrivals[0] - began, arrivals[-1], tokens

    return run_of(await asyncio.gather(*(one(question) for question in questions)), began)


async def streamed(students: list[Student], questions: list[str]) -> Run:
    began = time.monotonic()

    async def one(student: Student, question: str) -> tuple[float, float, int]:
        asked_at = time.monotonic()
        asked = await asyncio.to_thread(student.ask, question)
        seen: list[dict[str, Any]] = await student.watch(asked, [])
        arrivals = [event["at"] for event in seen if event["kind"] == "token"]
        return arrivals[0] - asked_at, arrivals[-1], seen[-1]["data"]["tokens"]

    return run_of(await asyncio.gather(*(one(student, question) for student, question in zip(students, questions, strict=False))), began)


def run_of(results: list[tuple[float, float, int]], began: float) -> Run:
    """Of each student: seconds to the first text, when the last text came, all tokens."""
    last = max(at for _, at, _ in results)
    return Run(statistics.median(first for first, _, _ in results), sum(tokens for _, _, tokens in results) / (last - began))


async def measure(rounds: int) -> None:
    engine = open_engine(path=weights.find())
    await wait_until_ready(engine, 300)
    stack = Stack("embedded", engine=False)
    try:
        await asyncio.to_thread(stack.start)
        students = [stack.student() for _ in QUESTIONS]
        for count in (1, 8):
            runs = [(await raw(engine, QUESTIONS[:count]), await streamed(students[:count], QUESTIONS)) for _ in range(rounds + 1)][1:]
            report(count, runs)
    finally:
        await asyncio.to_thread(stack.close)
        await engine.close()


def report(students: int, runs: list[tuple[Run, Run]]) -> None:
    result = {
        "students": students,
        "raw tokens/s": [round(alone.rate, 1) for alone, _ in runs],
        "streamed tokens/s": [round(whole.rate, 1) for _, whole in runs],
        "ratio": round(statistics.median(whole.rate / alone.rate for alone, whole in runs), 3),
        "raw first text ms": [round(1000 * alone.first) for alone, _ in runs],
        "later by ms": round(1000 * statistics.median(whole.first - alone.first for alone, whole in runs)),
    }
    print(json.dumps(result), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    asyncio.run(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
