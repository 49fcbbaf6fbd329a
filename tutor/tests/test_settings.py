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
        ({"HTTPS": "enabled"}, "HTTPS is enabled; set it to true or false."),
        ({"DATABASE_URL": "lemma"}, "DATABASE_URL is no address that can be used: it must begin with postgres:// or postgresql://."),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL is no address that can be used: it must begin with redis://"),
        ({"ENGINE_URL": "gpu:8000/v1"}, "ENGINE_URL is no address that can be used: it must begin with http:// or https://."),
        ({"REDIS_URL": "redis://localhost:6379a/0"}, "REDIS_URL is no address that can be used: its port is no number"),
        ({"DATABASE_URL": "postgres://lemma:p/ss@127.0.0.1/lemma"}, "A sign in its password that is no letter or digit is written as %"),
        ({"DATABASE_URL": "postgres://lemma:p#ss@127.0.0.1/lemma"}, "A sign in its password that is no letter or digit is written as %"),
        ({"DATABASE_URL": "postgres://lemma@127.0.0.1"}, "DATABASE_URL names no database"),
        ({"ALLOWED_HOSTS": "lemma.example,https://lemma.example"}, "ALLOWED_HOSTS has https://lemma.example; set it to names"),
        ({"ALLOWED_HOSTS": "lemma.example:8000"}, "without a port"),
        ({"ALLOWED_HOSTS": "[::1]:8000"}, "without a port"),
        ({"BACKGROUND_TOGETHER": "0"}, "BACKGROUND_TOGETHER is 0; set it to a whole number, 1 or more."),
        ({"QUEUE_LIMIT": "many"}, "QUEUE_LIMIT is many; set it to a whole number, 1 or more."),
        ({"LEASE_SECONDS": "nan"}, "LEASE_SECONDS is nan; set it to a number, 1.0 or more."),
    ],
)
def test_a_careless_one_does_not_start(tmp_path, changed, message):
    done = run(tmp_path, LOAD, **changed)
    assert done.returncode
    assert message in done.stderr


SAID = """
from config import clock, settings as s
own = s.VAR_DIR == s.BASE_DIR / "var", s.TIME_ZONE == clock.machine_time_zone()
print(*own, s.ALLOWED_HOSTS, s.CSRF_TRUSTED_ORIGINS, s.REWARD_PRECISION, s.ENGINE_API_KEY)
"""


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_command_says_in_one_line_what_is_wrong(tmp_path, command):
    done = run(tmp_path, ["manage.py", command], SECRET_KEY="short")
    assert done.returncode == 1
    assert [line.split(" to ")[0] for line in done.stderr.splitlines()] == ["Set SECRET_KEY"]


def test_what_is_empty_counts_as_not_set(tmp_path):
    names = ("LEMMA_VAR", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "TIME_ZONE", "REWARD_PRECISION", "ENGINE_API_KEY")
    done = run(tmp_path, ["-c", SAID], **dict.fromkeys(names, ""))
    assert done.stdout == "True True ['127.0.0.1', 'localhost', '[::1]'] [] auto \n", done.stderr


def test_blanks_and_signs_are_taken_as_they_are_meant(tmp_path):
    said = {
        "ALLOWED_HOSTS": "lemma.example, 10.0.0.2",
        "CSRF_TRUSTED_ORIGINS": "https://a.example, https://b.example,",
        "TIME_ZONE": "Asia/Tokyo",
    }
    done = run(tmp_path, ["-c", SAID], **said, SECRET_KEY=f"${secrets.token_urlsafe(60)}", ENGINE_API_KEY="$ecret")
    expected = "False False ['lemma.example', '10.0.0.2'] ['https://a.example', 'https://b.example'] auto $ecret\n"
    assert done.stdout == expected, done.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    done = run(tmp_path, LOAD, DATABASE_URL="", LEMMA_VAR="/dev/null/var")
    assert "LEMMA_VAR is /dev/null/var, and no folder can be made there: Not a directory." in done.stderr


SHOW = ["-c", "from config.settings import DATABASES, KEY_SAMPLES; print(DATABASES['default']['OPTIONS'], KEY_SAMPLES)"]


def test_what_the_address_of_the_database_says_is_heeded(tmp_path):
    done = run(tmp_path, SHOW, DATABASE_URL="postgres://lemma@127.0.0.1:1/lemma?sslmode=verify-full", KEY_SAMPLES="")
    assert "'sslmode': 'verify-full'" in done.stdout
    assert done.stdout.endswith(" 3\n")
    assert "'pool'" in done.stdout


BROKER = """
import django; django.setup()
from config.celery import app
from django.conf import settings
print(app.connection_for_write().ssl, settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"][0]["address"].partition("?")[2])
"""


@pytest.mark.parametrize(
    ("options", "celery"),
    [("", "{'ssl_cert_reqs': <VerifyMode.CERT_REQUIRED: 2>}"), ("?ssl_ca_certs=/etc/ca.pem", "{'ssl_ca_certs': '/etc/ca.pem'}")],
)
def test_a_broker_behind_tls_has_to_show_who_it_is(tmp_path, options, celery):
    """To the workers as to the sockets. Without any option Celery would not ask."""
    url = f"rediss://127.0.0.1:1/0{options}"
    done = run(tmp_path, ["-c", BROKER], REDIS_URL=url, DJANGO_SETTINGS_MODULE="config.settings")
    assert done.stdout == f"{celery} {options[1:] or 'ssl_cert_reqs=required'}\n", done.stderr


PAUSES = """
from config.settings import DATABASES
from psycopg_pool.base import AttemptWithBackoff
now, attempt = 0.0, AttemptWithBackoff(timeout=DATABASES["default"]["OPTIONS"]["pool"].get("reconnect_timeout", 300.0))
while not attempt.time_to_give_up(now):
    attempt.update_delay(now)
    now += attempt.delay
    print(attempt.delay)
"""


def test_a_database_that_comes_back_is_not_left_waiting(tmp_path):
    """Whoever asks while the pool pauses gets nothing, and its pauses would grow to minutes."""
    pauses = [float(line) for line in run(tmp_path, ["-c", PAUSES]).stdout.split()]
    assert pauses
    assert max(pauses) < 5


def test_with_long_leases_a_worker_does_not_seem_silent(tmp_path):
    command = ["-c", "import django; django.setup(); from tutor import runtime; print(runtime.HEARTBEAT)"]
    assert run(tmp_path, command, LEASE_SECONDS="60", DJANGO_SETTINGS_MODULE="config.settings").stdout == "5.0\n"


def test_an_embedded_one_makes_its_key_once(tmp_path):
    run(tmp_path, LOAD, DATABASE_URL="", SECRET_KEY="")
    key = (tmp_path / "secret-key").read_text()
    assert len(key) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    run(tmp_path, LOAD, DATABASE_URL="", SECRET_KEY="")
    assert (tmp_path / "secret-key").read_text() == key


@pytest.mark.parametrize("database", ["", PRODUCTION["DATABASE_URL"]])
def test_the_folder_for_what_it_writes_is_made_for_nobody_else(tmp_path, database):
    run(tmp_path / "new/var", LOAD, DATABASE_URL=database)
    assert (tmp_path / "new/var").stat().st_mode & 0o777 == 0o700
