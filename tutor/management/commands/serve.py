"""`manage.py serve`: Lemma with all that it needs, on this machine, until Ctrl-C."""

import fcntl
import logging
import logging.handlers
import os
import signal
import socket
import threading
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from tutor.supervisor import Child, answers, end_orphan, valkey_command, wait_until, web_command, worker_command

LOG_SIZE, LOG_FILES = 5_000_000, 5
WATCH = 0.5  # seconds between looks at the processes
LONGEST_SOCKET = 107  # bytes that Linux lets a socket's path have
OWN_NAMES = {"127.0.0.1", "localhost", "::1", "[::1]"}  # by which no other machine calls this one
EVERYWHERE = {"0.0.0.0", "::"}


class Command(BaseCommand):
    help = "Serve Lemma on this machine: its own Valkey, one worker and one web server. Ctrl-C ends them all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--demo", action="store_true", help="make the demo accounts where they are missing")

    def handle(self, *, host: str, port: int, demo: bool, **options: object) -> None:
        self.ending = threading.Event()
        with ExitStack() as stack:
            _only_one(settings.VAR_DIR, stack)
            _check_port(host, port)
            _log_to(settings.VAR_DIR / "log")
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self.ending.set())
            if host not in OWN_NAMES and OWN_NAMES.issuperset(settings.ALLOWED_HOSTS):
                self.stdout.write(self.style.WARNING("Other machines are turned away until ALLOWED_HOSTS says how they call this one."))
            try:
                children = self._start(host, port, stack)
            except TimeoutError as error:
                raise CommandError(str(error)) from error
            if demo:
                call_command("demo_accounts", stdout=self.stdout)
            announced = False
            while not self.ending.wait(WATCH):
                for child in children:
                    child.watch()
                announced = announced or self._announce(host, port)
            self.stdout.write("Ending…")

    def _start(self, host: str, port: int, stack: ExitStack) -> list[Child]:
        """Start what is needed in order; `stack` ends it in the reverse order."""
        children = []
        if settings.EMBEDDED_BROKER:
            _check_length(settings.VALKEY_SOCKET)
            end_orphan(settings.VALKEY_SOCKET)
            valkey = Child("valkey", valkey_command(settings.VAR_DIR / "valkey", settings.VALKEY_SOCKET))
            stack.callback(valkey.end)
            valkey.start()
            wait_until(lambda: answers(settings.VALKEY_SOCKET), "Valkey did not start; its lines are above.")
            children.append(valkey)
        call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
        call_command("collectstatic", interactive=False, verbosity=0)
        for child in (Child("worker", worker_command()), Child("web", web_command(host, port))):
            stack.callback(child.end)
            child.start()
            children.append(child)
        return children

    def _announce(self, host: str, port: int) -> bool:
        """Say where Lemma is, once it is there."""
        with socket.socket(_family(host)) as probe:
            if probe.connect_ex((host, port)) != 0:
                return False
        self.stdout.write(self.style.SUCCESS(f"Lemma is at http://{_name_of(host)}:{port}/ (Ctrl-C ends it)"))
        if not User.objects.filter(role=User.Role.ADMIN, is_active=True).exists():
            self.stdout.write(self.style.WARNING("Nobody is an administrator yet: `manage.py createsuperuser` makes the first one."))
        return True


def _name_of(host: str) -> str:
    """By which a browser may call a server that listens everywhere: the address for that is no host's."""
    names = (name for name in settings.ALLOWED_HOSTS if not name.startswith(("*", ".")))
    return next(names, host) if host in EVERYWHERE else host


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _only_one(directory: Path, stack: ExitStack) -> None:
    lock = stack.enter_context((directory / "serve.lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CommandError(f"Lemma is already being served from {directory}. End that first.") from error


def _check_length(socket: Path) -> None:
    if len(os.fsencode(socket)) > LONGEST_SOCKET:
        raise CommandError(f"{socket} is too long a path for the broker's socket. Set LEMMA_VAR to a shorter one.")


def _check_port(host: str, port: int) -> None:
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", error)
            raise CommandError(f"Port {port} on {host} cannot be used ({reason}). Choose another: make run PORT=8765") from error


def _log_to(directory: Path) -> None:
    """Everything that the processes say: here on the terminal, and in a file that does not grow without end."""
    directory.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(directory / "lemma.log", maxBytes=LOG_SIZE, backupCount=LOG_FILES)
    file.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    terminal = logging.StreamHandler()
    terminal.setFormatter(logging.Formatter("%(name)s | %(message)s"))
    for name in ("lemma", "tutor"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.handlers = [file, terminal]
        logger.propagate = False
