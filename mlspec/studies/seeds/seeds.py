"""The recipe of a model that was trained here, trained with other seeds: same rows, same parameters, only the seed is another."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from mlspec.adapters.dvc import store as dvc_store
from mlspec.diagnostics.words import about, counted
from mlspec.gates.candidate import Candidate, fetch, from_workspace
from mlspec.gates.reseeded import metrics_of_seed
from mlspec.gates.ruling import bring_inputs
from mlspec.gates.seed_band import Band, SeedBand, keep_band, kept_band, key_of
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.preflight import require_trained
from mlspec.studies.measuring import measuring
from mlspec.studies.seeds.found import Seeds

Say = Callable[[str], None]


def try_seeds(workspace: Workspace, model: str, count: int, say: Say) -> Seeds:
    """Train a model with the next `count` seeds after its own, and measure each on the test rows. What was measured before is kept.

    Raises MLS0707 for a model that is stale, MLS0714 for one that was never trained, and what fetching, training and scoring raise.
    """
    require_trained(workspace, model)
    with dvc_store.kept_open():
        candidate = from_workspace(workspace, model)
        train = dict(workspace.graph.params(f"model/{model}", "train") or {})
        _fetch(workspace, candidate, train)
    key, own = key_of(model, candidate.digest, candidate.artifacts), int(train["seed"])
    known = kept_band(workspace.root, key)
    wanted = tuple(range(own + 1, own + 1 + count))
    if known is None or known.seeds[:count] != wanted:
        known = _measured(workspace, candidate, train, wanted, known, say)
        keep_band(workspace.root, key, known)
    return Seeds(_first(known, count), bool(train.get("tuned")))


def _fetch(workspace: Workspace, candidate: Candidate, train: dict[str, Any]) -> None:
    parts = candidate.artifacts
    for artifact in (parts.model, parts.train, parts.test):
        fetch(workspace.root, artifact)
    bring_inputs(workspace.root, train)


def _measured(
    workspace: Workspace, candidate: Candidate, train: dict[str, Any], wanted: tuple[int, ...], known: SeedBand | None, say: Say
) -> SeedBand:
    """Only what is not known is trained. What it costs is told before, as soon as one training was timed."""
    root, params = workspace.root, measuring(workspace.graph, candidate.model)
    standing = metrics_of_seed(root, params, {}, candidate)
    had = _by_seed(known)
    lacking = [seed for seed in wanted if seed not in had]
    say(f"model/{candidate.model}: {counted(len(lacking), 'training')} with other seeds …")
    for number, seed in enumerate(lacking, 1):
        began = time.monotonic()
        had[seed] = metrics_of_seed(root, params, {**train, "seed": seed}, candidate)
        took = time.monotonic() - began
        left = f", {about(took * (len(lacking) - number))} left" if number < len(lacking) else ""
        say(f"      seed {seed}: {took:.1f} s{left}")
    metrics = [m for m in standing if all(m in had[seed] for seed in wanted)]
    bands = tuple(Band(m, standing[m], tuple(had[seed][m] for seed in wanted)) for m in metrics)
    rows = _rows(root, candidate)
    return SeedBand(candidate.model, candidate.digest, int(train["seed"]), wanted, rows, bands)


def _by_seed(known: SeedBand | None) -> dict[int, dict[str, float]]:
    if known is None:
        return {}
    return {seed: {b.metric: b.values[i] for b in known.bands} for i, seed in enumerate(known.seeds)}


def _rows(root: Any, candidate: Candidate) -> int:
    from mlspec.gates.bench import count_of
    from mlspec.gates.candidate import kept

    return count_of(kept(root, candidate.artifacts.test))


def _first(known: SeedBand, count: int) -> SeedBand:
    """The first `count` seeds of a band that may have more."""
    bands = tuple(Band(b.metric, b.standing, b.values[:count]) for b in known.bands)
    return SeedBand(known.model, known.digest, known.own, known.seeds[:count], known.rows, bands)
