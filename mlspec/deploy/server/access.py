"""The access log: a line of JSON for each request. Never a body, a query or a header of a client's beyond its request id."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LARGEST = 50_000_000
"""Bytes after which the file is put aside as `<name>.1`."""
LOOK_SECONDS = 1.0


class AccessLog:
    """Lines appended whole, by several processes: each notices within a second that another put the file aside."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        self._looked = 0.0

    def write(self, fields: dict[str, Any]) -> None:
        """One line; a disk that is full or gone stops no request."""
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": stamp, **fields}, ensure_ascii=True, separators=(",", ":"))
        with contextlib.suppress(OSError):
            if time.monotonic() - self._looked > LOOK_SECONDS:
                self._look()
            os.write(self._handle, line.encode() + b"\n")

    def _look(self) -> None:
        """Open the file, or the new one where it was put aside; put it aside where it is large."""
        self._looked = time.monotonic()
        if self._handle >= 0:
            with contextlib.suppress(FileNotFoundError):
                there, ours = self._path.stat(), os.fstat(self._handle)
                if there.st_ino == ours.st_ino and ours.st_size <= LARGEST:
                    return
                self._put_aside()
            os.close(self._handle)
        self._handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _put_aside(self) -> None:
        """Once: whoever comes second finds another file at the path, by the lock that both take on the old one."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        if self._path.stat().st_ino == os.fstat(self._handle).st_ino:
            self._path.replace(self._path.with_name(self._path.name + ".1"))

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
