"""The rest target: one server process a deployment."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from mlspec.compiler.project.project import Bound, Project
from mlspec.deploy.cache import model_folder
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action, Desired, decide, same_address
from mlspec.deploy.launch import launch
from mlspec.deploy.observe import Observed, address, observe
from mlspec.deploy.outcome import Outcome
from mlspec.deploy.process import SERVER_MODULE, alive, is_server, listens, stop_process, strays, wait_gone
from mlspec.deploy.record import model_artifact
from mlspec.deploy.server.config import ServerConfig
from mlspec.deploy.server.control import control_path, remove_control
from mlspec.deploy.state import inside_repository, places, read_state, state_folder
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.diagnostics.atomic import replace_file
from mlspec.diagnostics.digest import canonical_digest
from mlspec.language.kinds.deployment import Deployment, RestTarget

START_SECONDS = 120.0
"""Seconds a server may take to load its model."""
STOP_SECONDS = 35.0
"""Seconds a server may take to answer what it has accepted, once it is told to stop."""
DRAINING_SECONDS = 2.0
"""Seconds to wait for a replaced server; one with open connections ends by itself later."""


def reconcile_rest(context: Context, deployment: Bound[Deployment], rest: RestTarget) -> Outcome:
    """Bring one server to what is declared. Raises Problems when that fails; then what ran before still runs."""
    name = deployment.name
    desired = desired_server(context.project, deployment, rest)
    observed = observe(context.root, context.environment, name)
    action = decide(observed, desired)
    if action.kind == "noop" or context.dry_run:
        return Outcome(deployment.ref, action, desired.version, observed.url or "", str(observed))
    folder = model_folder(context.root, desired.digest, model_artifact(context.root, deployment), context.fetch)
    _clean_up(context, name, observed)
    try:
        _start(context, name, desired, observed, folder)
    except Problems as problems:
        raise _still_serving(problems, observed, action) from problems
    _retire(observed)
    after = read_state(places(context.root, context.environment, name).state)
    return Outcome(deployment.ref, action, desired.version, address(after.host, after.port) if after else "", str(observed))


def desired_server(project: Project, deployment: Bound[Deployment], rest: RestTarget) -> Desired:
    """What a Deployment with a version declares."""
    spec = deployment.envelope.spec
    target = canonical_digest(project.target_of(deployment).canonical())
    return Desired(spec.model, str(spec.version), str(spec.digest), str(spec.claim), rest.host, rest.port, target)


def _start(context: Context, name: str, desired: Desired, observed: Observed, folder: Path) -> None:
    """Start a server; it takes over the old one's socket where there is one, and writes the state file once it serves."""
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
        host=desired.host,
        control=str(control),
        ready_file=str(place.state),
        record=record,
        **_address(desired, observed),
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


def _address(desired: Desired, observed: Observed) -> dict[str, Any]:
    """Where to listen, and how to get there.

    A free port once chosen is kept; a running server hands over its socket; one on the same port of another host ends first.
    """
    state = observed.state
    if state is None:
        return {"port": desired.port}
    port = desired.port or state.port
    if not observed.alive:
        return {"port": port, "any_port": desired.port == 0}
    if same_address(observed, desired):
        return {"port": port, "takeover": str(state.control), "evict": state.pid}
    return {"port": port, "evict" if port == state.port else "retire": state.pid}


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
    note = Diagnostic("MLS0803", f"{observed.version} goes on serving at {observed.url}", None, None, "note")
    return Problems((*problems.diagnostics, note))


def stop_server(root: Path, environment: str, name: str, reason: str, *, dry_run: bool = False) -> Outcome | None:
    """Stop a server that is no longer declared, and forget it; None when there is none."""
    observed = observe(root, environment, name)
    state = observed.state
    if state is None:
        return None
    where = observed.url or ""
    outcome = Outcome(f"deployment/{environment}/{name}", Action("stop", reason), observed.version or state.version, where, str(observed))
    if dry_run:
        return outcome
    if observed.alive:
        stop_process(state.pid, STOP_SECONDS)
    remove_control(state.control)
    place = places(root, environment, name)
    for path in (place.state, place.config):
        path.unlink(missing_ok=True)
    return outcome
