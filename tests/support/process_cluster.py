"""A cluster of processes on this machine: the same bytes, the same entry point and the same fate of a lost worker as on Dask or Ray.

A worker takes a task from its standard input and writes the answer to a file; it can be killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.language.kinds.engine import EngineKind
from mlspec.pipelines.engines.clusters import Again, Done, Outcome

_WORKER = ("-P", str(Path(__file__).with_name("cluster_worker.py")))
"""What Python runs as a worker."""


@dataclass
class ProcessCluster:
    """`variables`: the workers' environment beside this one's. `started`, `sent`: the workers' numbers and their tasks, in order."""

    workers: int = 2
    variables: dict[str, str] = field(default_factory=dict)
    started: list[int] = field(default_factory=list)
    given: dict[int, bytes] = field(default_factory=dict)
    """{number of a worker: its task}: workers may start in another order than tasks were sent."""
    sent: list[bytes] = field(default_factory=list)
    closed: bool = False
    reached: list[tuple[EngineKind, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.workers)

    def connect(self, kind: EngineKind, address: str) -> ProcessCluster:
        """As `clusters.connect`."""
        self.reached.append((kind, address))
        return self

    def submit(self, content: bytes, digest: str, done: Done, again: Again) -> None:
        del again
        self.sent.append(content)
        self.pool.submit(lambda: done(self._work(content, digest)))

    def size(self) -> int | None:
        return self.workers

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)
        self.closed = True

    def _work(self, content: bytes, digest: str) -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            answer = Path(folder) / "answer"
            words = [sys.executable, *_WORKER, digest, str(answer)]
            process = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | self.variables)
            self.given[process.pid] = content
            self.started.append(process.pid)
            _, said = process.communicate(content)
            if process.returncode < 0:
                return Outcome("lost")
            return Outcome("answer", answer.read_bytes()) if answer.is_file() else Outcome("refused", why=said.decode()[-500:])
