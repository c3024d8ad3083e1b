"""The one list of comparisons, and what they find, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from mlspec.compiler.project.project import Project
from mlspec.promotion.loosening.code import other_code
from mlspec.promotion.loosening.deployments import looser_deployments
from mlspec.promotion.loosening.features import looser_features
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.kpis import looser_kpis
from mlspec.promotion.loosening.labels import looser_labels
from mlspec.promotion.loosening.models import looser_models
from mlspec.promotion.loosening.owners import other_owners
from mlspec.promotion.loosening.personal import looser_personal
from mlspec.promotion.loosening.policies import looser_policies
from mlspec.promotion.loosening.project import looser_project
from mlspec.promotion.loosening.rules import looser_rules
from mlspec.promotion.loosening.sides import Read, Sides
from mlspec.promotion.loosening.sources import looser_sources
from mlspec.promotion.loosening.steps import looser_steps
from mlspec.promotion.loosening.targets import looser_targets
from mlspec.promotion.loosening.waivers import looser_waivers

COMPARISONS: tuple[Callable[[Sides], Iterator[Loosened]], ...] = (
    looser_kpis,
    other_code,
    looser_models,
    looser_sources,
    looser_rules,
    looser_features,
    looser_labels,
    looser_steps,
    looser_personal,
    looser_policies,
    looser_project,
    looser_deployments,
    looser_targets,
    looser_waivers,
    other_owners,
)
"""Each yields what its area lost. An area is a file."""


def loosened(before: Project, after: Project, today: date | None = None, code: tuple[Read, Read] | None = None) -> tuple[Loosened, ...]:
    """Return what `after` makes easier to pass than `before`: nothing for a tightening, a rewrite or a reordering.

    `today`: holds and waivers that have ended by then are no longer in force; without it they count. What can't be compared (SQL, Python,
    another data source) is returned, and says so. What all models of a ModelSet have in common is told once, of the ModelSet.
    `code`: reads files of each side, so that the code of metrics is compared, too.
    """
    sides = Sides(before, after, today, code)
    found = [one for compare in COMPARISONS for one in compare(sides)]
    return tuple(_gathered(dict.fromkeys(found), _sets(before)))


def _sets(project: Project) -> dict[str, str]:
    """{ref of a member: ref of its ModelSet}."""
    return {
        f"{kind}/{model}": f"modelset/{name}" for name, models in project.members.items() for model in models for kind in ("model", "kpis")
    }


def _gathered(found: Iterable[Loosened], sets: dict[str, str]) -> Iterator[Loosened]:
    alike: dict[Loosened, list[Loosened]] = defaultdict(list)
    for one in found:
        alike[replace(one, ref=sets.get(one.ref, one.ref))].append(one)
    for general, members in alike.items():
        yield members[0] if len(members) == 1 else replace(general, what=f"{general.what} (in {len(members)} models)")
