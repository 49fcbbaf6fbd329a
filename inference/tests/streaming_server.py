"""A server of completions that streams what a test wants."""

import asyncio
import json

from inference.tests.scripted_server import ScriptedServer, answer

LISTING = {"object": "list", "data": [{"id": "first", "max_model_len": 2048}, {"id": "second"}]}


def event(text: str, finish: str | None = None, **more: object) -> bytes:
    return f"data: {json.dumps({'choices': [{'index': 0, 'text': text, 'finish_reason': finish}]} | more)}\n\n".encode()


def usage(tokens: object) -> bytes:
    return f"data: {json.dumps({'choices': [], 'usage': {'completion_tokens': tokens}})}\n\n".encode()


DONE = b"data: [DONE]\n\n"


class Server(ScriptedServer):
    """Answers `/models` with `models`, and each completion with the next of `scripts` (the last one again and again)."""

    def __init__(self) -> None:
        super().__init__()
        self.models: list[object] = answer(200, LISTING)
        self.shown: list[object] = []  # the answer to Ollama's `/api/show`
        self.scripts: list[list[object]] = []
        self.asked = asyncio.Event()  # for a completion

    @property
    def completions(self) -> list[dict]:
        return [body for head, body in self.requests if "/completions" in head]

    def script_for(self, head: str, body: dict) -> list[object]:
        if "/completions" not in head:
            return self.shown if "/api/show" in head else self.models
        self.asked.set()
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
