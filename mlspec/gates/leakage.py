"""The leakage checks, which are on by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.gates.result import GateResult
from mlspec.spec.kpi_set import Leakage


def leakage_gates(limits: Leakage, found: Mapping[str, Any]) -> Iterator[GateResult]:
    """Yield the verdicts on shared rows and single features, as far as they were looked for."""
    shared, scores = found.get("sharedRows"), found.get("singleFeature")
    if limits.shared_rows is not None and shared is not None:
        text = f"{shared} test rows also stand in training, with equal features and target; allowed: {limits.shared_rows}"
        if shared > limits.shared_rows:
            text += f" (drop duplicates under `clean`, or, where they are separate observations, allow `leakage: {{sharedRows: {shared}}}`)"
        yield _gate("leakage: shared rows", "shared_rows", "overall", float(shared), float(limits.shared_rows), text)
    if limits.single_feature is not None and scores:
        name, score = max(scores.items(), key=lambda item: (item[1], item[0]))
        text = f"`{name}` alone explains {score:.0%} of the target; allowed: {limits.single_feature:.0%}"
        yield _gate("leakage: single feature", "single_feature", str(name), float(score), limits.single_feature, text)


def _gate(kpi: str, metric: str, subject: str, value: float, limit: float, text: str) -> GateResult:
    return GateResult(kpi, metric, subject, value, value, value, limit, 0, "pass" if value <= limit else "fail", text)
