"""Objects that guard promotions, and got another owner: the next loosening is asked of somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides

GUARDS = ("Project", "KPISet", "Policy", "ValidationRules", "DataSource", "Model", "Deployment")


def other_owners(sides: Sides) -> Iterator[Loosened]:
    """Objects whose owner (its own, else the project's) is another one after the change."""
    general = sides.before.settings.envelope.metadata.owner
    there = sides.after.by_ref()
    for ref, bound in sorted(sides.before.by_ref().items()):
        if bound.envelope.kind not in GUARDS or ref not in there:
            continue
        own, after = bound.envelope.metadata.owner, there[ref].envelope.metadata.owner
        if own != after and (own or general) != (after or general):
            yield sides.note(bound, "somebody else is asked from now on", (own or general, after or general), ["metadata", "owner"])
