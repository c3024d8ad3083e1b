"""Targets: what a deployment's server guards less than before, by what its kind of target says of that."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides


def looser_targets(sides: Sides) -> Iterator[Loosened]:
    """What serves a deployment, as it is in its environment: also where the Deployment goes by another target now."""
    for key, old in sorted(sides.before.deployments.items()):
        new = sides.after.deployments.get(key)
        if new is None:
            continue
        target, there = sides.before.target_of(old), sides.after.target_of(new)
        one, other = target.envelope.spec, there.envelope.spec
        if one.kind != other.kind or one.settings == other.settings:
            continue
        for what, before, after, route in other.settings.looser_than(one.settings):
            if target.ref == there.ref:
                yield sides.note(target, what, (before, after), ["spec", one.kind.name, *route])
            else:
                yield sides.note(old, f"{what} at its new target", (before, after), ["spec", "target"], target)
