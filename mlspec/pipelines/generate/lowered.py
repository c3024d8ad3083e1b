"""Workflow keys of 2026 that runners other than GitHub's don't know, and what stands in their place: the one table.

act 0.2.89 refuses a file with any of them, and Forgejo's runner is built on act. What is lowered does the same work, with a guard less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Change = Callable[[dict[str, Any]], dict[str, Any]]


def _without(key: str) -> Change:
    return lambda node: {name: value for name, value in node.items() if name != key}


def _within(key: str, change: Change) -> Change:
    """Apply to what stands under `key`, where that is a mapping, or to each of a list of them."""

    def changed(node: dict[str, Any]) -> dict[str, Any]:
        held = node.get(key)
        if isinstance(held, dict):
            return node | {key: change(held)}
        if isinstance(held, list):
            return node | {key: [change(one) if isinstance(one, dict) else one for one in held]}
        return node

    return changed


def _each_job(change: Change) -> Change:
    return _within("jobs", lambda jobs: {name: change(job) for name, job in jobs.items()})


KEYS: Mapping[str, tuple[Change, ...]] = {
    "cache-mode": (_without("cache-mode"), _each_job(_without("cache-mode"))),
    "schedule.timezone": (_within("on", _within("schedule", _without("timezone"))),),
    "environment.deployment": (_each_job(_within("environment", _without("deployment"))),),
}
"""Key -> how it is taken out. None changes what a job does: no cache is used anyway; a deployment may be listed that is none;
act starts nothing by schedule, and for Forgejo a zone is refused (MLS0444), since another hour would be meant."""


def lowered(form: dict[str, Any]) -> dict[str, Any]:
    """Return a workflow without the keys of the table; nothing else differs. `form`: as YAML reads it."""
    for changes in KEYS.values():
        for change in changes:
            form = change(form)
    return form
