"""Observed and desired state -> the one action that brings them together. A pure function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlspec.deploy.observe import Observed

Kind = Literal["start", "replace", "heal", "stop", "score", "noop", "refuse", "fail"]


@dataclass(frozen=True, slots=True)
class Desired:
    """What Git declares for one server. `port` 0: any free one, kept."""

    model: str
    version: str
    digest: str
    claim: str
    host: str
    port: int
    target_digest: str


@dataclass(frozen=True, slots=True)
class Action:
    """What to do, and why, for people."""

    kind: Kind
    reason: str


def decide(observed: Observed, desired: Desired | None) -> Action:
    """Return what to do about one server; `desired` is None when Git declares no version (any more)."""
    state = observed.state
    if desired is None:
        return Action("stop", "no version is declared") if state else Action("noop", "in sync: nothing declared, nothing runs")
    if state is None:
        return Action("start", f"{desired.version} is declared, and nothing runs")
    if not observed.alive:
        return Action("heal", f"the server (process {state.pid}) ended")
    if not observed.healthy:
        return Action("heal", f"the server (process {state.pid}) does not answer")
    changed = _changes(observed, desired)
    return Action("replace", changed) if changed else Action("noop", f"in sync: {desired.version} at {observed.url}")


def _changes(observed: Observed, desired: Desired) -> str:
    """What differs, most telling first; empty when nothing does. What the server says of itself is believed over the state file."""
    state = observed.state
    assert state is not None  # noqa: S101 - the caller looked
    if observed.version != desired.version:
        return f"{observed.version} -> {desired.version}"
    if observed.digest != desired.digest:
        return f"other bytes run as {desired.version}"
    if state.model != desired.model:
        return f"model {state.model} -> {desired.model}"
    if state.target_digest != desired.target_digest:
        return "the deployment target changed"
    return "the claim changed" if state.claim != desired.claim else ""


def same_address(observed: Observed, desired: Desired) -> bool:
    """Whether the new server takes over the old one's socket."""
    state = observed.state
    return state is not None and state.host == desired.host and desired.port in (0, state.port)
