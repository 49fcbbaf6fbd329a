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

QUICK = {"soft_seconds": 1.5, "hard_seconds": 2.0, "memory_bytes": 768 << 20}  # seconds; attacks on time wait as long


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


FIND_SANDBOX = """
import sys
frame = sys._getframe()
while 'nonce' not in str(frame.f_locals.get('request', '')):
    frame = frame.f_back
jailed, nonce = frame.f_locals['self'], frame.f_locals['request']['nonce']
RESULT = {'nonce': nonce, 'pid': os.getpid(), 'error': None, 'timed_out': False, 'images': []}
"""


@pytest.mark.parametrize(
    "forgery",
    [
        "os.write(jailed.replies, b'garbage' * 10)",
        "os.write(jailed.replies, b'{')",
        "os.write(jailed.replies, bytes([255] * 64))",
        "jailed.send({**RESULT, 'nonce': '0' * 32})",
        "jailed.send(RESULT)",
        "jailed.send({**RESULT, 'error': 'twice'})\njailed.send({**RESULT, 'error': 'twice'})",
        "jailed.send({**RESULT, 'pid': 1})",
        "jailed.send({**RESULT, 'pid': os.getppid()})",
        "jailed.send({**RESULT, 'images': [-1]})",
        "jailed.send({**RESULT, 'images': [10**30]}, b'x')",
        "jailed.send({**RESULT, 'error': [1]})",
        "jailed.send({'ended': 10**30})",
        "jailed.send({'ready': nonce})",
        "import threading\nthreading.Timer(0.1, jailed.send, [RESULT]).start()",
    ],
)
def test_a_forged_reply_costs_its_own_session_only(forgery: str, attacked: Host) -> None:
    forger, other = attacked.open(), attacked.open()
    assert attacked.run(other, "kept = 42")["error"] is None
    attacked.run(forger, PRELUDE + FIND_SANDBOX + forgery)
    time.sleep(0.2)
    assert attacked.run(forger, "2 + 2")["raised"] == "SessionLost"
    assert attacked.run(other, "kept")["output"] == "42\n"
    attacked.ask({"close": forger})
    attacked.ask({"close": other})


def test_killing_everything_in_sight_costs_its_own_session_only(attacked: Host) -> None:
    killer, other = attacked.open(), attacked.open()
    assert attacked.run(other, "kept = 42")["error"] is None
    for _ in range(3):
        attacked.run(killer, "import os, signal\nos.kill(-1, signal.SIGKILL)")
    assert attacked.run(other, "kept")["output"] == "42\n"
    attacked.ask({"close": killer})
    attacked.ask({"close": other})


FORKS = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        {write}
        time.sleep({seconds})
        os._exit(0)
time.sleep({seconds})
"""
READ, WRITE = "len(kept)", "kept[::4096] = b'x' * len(kept[::4096])"


def test_forks_that_write_to_the_state_s_memory_count(attacked: Host) -> None:
    session = attacked.open()
    assert attacked.run(session, "kept = bytearray(b'o') * (300 << 20)")["error"] is None
    assert attacked.run(session, FORKS.format(write=READ, seconds=0.3))["error"] is None, "what they share counts once"
    assert "used more than 768 MB" in attacked.run(session, FORKS.format(write=WRITE, seconds=60))["error"]
    assert attacked.run(session, "len(kept) >> 20")["output"] == "300\n"
    attacked.ask({"close": session})


@pytest.mark.parametrize("ending", ["", "1 / 0", "time.sleep(60)", "os._exit(0)"])
def test_a_daemon_does_not_outlive_its_cell(ending: str, attacked: Host) -> None:
    session = attacked.open()
    daemon = f"""{PRELUDE}
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        for number in range(1, 32):
            if number not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(number, signal.SIG_IGN)
        while True:
            pass
    os._exit(0)
time.sleep(0.2)
{ending}"""
    pid = int(attacked.run(session, daemon)["output"])
    result = attacked.run(session, f"import os, time\nfor _ in range(100):\n    time.sleep(0.01)\n    os.kill({pid}, 0)")
    assert "ProcessLookupError" in result["error"]
    attacked.ask({"close": session})


HEADLESS = f"""{PRELUDE}
import threading
def work():
    while True:
        open("/tmp/sign", "w").write(str(time.time()))
        time.sleep(0.01)
if os.fork() == 0:
    threading.Thread(target=work).start()
    libc.syscall(60, 0)  # the first thread alone ends
time.sleep(0.3)
"""
LIVES = "import time\nbefore = open('/tmp/sign').read()\ntime.sleep(0.3)\nopen('/tmp/sign').read() == before"


def test_nor_does_one_whose_first_thread_has_ended(attacked: Host) -> None:
    session = attacked.open()
    assert attacked.run(session, HEADLESS)["error"] is None
    assert attacked.run(session, LIVES)["output"] == "True\n"
    attacked.ask({"close": session})


LATER = """
import os, threading, time
def work():
    time.sleep(0.5)
    os.fork() or time.sleep(60)
threading.Thread(target=work).start()
"""


def test_a_thread_that_outlives_its_cell_does_not_fork(attacked: Host) -> None:
    session, quiet = attacked.open(), attacked.open()
    for each, cell in ((session, LATER), (quiet, LATER.replace("os.fork()", "False"))):
        assert attacked.run(each, cell)["error"] is None
    time.sleep(3)
    assert attacked.run(session, "2 + 2")["raised"] == "SessionLost"
    assert attacked.run(quiet, "2 + 2")["output"] == "4\n"
    for each in (session, quiet):
        attacked.ask({"close": each})


NO_ROOM = """
import resource, threading
limit = resource.getrlimit(resource.RLIMIT_NPROC)[1]
threading.Timer(1, resource.setrlimit, (resource.RLIMIT_NPROC, (limit, limit))).start()
resource.setrlimit(resource.RLIMIT_NPROC, (1, limit))
"""


def test_no_room_for_a_process_is_an_error_that_passes(attacked: Host) -> None:
    session = attacked.open()
    assert attacked.run(session, NO_ROOM)["error"] is None
    assert "could not start: [Errno 11]" in attacked.run(session, "2 + 2")["error"]
    time.sleep(1.2)
    assert attacked.run(session, "threading.active_count()")["output"] == "1\n"
    attacked.ask({"close": session})
