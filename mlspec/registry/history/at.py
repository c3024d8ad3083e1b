"""`mlspec at DATE ENV`: what stood in an environment at a moment, by the base branch's first-parent line alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mlspec.diagnostics import did_you_mean, problem
from mlspec.registry.branch import Line, Step, steps
from mlspec.registry.declared import Declared, deployments_at
from mlspec.registry.history.moment import Asked
from mlspec.registry.history.objects import environments
from mlspec.registry.history.periods import folder_moves, standing


@dataclass(frozen=True, slots=True)
class Stood:
    """A Deployment as it was, and the step since which it has this version. `since` None: it had no version."""

    declared: Declared
    path: str
    since: Step | None


@dataclass(frozen=True, slots=True)
class Then:
    """The environment at a moment: the newest step of the line that is not later, and what its files declared.

    `backwards`: steps whose committer dates are earlier than their parents', so that a clock was wrong somewhere.
    """

    line: Line
    environment: str
    asked: Asked
    step: Step
    stood: tuple[Stood, ...]
    backwards: tuple[Step, ...] = ()

    def __repr__(self) -> str:
        stood = ", ".join(f"{s.declared.name} {s.declared.version or 'without a version'}" for s in self.stood) or "nothing"
        return f"<{self.environment} at {self.asked.text}: {stood}>"


def tell_at(line: Line, asked: Asked, environment: str) -> Then:
    """Raises MLS0722 for a moment before the line's first commit, MLS0701 for an environment that neither then nor now was there."""
    line_steps = steps(line)
    step = next((s for s in line_steps if s.when <= asked.seconds), None)
    if step is None:
        first = line_steps[-1]
        message = f"{asked.text} is before the first commit of {line.name} ({first.instant}, {first.commit[:12]})"
        raise problem("MLS0722", message, help="nothing was deployed through this repository then")
    there = deployments_at(line, step.commit, environment)
    known = environments(line)
    if not there and environment not in known:
        raise problem("MLS0701", f"there is no environment `{environment}`", help=did_you_mean(environment, known))
    since = _since(Line(line.repository, line.name, step.commit), environment, {ref: d for ref, (_, d) in there.items()})
    stood = tuple(Stood(d, path, since.get(ref)) for ref, (path, d) in sorted(there.items()))
    return Then(line, environment, asked, step, stood, _backwards(line_steps))


def _since(line: Line, environment: str, there: dict[str, Declared]) -> dict[str, Step]:
    """The step that each deployment's version came with: the newest one that changed it. Ends as soon as all are found."""
    wanted = {ref for ref, d in there.items() if d.version}
    found: dict[str, Step] = {}
    for moved in folder_moves(line, environment) if wanted else ():
        now = moved.after or moved.before
        if now is None or now.ref not in wanted or now.ref in found or standing(moved.after) == standing(moved.before):
            continue
        found[now.ref] = moved.step
        if len(found) == len(wanted):
            break
    return found


def _backwards(line_steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple(new for new, old in pairwise(line_steps) if new.when < old.when)
