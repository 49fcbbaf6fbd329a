"""Every attack, against the real sandbox, started by this user and, where this user is root, by an ordinary one as well."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from inference.sandbox import rootfs
from inference.tests.sandbox_attacks import ATTACKS, PRELUDE, Attack
from inference.tests.sandbox_hosts import USERS, Host, host

QUICK = {"soft_seconds": 1.5, "hard_seconds": 2.0}  # seconds; attacks on time wait as long


@pytest.fixture(scope="module", params=USERS)
def attacked(request: pytest.FixtureRequest) -> Iterator[Host]:
    with host(request.param, **QUICK) as running:
        yield running


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What attacks aim at: a secret file of the host, a file that all sessions share, a port that listens."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "secret").write_text("secret")
    (folder / "secret").chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {"{secret}": str(folder / "secret"), "{shared}": "/py/bin/python", "{port}": str(server.getsockname()[1])}


def aimed(attack: Attack, places: dict[str, str]) -> str:
    code = PRELUDE + attack.code
    for name, place in places.items():
        code = code.replace(name, place)
    return code


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_and_the_session_lives(attack: Attack, attacked: Host, places: dict[str, str]) -> None:
    session = attacked.open()
    assert attacked.run(session, "kept = 41")["error"] is None
    began = time.monotonic()
    result = attacked.run(session, aimed(attack, places))
    assert time.monotonic() - began < 6
    assert re.fullmatch(attack.output, result["output"]), result
    if attack.error is None:
        assert result["error"] is None
    else:
        assert re.search(attack.error, result["error"] or ""), result
    assert attacked.run(session, "kept + 1")["output"] == "42\n"
    assert attacked.ask({"close": session}) == {}


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.outside], ids=lambda attack: attack.name)
def test_outside_the_attack_succeeds(attack: Attack, places: dict[str, str]) -> None:
    root = rootfs.prepared_root(rootfs.default_cache())
    code = aimed(attack, {**places, "{shared}": str(root / "py/bin/python")})
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, env={**os.environ, "LEMMA_CANARY": "canary"}, check=True
    )
    assert attack.outside
    assert re.match(attack.outside, process.stdout), process.stdout
