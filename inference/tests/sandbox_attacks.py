"""Attacks on the sandbox, as cells. Each is really tried; what it must print, or how its cell must end, stands beside it.

`outside` is what the same code prints in a plain Python process, so that a denial is the sandbox's work; it is None where the code would
harm this machine or needs a privilege, and where the exact error shows that the call was reached and refused.
"""

from dataclasses import dataclass

PRELUDE = """
import ctypes, errno, os, signal, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def attempt(action):
    try:
        print('DONE', action())
    except OSError as error:
        print('DENIED', errno.errorcode[error.errno])
def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), 'denied')
    return result
"""


@dataclass(frozen=True)
class Attack:
    """`output` and `error` are regular expressions; `error` None means that the cell succeeds."""

    name: str
    code: str
    output: str = ""
    error: str | None = None
    outside: str | None = None


def denied(name: str, action: str, code: str = "EPERM", outside: str | None = None, setup: str = "") -> Attack:
    return Attack(name, f"{setup}\nattempt(lambda: {action})", output=f"DENIED {code}\n", outside=outside)


def system_call(name: str, number: int, *arguments: object, code: str = "EPERM") -> Attack:
    return denied(name, f"call({', '.join(map(str, (number, *arguments)))})", code)


# Names in braces are filled in by the test: a file of the host that everybody may read, one that all sessions share, a listening port.
FILES = [
    denied("passwd", "open('/etc/passwd').read(4)", "ENOENT", "DONE root"),
    denied("a secret file of the host", "open('{secret}').read()", "ENOENT", "DONE secret"),
    denied("the folder of that file", "os.listdir(os.path.dirname('{secret}'))", "ENOENT", "DONE"),
    denied("environment of process 1", "open('/proc/1/environ').read(0)", "ENOENT"),
    denied("its own environment file", "len(open('/proc/self/environ').read(1))", "ENOENT", "DONE"),
    denied("memory of process 1", "open('/proc/1/mem', 'rb').read(0)", "ENOENT"),
    denied(
        "a link to passwd",
        "open(link).read(4)",
        "ENOENT",
        "DONE root",
        setup="import tempfile\nlink = tempfile.mkdtemp() + '/l'\nos.symlink('/etc/passwd', link)",
    ),
    denied("out of /tmp by dots", "open('/tmp/../../../../etc/passwd').read(4)", "ENOENT", "DONE root"),
    denied(
        "out of the root by a descriptor",
        "os.read(os.open('../../../etc/passwd', 0, dir_fd=os.open('/', 0)), 4)",
        "ENOENT",
        "DONE b'root",
    ),
    denied("the kernel's settings", "open('/sys/kernel/mm/transparent_hugepage/enabled').read(0)", "ENOENT"),
    denied("write to the interpreter", "open('/py/bin/python', 'ab')", "(EROFS|EACCES)"),
    denied("write to the library", "open('/py/site/numpy/evil.py', 'w')", "(EROFS|EACCES)"),
    denied("write to the root", "open('/evil', 'w')", "(EROFS|EACCES)"),
    denied("write to the sandbox's own code", "open('/lemma/inference/sandbox/cell.py', 'ab')", "(EROFS|EACCES)"),
    denied("write to /proc", "open('/proc/evil', 'w')", "(EROFS|EACCES)"),
    denied("write to the devices", "open('/dev/evil', 'w')", "(EROFS|EACCES)"),
    denied("make a device", "os.mknod('/tmp/d', 0o20666, os.makedev(1, 1))"),
    Attack(
        "native code from /tmp",
        """
import shutil
shutil.copy('/py/so/libz.so.1', '/tmp/l.so')
try:
    ctypes.CDLL('/tmp/l.so')
except OSError as error:
    print(error)
""",
        output=".*failed to map segment.*\n",
    ),
]

