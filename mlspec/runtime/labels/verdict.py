"""Agreement of the annotators, and whether it is enough: judged like a KPI, by the worse end of its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.numbers import enough_digits, shown
from mlspec.diagnostics.words import counted
from mlspec.metrics.estimate import Estimate
from mlspec.runtime.labels.found import Found
from mlspec.runtime.labels.values import refused

CONFIDENCE, RESAMPLES = 0.95, 1000


def agreement_of(found: Found, params: Mapping[str, Any]) -> Estimate:
    """Krippendorff's alpha over all annotations, gold ones apart; units are keys. Raises MLS0691 for a label that `order` lacks."""
    import numpy as np

    from mlspec.metrics.agreement import agreement
    from mlspec.metrics.estimate import Resampling

    at = {key: i for i, key in enumerate(found.by_key)}
    units = np.array([at[v.key] for v in found.votes], dtype=np.int64)
    order = {name: i for i, name in enumerate(params.get("order", ()))}
    stranger = next((v for v in found.votes if order and v.label not in order), None)
    if stranger is not None:
        raise refused(f"the label {stranger.label!r} is not in `order`", stranger.place, "add it where it belongs")
    values = np.array([order[str(v.label)] if order else v.label for v in found.votes])
    return agreement(units, values, params["scale"], Resampling(CONFIDENCE, RESAMPLES, seed=params["seed"]))


def agreement_problems(found: Estimate, params: Mapping[str, Any]) -> list[Diagnostic]:
    """MLS0696 where agreement is too low, or nothing shows that it is enough."""
    from mlspec.metrics.verdict import decide, rows_to_settle

    least = params.get("minAgreement")
    if least is None:
        return []
    value, bound = least - found.value, least - found.low
    verdict = "inconclusive" if found.is_few else decide(value, bound)
    if verdict == "pass":
        return []
    text = f"Krippendorff's alpha is {_short(found.value, least)} ({interval_text(found, least)}); needed: >= {_short(least, found.value)}"
    if verdict == "fail":
        return [Diagnostic("MLS0696", text, help="look at conflicts.csv: are the classes told apart by the annotators' instructions?")]
    return [Diagnostic("MLS0696", f"inconclusive: {text}{_needed(found, rows_to_settle(found.rows, value, bound))}", help=_MORE)]


_MORE = "let a second annotator label more of the tasks; without `minAgreement` nothing is asked"


def _needed(found: Estimate, settling: int) -> str:
    if not found.rows:
        return "; no key has two annotations"
    if found.rows_needed:
        return f"; {counted(found.rows, 'key')} with two annotations or more are there, and {found.rows_needed:,} are needed"
    if settling:
        return f"; about {settling:,} keys with two annotations would settle it (there are {found.rows:,})"
    return "; all labels are the same, which says nothing of agreement"


def interval_text(found: Estimate, *beside: float) -> str:
    """The ends in words."""
    if not math.isfinite(found.high - found.low):
        return "no interval"
    return f"{shown(CONFIDENCE * 100)}% interval {_short(found.low, *beside)} to {_short(found.high, *beside)}"


def _short(value: float, *beside: float) -> str:
    return shown(value, enough_digits(value, beside) if math.isfinite(value) else 4, none="undefined")
