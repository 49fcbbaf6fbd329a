"""System calls that jailed code may not make: one policy for the whole jail, a stricter one for cells.

nsjail compiles the first (Kafel) and sets it before the zygote starts. The zygote still has to make namespaces and mounts, so each session
adds the second, a BPF program made here, before any model code runs. Filters only ever add up. What is denied answers EPERM, so that Python
code sees an ordinary error; another architecture's calls (int 0x80, x32) end the process.

Not covered: calls that the policy allows and a kernel gets wrong. Everything newer than `NEWEST` answers ENOSYS.
"""

import errno
import struct
from collections.abc import Iterable

AUDIT_ARCH_X86_64 = 0xC000003E  # linux/audit.h
X32_BIT = 0x40000000  # asm/unistd.h
NEWEST = 450  # x86_64: set_mempolicy_home_node (Linux 5.17), the newest call that these lists have considered

# x86_64 numbers, asm/unistd_64.h. Nothing in the jail needs these, not even the zygote.
NEVER = {
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "process_madvise": 440, "kcmp": 312, "pidfd_getfd": 438,
    "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "personality": 135,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "memfd_create": 319, "modify_ldt": 154,
    "ioperm": 173, "iopl": 172,
    "shmget": 29, "shmat": 30, "shmctl": 31, "shmdt": 67, "semget": 64, "semop": 65, "semctl": 66, "semtimedop": 220,
    "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71,
    "mq_open": 240, "mq_unlink": 241, "mq_timedsend": 242, "mq_timedreceive": 243, "mq_notify": 244, "mq_getsetattr": 245,
    "inotify_init": 253, "inotify_init1": 294, "inotify_add_watch": 254, "inotify_rm_watch": 255, "fanotify_init": 300,
    "fanotify_mark": 301,
    "open_by_handle_at": 304, "name_to_handle_at": 303, "kexec_load": 246, "kexec_file_load": 320,
    "init_module": 175, "finit_module": 313, "delete_module": 176, "acct": 163, "quotactl": 179, "swapon": 167, "swapoff": 168,
    "reboot": 169, "syslog": 103, "vhangup": 153, "settimeofday": 164, "clock_settime": 227, "clock_adjtime": 305, "adjtimex": 159,
    "lookup_dcookie": 212, "move_pages": 279, "migrate_pages": 256, "mbind": 237, "set_mempolicy": 238, "uselib": 134, "vmsplice": 278,
    "mknod": 133, "mknodat": 259, "sync": 162, "syncfs": 306,
}  # fmt: skip

# The zygote and its sessions' supervisors need these; a cell does not.
NEVER_IN_A_CELL = {
    "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442, "sethostname": 170, "setdomainname": 171,
    "setuid": 105, "setgid": 106, "setreuid": 113, "setregid": 114, "setresuid": 117, "setresgid": 119, "setfsuid": 122, "setfsgid": 123,
    "setgroups": 116, "capset": 126, "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "seccomp": 317,
    "execve": 59, "execveat": 322, "memfd_secret": 447, "quotactl_fd": 443, "flock": 73,
    "socket": 41, "socketpair": 53, "connect": 42, "bind": 49, "listen": 50, "accept": 43, "accept4": 288, "sendto": 44, "recvfrom": 45,
    "sendmsg": 46, "recvmsg": 47, "sendmmsg": 307, "recvmmsg": 299, "shutdown": 48, "getsockname": 51, "getpeername": 52,
    "setsockopt": 54, "getsockopt": 55,
}  # fmt: skip

# (call, argument, values): denied with one of these values. Locks on the shared read-only files would be a channel between students;
# larger pipes would use up what all sessions' user may have of them.
DENIED_VALUES = (
    (157, 0, (1, 4)),  # prctl: PR_SET_PDEATHSIG, PR_SET_DUMPABLE
    (16, 1, (0x5412, 0x541C)),  # ioctl: TIOCSTI, TIOCLINUX
    (72, 1, (5, 6, 7, 36, 37, 38, 1024, 1026, 1031)),  # fcntl: GETLK SETLK SETLKW, their OFD forms, SETLEASE NOTIFY SETPIPE_SZ
    (28, 2, (20, 21)),  # madvise: MADV_COLD MADV_PAGEOUT; what is swapped out is not resident, and so would not count
)
CLONE, CLONE3, PRLIMIT64, MMAP = 56, 435, 302, 9
MAP_SHARED = 1  # memory of which a process may keep more than is seen to be resident
NAMESPACE_FLAGS = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET

# linux/bpf_common.h and linux/seccomp.h
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
KILL, ALLOW, ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
NUMBER_AT, ARCH_AT, ARGUMENTS_AT = 0, 4, 16  # offsets in struct seccomp_data


def jail_policy() -> str:
    """The jail's policy in Kafel, nsjail's language."""
    calls = ", ".join(NEVER)
    return f"POLICY jail {{ ERRNO({errno.EPERM}) {{ {calls} }} }} USE jail DEFAULT ALLOW"


def cell_filter() -> bytes:
    """The cells' policy as an array of struct sock_filter."""
    program = [
        _step(LOAD, ARCH_AT),
        *_unless(JUMP_EQUAL, AUDIT_ARCH_X86_64, KILL),
        _step(LOAD, NUMBER_AT),
        *_when(JUMP_AT_LEAST, X32_BIT, KILL),
        *_when(JUMP_AT_LEAST, NEWEST + 1, ERRNO | errno.ENOSYS),
        *_when(JUMP_EQUAL, CLONE3, ERRNO | errno.ENOSYS),  # glibc then falls back to clone, whose flags can be read here
    ]
    for number in sorted({*NEVER.values(), *NEVER_IN_A_CELL.values()}):
        program += _when(JUMP_EQUAL, number, ERRNO | errno.EPERM)
    for number, argument, values in DENIED_VALUES:
        program += _on_call(number, argument, [part for value in values for part in _when(JUMP_EQUAL, value, ERRNO | errno.EPERM)])
    program += _on_call(CLONE, 0, _when(JUMP_ANY_BIT, NAMESPACE_FLAGS, ERRNO | errno.EPERM))
    program += _on_call(MMAP, 3, _when(JUMP_ANY_BIT, MAP_SHARED, ERRNO | errno.EPERM))
    program += _on_call(PRLIMIT64, 0, _unless(JUMP_EQUAL, 0, ERRNO | errno.EPERM))  # its own limits only
    return b"".join([*program, _step(RETURN, ALLOW)])


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _when(test: int, value: int, action: int) -> list[bytes]:
    return [_step(test, value, 0, 1), _step(RETURN, action)]


def _unless(test: int, value: int, action: int) -> list[bytes]:
    return [_step(test, value, 1, 0), _step(RETURN, action)]


def _on_call(number: int, argument: int, tests: Iterable[bytes]) -> list[bytes]:
    """Run `tests` on the low half of one argument of one call. The kernel reads these arguments as 32 bits too."""
    body = [_step(LOAD, ARGUMENTS_AT + 8 * argument), *tests, _step(RETURN, ALLOW)]
    return [_step(JUMP_EQUAL, number, 0, len(body)), *body]
