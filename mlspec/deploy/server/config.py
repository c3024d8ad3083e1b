"""What a server process is told: one JSON file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may ask of a server process, so that none of them keeps it from the others.

    `body_bytes` of one request, `held_bytes` of all under way; `header_seconds` and `body_seconds` are what a client has to send
    them, `answer_seconds` what it may leave an answer unread, `idle_seconds` how long a connection stays open between requests.
    Decoding holds the interpreter: 8 MiB of JSON take up to a second, in which health does not answer.
    """

    body_bytes: int = 8 * MIB
    held_bytes: int = 64 * MIB
    connections: int = 512
    header_seconds: float = 10.0
    body_seconds: float = 30.0
    answer_seconds: float = 30.0
    idle_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """One model to serve. Paths are absolute. `ready_file` is written once it serves, `record`: its fields that only the starter knows.

    `online`: of features that are read by key, as `deploy.online.lookups` gives it.
    """

    folder: str
    digest: str
    model: str
    version: str
    ready_file: str
    record: Mapping[str, Any] = field(default_factory=dict)
    online: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may ask, and how it is carried. Each names an environment variable: of the tokens, and of the paths of two PEM files."""

    tokens: str | None = None
    certificate: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Batching:
    """Requests that are asked of a model together: up to so many rows, and how long the first of them may wait for company."""

    rows: int
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Settings of one server. Paths are absolute; `port` 0 means any free port.

    `takeover`: the control socket of the server to replace, on the same address. `evict`: the process to end before binding, when no
    takeover is possible. `retire`: the process to end once this one serves elsewhere (whoever started it may be gone by then).
    `any_port`: a taken port is no error. `access_log`: a file, or None. `workers`: processes that answer; with one, this process does.
    `cached_answers`: how many each model keeps in each process; 0: none.
    """

    root: str
    models: Sequence[ModelConfig]
    host: str
    port: int
    control: str
    guard: Guard = field(default_factory=Guard)
    workers: int = 1
    batching: Batching | None = None
    cached_answers: int = 0
    access_log: str | None = None
    takeover: str | None = None
    evict: int | None = None
    retire: int | None = None
    any_port: bool = False
    limits: Limits = field(default_factory=Limits)
    drain_seconds: float = 30.0
    threads: int = 2

    def write(self, path: Path) -> None:
        """Write the settings as JSON (readable by the owner only)."""
        from mlspec.diagnostics.atomic import replace_file, to_json

        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, to_json(self.to_json()).encode(), mode=0o600, durable=False)

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def server_config(raw: Mapping[str, Any]) -> ServerConfig:
    """What `to_json` gave. Raises TypeError for unknown or missing keys."""
    parts = {"limits": Limits(**raw["limits"]), "guard": Guard(**raw["guard"]), "models": [ModelConfig(**m) for m in raw["models"]]}
    batching = Batching(**raw["batching"]) if raw.get("batching") else None
    return ServerConfig(**{**raw, **parts, "batching": batching})


def read_config(path: Path) -> ServerConfig:
    """Read what `ServerConfig.write` wrote. Raises TypeError for unknown or missing keys."""
    return server_config(json.loads(path.read_text(encoding="utf-8")))
