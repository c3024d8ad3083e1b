"""The processes that fork stages. Each is started when a stage first needs it, and started again when somebody killed it."""

from __future__ import annotations

import contextlib
import selectors
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import mlspec
from mlspec.pipelines.run.dvc_process import environment
from mlspec.runtime.warm import Ended, Server, Task

Lane = Literal["usual", "other"]
"""`other`: a process with other hash seeds, for what compares its results with those of an earlier stage. In a fork of the same process a
model whose fit hangs on the order of a set would come out the same again, and would count as reproducible.
"""
Key = tuple[Lane, int, int]

LIBRARIES = (
    *("numpy", "numpy.random", "numpy.linalg", "pandas", "pyarrow", "pyarrow.parquet", "pyarrow.dataset", "pyarrow.compute", "duckdb"),
    *("scipy.stats", "scipy.sparse", "scipy.optimize", "joblib", "ruamel.yaml", "threadpoolctl", "encodings.utf_8_sig"),
    *("sklearn.pipeline", "sklearn.compose", "sklearn.preprocessing", "sklearn.impute", "sklearn.linear_model", "sklearn.tree"),
    *("sklearn.ensemble", "sklearn.dummy", "sklearn.metrics", "sklearn.model_selection", "sklearn.feature_extraction.text"),
    *("narwhals.stable.v2._namespace", "narwhals._pandas_like.namespace"),  # scikit-learn asks for these when it first sees a frame
    *("mlspec.diagnostics.atomic", "mlspec.diagnostics.render.concise", "mlspec.diagnostics.render.excerpt"),
)
OWN = ("runtime", "metrics")
PREPARE = "mlspec.runtime.rehearsal:rehearse"


def modules() -> list[str]:
    """What stages import, sooner or later. A name that is not there is no harm: the stage that needs it says so."""
    package = Path(mlspec.__file__).parent
    files = sorted(path.relative_to(package.parent) for name in OWN for path in (package / name).rglob("*.py"))
    kept = (path.with_suffix("") for path in files if path.name != "__main__.py" and path.parts[2] != "warm")
    return [*LIBRARIES, *(".".join(path.parts).removesuffix(".__init__") for path in kept)]


@dataclass(slots=True)
class Lanes:
    """The servers of a run. `lock`: a handle that they and their children keep open."""

    lock: int | None
    servers: dict[Lane, Server] = field(default_factory=dict)
    generations: dict[Lane, int] = field(default_factory=dict)
    replaced: list[tuple[Lane, int, Server]] = field(default_factory=list)
    """Servers that somebody killed, whose tasks are not yet told to be lost."""

    def warm_up(self, lane: Lane = "usual") -> Server:
        """The lane's process, which imports from now on if it is new."""
        server = self.servers.get(lane)
        if server is not None and not server.alive:
            self.replaced.append((lane, self.generations[lane], server))
            server = None
        if server is None:
            keep = () if self.lock is None else (self.lock,)
            server = self.servers[lane] = Server(modules(), environment(), prepare=[PREPARE], keep=keep)
            self.generations[lane] = self.generations.get(lane, 0) + 1
        return server

    def submit(self, lane: Lane, task: Task, hear: Callable[[str], None]) -> Key:
        """Start a task; return what `poll` calls it."""
        server = self.warm_up(lane)
        return lane, self.generations[lane], server.submit(task, hear)

    def poll(self, seconds: float | None) -> Iterator[tuple[Key, Ended]]:
        """Wait until something happens, at most so long (None: any time); pass on output, and yield what ended."""
        standing = [(lane, self.generations[lane], server) for lane, server in self.servers.items()]
        with selectors.DefaultSelector() as waiting:
            for _, _, server in standing:
                if server.alive:
                    waiting.register(server, selectors.EVENT_READ)
            all_stand = not self.replaced and all(server.alive for _, _, server in standing)
            waiting.select(seconds if all_stand else 0.0)
        gone, self.replaced = self.replaced, []
        with contextlib.ExitStack() as after:
            for _, _, server in gone:
                after.callback(server.close)
            for lane, generation, server in [*gone, *standing]:
                for ended in server.poll(0.0) if server.alive or server.running else ():
                    yield (lane, generation, ended.number), ended

    def close(self) -> None:
        """End all processes with all that they run."""
        for server in (*self.servers.values(), *(server for _, _, server in self.replaced)):
            server.close()
        self.servers.clear()
        self.replaced.clear()
