"""What a server process is told: one JSON file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Settings of one server process. Paths are absolute; `port` 0 means any free port.

    `record`: fields for the ready file that only the starter knows. `takeover`: the control socket of the server to replace, on the
    same address. `evict`: the process to end before binding, when no takeover is possible. `any_port`: a taken port is no error.
    """

    root: str
    folder: str
    digest: str
    model: str
    version: str
    host: str
    port: int
    control: str
    ready_file: str
    record: Mapping[str, Any] = field(default_factory=dict)
    takeover: str | None = None
    evict: int | None = None
    any_port: bool = False
    max_body_bytes: int = 64 * MIB
    keep_alive_seconds: float = 10.0
    drain_seconds: float = 30.0
    threads: int = 2

    def write(self, path: Path) -> None:
        """Write the settings as JSON (readable by the owner only)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        path.write_text(json.dumps(dataclasses.asdict(self), indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_config(path: Path) -> ServerConfig:
    """Read what `ServerConfig.write` wrote. Raises TypeError for unknown or missing keys."""
    return ServerConfig(**json.loads(path.read_text(encoding="utf-8")))
