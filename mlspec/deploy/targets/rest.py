"""The rest target: a server process that all its Deployments in an environment share, each with its own version, claim and swap."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
from pathlib import Path

from mlspec.deploy.cache import model_folder
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action
from mlspec.deploy.decide import decide as decide_serving
from mlspec.deploy.online import knows_address, lookups, marked
from mlspec.deploy.outcome import Outcome
from mlspec.deploy.process import alive, is_server, left_workers, listens, stop_process, strays, wait_gone
from mlspec.deploy.record import model_artifact
from mlspec.deploy.server.control import order, remove_control
from mlspec.deploy.server.fingerprint import is_same
from mlspec.deploy.server.tokens import read_tokens
from mlspec.deploy.state import known, places, read_state
from mlspec.deploy.targets.protocol import Declared
from mlspec.deploy.targets.rest_observed import Observed, url
from mlspec.deploy.targets.rest_observed import observe as observe_server
from mlspec.deploy.targets.rest_shared import Standing, standing
from mlspec.deploy.targets.rest_start import START_SECONDS, Wanted, guard_of, start
from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.language.kinds.targets.rest import RestTarget

__all__ = ["converge", "decide", "known", "observe", "smoke", "withdraw"]

STOP_SECONDS = 35.0
"""Seconds a server may take to answer what it has accepted, once it is told to stop."""
DRAINING_SECONDS = 2.0
"""Seconds to wait for a replaced server; one with open connections ends by itself later."""


def observe(context: Context, declared: Declared[RestTarget]) -> Observed:
    """The server of a Deployment."""
    found = observe_server(context.root, context.environment, declared.deployment.name, _token(declared.settings))
    renewed = found.state is not None and found.alive and not _same_marks(found.state.marks, declared.settings, context.root)
    before = found.state.online if found.state and found.alive else None
    online = marked(lookups(context.workspace, declared.deployment), before)
    other = found.state is not None and found.alive and before != online
    return dataclasses.replace(found, renewed=renewed, online=online, other_lookups=other)


def _token(rest: RestTarget) -> str | None:
    """A token to ask by, where there is one here; who only looks needs none."""
    with contextlib.suppress(Problems):
        return read_tokens(rest.auth.tokens)[0] if rest.auth else None
    return None


def _same_marks(marks: str | None, rest: RestTarget, root: Path) -> bool:
    """Whether a server's tokens and certificate are those of now; who has not got them here can't tell, and believes it."""
    if marks is None:
        return True
    try:
        return is_same(marks, guard_of(rest), root)
    except Problems:
        return True


def decide(observed: Observed, declared: Declared[RestTarget]) -> Action:
    """As anything that serves; and tokens, a certificate, or a way to read features by key that are others now are a reason, too."""
    action = decide_serving(observed, declared.desired)
    if action.kind == "noop" and observed.other_lookups:
        return Action("replace", "how its features are read by key changed")
    return Action("replace", "its tokens or its certificate changed") if action.kind == "noop" and observed.renewed else action


def converge(context: Context, declared: Declared[RestTarget], observed: Observed, action: Action) -> str:
    """Bring one Deployment to what is declared. Raises Problems when that fails; then what ran before still runs."""
    name, desired = declared.deployment.name, declared.desired
    folder = model_folder(context.root, desired.digest, model_artifact(context.root, declared.deployment), context.fetch)
    _clean_up(context, name, observed)
    try:
        _bring_up(Wanted(context, declared, folder, observed.online), observed)
    except Problems as problems:
        raise _still_serving(problems, observed, action) from problems
    after = read_state(places(context.root, context.environment, name).state)
    return url(after) if after else ""


def _bring_up(wanted: Wanted, observed: Observed) -> None:
    """By a process that serves other Deployments of the target, too, or by one of its own.

    A server alone is replaced as a whole, at every change. One that is shared loads the new version beside the others, and only a change
    to the target, to its tokens or to the project's code starts a new process, which goes on with all of them.
    """
    name = wanted.declared.deployment.name
    running = standing(wanted.context.root, wanted.context.environment)
    own = next((server for server in running if observed.alive and name in server.states), None)
    home = _home(running, own, wanted)
    if home is None:
        start(wanted, observed.state, own)
        _retire(observed)
        return
    if not _joined(home, wanted):
        if wanted.declared.settings.port in (0, home.any.port):
            start(wanted, observed.state, home)
        else:
            start(wanted, observed.state if not observed.alive else None, None)
    if own:
        _leave(own, name, wanted)


def _home(running: list[Standing], own: Standing | None, wanted: Wanted) -> Standing | None:
    """The process that serves other Deployments of the target, too: its own one, or another; one of the target as it is now comes first.

    None for a server alone whose target is what it was: it keeps its address.
    """
    declared = wanted.declared
    name, target, desired = declared.deployment.name, declared.deployment.envelope.spec.target, declared.desired
    if own and not own.others(name) and own.any.server_target == desired.target_digest:
        return None
    fits = [s for s in running if s.any.target == target and name not in s.states and s.has_room(name, desired.model)]
    shared = [own] if own and own.others(name) else []
    return min([*shared, *fits], key=lambda server: server.any.server_target != desired.target_digest, default=None)


def _joined(home: Standing, wanted: Wanted) -> bool:
    """Have a running process serve the model; False where it needs a new process. Raises Problems when the model does not load."""
    declared, state, name = wanted.declared, home.any, wanted.declared.deployment.name
    if not home.has_room(name, declared.desired.model):
        message = f"another Deployment of `{state.target}` serves {declared.desired.model} at the same address"
        raise problem(
            "MLS0816", message, help="give one of them a target of its own", span=declared.deployment.document.span(["spec", "model"])
        )
    if state.server_target != declared.desired.target_digest or not _same_marks(state.marks, declared.settings, wanted.context.root):
        return False
    if not knows_address([state.online for state in home.states.values()], wanted.online):
        return False
    model = wanted.model(wanted.record(state.config, state.log))
    try:
        return not order(str(state.control), {"load": [dataclasses.asdict(model)]}, START_SECONDS)
    except OSError:
        return False


def _leave(own: Standing, name: str, wanted: Wanted) -> None:
    """What the Deployment was served by before lets go of it: of its old model's name, or of all where it served nothing else."""
    before, after = own.states[name], read_state(wanted.place.state)
    if not is_server(before.pid, before.config):
        return
    if own.others(name) and after and (after.pid != before.pid or after.model != before.model):
        with contextlib.suppress(OSError):
            order(str(before.control), {"remove": before.model}, STOP_SECONDS)
    elif not own.others(name):
        _end(before.pid)


