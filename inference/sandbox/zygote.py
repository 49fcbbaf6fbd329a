"""The zygote, the jail's first process: it imports the mathematics once, and forks every session from that. Runs inside the jail.

It runs no model code itself. A session gets fresh user, mount, process, network, IPC, host-name and cgroup namespaces, a /tmp of its own,
and its own channel to the host, which arrives with the request to open it. One session is always made ahead and waits for that request.
When the host goes away, its end of the control socket closes, the zygote ends, and the kernel ends everything in its namespaces with it.
"""

import ctypes
import gc
import json
import os
import signal
import socket
import sys
from typing import Any

from inference.sandbox.supervisor import Supervisor

NOBODY = 65534
HELLO_BYTES = 65_536
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8  # sys/mount.h
NAMESPACES = os.CLONE_NEWUSER | os.CLONE_NEWNS | os.CLONE_NEWPID | os.CLONE_NEWNET | os.CLONE_NEWIPC | os.CLONE_NEWUTS | os.CLONE_NEWCGROUP
libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Serve the control socket, which is standard input, until the host closes it."""
    control = socket.socket(fileno=0)
    hello = json.loads(control.recv(HELLO_BYTES))
    check_jail()
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps ended sessions
    control.send(json.dumps({"ready": hello["nonce"]}).encode())
    spare = start_session(hello)
    while True:
        request, channels, _, _ = socket.recv_fds(control, 1024, 1)
        if not request:
            return
        if not hand_over(spare, request, channels):
            hand_over(start_session(hello), request, channels)
        os.close(channels[0])
        spare = start_session(hello)


def check_jail() -> None:
    """Prove, from inside, that this is a jail; ends the process where it is not."""
    with open("/proc/self/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    proofs = {
        "nobody": os.getuid() == os.geteuid() == os.getgid() == NOBODY,
        "first in its process namespace": os.getpid() == 1,
        "no host files": not any(map(os.path.exists, ("/etc", "/root", "/home", "/usr", "/var", "/bin", "/sys"))),
        "seccomp filter": fields["Seccomp"].strip() == "2",
        "no new privileges": fields["NoNewPrivs"].strip() == "1",
        "no capabilities": int(fields["CapEff"], 16) == 0,
        "no network": [name for _, name in socket.if_nameindex()] in ([], ["lo"]),
    }
    if missing := [name for name, holds in proofs.items() if not holds]:
        sys.exit(f"not isolated: {', '.join(missing)}")


def warm_up() -> None:
    """Import what cells use, and use it once, so that a session's first plot and first equation are quick; then empty the environment."""
    os.environ.update(MPLCONFIGDIR="/tmp", OPENBLAS_NUM_THREADS="1", MPLBACKEND="agg")
    sys.path.append("/py/site")
    import matplotlib.pyplot as plt
    import numpy as np
    import sympy

    figure = plt.figure()
    figure.gca().plot(np.linspace(0, 1, 3), label="$x^2$")
    figure.gca().legend()
    figure.savefig("/tmp/warm-up.png")
    plt.close(figure)
    plt.show = no_window
    x = sympy.Symbol("x")
    sympy.solve(2 * x**2 + 5 * x - 3, x)
    sympy.integrate(sympy.sin(x) ** 2, (x, 0, 1))
    sympy.simplify(sympy.diff(sympy.exp(x) / x, x))
    sympy.Matrix([[1, 2], [3, 4]]).inv()
    os.environ.clear()
    sys.path.remove("/lemma")
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, pages that all sessions share


def no_window(*args: object, **kwargs: object) -> None:
    """`plt.show`: the figures of a cell are sent when it ends."""


def start_session(limits: dict[str, Any]) -> socket.socket:
    """Fork a session, which then waits at the other end of this socket for its channel to the host.

    The first fork enters the namespaces; its child is the first process in them.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            pid = os.fork()
        except OSError as error:  # the other sessions go on
            sys.stderr.write(f"session not forked: {error}\n")
            return ours
        if pid:
            return ours
        os.dup2(theirs.fileno(), 0)  # closes its copy of the control socket
    os.closerange(3, 1024)
    enter_namespaces()
    if os.fork():
        os._exit(0)
    proc = private_files(limits)
    drop_capabilities()
    supervisor = Supervisor(proc, limits)
    request, channels, _, _ = socket.recv_fds(socket.socket(fileno=0), 1024, 1)
    if request:
        supervisor.serve(socket.socket(fileno=channels[0]), json.loads(request)["session"])
    os._exit(0)


def hand_over(session: socket.socket, request: bytes, channels: list[int]) -> bool:
    """Give a waiting session its channel; false if it has died."""
    with session:
        try:
            socket.send_fds(session, [request], channels)
        except OSError as error:
            sys.stderr.write(f"session not opened: {error}\n")
            return False
    return True


def enter_namespaces() -> None:
    """Fresh namespaces, mapped to nobody again. Where the machine runs out of memory, the kernel ends cells before anything else."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    os.unshare(NAMESPACES)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {NOBODY} 1"), ("gid_map", f"{NOBODY} {NOBODY} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def private_files(limits: dict[str, Any]) -> int:
    """A /tmp of the session's own; no /proc but through the descriptor that this returns, which only the supervisor keeps."""
    mount("proc", "/proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    mount("tmpfs", "/proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=0555")
    options = f"size={limits['tmp_bytes']},nr_inodes={limits['tmp_inodes']},mode=0700"
    mount("tmpfs", "/tmp", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
    os.chdir("/tmp")
    return proc


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """mount(2); raises OSError."""
    if libc.mount(kind.encode(), target.encode(), kind.encode(), flags, options.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def drop_capabilities() -> None:
    """Give up what a new user namespace gives its first process; raises OSError."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    if libc.capset(header, (ctypes.c_uint32 * 6)()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "capset")