SURROUNDINGS = [
    Attack(
        "os.environ",
        "print(dict(os.environ), os.environ.get('LEMMA_CANARY'))",
        output=r"\{\} None\n",
        outside=".*canary",
    ),
    Attack(
        "native environment",
        """
libc.getenv.restype = ctypes.c_char_p
print(libc.getenv(b'LEMMA_CANARY'), libc.getenv(b'PATH'))
""",
        output="None None\n",
        outside="b'canary' b",
    ),
    Attack("user", "print(os.getuid(), os.geteuid(), os.getgid(), os.getegid())", output="65534 65534 65534 65534\n"),
    Attack("host name", "print(os.uname().nodename)", output="lemma\n"),
    Attack(
        "inherited descriptors",
        """
import stat
kinds = set()
for fd in range(1024):
    try:
        kinds.add(stat.S_IFMT(os.fstat(fd).st_mode))
    except OSError:
        pass
print(kinds == {stat.S_IFIFO})
""",
        output="True\n",
    ),
    Attack("processes", "print(os.getpid() < 20, os.listdir('/proc'))", output=r"True \[\]\n"),
    Attack("input", "input()", error="EOFError: input"),
]

SOCKET = "import socket"
NETWORK = [
    denied("loopback", "socket.create_connection(('127.0.0.1', {port}), 2).close()", outside="DONE None", setup=SOCKET),
    denied("outside", "socket.create_connection(('192.0.2.1', 80), 2)", setup=SOCKET),
    denied("UDP", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)", outside="DONE", setup=SOCKET),
    denied("IPv6", "socket.socket(socket.AF_INET6)", setup=SOCKET),
    denied("abstract unix socket", "socket.socket(socket.AF_UNIX).bind(b'\\0lemma-attack')", outside="DONE", setup=SOCKET),
    denied("socket pair", "socket.socketpair()", outside="DONE", setup=SOCKET),
    denied("AF_VSOCK", "socket.socket(socket.AF_VSOCK)", setup=SOCKET),
    denied("netlink", "socket.socket(socket.AF_NETLINK)", setup=SOCKET),
    denied("raw packets", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)", setup=SOCKET),
    Attack(
        "name look-up",
        """
import socket
try:
    socket.getaddrinfo('localhost', 80)
except OSError:
    print('none')
""",
        output="none\n",
    ),
]

PRIVILEGE = [
    system_call("mount", 165, b"none", b"/tmp", b"tmpfs", 0, 0),
    system_call("umount", 166, b"/proc", 2),
    system_call("pivot_root", 155, b"/tmp", b"/tmp"),
    system_call("chroot", 161, b"/tmp"),
    system_call("open_tree", 428, -100, b"/", 1),
    system_call("move_mount", 429, -100, b"/", -100, b"/tmp", 0),
    system_call("fsopen", 430, b"tmpfs", 0),
    system_call("mount_setattr", 442, -100, b"/", 0, 0, 0),
    system_call("setuid", 105, 0),
    system_call("setresuid", 117, 65534, 65534, 65534),
    system_call("setgroups", 116, 0, 0),
    system_call("capset", 126, 0, 0),
    system_call("ptrace", 101, 16, 1, 0, 0),
    system_call("process_vm_readv", 310, 1, 0, 0, 0, 0, 0),
    system_call("process_vm_writev", 311, 1, 0, 0, 0, 0, 0),
    system_call("pidfd_getfd", 438, 0, 0, 0),
    system_call("unshare user", 272, 0x10000000),
    system_call("unshare network", 272, 0x40000000),
    system_call("setns", 308, 0, 0),
    system_call("clone into a user namespace", 56, 0x10000000 | 17, 0, 0, 0, 0),
    system_call("clone3", 435, 0, 0, code="ENOSYS"),
    system_call("keyctl", 250, 0, -3, 0),
    system_call("add_key", 248, b"user", b"k", b"v", 1, -3),
    system_call("bpf", 321, 0, 0, 0),
    system_call("io_uring_setup", 425, 1, 0),
    system_call("perf_event_open", 298, 0, 0, -1, -1, 0),
    system_call("userfaultfd", 323, 0),
    system_call("memfd_create", 319, b"m", 0),
    system_call("seccomp", 317, 1, 0, 0),
    system_call("prctl PDEATHSIG", 157, 1, 0),
    system_call("prctl DUMPABLE", 157, 4, 1),
    system_call("TIOCSTI", 16, 0, 0x5412, b"x"),
    system_call("TIOCLINUX", 16, 0, 0x541C, b"x"),
    system_call("limits of the supervisor", 302, 1, 7, 0, 0),
    system_call("a call that is newer than the lists", 9_999, code="ENOSYS"),
    system_call("System V memory", 29, 0, 4096, 0o1600),
    system_call("System V semaphore", 64, 0, 1, 0o1600),
    system_call("System V queue", 68, 0, 0o1600),
    system_call("POSIX queue", 240, b"q", 0o102, 0o600, 0),
    system_call("write all disks", 162),
    system_call("write a disk", 306, 0),
    denied("run a program", "os.execv('/py/bin/python', ['python', '-c', 'print(1)'])"),
    denied("run a subprocess", "__import__('subprocess').run(['/py/bin/python', '-c', '1'])"),
    Attack("kill the supervisor", "os.kill(1, signal.SIGKILL)\nprint(os.kill(1, 0))", output="None\n"),  # the kernel drops the signal
    Attack(
        "32-bit calls",
        """
code = bytes.fromhex('b814000000cd80c3')  # mov eax, 20 (getpid); int 0x80; ret
libc.mmap.restype = ctypes.c_void_p
place = libc.mmap(0, 4096, 7, 0x22, -1, 0)
ctypes.memmove(place, code, len(code))
print(ctypes.CFUNCTYPE(ctypes.c_int)(place)())
""",
        error="Bad system call",
    ),
    Attack("x32 calls", "libc.syscall(0x40000000 + 39)", error="Bad system call"),
]

