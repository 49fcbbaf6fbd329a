"""Nothing leaves the machine when the embedded engine starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import sys

def watch(event, told):
    if event in ("urllib.Request", "socket.getaddrinfo", "socket.connect"):
        print(event, told)

sys.addaudithook(watch)
import {module}
"""


@pytest.mark.parametrize("module", ["inference.engines.openvino_process", "training.pipeline.features"])
def test_openvino_reports_to_nobody(module: str, tmp_path: Path) -> None:
    quiet = ("CI", "TF_BUILD", "JENKINS_URL")  # where OpenVINO is so by itself
    environment = {name: value for name, value in os.environ.items() if name not in quiet} | {"HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED.format(module=module)], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []  # a number by which it would know this machine again
