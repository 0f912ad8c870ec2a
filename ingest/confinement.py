"""What the process that reads files may do: no network, so much memory, so much time.

It runs parsers on files from anywhere. What these limits do not stop, its parent ends from
outside (see `sandbox`).
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
from pathlib import Path

# Private memory; mapped libraries are not counted. Text recognition needs some 900 MB.
MEMORY_BYTES = 1536 * 1024 * 1024
_FILE_BYTES = 256 * 1024 * 1024
_OPEN_FILES = 256
# A file may use both cores.
_CORES = 2

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def confine() -> None:
    """Limit this process and all that it starts. Before anything else has started a thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _leave_network(libc)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _leave_network(libc: ctypes.CDLL) -> None:
    """Go where there is no network, if the system lets us."""
    if libc.unshare(_CLONE_NEWNET) == 0:
        return
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path("/proc/self", name).write_text(line)


def limit_time(seconds: float) -> None:
    """From now on so much time for the processor to work, whatever was used before."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = math.ceil(used.ru_utime + used.ru_stime + _CORES * seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (end, hard))
