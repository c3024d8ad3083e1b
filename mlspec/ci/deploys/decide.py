"""Which environments a run deploys to, and why: a pure function of what is declared, what was deployed, and which other runs there are.

Where it can't be told, it is deployed: that changes nothing where all is as declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Place = Literal["older", "newer", "elsewhere"]
"""Where another run's commit stands: before this one's on the main branch, after it, or on a line that was given up."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another run that may deploy yet: which environments (`may`), whose reviewers it waits for, and where its content is the same as here.

    A newer run counts also when it ended: it had to deploy whatever this one would.
    """

    run: int
    commit: str
    place: Place
    may: frozenset[str] = frozenset()
    waits: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """What was deployed last to an environment: its commit, and whether the content is the same as here. `broken`: a later run failed."""

    commit: str | None
    same: bool
    broken: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`due`: this run deploys it. `settled`: what stands here is deployed, or is being deployed by this run: it may be tagged then."""

    environment: str
    due: bool
    why: str
    settled: bool = True


def decide(standing: Mapping[str, Standing | None], others: Sequence[Other]) -> tuple[Decision, ...]:
    """Decide for each environment, in the order of `standing`. None: GitHub did not tell."""
    found = {name: _one(name, known, others) for name, known in standing.items()}
    older = [other for other in others if other.place == "older"]
    while grown := _lost(found, older):
        found |= grown
    return tuple(found.values())


def _one(environment: str, known: Standing | None, others: Sequence[Other]) -> Decision:
    if newer := next((o for o in others if o.place == "newer"), None):
        return Decision(environment, False, f"run {newer.run} is of a newer commit, {newer.commit[:12]}, and deploys what is due", False)
    rivals = [o for o in others if o.place == "older" and environment in o.may]
    if different := next((o for o in rivals if environment not in o.same), None):
        return Decision(environment, True, f"run {different.run} would deploy what stood at {different.commit[:12]}")
    if waiting := next((o for o in rivals if environment in o.waits), None):
        return Decision(environment, False, f"the same content waits for its reviewer in run {waiting.run}", False)
    return _by_content(environment, known)


def _by_content(environment: str, known: Standing | None) -> Decision:
    if known is None:
        return Decision(environment, True, "GitHub does not say what is deployed")
    if known.broken is not None:
        return Decision(environment, True, f"run {known.broken} did not succeed in deploying")
    if known.commit is None:
        return Decision(environment, True, "no deployment of it is known")
    if not known.same:
        return Decision(environment, True, f"it differs from {known.commit[:12]}, which is deployed")
    return Decision(environment, False, f"nothing changed since {known.commit[:12]}, which is deployed")


def _lost(found: Mapping[str, Decision], older: Iterable[Other]) -> dict[str, Decision]:
    """Environments that would be lost: a run can be cancelled as a whole only, so this one deploys whatever waits there."""
    due = [name for name, decision in found.items() if decision.due]
    for other in to_cancel(older, due):
        rest = [name for name, decision in found.items() if name in other.may and not decision.due and not decision.settled]
        if rest:
            return {name: Decision(name, True, f"run {other.run}, which would deploy it, is cancelled") for name in rest}
    return {}


def to_cancel(others: Iterable[Other], due: Collection[str]) -> list[Other]:
    """The older runs that may yet deploy to an environment that this run deploys to. Never a newer one."""
    return [other for other in others if other.place == "older" and other.may & set(due)]