def _end(pid: int) -> None:
    """It drains first, by itself when that takes longer than we wait."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    wait_gone(pid, DRAINING_SECONDS)


def smoke(context: Context, declared: Declared[RestTarget]) -> list[Diagnostic]:
    """Ask the server over HTTP what it serves: it must be what was declared."""
    found, desired = observe(context, declared), declared.desired
    if not found.broken and found.standing and (found.standing.version, found.standing.digest) == (desired.version, desired.digest):
        return []
    log = places(context.root, context.environment, declared.deployment.name).log.relative_to(context.root).as_posix()
    return [Diagnostic("MLS0803", f"the server said it was ready with {desired.version}, and is {found} now", None, f"its log is {log}")]


def _clean_up(context: Context, name: str, observed: Observed) -> None:
    """Remove what a dead server left, and end servers of this deployment that no state file knows.

    It is lost or damaged, or names a successor that was killed before its predecessor let go: that one went on, and holds the port.
    """
    if observed.alive:
        return
    config = places(context.root, context.environment, name).config
    serving = {server.any.pid for server in standing(context.root, context.environment)}
    for pid in strays(config):
        if pid not in serving and (observed.state is None or listens(pid)):
            stop_process(pid, STOP_SECONDS)
    for pid in left_workers(observed.state.config if observed.state else config):
        stop_process(pid, 0.0)
    if observed.state is not None and observed.state.pid not in serving:
        remove_control(observed.state.control)


def _retire(observed: Observed) -> None:
    """Tell the replaced server to end (its successor did)."""
    state = observed.state
    if state is not None and observed.alive and is_server(state.pid, state.config):
        _end(state.pid)


def _still_serving(problems: Problems, observed: Observed, action: Action) -> Problems:
    """Say what serves on when a replacement failed."""
    state = observed.state
    if action.kind != "replace" or state is None or not alive(state.pid):
        return problems
    note = Diagnostic("MLS0803", f"{observed.version} goes on serving at {observed.where}", None, None, "note")
    return Problems((*problems.diagnostics, note))


def withdraw(root: Path, environment: str, name: str, reason: str, *, dry_run: bool = False) -> Outcome | None:
    """Stop serving what is no longer declared, and forget it; None when nothing does. A process that serves others, too, goes on."""
    observed = observe_server(root, environment, name)
    state = observed.state
    if state is None:
        return None
    version = observed.version or state.version
    outcome = Outcome(f"deployment/{environment}/{name}", Action("stop", reason), version, observed.where, str(observed))
    if dry_run:
        return outcome
    place = places(root, environment, name)
    shared = next((server.others(name) for server in standing(root, environment) if name in server.states), {})
    if shared:
        _ask_to_forget(state.control, state.model)
    elif observed.alive:
        stop_process(state.pid, STOP_SECONDS)
    if not shared:
        remove_control(state.control)
    for path in (place.state, place.config):
        path.unlink(missing_ok=True)
    return outcome


def _ask_to_forget(control: Path, model: str) -> None:
    try:
        order(str(control), {"remove": model}, STOP_SECONDS)
    except OSError as error:
        message = f"the server does not let go of {model}: {type(error).__name__}"
        raise problem("MLS0803", message, help="stop all of the environment's servers: `mlspec reconcile --stop`") from error
