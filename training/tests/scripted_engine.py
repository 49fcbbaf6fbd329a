"""A model that adds the first two numbers of a question, and writes new problems."""

import asyncio
import re

from inference.engines import Chunk, ContextOverflow, EngineUnavailable

ASKED = re.compile(r"<\|im_start\|>user\n(.*?)<\|im_end\|>", re.DOTALL)
PRINTED = re.compile(r"```output\n(.*?)\n```")
# Garbage where the sandbox expects replies: the session is ended for it, now or at its next cell.
FORGERY = """import os
for file in range(3, 64):
    try:
        os.write(file, b"\\xff" * 64)
    except OSError:
        pass"""


class ScriptedEngine:
    """Every fourth seed comes to a wrong sum. `replies` are what it writes when it is asked for a new problem, by a part of the prompt."""

    model = "scripted"

    def __init__(self, pause=0.0, context=4_000, replies=None):
        self.pause = pause
        self.context = context  # in characters
        self.replies = replies or {}
        self.failing = 0  # requests that are to fail
        self.asked = []

    async def ready(self):
        pass

    async def stream(self, prompt, sampling, request_id):
        if len(prompt) + sampling.max_tokens > self.context:
            raise ContextOverflow("too long")
        self.asked.append((ASKED.findall(prompt)[-1], sampling.seed, sampling.temperature))
        await asyncio.sleep(self.pause)
        if self.failing:
            self.failing -= 1
            raise EngineUnavailable("down for a moment")
        yield Chunk(self.text(prompt, sampling.seed), 5)
        yield Chunk("", 0, "stop")

    async def abort(self, request_id):
        pass

    def text(self, prompt, seed):
        question = ASKED.findall(prompt)[-1]
        if prompt.endswith(("New problem:\n", "新题目：\n")):
            return next((reply for part, reply in self.replies.items() if part in question), "I do not know.")
        if "BREAK OUT" in question:
            return f"{FORGERY}\n```\n" if prompt.endswith("```python\n") else "Again:\n```python\nprint(1)\n```\n"
        if printed := PRINTED.findall(prompt):
            return f"So it is $\\boxed{{{printed[-1]}}}$."
        left, right = map(int, re.findall(r"\d+", question)[:2])
        wrong = seed % 4 == 0
        if prompt.endswith("```python\n"):
            return f"print({left} + {right}{' + 1' * wrong})\n```\n"
        return f"It is {left} + {right}, so $\\boxed{{{left + right + wrong}}}$."
