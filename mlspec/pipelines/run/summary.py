"""Short lines about what was measured, read from evaluation.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import model_folder
from mlspec.compiler.project.names import Names
from mlspec.diagnostics.numbers import shown
from mlspec.metrics.catalog import METRICS, MetricInfo


def read_evaluation(root: Path, model: str) -> dict[str, Any] | None:
    """Return a model's evaluation.json, or None when it is not there or not readable."""
    try:
        with open(f"{root}/{model_folder(model)}/evaluation.json", "rb") as file:  # noqa: PTH123 - of a thousand models
            found = json.loads(file.read())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


FEW = 3
"""So many models of a ModelSet get a line each; more of them get a table."""


def model_lines(root: Path, names: Names, refs: Sequence[str] = ()) -> list[str]:
    """One line a model: its metrics with intervals, the baseline's beside them. Those of a table are left out."""
    told = {model for models in _in_tables(names, refs).values() for model in models}
    left = [model for model in names.models if _is_asked(model, refs) and model not in told]
    return [f"  model/{model}: {metrics_text(found)}" for model in left if (found := read_evaluation(root, model))]


def rankings(root: Path, names: Names, refs: Sequence[str] = ()) -> Iterator[Ranking]:
    """For each ModelSet of which many models were asked for, its models in order, the best first."""
    for name, models in _in_tables(names, refs).items():
        found = {model: evaluation for model in models if (evaluation := read_evaluation(root, model))}
        metric = next((m for evaluation in found.values() for m in evaluation.get("metrics", {})), None)
        if metric is not None:
            place = partial(_place, _known(metric, found.values()))
            yield Ranking(name, metric, tuple(sorted((_ranked(model, e, metric) for model, e in found.items()), key=place)))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A model in a ranking: the estimate of the metric, and the baseline's value."""

    model: str
    value: float | None
    low: float | None
    high: float | None
    baseline: float | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The models of a ModelSet by `metric`, the best first; those without a value last."""

    name: str
    metric: str
    models: tuple[Ranked, ...]


def _in_tables(names: Names, refs: Sequence[str]) -> dict[str, list[str]]:
    asked = {name: [m for m in models if _is_asked(m, refs)] for name, models in names.members.items()}
    return {name: models for name, models in asked.items() if len(models) > FEW}


def _is_asked(model: str, refs: Sequence[str]) -> bool:
    return not refs or f"model/{model}" in refs


def _ranked(model: str, evaluation: dict[str, Any], metric: str) -> Ranked:
    ours, theirs = (evaluation.get(part, {}).get(metric) or {} for part in ("metrics", "baseline"))
    return Ranked(model, ours.get("value"), ours.get("low"), ours.get("high"), theirs.get("value"))


def _known(metric: str, evaluations: Iterable[dict[str, Any]]) -> MetricInfo:
    """What is known of a metric; of the user's own by what evaluations say of it."""
    own: dict[str, Any] = next((told for e in evaluations if (told := e.get("own", {}).get(metric)) is not None), {})
    return METRICS.get(metric) or MetricInfo(metric, (), greater=bool(own.get("greater")))


def _place(info: MetricInfo, ranked: Ranked) -> tuple[bool, float, str]:
    value = ranked.value
    return value is None, 0.0 if value is None else info.cost(value), ranked.model


def metrics_text(found: dict[str, Any]) -> str:
    """`mae 41.2 (39.9 to 42.6; baseline 150)`, a metric after the other."""
    baseline = found.get("baseline", {})
    return ", ".join(_metric(name, estimate, baseline.get(name)) for name, estimate in found.get("metrics", {}).items())


def _metric(name: str, estimate: dict[str, float | None], baseline: dict[str, float | None] | None) -> str:
    low, high = estimate.get("low"), estimate.get("high")
    interval = "no interval" if low is None and high is None else f"{shown(low)} to {shown(high)}"
    text = f"{name} {shown(estimate.get('value'))} ({interval}"
    return text + (f"; baseline {shown(baseline.get('value'))})" if baseline else ")")
