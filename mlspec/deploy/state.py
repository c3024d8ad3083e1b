"""`.mlspec/state/<environment>/<deployment>.json`: what this machine knows of a server it started (see docs/reference/contracts.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.compiler.project import layout
from mlspec.diagnostics import problem


@dataclass(frozen=True, slots=True)
class State:
    """What serves one Deployment, as the server wrote it down once it was ready; several Deployments of a target may share a process.

    `config` is the file it was started with. `target`: the DeploymentTarget's name; `target_digest`: of the target for which this model was
    loaded; `server_target`: of the one for which the process was started. `marks`: a fingerprint of its tokens and certificate.
    `online`: as `ModelConfig` has it.
    """

    pid: int
    host: str
    port: int
    model: str
    version: str
    digest: str
    claim: str
    target_digest: str
    started_at: str
    control: Path
    log: Path
    config: Path
    target: str = ""
    server_target: str = ""
    marks: str | None = None
    tls: bool = False
    online: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Where a deployment's local files are."""

    state: Path
    config: Path
    log: Path


def state_folder(root: Path, environment: str) -> Path:
    return root / layout.state_folder(environment)


def places(root: Path, environment: str, name: str) -> Places:
    """The files of one deployment. They are ignored by Git."""
    folder = state_folder(root, environment)
    return Places(folder / f"{name}.json", folder / "servers" / f"{name}.json", folder / f"{name}.log")


def read_state(path: Path) -> State | None:
    """Read a state file; None when there is none, or none that makes sense (then nothing is known of a server)."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _state(raw)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _state(raw: Mapping[str, Any]) -> State:
    model, version, digest, claim, target, started = (
        str(raw[k]) for k in ("model", "version", "digest", "claim", "targetDigest", "startedAt")
    )
    control, log, config = (Path(raw[k]) for k in ("control", "log", "config"))
    pid, host, port = int(raw["pid"]), str(raw["host"]), int(raw["port"])
    name, process_target, marks = str(raw.get("target", "")), str(raw.get("serverTarget", target)), raw.get("marks")
    own = (model, version, digest, claim, target, started)
    return State(pid, host, port, *own, control, log, config, name, process_target, marks, bool(raw.get("tls")), raw.get("online"))


def known(root: Path, environment: str) -> list[str]:
    """The names of the deployments of an environment that have a state file."""
    return sorted(p.stem for p in state_folder(root, environment).glob("*.json") if "." not in p.stem)


def inside_repository(root: Path, path: Path) -> Path:
    """Make a local folder of mlspec's and return it. Raises MLS0813 when a link leads it out of the repository."""
    path.mkdir(parents=True, exist_ok=True)
    if not path.resolve().is_relative_to(root.resolve()):
        shown = path.relative_to(root).as_posix()
        raise problem("MLS0813", f"`{shown}` lies outside the repository", help="replace the symbolic link by a folder")
    return path
