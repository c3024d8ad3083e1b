"""A Spark Connect server on this machine: Spark itself on Java 17, in a process of its own, stopped in any case.

It stands beside Dask and Ray in `.venv-engines`, which `make test-all` makes; skipped where that or Java is missing.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.cli import Result, environment
from support.clusters import BIN, PLACE
from support.ports import free_port

UP_SECONDS = 240
_CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"


@dataclass(frozen=True)
class Spark:
    """A server: its address, its process, what it said."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment of who uses it."""
        return environment() | {"SPARK_REMOTE": self.address, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}

    def mlspec(self, root: Path, *words: str, seconds: float = 600, **more: str) -> Result:
        """A command line beside Spark's client."""
        command = [str(BIN / "python"), "-m", "mlspec", *words]
        done = subprocess.run(command, cwd=root, env=self.variables | more, capture_output=True, text=True, timeout=seconds, check=False)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    def send(self, number: signal.Signals) -> None:
        """A signal to the server."""
        self.process.send_signal(number)


def require_spark() -> Path:
    """Spark's home; skip where it is not installed, or Java is missing."""
    found = list(PLACE.glob("lib/python3.*/site-packages/pyspark/jars"))
    if not (PLACE / ".installed").is_file() or not found:
        pytest.skip("Spark is not installed: `make test-all` does it")
    if shutil.which("java") is None:
        pytest.skip("there is no Java: Debian's package is openjdk-17-jre-headless")
    return found[0].parent


@contextlib.contextmanager
def spark_server(home: Path) -> Iterator[Spark]:
    """A server in local mode, two threads, at 127.0.0.1."""
    place, port = require_spark(), free_port()
    own = {"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port), "spark.ui.enabled": "false"}
    own |= {"spark.sql.shuffle.partitions": "2", "spark.log.level": "WARN", "spark.local.dir": str(home), "spark.driver.host": "127.0.0.1"}
    command = [str(place / "bin" / "spark-submit"), "--master", "local[2]", "--driver-memory", "1g", "--class", _CLASS]
    command += [word for name, value in own.items() for word in ("--conf", f"{name}={value}")]
    variables = os.environ | {"SPARK_HOME": str(place), "PYSPARK_PYTHON": str(BIN / "python"), "SPARK_LOCAL_IP": "127.0.0.1"}
    log = home / "spark.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "spark-internal"],
            cwd=home,
            env=variables,
            stdout=file,
            stderr=subprocess.STDOUT,
            preexec_fn=_end_with_us,  # noqa: PLW1509
        )
        try:
            _wait(process, port, log)
            yield Spark(f"sc://127.0.0.1:{port}", process, log)
        finally:
            process.kill()  # also one that stands still; the shell has become Java by then
            process.wait()


def _end_with_us() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + UP_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.5)
    raise AssertionError(f"Spark is not up: {log.read_text()[-3000:]}")
