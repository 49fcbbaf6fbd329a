"""What best of N costs beside one answer, and beside N answers one after another, or at once without anything in common.

    python -m benchmarks.best_of [--problems 6] [--n 8] [--mode cot|tir] [--data FILE]

The embedded engine, its reward head and the sandbox. For each problem, one after another: N solutions in a loop, each scored as soon as
it is there, and then best of N by reward, which writes the same N (the seeds are the same) side by side; and N at once whose prompts
begin with numbers of their own, so that each is read by itself. One answer's time is a loop's time over N. The share of scoring is the
time of scoring all N once more with nothing else going on, over the whole. Problems of our own, unless a file is given. Prints Markdown.
"""

import argparse
import asyncio
import itertools
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from inference import prompts, weights
from inference.best_of import Budget
from inference.engines import Engine
from inference.engines.opening import open_engine
from inference.engines.openvino import OpenVinoEngine
from inference.events import Done, Event, Mode, Solved
from inference.loading import wait_until_ready
from inference.reward.embedded import EmbeddedScorer
from inference.reward.heads import trained_head
from inference.sandbox import Sandbox
from inference.sandbox.jail import open_sandbox
from inference.solve import SAMPLED, seed_of, solve
from inference.wire import FENCE
from training.evaluation.datasets import read_problems

QUESTIONS = (
    "A shop sells 3 pens for 4 euros. How much do 27 pens cost, in euros?",
    "Lea reads 18 pages a day and has read for 9 days. Her book has 300 pages. How many pages are left?",
    "A train leaves with 240 people. At the first stop a third of them get off and 25 get on. How many people are on the train then?",
    "A rectangle is 12 cm long, and its width is 5 cm less than its length. What is its area in square centimetres?",
    "Tom saves 15 euros a week and spends 6 euros of that on stickers. After how many weeks has he 108 euros?",
    "Three friends share 84 marbles so that Ann has twice as many as Ben, and Ben twice as many as Cem. How many has Ann?",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one problem, in seconds."""

    loop: float
    together: float
    scoring: float
    apart: float


@dataclass(frozen=True, slots=True)
class Tools:
    """What solves; `n` candidates in `mode`."""

    engine: Engine
    sandbox: Sandbox
    scorer: EmbeddedScorer
    n: int
    mode: Mode

    def solve(self, problem: str, *, n: int, seed: int) -> AsyncGenerator[Event]:
        """Nothing is dropped for being slow: both sides write the same."""
        return solve(
            problem,
            engine=self.engine,
            sandbox=self.sandbox,
            mode=self.mode,
            language="en",
            n=n,
            select="reward",
            scorer=self.scorer,
            seed=seed,
            temperature=SAMPLED,
            budget=Budget(patience=1e9),
        )


async def measure(tools: Tools, problem: str) -> Measured:
    prompt = prompts.chat(problem, mode=tools.mode, language="en", wire=FENCE, history=())
    await _loop(tools, problem, prompt, 1)  # both sides have read the problem
    began = time.monotonic()
    await _loop(tools, problem, prompt, tools.n)
    loop = time.monotonic() - began
    began = time.monotonic()
    texts = await _together(tools, problem)
    together = time.monotonic() - began
    began = time.monotonic()
    await tools.scorer.score(problem, texts, prompt=prompt)
    scoring = time.monotonic() - began
    began = time.monotonic()
    await asyncio.gather(*(_written(tools, f"{1000 + number}. {problem}", number) for number in range(tools.n)))
    return Measured(loop, together, scoring, time.monotonic() - began)


async def _loop(tools: Tools, problem: str, prompt: str, count: int) -> None:
    for number in range(count):
        await tools.scorer.score(problem, [await _written(tools, problem, seed_of(0, number))], prompt=prompt)


async def _written(tools: Tools, problem: str, seed: int) -> str:
    async with aclosing(tools.solve(problem, n=1, seed=seed)) as events:
        done = [event async for event in events if isinstance(event, Done)]
    return done[0].text


async def _together(tools: Tools, problem: str) -> list[str]:
    async with aclosing(tools.solve(problem, n=tools.n, seed=0)) as events:
        return [event.text async for event in events if isinstance(event, Solved)]


def report(measured: list[Measured], n: int, mode: str) -> None:
    loop, together, scoring, apart = (sum(getattr(one, name) for one in measured) for name in ("loop", "together", "scoring", "apart"))
    print(f"{len(measured)} problems, {mode}, N = {n}\n")
    print("| | seconds a problem | ratio |\n|---|---|---|")
    print(f"| one answer, scored | {loop / n / len(measured):.1f} | |")
    print(f"| {n} in a loop | {loop / len(measured):.1f} | {loop / together:.2f} times best of {n} |")
    print(f"| best of {n} | {together / len(measured):.1f} | {n * together / loop:.2f} times one answer |")
    print(f"| {n} at once, each read by itself | {apart / len(measured):.1f} | {apart / together:.2f} times best of {n} |")
    print(f"| scoring {n} | {scoring / len(measured):.2f} | {scoring / together:.1%} of best of {n} |")


async def run(problems: list[str], n: int, mode: Mode) -> None:
    path = weights.find()
    engine = open_engine(path=path, head=trained_head(path))
    assert isinstance(engine, OpenVinoEngine)
    sandbox = await open_sandbox()
    try:
        await wait_until_ready(engine, 300)
        tools = Tools(engine, sandbox, EmbeddedScorer(engine), n, mode)
        report([await measure(tools, problem) for problem in problems], n, mode)
    finally:
        await sandbox.close()
        await engine.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=6)
    parser.add_argument("--n", type=int, default=8)
    parser.add_argument("--mode", choices=("cot", "tir"), default="cot")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    questions = (problem.question for problem in read_problems(options.data)) if options.data else iter(QUESTIONS)
    asyncio.run(run(list(itertools.islice(questions, options.problems)), options.n, options.mode))


if __name__ == "__main__":
    main()
