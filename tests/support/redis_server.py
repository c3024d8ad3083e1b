"""A Redis server of the machine's package, in a folder of its own and on a free port, with a password. Skipped where the package is missing."""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from support.ports import free_port

PASSWORD = "s3cr%t/w@rd"


@dataclass
class Server:
    """`url` as users write it. `stop` and `start` as a machine that goes away and comes back, empty."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/0"

    def client(self) -> Any:
        """A connection of the test's own."""
        import redis

        return redis.Redis(host="127.0.0.1", port=self.port, password=PASSWORD)

    def start(self) -> None:
        config = self.folder / "redis.conf"
        settings = {"bind": "127.0.0.1", "port": self.port, "requirepass": PASSWORD, "save": '""', "appendonly": "no", "dir": self.folder}
        config.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
        log = self.folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen([str(_program()), str(config)], stdout=out, stderr=out, cwd="/", preexec_fn=_end_with_us)  # noqa: PLW1509 - one call of C
        end = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.02)

    def _answers(self) -> bool:
        import redis

        with contextlib.suppress(redis.RedisError), contextlib.closing(self.client()) as client:
            return bool(client.ping())
        return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()  # nothing of it is kept
            self._process.wait(20)
            self._process = None


def _program() -> str | None:
    return shutil.which("redis-server")


@contextmanager
def redis_server() -> Iterator[Server]:
    """Run a server. It ends with the block, and nothing of it stays."""
    if _program() is None:
        pytest.skip("Redis is not installed (Debian: redis-server)")
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _end_with_us() -> None:
    """Have the kernel end the server with the process that started it, however that ends. Linux alone can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
