"""One `dvc repro` as a child process in its own group, its output turned into events."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mlspec.adapters.cloud import workload_identity
from mlspec.diagnostics import extras
from mlspec.pipelines.run import supervise

EventKind = Literal["start", "done", "skip", "checkout", "output"]

_RUNNING = re.compile(r"Running stage '([^']+)'")
_SKIPPED = re.compile(r"Stage '([^']+)' (didn't change|is cached)")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a stage; `seconds` with `done`, `text` with `output`."""

    kind: EventKind
    stage: str = ""
    seconds: float = 0.0
    text: str = ""


def repro(
    folder: Path,
    stages: Sequence[str],
    flags: Sequence[str],
    on_event: Callable[[Event], None],
    lock: int | None = None,
    python: str | None = None,
) -> int:
    """Run `dvc repro` of `stages`, in order, in `folder`, calling `on_event`; return DVC's exit code. The group dies with us.

    `--single-item` with every stage named spares DVC the index of the whole repository (20 s at 1,000 folders), and a
    broken dvc.yaml elsewhere does no harm. `--wait-for-lock` is a global flag, for a `dvc` that a person runs meanwhile.
    `lock`: a handle that stays open until the group has ended, also when we are killed. `python`: that of another environment.
    Raises MLS0990 and MLS0991 where a job of GitHub's can't sign in to the remote that `--pull` needs, MLS0008 where the libraries that
    stages need are not installed.
    """
    if python is None:
        extras.require()
    workload_identity.renew(needed="--pull" in flags)
    command = [python or sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item", *flags, *stages]
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", supervise.__file__, *command],
        cwd=folder,
        env=environment(python),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        pass_fds=() if lock is None else (lock,),
    )
    try:
        for event in events(process.stdout or iter(())):
            on_event(event)
        return process.wait()
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Stop the whole group and wait for it: the supervisor does so when its pipe closes."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(timeout=supervise.GRACE_SECONDS * 2)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def environment(python: str | None = None) -> dict[str, str]:
    """The environment of DVC and its stages: this Python (or another one's, and nothing of this one's) first on the path, no colours,
    no analytics.
    """
    scripts = str(Path(python or sys.executable).parent)
    own = () if python is None else ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    return {key: value for key, value in os.environ.items() if key not in own} | {
        "PATH": scripts + os.pathsep + os.environ.get("PATH", ""),
        "DVC_NO_ANALYTICS": "1",
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def events(lines: Iterator[str] | Sequence[str], clock: Callable[[], float] = time.monotonic) -> Iterator[Event]:
    """Turn DVC's lines into events. A stage is done when the next begins or the output ends."""
    running, began = "", clock()
    for line in lines:
        text = line.rstrip()
        started, skipped = _RUNNING.match(text), _SKIPPED.match(text)
        if started or skipped:
            if running:
                yield Event("done", running, clock() - began)
            running = ""
        if started:
            running, began = started[1], clock()
            yield Event("start", running)
        elif skipped:
            yield Event("skip" if "change" in skipped[2] else "checkout", skipped[1])
        elif text and not _is_chatter(text):
            yield Event("output", running, text=text)
    if running:
        yield Event("done", running, clock() - began)


_CHATTER = (
    "> python -m mlspec.runtime",
    "Updating lock file",
    "Generating lock file",
    "Use `dvc push`",
    "Data and pipelines are up to date",
    "To track the changes",
    "\tgit add",
    "To enable auto staging",
    "\tdvc config core.autostage",
    "Verifying outputs",
)


def _is_chatter(text: str) -> bool:
    return text.startswith(_CHATTER)
