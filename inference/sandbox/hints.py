"""Why the jail did not start, and what to do about it, in one line."""

import os
import re
import stat
from pathlib import Path

# (sysctl, the value that switches user namespaces off, what to run)
SWITCHES = (
    ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000"),
    ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
)


def hint(log: str, root: Path) -> str:
    """One line from the log of a jail or a session that did not start on these files."""
    if missing := re.search(r"(libnl\S*): cannot open shared object", log):
        return f"The sandbox needs {missing[1]}: run apt-get install libnl-route-3-200."
    if proof := re.search(r"not isolated: .*", log):
        return f"The sandbox is {proof[0]}; nothing is run in it."
    if re.search(r"Operation not permitted|Permission denied|No space left on device", log):
        return _forbidden(root)
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return f"The sandbox did not start: {lines[-1][:300] if lines else 'it ended without a message'}"


def _forbidden(root: Path) -> str:
    """What forbids namespaces or mounts here."""
    if closed := _closed(root):
        return f"The sandbox runs as nobody, who may not pass through {closed}: run chmod o+x {closed} as root."
    for name, off, command in SWITCHES:
        path = Path("/proc/sys", name)
        if path.exists() and path.read_text().strip() == off:
            return f"The sandbox needs user namespaces, which are off: run {command} as root."
    return (
        "The sandbox may not make namespaces or mounts here; in a container, start it with "
        "--security-opt seccomp=unconfined --security-opt systempaths=unconfined (and apparmor=unconfined)."
    )


def _closed(root: Path) -> Path | None:
    """Where we are root: the first folder on the way to the jail's files that others may not pass."""
    if os.geteuid() != 0:
        return None
    way = [*reversed(root.resolve().parents), root]
    return next((folder for folder in way if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH), None)
