"""A site for the browser: real web process, broker and database; the test itself plays the worker (see script.py)."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tutor.supervisor import answers, valkey_command, wait_until, web_command
from tutor.tests.stack import ROOT, Program, free_port, listens

PASSWORD = "a long passphrase"
PLAIN_HTTP = """() => {
  Object.defineProperty(window, "isSecureContext", { value: false });
  Object.defineProperty(navigator, "clipboard", { value: undefined });
}"""  # as browsers have it for an address of a school's own


class Site:
    module = "tutor.tests.browser.script"  # what plays the worker

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="lm-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "DEBUG", "ENGINE_URL")}
        self.environment = environment | {"LEMMA_VAR": str(self.directory)}
        self.socket = self.directory / "valkey.sock"
        self.broker = Program(self.directory, "broker", valkey_command(self.directory / "valkey", self.socket), self.environment)
        self.web = Program(self.directory, "web", web_command("127.0.0.1", self.port), self.environment)
        self.script = None
        self.names = itertools.count(1)

    @contextmanager
    def running(self):
        try:
            self.start()
            yield self
        finally:
            self.close()

    def start(self):
        self.broker.start()
        for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            subprocess.run([sys.executable, "manage.py", *command], env=self.environment, cwd=ROOT, check=True)
        wait_until(lambda: answers(self.socket), "no broker")
        self.start_web()
        self.script = subprocess.Popen(
            [sys.executable, "-m", self.module],
            env=self.environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.do("worker")

    def start_web(self):
        self.web.start()
        wait_until(lambda: listens(self.port), f"no web; see {self.web.log}", 30)

    def close(self):
        if self.script:
            self.script.stdin.close()
            self.script.wait(10)
            self.script.stdout.close()
        for program in (self.web, self.broker):
            program.kill(signal.SIGTERM)
            program.kill()
        shutil.rmtree(self.directory)

    def do(self, command, **arguments):
        self.script.stdin.write(json.dumps([command, arguments]) + "\n")
        self.script.stdin.flush()
        return json.loads(self.script.stdout.readline())

    def tell(self, turn, *events):
        """Write events to a turn: ("token", {...}), or plain text for a token of text."""
        entries = [["token", {"candidate": 0, "text": e, "part": "text"}] if isinstance(e, str) else list(e) for e in events]
        self.do("tell", turn=turn, events=entries)


# --- Events as a worker writes them ---------------------------------------------------------------------------------------

STARTED = ("started", {"mode": "tir", "language": "en", "model": "recorded", "n": 1})
STOPPED = ("stopped", {})


def typing(code):
    return ("token", {"candidate": 0, "text": code, "part": "code"})


def code(text, number=1):
    return ("code", {"candidate": 0, "round": number, "code": text})


def output(text, number=1, **more):
    plain = {"error": None, "truncated": False, "timed_out": False, "seconds": 0.02, "plots": []}
    return ("output", {"candidate": 0, "round": number, "text": text} | plain | more)


def done(answer=None, *, checked=False, differs=False, refuted=False, finish="stop"):
    data = {"candidate": 0, "answer": answer, "checked": checked, "differs": differs, "refuted": refuted, "finish": finish}
    return ("done", data | {"tokens": 10, "rounds": 0, "seconds": 1.0})


def failed(reason):
    return ("failed", {"reason": reason})
