"""How many stages at once: processors, the threads that a stage is allowed by its own parameters, and the memory that its like took."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.compiler.project.graph import Stage
from mlspec.runtime.process import processors, threads_of

_SPARE = 1.2
"""How much more than the largest of its kind so far a stage may take."""


@dataclass(slots=True)
class Room:
    """`jobs` places. A stage takes as many as it has threads; what ran so far tells how much memory its kind takes."""

    jobs: int
    peaks: dict[str, int] = field(default_factory=dict)

    def fits(self, running: Iterable[tuple[str, int]], name: str, width: int) -> bool:
        """Whether a stage of `width` threads may begin beside those that run, each with its name and width. Alone it always may."""
        others = list(running)
        if not others:
            return True
        if sum(min(w, self.jobs) for _, w in others) + min(width, self.jobs) > self.jobs:
            return False
        free = free_kilobytes()
        return free is None or self.peaks.get(name, 0) * _SPARE <= free

    def learn(self, name: str, kilobytes: int) -> None:
        """A stage of this name took so much."""
        self.peaks[name] = max(self.peaks.get(name, 0), kilobytes)


def width_of(stage: Stage) -> int:
    """Threads of a stage: of its estimator, as many times as it tries settings at once; as many as there are processors at most."""
    threads = threads_of(stage.params)
    return min(threads * int(stage.limits.get("workers", 1)), max(threads, processors()))


def free_kilobytes() -> int | None:
    """Memory that can be had: the system's, or what a container's limit leaves. None where nobody tells."""
    found = [value for value in (_of_system(), _of_container()) if value is not None]
    return min(found) if found else None


def _of_system() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1])
    return None


def _of_container(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        limit, used = ((folder / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current"))
        return max(0, int(limit) - int(used)) // 1024
    return None
