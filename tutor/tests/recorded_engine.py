"""An OpenAI-compatible server that replays a recording at a chosen pace, counts its requests, and fails on request.

`python -m tutor.tests.recorded_engine --port 9000 --rate 30`. "Count to N" is answered with N numbers ("slowly": at a tenth of the pace),
"Draw a plot", "Loop for ever" and "Print a NUL" with Python that does so; for lessons there are the problems of `LESSONS`.

    GET  /v1/models, POST /v1/completions    as the real ones
    GET  /stats      {"active", "started", "finished", "aborted", "sent": {question: [time.monotonic() of each chunk]}}
    POST /fault?seconds=S                    cut every stream, and answer 503 for S seconds
"""

import argparse
import asyncio
import itertools
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

PROGRAMS = {
    "Draw a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint(6 * 7)",
    "Loop for ever": "while True:\n    pass",
    "Print a NUL": "print('4\\x002')",
}
DIVIDED = "in the drawer"  # a problem whose solutions in words come to 5, and those with Python to 7
LESSONS = {  # a part of the problem: the solution in words, the program, hints (the first leaks), a question
    "sold clips": (
        "In May she sold $48/2 = 24$ clips.\nAltogether she sold $48 + 24 = 72$ clips.\nThe answer is $\\boxed{72}$.",
        "print(48 + 48 // 2)\n",
        ["It is 72, is it not?", "How do the clips of May depend on those of April?"],
        "How many clips did she sell in May?",
    ),
    "个苹果": (
        "吃了以后还剩 $12 - 3 = 9$ 个。\n现在有 $9 + 5 = 14$ 个。\n答案是 $\\boxed{14}$。",
        "print(12 - 3 + 5)\n",
        ["现在是十四个。", "吃了苹果以后，数量会怎样变化？"],
        "吃了以后还剩几个？",
    ),
}
HINTED = itertools.count()
COUNT = re.compile(r"Count to (\d+)")
ASKED = re.compile(r"<\|im_start\|>user\n(.*?)<\|im_end\|>", re.DOTALL)
EVENT_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def chunks_for(prompt: str) -> list[str]:
    """What the model "says"."""
    for task, program in PROGRAMS.items():
        if task in prompt:
            return (
                ["The result is ", "\\boxed{42}."] if "```output" in prompt else [f"{program}\n", "```\n"]
            )  # the block has been opened for it
    if "You sort messages" in prompt:
        return ["OTHER" if "love letter" in prompt else "MATHS"]
    if "缺少信息" in prompt:
        return ["缺少了什么"]  # no question
    if problem := max(LESSONS, key=prompt.rfind) if any(map(prompt.count, LESSONS)) else None:  # the one that was posed last
        return lesson_chunks(prompt, *LESSONS[problem])
    if DIVIDED in prompt:
        return divided_chunks(prompt)
    if "3 + 4 = ?" in prompt:
        return ["It is $\\boxed{8}$."]
    numbers = int(COUNT.findall(prompt)[-1])
    return [f"{number} " for number in range(1, numbers + 1)] + [f"\\boxed{{{numbers}}}"]


def divided_chunks(prompt: str) -> list[str]:
    if "```output" in prompt:
        return ["So it is $\\boxed{7}$."]
    return ["print(7)\n", "```\n"] if "```python" in prompt else ["There are $2 + 3 = 5$.\nThe answer is $\\boxed{5}$."]


def lesson_chunks(prompt: str, words: str, program: str, hints: list[str], question: str) -> list[str]:
    if "never say the final answer" in prompt or "绝不说出最终答案" in prompt:
        asks = "whose reply is the value" in prompt or "它的答案就是" in prompt
        return [question] if asks else [hints[next(HINTED) % 2]]
    if "Do not answer that yet" in prompt or "先不要回答" in prompt:
        return [f"It is $\\boxed{{{words.split('$')[1]}}}$."]  # the first calculation
    if "```output" in prompt:
        return [f"So it is $\\boxed{{{prompt.rsplit('```output', 1)[1].split()[0]}}}$."]
    return [program, "```\n"] if "```python" in prompt.rsplit("<|im_start|>assistant", 1)[1] else [words]


class RecordedEngine:
    def __init__(self, rate: float) -> None:
        self.pause = 1 / rate
        self.down_until = 0.0
        self.streams: set[asyncio.StreamWriter] = set()
        self.started = self.finished = self.aborted = 0
        self.sent: dict[str, list[float]] = {}

    async def serve(self, port: int) -> None:
        server = await asyncio.start_server(self.answer, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split("\r\n")[0].split(" ")
            length = re.search(r"(?i)content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            await self.route(method, urlsplit(target), body, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, which /stats shows
        finally:
            writer.close()

    async def route(self, method, url, body, reader, writer) -> None:
        if url.path == "/stats":
            stats = {key: getattr(self, key) for key in ("started", "finished", "aborted", "sent")}
            await reply(writer, 200, {"active": len(self.streams), **stats})
        elif url.path == "/fault":
            self.down_until = time.monotonic() + float(parse_qs(url.query)["seconds"][0])
            for stream in self.streams:
                stream.transport.abort()
            await reply(writer, 200, {})
        elif time.monotonic() < self.down_until:
            await reply(writer, 503, {"error": {"message": "recorded outage"}})
        elif url.path == "/v1/models":
            await reply(writer, 200, {"object": "list", "data": [{"id": "recorded", "object": "model", "max_model_len": 4096}]})
        else:
            await self.complete(json.loads(body), reader, writer)

    async def complete(self, request, reader, writer) -> None:
        self.started += 1
        self.streams.add(writer)
        gone = asyncio.create_task(reader.read())  # ends when the client closes
        try:
            await self.stream(request["prompt"], request["max_tokens"], gone, writer)
        finally:
            self.streams.discard(writer)
            gone.cancel()

    async def stream(self, prompt, most, gone, writer) -> None:
        writer.write(EVENT_STREAM)
        times = self.sent.setdefault(ASKED.findall(prompt)[-1], [])
        chunks = chunks_for(prompt)
        end = "stop" if len(chunks) <= most else "length"
        chunks = chunks[:most]
        due = time.monotonic()
        pause = self.pause * (10 if "slowly" in prompt else 1)
        for number, text in enumerate(chunks, 1):
            due += pause
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if gone.done() or writer.transport.is_closing():
                self.aborted += 1
                return
            finish = end if number == len(chunks) else None
            choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
            times.append(time.monotonic())
            message = {"id": "r", "object": "text_completion", "model": "recorded", "choices": [choice]}
            writer.write(f"data: {json.dumps(message)}\n\n".encode())
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()
        self.finished += 1


async def reply(writer, status, body) -> None:
    data = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + data)
    await writer.drain()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, default=30.0, help="tokens a second of each request")
    options = parser.parse_args()
    asyncio.run(RecordedEngine(options.rate).serve(options.port))
