"""A program as a process group: started by its words, without a shell, with a time limit; its output masked and cut, its end kept."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime import linux, report
from mlspec.runtime.process import children
from mlspec.runtime.step.find import executable
from mlspec.runtime.step.output import Output
from mlspec.runtime.step.room import Room
from mlspec.runtime.step.shut_in import shut_in

GRACE_SECONDS = 3.0
"""How long the group may take to end after SIGTERM, before SIGKILL."""
_CHUNK, _TICK = 1 << 16, 0.05


@dataclass(frozen=True, slots=True)
class Program:
    """`words`: program and arguments. `secrets`: values that are masked in its output, which goes to `say` line by line."""

    words: Sequence[str]
    room: Room
    environment: Mapping[str, str]
    seconds: float
    secrets: tuple[str, ...] = ()
    network: bool = False
    say: Callable[[str], None] = report.say
    stdin: Path | None = None
    stdout: Path | None = None
    """Files that it reads and writes in place of nothing and of what is shown."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: its exit code, or minus the signal that killed it; `late`: its time was over. `end`: the end of what it printed."""

    status: int
    late: bool
    seconds: float
    end: str = ""
    words: tuple[str, ...] = field(default=())

    @property
    def is_well(self) -> bool:
        return self.status == 0 and not self.late


def run_program(program: Program) -> Ended:
    """Run it to its end, and end whatever it started. Raises MLS0606 where it can't be started."""
    linux.adopt_orphans()
    before = children()
    output = Output(program.secrets, program.say)
    with _streams(program) as streams:
        process = start(program, **streams)
    late = False
    try:
        late = _listen(process, output, time.monotonic() + program.seconds)
    finally:
        end(process, gently=late)
        _end_orphans(set(before), os.fsencode(program.room.base))
        output.close()
    return Ended(process.returncode, late, program.seconds, output.end(), tuple(program.words))


@contextlib.contextmanager
def _streams(program: Program) -> Iterator[dict[str, Any]]:
    """All that it prints goes one way, unless its output is a file of its own."""
    with contextlib.ExitStack() as files:
        stdin = files.enter_context(program.stdin.open("rb")) if program.stdin else subprocess.DEVNULL
        if program.stdout is None:
            yield {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        else:
            yield {"stdin": stdin, "stdout": files.enter_context(program.stdout.open("wb")), "stderr": subprocess.PIPE}


def start(program: Program, **streams: Any) -> subprocess.Popen[bytes]:
    """Start it, shut in, in a group of its own. Raises MLS0606 where it can't be started."""
    path, words = executable(program.words, program.room.base, program.environment.get("PATH", os.defpath))
    try:
        return subprocess.Popen(
            words,
            executable=path,
            cwd=program.room.base,
            env=dict(program.environment),
            **streams,
            start_new_session=True,
            preexec_fn=shut_in(program.room, network=program.network) if linux.IS_LINUX else None,  # noqa: PLW1509 - it calls the kernel alone
        )
    except OSError as error:
        why = "its first line names an interpreter that is not there" if Path(path).is_file() and error.errno == 2 else error.strerror
        raise problem("MLS0606", f"`{program.words[0]}` can't be started: {why}", help=_help(program.words[0])) from error
    except ValueError as error:
        raise problem("MLS0606", f"`{program.words[0]}` can't be started: {error}", help="correct `argv`") from error


def _help(word: str) -> str:
    return f"name what runs it, as in `argv: [sh, {word}]`; a script that runs itself begins with a line such as `#!/bin/sh`"


def _listen(process: subprocess.Popen[bytes], output: Output, deadline: float) -> bool:
    """Take what it prints until it ended; whether its time was over first. A child that goes on holds nobody up."""
    stream = process.stdout or process.stderr
    assert stream is not None  # noqa: S101 - one of them is a pipe
    pipe = stream.fileno()
    os.set_blocking(pipe, False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        is_open = True
        while process.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return True
            if not is_open:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(min(left, _TICK))
            elif waiting.select(min(left, _TICK)):
                is_open = _read(pipe, output)
                if not is_open:
                    waiting.unregister(pipe)
    while is_open and _read(pipe, output, once=True):
        pass
    return False


def _read(pipe: int, output: Output, *, once: bool = False) -> bool:
    """Take one piece. False at the end of the pipe; with `once` also where there is nothing to take just now."""
    try:
        part = os.read(pipe, _CHUNK)
    except BlockingIOError:
        return not once
    output.take(part)
    return bool(part)


def end(process: subprocess.Popen[bytes], *, gently: bool) -> None:
    """End the group: at once, or with a moment to clear up."""
    if gently or process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    _signal(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _end_orphans(before: set[int], mark: bytes) -> None:
    """End what left the group, and became a child of this process: nothing outlives the step. It is known by its variables."""
    for orphan in set(children()) - before:
        with contextlib.suppress(OSError):
            if mark in Path(f"/proc/{orphan}/environ").read_bytes():
                os.kill(orphan, signal.SIGKILL)
                os.waitpid(orphan, 0)


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
