"""Servers that run for a while."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def process(command: list[str], **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A server that ends with the block; silent, unless `how` says where it writes."""
    silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **(silent | how)) as server:
        try:
            yield server
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
            server.kill()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return once something listens, two minutes at most."""
    for _ in range(1200):
        if server.poll() is not None:
            raise SystemExit(f"{server.args!r} ended with {server.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on {port}")
