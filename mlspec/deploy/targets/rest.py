"""The rest target: one server process a deployment."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from mlspec.deploy.cache import model_folder
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action
from mlspec.deploy.decide import decide as decide_serving
from mlspec.deploy.launch import launch
from mlspec.deploy.outcome import Outcome
from mlspec.deploy.process import SERVER_MODULE, alive, is_server, listens, stop_process, strays, wait_gone
from mlspec.deploy.record import model_artifact
from mlspec.deploy.server.config import ServerConfig
from mlspec.deploy.server.control import control_path, remove_control
from mlspec.deploy.state import inside_repository, known, places, read_state, state_folder
from mlspec.deploy.targets.protocol import Declared
from mlspec.deploy.targets.rest_observed import Observed, address
from mlspec.deploy.targets.rest_observed import observe as observe_server
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.kinds.targets.rest import RestTarget

__all__ = ["converge", "decide", "known", "observe", "smoke", "withdraw"]

START_SECONDS = 120.0
"""Seconds a server may take to load its model."""
STOP_SECONDS = 35.0
"""Seconds a server may take to answer what it has accepted, once it is told to stop."""
DRAINING_SECONDS = 2.0
"""Seconds to wait for a replaced server; one with open connections ends by itself later."""


def observe(context: Context, declared: Declared[RestTarget]) -> Observed:
    """The server of a Deployment."""
    return observe_server(context.root, context.environment, declared.deployment.name)


def decide(observed: Observed, declared: Declared[RestTarget]) -> Action:
    """As anything that serves."""
    return decide_serving(observed, declared.desired)


def converge(context: Context, declared: Declared[RestTarget], observed: Observed, action: Action) -> str:
    """Bring one server to what is declared. Raises Problems when that fails; then what ran before still runs."""
    name, desired = declared.deployment.name, declared.desired
    folder = model_folder(context.root, desired.digest, model_artifact(context.root, declared.deployment), context.fetch)
    _clean_up(context, name, observed)
    try:
        _start(context, declared, observed, folder)
    except Problems as problems:
        raise _still_serving(problems, observed, action) from problems
    _retire(observed)
    after = read_state(places(context.root, context.environment, name).state)
    return address(after.host, after.port) if after else ""


def smoke(context: Context, declared: Declared[RestTarget]) -> list[Diagnostic]:
    """Ask the server over HTTP what it serves: it must be what was declared."""
    found, desired = observe(context, declared), declared.desired
    if not found.broken and found.standing and (found.standing.version, found.standing.digest) == (desired.version, desired.digest):
        return []
    log = places(context.root, context.environment, declared.deployment.name).log.relative_to(context.root).as_posix()
    return [Diagnostic("MLS0803", f"the server said it was ready with {desired.version}, and is {found} now", None, f"its log is {log}")]


def _start(context: Context, declared: Declared[RestTarget], observed: Observed, folder: Path) -> None:
    """Start a server; it takes over the old one's socket where there is one, and writes the state file once it serves."""
    name, desired, rest = declared.deployment.name, declared.desired, declared.settings
    place = places(context.root, context.environment, name)
    inside_repository(context.root, state_folder(context.root, context.environment))
    control = control_path()
    record = {"claim": desired.claim, "targetDigest": desired.target_digest, "log": str(place.log), "config": str(place.config)}
    config = ServerConfig(
        root=str(context.root),
        folder=str(folder),
        digest=desired.digest,
        model=desired.model,
        version=desired.version,
        host=rest.host,
        control=str(control),
        ready_file=str(place.state),
        record=record,
        **_address(rest, observed),
    )
    config.write(place.config)
    before = place.state.read_bytes() if observed.alive else None
    try:
        launch(SERVER_MODULE, place.config, context.root, place.log, START_SECONDS, context.lock)
    except Problems:
        remove_control(control)
        if before is not None and alive(observed.state.pid if observed.state else 0):
            replace_file(place.state, before)  # the new one may have written itself down, and died before the old one let go
        raise


def _address(rest: RestTarget, observed: Observed) -> dict[str, Any]:
    """Where to listen, and how to get there.

    A free port once chosen is kept; a running server hands over its socket; one on the same port of another host ends first.
    """
    state = observed.state
    if state is None:
        return {"port": rest.port}
    port = rest.port or state.port
    if not observed.alive:
        return {"port": port, "any_port": rest.port == 0}
    if same_address(observed, rest):
        return {"port": port, "takeover": str(state.control), "evict": state.pid}
    return {"port": port, "evict" if port == state.port else "retire": state.pid}


def same_address(observed: Observed, rest: RestTarget) -> bool:
    """Whether the new server takes over the old one's socket."""
    state = observed.state
    return state is not None and state.host == rest.host and rest.port in (0, state.port)


def _clean_up(context: Context, name: str, observed: Observed) -> None:
    """Remove what a dead server left, and end servers of this deployment that the state file does not know.

    It is lost or damaged, or names a successor that was killed before its predecessor let go: that one went on, and holds the port.
    """
    found = [] if observed.alive else strays(places(context.root, context.environment, name).config)
    for pid in found:
        if observed.state is None or listens(pid):
            stop_process(pid, STOP_SECONDS)
    if observed.state is not None and not observed.alive:
        remove_control(observed.state.control)


def _retire(observed: Observed) -> None:
    """Tell the replaced server to end (its successor did); it drains first, by itself when that takes longer than we wait."""
    state = observed.state
    if state is not None and observed.alive and is_server(state.pid, state.config):
        os.kill(state.pid, signal.SIGTERM)
        wait_gone(state.pid, DRAINING_SECONDS)


def _still_serving(problems: Problems, observed: Observed, action: Action) -> Problems:
    """Say what serves on when a replacement failed."""
    state = observed.state
    if action.kind != "replace" or state is None or not alive(state.pid):
        return problems
    note = Diagnostic("MLS0803", f"{observed.version} goes on serving at {observed.where}", None, None, "note")
    return Problems((*problems.diagnostics, note))


def withdraw(root: Path, environment: str, name: str, reason: str, *, dry_run: bool = False) -> Outcome | None:
    """Stop a server that is no longer declared, and forget it; None when there is none."""
    observed = observe_server(root, environment, name)
    state = observed.state
    if state is None:
        return None
    version = observed.version or state.version
    outcome = Outcome(f"deployment/{environment}/{name}", Action("stop", reason), version, observed.where, str(observed))
    if dry_run:
        return outcome
    if observed.alive:
        stop_process(state.pid, STOP_SECONDS)
    remove_control(state.control)
    place = places(root, environment, name)
    for path in (place.state, place.config):
        path.unlink(missing_ok=True)
    return outcome
