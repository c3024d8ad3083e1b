"""A piece of work, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """A function to call in a process of its own. What it returns is the exit code: an int, or None for 0; SystemExit counts as in Python.

    `function`: `module:function`, from code of ours, never from a spec. `arguments`: what JSON can hold. `environment`: all of the child's
    variables; None: those of the server. `limits`: {name of a resource limit, such as `RLIMIT_CORE`: value}; none is ever raised.
    `seconds`: after so many the process group is killed; None: it may take any time.
    """

    function: str
    arguments: tuple[Any, ...] = ()
    cwd: Path | None = None
    environment: Mapping[str, str] | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    seconds: float | None = None

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "function": self.function,
            "arguments": list(self.arguments),
            "cwd": None if self.cwd is None else str(self.cwd),
            "environment": None if self.environment is None else dict(self.environment),
            "limits": dict(self.limits),
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Ended:
    """How a task ended. `number`: what `submit` returned; `status`: the exit code, or minus the signal that killed it.

    `late`: it took longer than `seconds`. `lost`: the server is gone, and the task with it; the status is -9 then. `seconds`: how long it
    ran by the server's clock. `busy`: seconds of processor time, `kilobytes`: the largest resident set, both with what it waited for.
    """

    number: int
    status: int
    late: bool = False
    lost: bool = False
    seconds: float = 0.0
    busy: float = 0.0
    kilobytes: int = 0
