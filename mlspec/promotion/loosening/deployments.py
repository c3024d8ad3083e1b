"""Deployments: holds that end early, a deployment that starts anew, another model whose KPIs count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mlspec.compiler.project.project import Bound
from mlspec.language.kinds.deployment import Deployment, Hold
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides


def looser_deployments(sides: Sides) -> Iterator[Loosened]:
    """What protected a deployment, and no longer does."""
    for key, old in sorted(sides.before.deployments.items()):
        new = sides.after.deployments.get(key)
        owners = (sides.before.models.get(old.envelope.spec.model),)
        if new is None:
            yield from _removed(sides, old)
            continue
        yield from _hold(sides, old, new)
        before, after = old.envelope.spec.model, new.envelope.spec.model
        if before != after:
            what = "another model is deployed here: other KPIs, and no champion of its own"
            yield sides.note(old, what, (f"model: {before}", f"model: {after}"), ["spec", "model"], *owners)


def _removed(sides: Sides, old: Bound[Deployment]) -> Iterator[Loosened]:
    """Added again later it starts without a champion, and without its hold."""
    if old.envelope.spec.version and old.envelope.metadata.environment in sides.environments:
        yield sides.note(old, "the Deployment was removed: the next one is judged against nothing", (old.envelope.spec.version, None), [])


def _hold(sides: Sides, old: Bound[Deployment], new: Bound[Deployment]) -> Iterator[Loosened]:
    hold, after = old.envelope.spec.hold, new.envelope.spec.hold
    if hold is None or (sides.today and date.fromisoformat(hold.until) <= sides.today):
        return
    if after is None or date.fromisoformat(after.until) < date.fromisoformat(hold.until):
        texts = _until(hold), _until(after) if after else None
        yield sides.note(old, "the hold ends early", texts, ["spec", "hold"])


def _until(hold: Hold) -> str:
    return f"until {hold.until} ({hold.reason})"
