"""What the process that reads files may do: no network, no other process, so much memory and time.

It runs parsers on files from anywhere. What these limits do not stop, its parent ends from
outside (see `sandbox`).
"""

from __future__ import annotations

import contextlib
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
_CLONE_NEWPID = 0x20000000
_CLONE_NEWNET = 0x40000000


def confine() -> None:
    """Limit this process and all that it starts. Before anything else has started a thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _end_with_parent(libc)
    if _leave(libc):
        # The first process in there ends all others with it, wherever they went; a second one
        # reads, because the first is spared the signals that should end it.
        _continue_in_child(libc)
        _continue_in_child(libc)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent(libc: ctypes.CDLL) -> None:
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _continue_in_child(libc: ctypes.CDLL) -> None:
    """Only the child returns; this process waits for its end and ends as it did."""
    child = os.fork()
    if child == 0:
        _end_with_parent(libc)
        return
    os.closerange(3, _OPEN_FILES)
    _, status = os.waitpid(child, 0)
    os._exit(max(0, os.waitstatus_to_exitcode(status)))


def _leave(libc: ctypes.CDLL) -> bool:
    """Go where there is no network and no process but our own, if the system lets us."""
    if libc.unshare(_CLONE_NEWNET | _CLONE_NEWPID) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWPID) != 0:
        return False
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with contextlib.suppress(OSError):  # some systems forbid it; then we are nobody in there
            Path("/proc/self", name).write_text(line)
    return True


def limit_time(seconds: float) -> None:
    """From now on so much time for the processor to work, whatever was used before."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = math.ceil(used.ru_utime + used.ru_stime + _CORES * seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (end, hard))
