"""What is asked of a run, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Say = Callable[[str], None]
Executor = Literal["warm", "dvc"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands: counts of stages. `total`: those that were stale when it began; `ends_in`: seconds, once there is a guess."""

    total: int
    done: int
    running: tuple[str, ...]
    failed: int
    ends_in: float | None = None


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`force`: run also what is current. `pull`: fetch missing inputs from the remote instead of recomputing.

    `lock`: the handle of the lock on runs, which stages keep until they have ended. `keep_going`: what fails stops only what needs it.
    `executor`: `warm` runs stages in forks of a process that has everything imported, `dvc` asks `dvc repro` for each object.
    `jobs`: how many stages run side by side (None: as many as there are processors); of no meaning to `dvc`.
    `on_standing` is called when something about the run changes.
    `python`: the interpreter of the environment in which DVC and the stages run (None: this one); of meaning to `dvc` alone.
    """

    force: bool = False
    pull: bool = False
    lock: int | None = None
    keep_going: bool = False
    executor: Executor = "warm"
    jobs: int | None = None
    on_standing: Callable[[Standing], None] | None = None
    python: str | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """What happened: stages run (`model/demand:train`), pipelines skipped, seconds taken, and those of each stage."""

    ran: tuple[str, ...]
    skipped: tuple[str, ...]
    seconds: float
    times: Mapping[str, float] = field(default_factory=dict)
