"""How versions change over: observed and desired state -> the one action that brings them together. A pure function.

It knows no kind of target: whatever runs says what it is (`Running`), whether it works, and where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["start", "replace", "heal", "stop", "score", "noop", "refuse", "fail"]


@dataclass(frozen=True, slots=True)
class Desired:
    """What Git declares for one Deployment. `target_digest`: of the DeploymentTarget's canonical form."""

    model: str
    version: str
    digest: str
    claim: str
    target_digest: str


@dataclass(frozen=True, slots=True)
class Action:
    """What to do, and why, for people."""

    kind: Kind
    reason: str


class Running(Protocol):
    """One thing that serves, as found."""

    @property
    def standing(self) -> Desired | None:
        """What stands there: version and digest by its own words where it has any, the rest as it was started; None: nothing does."""

    @property
    def broken(self) -> str:
        """Why it does not work, such as `the server (process 7) ended`; empty when it does."""

    @property
    def where(self) -> str:
        """The URL or path where it is."""


def decide(observed: Running, desired: Desired | None) -> Action:
    """Return what to do about one thing that serves; `desired` is None when Git declares no version (any more)."""
    standing = observed.standing
    if desired is None:
        return Action("stop", "no version is declared") if standing else Action("noop", "in sync: nothing declared, nothing runs")
    if standing is None:
        return Action("start", f"{desired.version} is declared, and nothing runs")
    if observed.broken:
        return Action("heal", observed.broken)
    changed = _changes(standing, desired)
    return Action("replace", changed) if changed else Action("noop", f"in sync: {desired.version} at {observed.where}")


def _changes(standing: Desired, desired: Desired) -> str:
    """What differs, most telling first; empty when nothing does."""
    if standing.version != desired.version:
        return f"{standing.version} -> {desired.version}"
    if standing.digest != desired.digest:
        return f"other bytes run as {desired.version}"
    if standing.model != desired.model:
        return f"model {standing.model} -> {desired.model}"
    if standing.target_digest != desired.target_digest:
        return "the deployment target changed"
    return "the claim changed" if standing.claim != desired.claim else ""
