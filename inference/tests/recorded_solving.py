"""A recorded model and a recorded sandbox, and solving with them."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

from inference.engines import Chunk, ContextOverflow
from inference.events import Token
from inference.sandbox import CellResult
from inference.solve import solve

PLAN = "Let's compute this step by step with Python.\n\n"
CODE = "from sympy import symbols, solve\nx = symbols('x')\nprint(solve(2*x**2 + 5*x - 3, x))"
ANSWER = "So $x = -3$ or $x = \\frac{1}{2}$: $\\boxed{x = -3, x = \\frac{1}{2}}$."
QUESTION = "Where is 2x^2 + 5x - 3 = 0?"


@dataclass
class Recorded:
    """An engine that replays one recorded continuation a request; like a real one it knows stop strings, tokens and its context.

    What the prompt's end already says of a continuation (the block that is opened for the model) is not said again.
    """

    continuations: list[str]
    chunk: int = 5  # characters a token
    context: int = 100_000  # characters
    model: str = "recorded"
    prompts: list[str] = field(default_factory=list)
    samplings: list = field(default_factory=list)
    open_requests: set[str] = field(default_factory=set)

    async def stream(self, prompt, sampling, request_id):
        if len(prompt) + sampling.max_tokens > self.context:
            raise ContextOverflow("too long")
        self.prompts.append(prompt)
        self.samplings.append(sampling)
        text = self.continuations.pop(0)
        text = text[max(size for size in range(len(text) + 1) if prompt.endswith(text[:size])) :]
        text = text[: min((at for stop in sampling.stop if (at := text.find(stop)) >= 0), default=len(text))]
        pieces = [text[at : at + self.chunk] for at in range(0, len(text), self.chunk)]
        cut = len(pieces) > sampling.max_tokens
        self.open_requests.add(request_id)
        try:
            for piece in pieces[: sampling.max_tokens]:
                await asyncio.sleep(0)
                yield Chunk(piece, 1)
            yield Chunk("", 0, "length" if cut else "stop")
        finally:
            self.open_requests.remove(request_id)


@dataclass
class Executor:
    """A sandbox whose cells print what was recorded."""

    results: list[CellResult | Exception]
    cells: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    async def open(self):
        self.opened += 1
        return self

    async def run(self, code):
        self.cells.append(code)
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    async def close(self):
        self.closed += 1


def fenced(code):
    return f"```python\n{code}\n```\n"


async def collect(engine, sandbox, problem=QUESTION, **options):
    async with aclosing(solve(problem, engine=engine, sandbox=sandbox, **options)) as events:
        return [event async for event in events]


def prose(events, part="text"):
    return "".join(event.text for event in events if isinstance(event, Token) and event.part == part)


def kinds(events):
    return [event.kind for at, event in enumerate(events) if event.kind != "token" or events[at - 1].kind != "token"]
