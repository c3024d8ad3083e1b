"""Wall time and peak memory of whole processes; what is compared runs in turn, so that a busy machine slows both."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PYTHONS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
ENVIRONMENT = os.environ | {"PATH": PYTHONS, "DVC_NO_ANALYTICS": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


@dataclass(frozen=True, slots=True)
class Took:
    """Wall seconds, the processor's seconds, and the largest resident set in MB, of one process and those it waited for."""

    seconds: float
    megabytes: float
    busy: float


def run(command: Sequence[str], cwd: Path | None = None, allowed: Sequence[int] = (0,)) -> Took:
    """Run a process to its end; an exit code that is not allowed fails the benchmark."""
    with tempfile.TemporaryFile() as told:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdout=told, stderr=told, env=ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            told.seek(max(0, told.tell() - 2000))
            raise SystemExit(f"exit code {process.returncode}: {' '.join(command[:4])}\n{told.read().decode(errors='replace')}")
    return Took(took, _megabytes(usage), usage.ru_utime + usage.ru_stime)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024


def median(took: Sequence[Took]) -> Took:
    """The medians of the seconds, and the most memory."""
    return Took(statistics.median(t.seconds for t in took), max(t.megabytes for t in took), statistics.median(t.busy for t in took))


def repeat(command: Sequence[str], cwd: Path | None = None, times: int = 3) -> Took:
    return median([run(command, cwd) for _ in range(times)])


def line(title: str, took: Took, note: str = "") -> None:
    print(
        f"{title:<52} {took.seconds * 1000:8.0f} ms  {took.busy * 1000:8.0f} ms busy  {took.megabytes:6.0f} MB  {note}".rstrip(), flush=True
    )


def judge(title: str, value: float, limit: float, unit: str) -> bool:
    """Print a figure against its limit; say whether it holds."""
    print(f"{title:<52} {value:8.2f} {unit}  limit {limit:g} {unit}: {'ok' if value <= limit else 'MISSED'}", flush=True)
    return value <= limit


def against(
    title: str, ours: Sequence[str], theirs: Sequence[str], limit: float, *, cwd: Path, their_cwd: Path | None = None, times: int = 3
) -> bool:
    """Time two commands in turn; print medians and the median of the ratios of the pairs."""
    pairs = [(run(ours, cwd), run(theirs, their_cwd or cwd)) for _ in range(times)]
    mine, other = (median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a.seconds / b.seconds for a, b in pairs)
    print(
        f"{title:<52} {mine.seconds * 1000:8.0f} ms  against {other.seconds * 1000:.0f} ms ({other.busy * 1000:.0f} ms busy, {other.megabytes:.0f} MB): "
        f"ratio {ratio:.3f}, limit {limit:g}: {'ok' if ratio <= limit else 'MISSED'}",
        flush=True,
    )
    return ratio <= limit
