"""What a production instance refuses to start with, and that Django finds nothing to say about one that starts."""

import os
import secrets
import subprocess
import sys

import pytest

from tutor.tests.stack import ROOT

PRODUCTION = {
    "DATABASE_URL": "postgres://lemma@127.0.0.1:1/lemma",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "HTTPS": "true",
    "ALLOWED_HOSTS": "lemma.example",
}
LOAD = ["-c", "import config.settings"]


def run(tmp_path, command, **changed):
    environment = {key: value for key, value in os.environ.items() if key != "DEBUG"}
    environment |= {"LEMMA_VAR": str(tmp_path), **PRODUCTION, **changed}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_a_production_instance_is_ready_to_deploy(tmp_path):
    done = run(tmp_path, ["manage.py", "check", "--deploy", "--fail-level", "WARNING"])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + "abcdefgh" * 8}, "Set SECRET_KEY"),
        ({"DEBUG": "true"}, "Unset DEBUG"),
    ],
)
def test_a_careless_one_does_not_start(tmp_path, changed, message):
    done = run(tmp_path, LOAD, **changed)
    assert done.returncode
    assert message in done.stderr


def test_an_embedded_one_makes_its_key_once(tmp_path):
    run(tmp_path, LOAD, DATABASE_URL="", SECRET_KEY="")
    key = (tmp_path / "secret-key").read_text()
    assert len(key) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    run(tmp_path, LOAD, DATABASE_URL="", SECRET_KEY="")
    assert (tmp_path / "secret-key").read_text() == key
