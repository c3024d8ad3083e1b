"""Whether a process lives, by the kernel's word: one that nobody asked how it ended does not."""

from __future__ import annotations

import time
from pathlib import Path


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or before it was read
        return False


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends within so many seconds."""
    end = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not lives(pid)
