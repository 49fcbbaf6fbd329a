"""A made-up reward model behind the interface of vLLM."""

import math

from inference.tests.scripted_server import ScriptedServer, answer

LISTING = {"object": "list", "data": [{"id": "rm", "max_model_len": 50}, {"id": "other"}]}
LETTERS = 0.25  # the made-up model scores a letter by this times its place in the alphabet, and any other character with 0


def said(character: str) -> float:
    return LETTERS * (ord(character) - 96) if "a" <= character <= "z" else 0.0


def pooled(rows_of_texts: list[object]) -> dict:
    data = [{"index": index, "object": "pooling", "data": rows} for index, rows in enumerate(rows_of_texts)]
    return {"id": "pool-1", "object": "list", "model": "rm", "data": data, "usage": {"prompt_tokens": 1}}


class Server(ScriptedServer):
    """A reward model whose tokens are characters (and <extra_0>), until `scripts` has something else to say to /pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.outputs = 1
        self.picks_marks = False
        self.heeds_activation = True
        self.scripts: list[list[object]] = []
        self.answers: dict[str, list[object]] = {"/v1/models": answer(200, LISTING)}

    @property
    def poolings(self) -> list[dict]:
        return [body for head, body in self.requests if head.startswith("POST /pooling ")]

    def script_for(self, head: str, body: dict) -> list[object]:
        path = head.split()[1]
        if path == "/pooling" and self.scripts:
            return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        if path in self.answers:
            return self.answers[path]
        if path == "/tokenize":
            return answer(200, {"count": len(self.tokens(body["prompt"])), "tokens": self.tokens(body["prompt"])})
        return answer(200, pooled([self.rows(text, body["use_activation"]) for text in body["input"]]))

    def tokens(self, text: str) -> list[int]:
        return [ord(character) for character in text.replace("<extra_0>", "\uffff")]

    def rows(self, text: str, activation: bool) -> list[list[float]]:
        scores = [(token, said(chr(token))) for token in self.tokens(text)]
        if self.picks_marks:
            scores = [(token, score) for token, score in scores if token == 0xFFFF]
        if self.outputs == 1:
            return [[1 / (1 + math.exp(-score)) if activation and self.heeds_activation else score] for _, score in scores]
        shares = [0.5 + place / 1000 for place in range(len(scores))]
        return [[1 - share, share] for share in shares] if activation else [[0.0, 1.0]] * len(scores)
