"""Starts a server process: it takes over another's socket where there is one, and writes the state files once it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.deploy.context import Context
from mlspec.deploy.launch import launch
from mlspec.deploy.process import SERVER_MODULE, alive
from mlspec.deploy.server.config import Batching, Guard, ModelConfig, ServerConfig
from mlspec.deploy.server.control import control_path, remove_control
from mlspec.deploy.state import Places, State, inside_repository, places, state_folder
from mlspec.deploy.targets.protocol import Declared
from mlspec.deploy.targets.rest_shared import Standing, carried
from mlspec.diagnostics import Problems
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.kinds.targets.rest import RestTarget

START_SECONDS = 120.0
"""Seconds a server may take to load its models."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a Deployment's server is to be: where its files are, its model, what is declared of it, and how features are read by key."""

    context: Context
    declared: Declared[RestTarget]
    folder: Path
    online: dict[str, Any] | None = None

    @property
    def place(self) -> Places:
        return places(self.context.root, self.context.environment, self.declared.deployment.name)

    def record(self, config: Path, log: Path) -> dict[str, str]:
        """What the state file says of the process, beyond what the process knows."""
        target, digest = self.declared.deployment.envelope.spec.target, self.declared.desired.target_digest
        return {"log": str(log), "config": str(config), "target": target, "serverTarget": digest}

    def model(self, record: Mapping[str, str]) -> ModelConfig:
        desired = self.declared.desired
        own = {"claim": desired.claim, "targetDigest": desired.target_digest}
        state = str(self.place.state)
        return ModelConfig(str(self.folder), desired.digest, desired.model, desired.version, state, {**record, **own}, self.online)


def guard_of(rest: RestTarget) -> Guard:
    """Who may ask, and how it is carried."""
    tls = (rest.tls.certificate, rest.tls.key) if rest.tls else (None, None)
    return Guard(rest.auth.tokens if rest.auth else None, *tls)


def start(wanted: Wanted, before: State | None, replaces: Standing | None) -> None:
    """Start a process. `before`: the state of the Deployment as it was. `replaces`: the process whose socket and Deployments it takes over.

    Raises Problems when it does not come up; then what ran before still runs, and the state files say so.
    """
    context, place, rest = wanted.context, wanted.place, wanted.declared.settings
    inside_repository(context.root, state_folder(context.root, context.environment))
    control, record = control_path(), wanted.record(place.config, place.log)
    name = wanted.declared.deployment.name
    others = carried(context.root, context.environment, replaces.others(name), record) if replaces else []
    config = ServerConfig(
        root=str(context.root),
        models=[wanted.model(record), *others],
        host=rest.host,
        control=str(control),
        guard=guard_of(rest),
        workers=rest.workers,
        batching=Batching(rest.batching.rows, rest.batching.wait) if rest.batching else None,
        cached_answers=rest.cache.answers if rest.cache else 0,
        access_log=str(place.log.with_suffix(".access.jsonl")) if rest.access_log else None,
        **_address(rest, before, replaces),
    )
    config.write(place.config)
    saved = _saved(config.models)
    try:
        launch(SERVER_MODULE, place.config, context.root, place.log, START_SECONDS, context.lock)
    except Problems:
        remove_control(control)
        _restore(saved)
        raise


def _saved(models: Sequence[ModelConfig]) -> dict[Path, bytes]:
    files = [Path(model.ready_file) for model in models]
    return {file: file.read_bytes() for file in files if file.is_file()}


def _restore(saved: Mapping[Path, bytes]) -> None:
    """The new process may have written itself down, and died before the old one let go: of those that live, the state files speak again."""
    import json

    for file, content in saved.items():
        try:
            pid = int(json.loads(content)["pid"])
        except (ValueError, KeyError, TypeError):
            continue
        if alive(pid):
            replace_file(file, content)


def _address(rest: RestTarget, before: State | None, replaces: Standing | None) -> dict[str, Any]:
    """Where to listen, and how to get there.

    A free port once chosen is kept; a running server hands over its socket; one on the same port of another host ends first.
    """
    running = replaces.any if replaces else None
    if running is None:
        if before is None:
            return {"port": rest.port}
        return {"port": rest.port or before.port, "any_port": rest.port == 0}
    port = rest.port or running.port
    if same_address(running, rest):
        return {"port": port, "takeover": str(running.control), "evict": running.pid}
    return {"port": port, "evict" if port == running.port else "retire": running.pid}


def same_address(state: State, rest: RestTarget) -> bool:
    """Whether a new server takes over a running one's socket."""
    return state.host == rest.host and rest.port in (0, state.port)
