"""What streaming costs: the tokens of the embedded engine as a websocket client gets them, against the engine alone.

    python -m benchmarks.streaming [--rounds 3]

Two engines are loaded: one by this process, the other by the worker of a whole Lemma (Valkey, SQLite, worker, web server).
The same questions go to one and to the other in turn, for one student and for eight; the first round warms both (it
also puts the prompts into both prefix caches) and is not counted. The engine alone is asked at the moments at which the students'
questions were in the queue: one process asks for all students, one after another. From that moment: the time to the first text, and
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
    """Of the students of one run: the median first text in seconds, all tokens a second, and when each asked, in seconds from the begin."""

    first: float
    rate: float
    asked: list[float]


@dataclass(frozen=True)
class Answer:
    """To one student: moments of one clock, and a count."""

    asked: float
    first: float
    last: float
    tokens: int


async def raw(engine: Engine, questions: list[str], delays: list[float]) -> Run:
    began = time.monotonic()

    async def one(question: str, delay: float) -> Answer:
        await asyncio.sleep(delay)
        asked_at = time.monotonic()
        prompt = prompts.chat(question, mode="cot", language="en", wire=FENCE, history=())
        arrivals, tokens = [], 0
        async for chunk in engine.stream(prompt, Sampling(max_tokens=Limits().tokens), question):
            arrivals += [time.monotonic()] if chunk.text else []
            tokens += chunk.tokens
        return Answer(asked_at, arrivals[0], arrivals[-1], tokens)

    return run_of(await asyncio.gather(*(one(*asked) for asked in zip(questions, delays, strict=True))), began)


async def streamed(students: list[Student], questions: list[str]) -> Run:
    began = time.monotonic()

    async def one(student: Student, question: str) -> Answer:
        asked = await asyncio.to_thread(student.ask, question)
        asked_at = time.monotonic()
        seen: list[dict[str, Any]] = await student.watch(asked, [])
        arrivals = [event["at"] for event in seen if event["kind"] == "token"]
        return Answer(asked_at, arrivals[0], arrivals[-1], seen[-1]["data"]["tokens"])

    return run_of(await asyncio.gather(*(one(student, question) for student, question in zip(students, questions, strict=False))), began)


def run_of(answers: list[Answer], began: float) -> Run:
    rate = sum(answer.tokens for answer in answers) / (max(answer.last for answer in answers) - began)
    asked = [answer.asked - began for answer in answers]
    return Run(statistics.median(answer.first - answer.asked for answer in answers), rate, asked)


async def measure(rounds: int) -> None:
    engine = open_engine(path=weights.find())
    await wait_until_ready(engine, 300)
    stack = Stack("embedded", engine=False)
    try:
        await asyncio.to_thread(stack.start)
        students = [stack.student() for _ in QUESTIONS]
        for count in (1, 8):
            report(count, [await both(engine, students[:count]) for _ in range(rounds + 1)][1:])
    finally:
        await asyncio.to_thread(stack.close)
        await engine.close()


async def both(engine: Engine, students: list[Student]) -> tuple[Run, Run]:
    whole = await streamed(students, QUESTIONS)
    return await raw(engine, QUESTIONS[: len(students)], whole.asked), whole


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
