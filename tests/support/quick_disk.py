"""Where the folders of tests stand: in memory where there is room, since a disk takes a tenth of the processor's time to make files and forget them."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

MEMORY = Path("/dev/shm")
NEEDED = 6 << 30
"""Bytes that must be free: `make test` takes 1 GB at most, and more where many tests fail."""
ROOT = "PYTEST_DEBUG_TEMPROOT"
"""pytest's own variable: where it makes its folders."""
PREFIX = "mlspec-tests-"
_LIMIT = Path("/sys/fs/cgroup/memory.max")
_KEPT: list[Path] = []


def use(environment: MutableMapping[str, str], memory: Path = MEMORY) -> None:
    """Let pytest make its folders in memory, if nobody said where, and there is room for files and programs. They go with this process."""
    if ROOT not in environment and not environment.get("TESTS_ON_DISK") and has_room(memory):
        sweep(memory)
        environment[ROOT] = str(_made(memory))


def keep(root: str | None) -> None:
    """What is left there when this process ends, folders of tests that failed, stays until the next run."""
    if root:
        _KEPT.append(Path(root))


def has_room(folder: Path) -> bool:
    """Whether files and programs of the tests may stand in a folder in memory."""
    if not os.access(folder, os.W_OK) or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return False
    return min(shutil.disk_usage(folder).free, _memory()) >= NEEDED


def _memory() -> int:
    """Bytes of memory that nobody needs, by the machine's count and the container's limit; 0 where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    free = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)
    limit = _LIMIT.read_text(encoding="ascii").strip() if _LIMIT.exists() else "max"
    return min(free, int(limit)) if limit.isdigit() else free


def sweep(memory: Path) -> None:
    """Remove what runs left that are over: the lock of each was held by its process, and by none that was killed."""
    for folder in memory.glob(f"{PREFIX}*"):
        if (lock := _locked(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _made(memory: Path) -> Path:
    root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=memory))
    (root / "lock").touch()
    _locked(root)  # as long as this process lives
    owner = os.getpid()
    atexit.register(lambda: os.getpid() == owner and root not in _KEPT and shutil.rmtree(root, ignore_errors=True))
    return root


def _locked(root: Path) -> int | None:
    """The lock of a folder, taken; None where another process has it, or the folder is another's."""
    try:
        handle = os.open(root / "lock", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
