"""A model for lessons that says what a test wants, in turn, to the prompts that a text stands in."""

from collections import Counter

from inference.engines import Chunk
from inference.sandbox import CellResult

WORDS = "put your final answer within"  # stands in what asks for a whole solution
PROGRAM = "programs to solve the problem above"


class ScriptedEngine:
    """`replies`: (a part of the prompt, texts that are said to it by turns); the first that fits is taken. Counts what was asked."""

    model = "scripted"
    context = 100_000

    def __init__(self, *replies):
        self.replies = replies
        self.asked = Counter()
        self.prompts = []

    async def ready(self):
        pass

    async def stream(self, prompt, sampling, request_id):
        part, texts = next((part, texts) for part, texts in self.replies if part in prompt)
        self.prompts.append(prompt)
        yield Chunk(texts[self.asked[part] % len(texts)], 1)
        self.asked[part] += 1
        yield Chunk("", 0, "stop")

    async def abort(self, request_id):
        pass

    async def close(self):
        pass


class Sandbox:
    """Prints the same for every program."""

    def __init__(self, output):
        self.output = output

    async def open(self):
        return self

    async def run(self, code):
        return CellResult(output=self.output)

    async def close(self):
        pass


def solver(solution, answer):
    """What an engine says that solves each problem so: in words, and by a program and its result."""
    return (("```output", [f"It is $\\boxed{{{answer}}}$."]), (PROGRAM, ["print()\n```\n"]), (WORDS, [solution]))
