"""Real clusters on this machine, of Dask (a scheduler and two workers) and Ray (one node), and the command line beside their libraries.

They stand in an environment of their own (`.venv-engines`, made by `make test-all`), which finds mlspec and its libraries in ours.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from support.cli import Result, environment
from support.ports import free_port

PLACE = Path(__file__).resolve().parents[2] / ".venv-engines"
BIN = PLACE / "bin"
UP_SECONDS = 180


@dataclass(frozen=True)
class Running:
    """A cluster: its kind, and its address."""

    kind: str
    address: str

    def run(self, root: Path, *words: str, **more: str) -> Result:
        """`mlspec run` in a project whose `engine` names CLUSTER."""
        variables = environment() | {"CLUSTER": self.address, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | more
        command = [str(BIN / "python"), "-m", "mlspec", "run", *words]
        done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, timeout=900, check=False)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)


def require_engines() -> None:
    """Skip where the libraries could not be installed."""
    if not (PLACE / ".installed").is_file():
        pytest.skip("Dask and Ray are not installed: `make test-all` does it")


@contextlib.contextmanager
def dask_cluster(home: Path) -> Iterator[Running]:
    """A scheduler and two workers of one thread, each a process that can be killed; none is started again by a nanny."""
    address = f"tcp://127.0.0.1:{free_port()}"
    host = ["--host", "127.0.0.1", "--no-dashboard"]
    worker = ["worker", address, *host, "--nthreads", "1", "--no-nanny", "--local-directory", str(home)]
    with contextlib.ExitStack() as stack:
        stack.enter_context(_process(home / "scheduler.log", "dask", "scheduler", *host, "--port", address.rpartition(":")[2]))
        logs = [home / f"worker-{number}.log" for number in (1, 2)]
        for log in logs:
            stack.enter_context(_process(log, "dask", *worker))
        _wait(logs, "Registered to")
        yield Running("dask", address)


@contextlib.contextmanager
def ray_cluster(home: Path) -> Iterator[Running]:
    """A node of two processors."""
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="r", ignore_cleanup_errors=True) as short:  # sockets have short names
        options = ["--head", "--block", "--node-ip-address", "127.0.0.1", "--port", address.rpartition(":")[2], "--num-cpus", "2"]
        own = ["--include-dashboard=false", "--disable-usage-stats", "--object-store-memory", "100000000", "--temp-dir", short]
        with _process(home / "ray.log", "ray", "start", *options, *own):
            _wait([home / "ray.log"], "Ray runtime started")
            yield Running("ray", address)


@contextlib.contextmanager
def _process(log: Path, program: str, *words: str) -> Iterator[None]:
    with log.open("wb") as file:
        process = subprocess.Popen([str(BIN / program), *words], cwd=log.parent, env=environment(), stdout=file, stderr=subprocess.STDOUT)
    below: list[psutil.Process] = []
    try:
        yield
        below = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        for one in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.kill()
        process.wait()


def _wait(logs: list[Path], words: str) -> None:
    end = time.monotonic() + UP_SECONDS
    while not all(words in log.read_text(errors="replace") for log in logs):
        assert time.monotonic() < end, "\n".join(log.read_text(errors="replace") for log in logs)
        time.sleep(0.2)


def kill_worker_of(stage: int) -> int:
    """Kill the cluster's own process that a stage's process descends from; return its number."""
    for one in psutil.Process(stage).parents():
        words = one.cmdline()
        if words and (words[0].startswith("ray::") or words[1:3] == [str(BIN / "dask"), "worker"]):
            one.send_signal(signal.SIGKILL)
            return one.pid
    raise AssertionError([p.cmdline() for p in psutil.Process(stage).parents()])
