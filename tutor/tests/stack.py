"""A whole Lemma for tests and benchmarks: real web, worker and broker processes over a recorded engine, on either profile.

What a test breaks it breaks for real: processes are killed, sockets dropped.
"""

import asyncio
import contextlib
import glob
import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import websockets

from tutor.supervisor import answers, valkey_command, wait_until, web_command, worker_command

ROOT = Path(__file__).resolve().parents[2]
PROFILES = ("embedded", "production")
FINAL = ("done", "failed", "stopped")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Program:
    """A process that can be killed and started again with the same command."""

    def __init__(self, directory, name, command, environment, **options):
        self.command, self.environment, self.options = command, environment, options
        self.log = directory / f"{name}.log"
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            options = {"stdout": log, "stderr": log} | self.options
            self.process = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, start_new_session=True, **options)

    def cpu_seconds(self):
        """What it has used so far."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def kill(self, number=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(30)


def postgres(directory):
    """Command of a private Postgres on a free port, its data made; the server refuses to be root."""
    programs = Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
    user = {"user": "postgres"} if os.getuid() == 0 else {}
    data = directory / "postgres"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, "postgres")
        directory.chmod(0o711)
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "lemma", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        **user,
    )
    port = free_port()
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={data}"]
    return [programs / "postgres", "-D", data, "-p", str(port), *options], port, user


class Stack:
    """`start` brings everything up; `web`, `worker`, `broker` and `engine` are there to be killed and started."""

    driving_module = "tutor.tests.driver"  # what does things as a page would

    def __init__(self, profile, *, rate=30.0, turns=32, engine=True, extra=None):
        self.profile = profile
        self.directory = Path(tempfile.mkdtemp(prefix="lm-"))
        self.port, self.engine_port = free_port(), free_port()
        environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "DEBUG")}
        environment |= {
            "LEMMA_VAR": str(self.directory),
            "TURNS_PER_WORKER": str(turns),
            "ACTIVE_TURNS_PER_USER": "100",
            "LEASE_SECONDS": "4",
        }
        if engine:
            environment["ENGINE_URL"] = f"http://127.0.0.1:{self.engine_port}/v1"
        self.services = [self.embedded, self.production][profile == "production"](environment)
        environment |= extra or {}
        self.environment = environment
        self.broker = self.services[0]
        module = [sys.executable, "-m"]
        self.web = self.program("web", web_command("127.0.0.1", self.port))
        self.worker = self.program("worker", worker_command())
        self.engine = self.program("engine", [*module, "tutor.tests.recorded_engine", "--port", str(self.engine_port), "--rate", str(rate)])
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.driver = self.program("driver", [*module, self.driving_module], **pipes)
        self.programs = [*self.services, *([self.engine] if engine else []), self.driver, self.web, self.worker]
        self.driving = threading.Lock()
        self.names = itertools.count(1)

    def program(self, name, command, **options):
        return Program(self.directory, name, command, self.environment, **options)

    def embedded(self, environment):
        self.environment = environment
        self.socket = self.directory / "valkey.sock"
        return [self.program("broker", valkey_command(self.directory / "valkey", self.socket))]

    def production(self, environment):
        self.environment = environment
        command, port, user = postgres(self.directory)
        self.redis_port, self.postgres_port = free_port(), port
        environment["DATABASE_URL"] = f"postgres://lemma@127.0.0.1:{port}/postgres"
        environment["REDIS_URL"] = f"redis://127.0.0.1:{self.redis_port}/0"
        environment["SECRET_KEY"] = secrets.token_urlsafe(60)
        redis = ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(self.directory), "--appendonly", "yes"]
        return [self.program("broker", redis), self.program("postgres", command, **user)]

    def broker_up(self):
        return answers(self.socket) if self.profile == "embedded" else listens(self.redis_port)

    def start(self):
        for program in self.services:
            program.start()
        wait_until(self.broker_up, "no broker")
        if self.profile == "production":
            wait_until(lambda: listens(self.postgres_port), "no postgres")
        self.manage("migrate", "-v0")
        for program in self.programs[len(self.services) :]:
            program.start()
        wait_until(lambda: listens(self.port), f"no web; see {self.web.log}", 30)
        wait_until(lambda: self.do("state")["ok"], f"no worker; see {self.worker.log}", 60)

    def manage(self, *command):
        subprocess.run([sys.executable, "manage.py", *command], env=self.environment, cwd=ROOT, check=True, capture_output=True)

    def close(self):
        if self.driver.process:
            self.driver.process.communicate()
        for program in (self.worker, self.web):
            program.kill(signal.SIGTERM)
        for program in reversed(self.programs):
            program.kill()
        shutil.rmtree(self.directory)

    def do(self, command, **arguments):
        """Have the driver do something as a page would. From any thread: a question and its reply belong together."""
        with self.driving:
            self.driver.process.stdin.write(json.dumps([command, arguments]) + "\n")
            self.driver.process.stdin.flush()
            return json.loads(self.driver.process.stdout.readline())

    def student(self, role="student"):
        return Student(self, f"{role}{next(self.names)}", role)

    def stats(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.engine_port}/stats") as answer:
            return json.load(answer)

    def fault(self, seconds):
        """The engine cuts every stream and is away for a while."""
        urllib.request.urlopen(f"http://127.0.0.1:{self.engine_port}/fault?seconds={seconds}", data=b"").close()

    def wait_for(self, turn, *states, seconds=60):
        wait_until(lambda: self.do("turn", turn=turn)["state"] in states, f"turn {turn} is not {states}", seconds)
        return self.do("turn", turn=turn)


class Student:
    """Asks through the driver, reads through real sockets."""

    def __init__(self, stack, name, role):
        self.stack, self.name = stack, name
        self.cookie = stack.do("sign_up", name=name, role=role)["cookie"]
        self.open = set()

    def ask(self, question, **more):
        return self.stack.do("ask", name=self.name, question=question, **more)

    def stop(self, turn):
        self.stack.do("stop", name=self.name, turn=turn)

    def socket(self, conversation, **options):
        return websockets.connect(
            f"ws://127.0.0.1:{self.stack.port}/ws/conversations/{conversation}/",
            additional_headers={"Cookie": f"sessionid={self.cookie}"},
            origin=f"http://127.0.0.1:{self.stack.port}",
            compression=None,
            # A socket that is left in the middle of a stream must still read, or it waits ten seconds for its goodbye.
            **{"max_queue": None, **options},
        )

    def drop_sockets(self):
        """As a network that goes away: no goodbye."""
        while self.open:
            self.open.pop().transport.abort()

    async def watch(self, asked, seen, *, until=FINAL):
        """Follow a turn over any number of sockets, as the page does: resume after the last `seq`. Appends to `seen`."""
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException):
                async with self.socket(asked["conversation"]) as connection:
                    self.open.add(connection)
                    after = seen[-1]["seq"] if seen else 0
                    await connection.send(json.dumps({"watch": asked["turn"], "after": after}))
                    async for message in connection:
                        event = json.loads(message)
                        if event["kind"] == "position":
                            continue
                        seen.append(event | {"at": time.monotonic()})
                        if event["kind"] in until:
                            return seen
            await asyncio.sleep(0.1)


def text_of(seen):
    """What the page shows at the end: the last run's text."""
    text = ""
    for event in seen:
        if event["kind"] == "started":
            text = ""
        elif event["kind"] == "token":
            text += event["data"]["text"]
    return text


def check_whole(seen, numbers):
    """Every event once and in order, one end, and the whole text."""
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
    assert [event["kind"] for event in seen if event["kind"] in FINAL] == [seen[-1]["kind"]]
    assert seen[-1]["kind"] == "done", seen[-1]
    assert text_of(seen) == "".join(f"{number} " for number in range(1, numbers + 1)) + f"\\boxed{{{numbers}}}"
