"""What of a metric's change since a version comes from what: rows it is judged on, environment, training rows, parameters, code, seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.adapters.git.repository import open_repository
from mlspec.diagnostics import Problems, problem
from mlspec.gates.candidate import fetch
from mlspec.gates.mixed import Form, Parts, parts_of
from mlspec.gates.ruling import bring_inputs
from mlspec.metrics.contrasts import shares, unpaired
from mlspec.pipelines.tracked import bring
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.preflight import require_trained
from mlspec.registry.records import Estimate
from mlspec.studies.clone import cloned
from mlspec.studies.compare.compare import metric_for
from mlspec.studies.why.combine import Mixer
from mlspec.studies.why.found import Share, Why
from mlspec.studies.why.sides import PARAMS, ROWS, Side, differing, fetched, require_same_question, standing_side, version_side

Say = Callable[[str], None]
JUDGED, ENVIRONMENT, UNREPEATED = "rows it is judged on", "environment", "what no second training repeats"
THEN, NOW = "then", "now"


@dataclass(frozen=True, slots=True)
class Ask:
    """`since`: a version of the registry. `by`: the metric, else the first KPI's. `minutes`: what the trainings may take together."""

    model: str
    since: str
    by: str | None = None
    minutes: float = 10.0


def explain_change(workspace: Workspace, ask: Ask, say: Say) -> Why:
    """Attribute the change of a metric. What was trained for it is kept by content.

    Raises MLS0707 for a model that is stale here, MLS0714, MLS0715, MLS0796 where recipes can't be mixed or the budget does not reach, and
    what fetching, training and scoring raise.
    """
    require_trained(workspace, ask.model)
    repository = open_repository(workspace.root)
    with dvc_store.kept_open(), ExitStack() as stack:
        then, now = version_side(workspace, repository, ask.model, ask.since), standing_side(workspace, ask.model)
        require_same_question(then, now)
        for side in (then, now):
            _fetch(workspace.root, side)
        then, now = fetched(workspace.root, then), fetched(workspace.root, now)
        tree = workspace.root
        if then.code != now.code:
            tree = stack.enter_context(cloned(repository, then.commit)).tree
            for path in then.code:
                bring(workspace.root, path, say, tree=tree)
        bring_inputs(workspace.root, now.section)
        mixer = Mixer(workspace.root, tree, then, now, 60 * ask.minutes, say)
        metric = metric_for(workspace, ask.model, str(now.section["task"]), ask.by).name
        return _attributed(mixer, metric)


def _fetch(root: Path, side: Side) -> None:
    parts = side.candidate.artifacts
    for artifact in (parts.model, parts.train, parts.test):
        fetch(root, artifact)


def _attributed(mixer: Mixer, metric: str) -> Why:
    factors = [(name,) for name in differing(mixer.then, mixer.now)]
    try:
        return _why(mixer, metric, factors)
    except Problems as failed:
        together = {ROWS, PARAMS}
        if any(d.code == "MLS0796" for d in failed.diagnostics) or not together <= {name for (name,) in factors}:
            raise _no_mix(mixer, failed) from failed
        mixer.say("parameters of one side do not fit the rows of the other: the two go together")
    joined = [(ROWS, PARAMS), *((name,) for (name,) in factors if name not in together)]
    try:
        return _why(mixer, metric, joined)
    except Problems as failed:
        raise _no_mix(mixer, failed) from failed


def _no_mix(mixer: Mixer, failed: Problems) -> Problems:
    first = failed.diagnostics[0]
    if first.code == "MLS0796":
        return failed
    message = f"a recipe mixed of {mixer.then.name} and {mixer.now.name} can't be tried: {first.message} ({first.code})"
    return problem("MLS0796", message, help=first.help or "compare the two by `mlspec compare`, which trains nothing")


def _why(mixer: Mixer, metric: str, factors: Sequence[tuple[str, ...]]) -> Why:
    """`factors`: parts of the recipe, those that go together in one tuple."""
    names = [" and ".join(one) for one in factors]
    parts = dict(zip(names, factors, strict=True))
    mixes = {frozenset(chosen): _flat(chosen, parts) for size in range(len(names) + 1) for chosen in combinations(names, size)}
    answers: dict[str, Form] = {THEN: mixer.own(mixer.then, mixer.now), NOW: mixer.own(mixer.now, mixer.now)}
    tried = mixer.all_of(mixes.values())
    answers |= {_name(chosen): tried[mix] for chosen, mix in mixes.items()}
    asked = _asked(names)
    found = parts_of(mixer.root, mixer.now.evaluate, metric, mixer.now.candidate.artifacts.test, answers, asked)
    on_now = {part.name: part.found for part in found.parts}
    judged, start = _judged(mixer, metric, found)
    rows = [Share(JUDGED, judged), Share(ENVIRONMENT, on_now[ENVIRONMENT])]
    rows += [Share(name, on_now[name], on_now[f"{name}: first"], on_now[f"{name}: last"]) for name in names]
    rows.append(Share(UNREPEATED, on_now[UNREPEATED]))
    notes = {part.name: part.note for part in found.parts if part.note}
    return Why(metric, mixer.then, mixer.now, start, on_now[NOW], tuple(rows), found.rows, mixer.trained, notes)


def _flat(chosen: Sequence[str], parts: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(name for one in chosen for name in parts[one])


def _name(chosen: frozenset[str]) -> str:
    return " + ".join(sorted(chosen)) or "nothing"


def _asked(names: Sequence[str]) -> dict[str, dict[str, float]]:
    """What each part adds, as weights of models; see `contrasts.shares`."""
    everything = frozenset(names)
    asked = {
        THEN: {THEN: 1.0},
        NOW: {NOW: 1.0},
        ENVIRONMENT: {_name(frozenset()): 1.0, THEN: -1.0},
        UNREPEATED: {NOW: 1.0, _name(everything): -1.0},
    }
    for name, weights in shares(names).items():
        asked[name] = {_name(chosen): weight for chosen, weight in weights.items()}
        asked[f"{name}: first"] = _change(frozenset(), frozenset({name}))
        asked[f"{name}: last"] = _change(everything - {name}, everything)
    return asked


def _change(before: frozenset[str], after: frozenset[str]) -> dict[str, float]:
    return {_name(after): 1.0, _name(before): -1.0}


def _judged(mixer: Mixer, metric: str, found: Parts) -> tuple[Estimate | None, Estimate | None]:
    """What other test rows make of then's model, and its metric on its own."""
    then, now = mixer.then.candidate.artifacts.test, mixer.now.candidate.artifacts.test
    on_now = next(part.found for part in found.parts if part.name == THEN)
    if then.digest == now.digest:
        return Estimate(value=0.0, low=0.0, high=0.0), on_now
    own = mixer.own(mixer.then, mixer.then)
    on_then = parts_of(mixer.root, mixer.then.evaluate, metric, then, {THEN: own}, {THEN: {THEN: 1.0}}).parts[0].found
    if on_now is None or on_then is None:
        return None, on_then
    return unpaired_estimate(on_now, on_then), on_then


def unpaired_estimate(one: Estimate, other: Estimate) -> Estimate:
    """As `contrasts.unpaired`, of estimates as records keep them."""
    from math import isfinite, nan

    from mlspec.metrics.estimate import Estimate as Full

    full = [Full(e.value, nan if e.low is None else e.low, nan if e.high is None else e.high, 1, 1.0) for e in (one, other)]
    made = unpaired(*full)
    low, high = (end if isfinite(end) else None for end in (made.low, made.high))
    return Estimate(value=made.value, low=low, high=high)