# Ways in which one student's session could tell another's something, or read it.
LOCK = "import fcntl"
CHANNELS = [
    denied("flock on a shared file", "fcntl.flock(os.open('{shared}', 0), fcntl.LOCK_EX)", outside="DONE", setup=LOCK),
    denied("record lock on a shared file", "fcntl.lockf(os.open('{shared}', 0), fcntl.LOCK_SH)", outside="DONE", setup=LOCK),
    denied("lease on a shared file", "fcntl.fcntl(os.open('{shared}', 0), fcntl.F_SETLEASE, fcntl.F_RDLCK)", setup=LOCK),
    denied("larger pipes", "fcntl.fcntl(os.pipe()[0], fcntl.F_SETPIPE_SZ, 1 << 20)", outside="DONE", setup=LOCK),
    system_call("inotify", 294, 0),
    system_call("fanotify", 300, 0, 0),
]

MANY_PROCESSES = """
for _ in range({count}):
    if os.fork() == 0:
        block = b'x' * (300 << 20)
        time.sleep(60)
time.sleep(60)
"""
MMAP = "import mmap"
HIDDEN = """
import threading
def work():
    block = b'x' * (300 << 20)
    time.sleep(60)
for _ in range(3):
    if os.fork() == 0:
        threading.Thread(target=work).start()
        libc.syscall(60, 0)  # the first thread alone ends
time.sleep(60)
"""
RESOURCES = [
    denied("memory that is shared", "mmap.mmap(-1, 1 << 20).close()", outside="DONE", setup=MMAP),
    denied("memory that is shared, of a device", "mmap.mmap(os.open('/dev/zero', os.O_RDWR), 1 << 20).close()", outside="DONE", setup=MMAP),
    denied("memory that is swapped out", "mmap.mmap(-1, 1 << 20, mmap.MAP_PRIVATE).madvise(21)", outside="DONE", setup=MMAP),
    Attack("a process whose first thread has ended", HIDDEN, error="used more than 768 MB"),
    Attack("4 GB at once", "bytearray(4 << 30)", error="MemoryError"),
    Attack("4 GB in numpy", "import numpy\nnumpy.ones(1 << 29)", error="MemoryError"),
    Attack("4 processes x 300 MB", MANY_PROCESSES.replace("{count}", "4"), error="used more than 768 MB"),
    Attack(  # which limit is met first is the machine's business: memory, processes or, where it is busy, time
        "20 processes x 300 MB",
        MANY_PROCESSES.replace("{count}", "20"),
        output="(?s).*",
        error="used more than 768 MB|BlockingIOError|ran longer",
    ),
    Attack(
        "fork until refused",
        """
count = 0
try:
    while count < 100:
        if os.fork() == 0:
            time.sleep(60)
        count += 1
except OSError as error:
    print(errno.errorcode[error.errno], count < 16)
""",
        output="EAGAIN True\n",
    ),
    Attack(
        "fork bomb",
        """
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
        output="(?s).*",
        error="ran longer|longer than",
    ),
    Attack(
        "threads until refused",
        """
import threading
count = 0
try:
    while count < 100:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
except RuntimeError:
    print(count < 16)
    os._exit(3)
""",
        output="True\n",
        error="exit status 3",
    ),
    Attack(
        "fill the disk",
        """
try:
    for n in range(100):
        open(f'/tmp/{n}', 'wb').write(bytes(4 << 20))
except OSError as error:
    print(errno.errorcode[error.errno], n <= 8)
""",
        output="ENOSPC True\n",
    ),
    Attack(
        "one large file",
        """
file = open('/tmp/large', 'ab', buffering=0)
try:
    for n in range(100):
        file.write(bytes(1 << 20))
except OSError as error:
    print(errno.errorcode[error.errno], n <= 8)
""",
        output="EFBIG True\n",
    ),
    Attack(
        "inodes",
        """
try:
    for n in range(5000):
        open(f'/tmp/{n}', 'w').close()
except OSError as error:
    print(errno.errorcode[error.errno], n <= 1024)
""",
        output="ENOSPC True\n",
    ),
    Attack(
        "descriptors",
        """
files = []
try:
    while len(files) < 1000:
        files.append(os.open('/', 0))
except OSError as error:
    print(errno.errorcode[error.errno], len(files) < 64)
""",
        output="EMFILE True\n",
    ),
    Attack(
        "higher limits",
        """
import resource
try:
    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
except ValueError as error:
    print(error)
""",
        output="not allowed to raise maximum limit\n",
    ),
]

TIME = [
    Attack("endless loop", "while True:\n    pass", error="TimeLimit: the cell ran longer"),
    Attack("sleep", "time.sleep(60)", error="TimeLimit"),
    Attack(
        "all signals ignored",
        """
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
""",
        error="was stopped: it ran longer",
    ),
    Attack(
        "the time limit swallowed",
        """
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
""",
        error="was stopped: it ran longer",
    ),
    Attack("10**10**9", "10**10**9", error="ran longer|MemoryError"),
    Attack("sympy hangs", "import sympy\nsympy.factorint(sympy.nextprime(10**40) * sympy.nextprime(10**41))", error="ran longer"),
    Attack(
        "a figure that takes for ever",
        "import matplotlib.pyplot as plt\nfigure = plt.figure(figsize=(4000, 4000))",
        error="ran longer|MemoryError|ValueError|used more",
    ),
]

OUTPUT = [
    Attack("endless print", "while True:\n    print('x' * 100)", output="(?s)x.*left out.*x\n", error="TimeLimit"),
    Attack("binary garbage", "for _ in range(10):\n    os.write(1, os.urandom(50_000))\n0", output="(?s).*left out.*"),
    Attack("closed stdout", "os.close(1)\nprint('lost')", error="OSError: .*Bad file descriptor"),
    Attack("all descriptors closed", "os.closerange(0, 64)", output="(?s).*", error="ended its interpreter|crashed"),
    Attack("an error of a megabyte", "raise ValueError('x' * (1 << 20))", error=r"^line \d+: raise.*\nValueError: x{500,1000}$"),
]

CRASHES = [
    Attack("segfault", "ctypes.string_at(0)", error="Segmentation fault"),
    Attack("abort", "os.abort()", error="Aborted"),
    Attack(
        "native stack overflow",
        """
code = bytes.fromhex('e8fbffffff')  # call itself
libc.mmap.restype = ctypes.c_void_p
place = libc.mmap(0, 4096, 7, 0x22, -1, 0)
ctypes.memmove(place, code, len(code))
ctypes.CFUNCTYPE(None)(place)()
""",
        error="Segmentation fault",
    ),
    Attack(
        "deep nesting",
        """
sys.setrecursionlimit(10**9)
nested = []
for _ in range(200_000):
    nested = [nested]
repr(nested)
""",
        error="Segmentation fault|RecursionError",
    ),
    Attack("endless recursion", "def f(): return f()\nf()", error="RecursionError"),
    Attack("os._exit", "os._exit(0)", error="ended its interpreter"),
    Attack("sys.exit with a message", "sys.exit('bye')", error="SystemExit: bye"),
    Attack("killed by itself", "os.kill(os.getpid(), signal.SIGKILL)", error="Killed"),
]

ATTACKS = [*FILES, *SURROUNDINGS, *NETWORK, *PRIVILEGE, *CHANNELS, *RESOURCES, *TIME, *OUTPUT, *CRASHES]
