"""`manage.py serve`: everything starts by one command, dies and comes back, and ends together."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tutor.supervisor import answers, wait_until
from tutor.tests.stack import ROOT, free_port, listens


@pytest.fixture
def directory():
    with tempfile.TemporaryDirectory(prefix="lm-") as name:  # short: a unix socket's path has 107 characters
        yield Path(name)


def serve(directory, port, *options, demo=("--demo",)):
    # An engine that is not there: what serves the pages must not depend on it.
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {"LEMMA_VAR": str(directory), "ENGINE_URL": "http://127.0.0.1:1/v1"}
    command = [sys.executable, "manage.py", "serve", "--port", str(port), *demo, *options]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def children(process):
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def gone(pid):
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_serve(directory):
    port = free_port()
    process = serve(directory, port, "--host", "0.0.0.0")
    wait_until(lambda: listens(port), "not served", 40)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/") as page:
        assert page.status == 200

    other = serve(directory, free_port())
    output, _ = other.communicate(timeout=30)
    assert other.returncode == 1
    assert "already being served" in output

    with tempfile.TemporaryDirectory(prefix="lm-") as elsewhere:
        taken = serve(Path(elsewhere), port)
        output, _ = taken.communicate(timeout=30)
        assert taken.returncode == 1
        assert f"Port {port}" in output
        assert "make run PORT=" in output
        assert output.count("\n") == 1

    output, _ = serve(directory / ("x" * 100), free_port()).communicate(timeout=30)
    assert "too long a path for the broker's socket" in output

    started = children(process)
    assert len(started) == 3
    os.kill(web_of(process), signal.SIGKILL)
    wait_until(lambda: not listens(port), "web was not killed")
    wait_until(lambda: listens(port), "web did not come back", 30)

    started = children(process)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=40)
    assert process.returncode == 0
    assert all(gone(pid) for pid in started)
    assert len(re.findall(r"^(student|teacher|admin) +\S{12}$", output, re.MULTILINE)) == 3
    assert f"http://127.0.0.1:{port}/" in output
    assert "Nobody is an administrator" not in output
    assert "web ended with status -9" in output
    assert "web ended with status -9" in (directory / "log" / "lemma.log").read_text()


def web_of(process):
    return next((pid for pid in children(process) if b"uvicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()), None)


def test_what_a_killed_serve_leaves_ends_and_the_next_one_starts(directory):
    process = serve(directory, port := free_port())
    wait_until(lambda: listens(port), "not served", 40)
    started = children(process)
    process.kill()
    process.communicate()
    wait_until(lambda: all(gone(pid) for pid in started), "a process outlived its supervisor", 30)
    process = serve(directory, port, "--host", "0.0.0.0")
    wait_until(lambda: web_of(process), "no web process", 40)
    os.kill(web_of(process), signal.SIGKILL)  # before it has served anything
    wait_until(lambda: listens(port) and answers(directory / "valkey.sock"), "not served again", 40)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=40)
    assert "student" not in output  # the passwords were printed once
    assert "until ALLOWED_HOSTS says how they call this one" in output


def test_a_database_of_a_newer_version_is_not_served(directory):
    """Half of the pages would work, and each question be an accident."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {"LEMMA_VAR": str(directory)}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, cwd=ROOT, check=True)
    with closing(sqlite3.connect(directory / "lemma.sqlite3")) as database, database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('tutor', '9999_from_afar', '2030-01-01')")
    process = serve(directory, free_port())
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The database is of a newer version (tutor.9999_from_afar). Serve it with that, or go back with the backup." in output


def test_who_serves_without_the_demo_is_told_how_the_first_administrator_is_made(directory):
    process = serve(directory, port := free_port(), demo=())
    wait_until(lambda: listens(port), "not served", 40)
    line = next(line for line in process.stdout if "Nobody is an administrator" in line)
    assert "manage.py createsuperuser" in line
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=40)
