"""What streaming costs: the tokens of the embedded engine as a websocket client gets them, against the engine alone.

    python -m benchmarks.streaming [--rounds 3] [--firsts 12]

Two engines are loaded: one by this process, the other by the worker of a whole Lemma (Valkey, SQLite, worker, web server). The same
questions go to one and to the other in turn, for one student and for eight, new ones in each round, so that neither has an answer's
beginning in its prefix cache; the first round warms both and is not counted. The engine alone is asked at the moments at which the
students' questions were in the queue: one process asks for all students, one after another. From that moment: the time to the first text,
and the tokens over the time to the last text, on both sides. More rounds are stopped at the first text, because it comes with a step of
the engine, and one that is just missed costs as long as that step. The browser is not part of it, nor the POST that asks.
"""

import argparse
import asyncio
import json
import statistics
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from inference import prompts, weights
from inference.engines import Engine, Sampling
from inference.engines.opening import open_engine
from inference.loading import wait_until_ready
from inference.solve import Limits
from inference.wire import FENCE
from tutor.tests.stack import FINAL, Stack, Student

SETS = 40  # of questions


def questions(round_: int) -> list[str]:
    """Eight, and no two of any two of the `SETS` rounds the same."""
    return [f"Explain in words why {number} * {number + 4} is what it is." for number in range(100 + round_, 100 + 8 * SETS, SETS)]


@dataclass(frozen=True)
class Run:
    """Of the students of one run: the median first text in seconds, all tokens a second, and when each asked, in seconds from the start."""

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


async def raw(engine: Engine, asked: list[str], delays: list[float], *, whole: bool) -> Run:
    began = time.monotonic()

    async def one(question: str, delay: float) -> Answer:
        await asyncio.sleep(delay)
        asked_at = time.monotonic()
        prompt = prompts.chat(question, mode="cot", language="en", wire=FENCE, history=())
        arrivals, tokens = [], 0
        async with aclosing(engine.stream(prompt, Sampling(max_tokens=Limits().tokens), question)) as chunks:
            async for chunk in chunks:
                arrivals += [time.monotonic()] if chunk.text else []
                tokens += chunk.tokens
                if arrivals and not whole:
                    break
        return Answer(asked_at, arrivals[0], arrivals[-1], tokens)

    return run_of(await asyncio.gather(*(one(*begun) for begun in zip(asked, delays, strict=True))), began)


async def streamed(students: list[Student], asked: list[str], *, whole: bool) -> Run:
    began = time.monotonic()

    async def one(student: Student, question: str) -> Answer:
        turn = await asyncio.to_thread(student.ask, question)
        asked_at = time.monotonic()
        seen: list[dict[str, Any]] = await student.watch(turn, [], until=FINAL if whole else ("token", *FINAL))
        arrivals = [event["at"] for event in seen if event["kind"] == "token"]
        if not whole:
            await asyncio.to_thread(student.stop, turn["turn"])
            await student.watch(turn, seen)
        return Answer(asked_at, arrivals[0], arrivals[-1], seen[-1]["data"].get("tokens", 0))

    return run_of(await asyncio.gather(*(one(student, question) for student, question in zip(students, asked, strict=True))), began)


def run_of(answers: list[Answer], began: float) -> Run:
    rate = sum(answer.tokens for answer in answers) / (max(answer.last for answer in answers) - began)
    asked = [answer.asked - began for answer in answers]
    return Run(statistics.median(answer.first - answer.asked for answer in answers), rate, asked)


async def measure(rounds: int, firsts: int) -> None:
    engine = open_engine(path=weights.find())
    await wait_until_ready(engine, 300)
    stack = Stack("embedded", engine=False)
    try:
        await asyncio.to_thread(stack.start)
        students = [stack.student() for _ in questions(0)]
        for count in (1, 8):
            wholes = [await both(engine, students[:count], number, whole=True) for number in range(rounds + 1)][1:]
            numbers = range(rounds + 1, rounds + 1 + firsts)
            report(count, wholes, [await both(engine, students[:count], number, whole=False) for number in numbers])
    finally:
        await asyncio.to_thread(stack.close)
        await engine.close()


async def both(engine: Engine, students: list[Student], round_: int, *, whole: bool) -> tuple[Run, Run]:
    """The engine alone, and the whole of Lemma."""
    asked = questions(round_)[: len(students)]
    lemma = await streamed(students, asked, whole=whole)
    return await raw(engine, asked, lemma.asked, whole=whole), lemma


def report(students: int, runs: list[tuple[Run, Run]], firsts: list[tuple[Run, Run]]) -> None:
    later = [1000 * (lemma.first - alone.first) for alone, lemma in firsts]
    result = {
        "students": students,
        "raw tokens/s": [round(alone.rate, 1) for alone, _ in runs],
        "streamed tokens/s": [round(lemma.rate, 1) for _, lemma in runs],
        "ratio": round(statistics.median(lemma.rate / alone.rate for alone, lemma in runs), 3),
        "raw first text ms": round(1000 * statistics.median(alone.first for alone, _ in firsts)),
        "later by ms": round(statistics.median(later)),
        "from, to": [round(min(later)), round(max(later))],
    }
    print(json.dumps(result), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--firsts", type=int, default=12)
    options = parser.parse_args()
    asyncio.run(measure(options.rounds, options.firsts))


if __name__ == "__main__":
    main()
