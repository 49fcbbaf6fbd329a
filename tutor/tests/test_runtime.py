"""The worker's process: what becomes of it when a part of it ends."""

import os
import signal
import subprocess
import sys

from tutor.tests.stack import ROOT

BROKEN = """
import django, time
django.setup()
from tutor import runtime, tools

def broken(served):
    raise RuntimeError("nobody thought of this")

tools.engine_from_settings = broken
runtime.Runtime().start()
time.sleep(60)
"""


def test_a_worker_whose_watch_over_the_engine_ends_is_ended_and_says_so(tmp_path):
    environment = os.environ | {
        "LEMMA_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    ended = subprocess.run([sys.executable, "-c", BROKEN], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=50)
    assert ended.returncode == -signal.SIGKILL
    assert "so does this worker" in ended.stderr
    assert "nobody thought of this" in ended.stderr
