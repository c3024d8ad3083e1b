"""What a process may use, and what it may ask of the system about itself and its children."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_of(params: Mapping[str, Any]) -> int:
    """Threads of a stage, by the `n_jobs` of the estimator in its section; kernels have one (`mlspec.runtime.threads`)."""
    estimator = params.get("estimator")
    wanted = estimator.get("params", {}).get("n_jobs") if isinstance(estimator, dict) else None
    if not isinstance(wanted, int) or wanted == 0:
        return 1
    return wanted if wanted > 0 else max(1, processors() + 1 + wanted)


def lower_limit(what: int, limit: int) -> None:
    """Lower one of `resource`'s limits. One may stand already; it is never raised."""
    import resource  # Windows has none

    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(what)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (limit, limit))


def children() -> list[int]:
    """Living children by the kernel's list; none where there is no such list (macOS)."""
    try:
        return [int(word) for task in Path("/proc/self/task").iterdir() for word in (task / "children").read_text().split()]
    except OSError:
        return []
