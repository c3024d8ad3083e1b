"""labels.json, for people and reports; conflicts.csv, for whoever settles them."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mlspec.metrics.estimate import Estimate
from mlspec.metrics.wilson import wilson
from mlspec.runtime.labels.found import Found, Label
from mlspec.runtime.labels.join import Joined
from mlspec.runtime.labels.settle import Settled
from mlspec.runtime.labels.verdict import CONFIDENCE

CLASSES = 100
"""Labels that are counted one by one."""


def summary(found: Found, settled: Settled, joined: Joined, agreed: Estimate, params: Mapping[str, Any]) -> dict[str, Any]:
    """labels.json: counts, agreement with its interval, and each annotator's, by id."""
    labels = joined.table.column(1).to_pylist()
    counts = Counter(str(v) for v in labels)
    form: dict[str, Any] = {
        "version": 1,
        "rows": {"source": joined.rows, "labelled": len(labels), "lacking": len(joined.lacking)},
        "annotations": {"tasks": found.tasks, "unlabelled": found.unlabelled, "skipped": found.skipped, "used": len(found.votes)},
        "conflicts": {"keys": len(settled.how), **dict(sorted(Counter(settled.how.values()).items()))},
        "agreement": {
            "alpha": _plain(agreed.value),
            "low": _plain(agreed.low),
            "high": _plain(agreed.high),
            "confidence": CONFIDENCE,
            "scale": params["scale"],
            "keys": agreed.rows,
        },
        "annotators": _annotators(found, settled.labels),
    }
    if len(counts) <= CLASSES:
        form["labels"] = dict(sorted(counts.items()))
    return form | ({"steps": settled.steps} if settled.steps else {})


def _annotators(found: Found, labels: Mapping[str, Label]) -> dict[str, Any]:
    """Of each: annotations, how many agree with the settled label where another annotator voted, and accuracy on gold (Wilson)."""
    made: dict[str, list[int]] = {}
    for votes in found.by_key.values():
        for vote in votes:
            own = made.setdefault(vote.annotator or "", [0, 0, 0, 0, 0])
            own[0] += 1
            if len(votes) > 1 and vote.key in labels:
                own[1] += 1
                own[2] += vote.label == labels[vote.key]
            if vote.key in found.gold:
                own[3] += 1
                own[4] += vote.label == found.gold[vote.key][0]
    return {name: _one(*counts) for name, counts in sorted(made.items()) if name}


def _one(annotations: int, compared: int, agreeing: int, gold: int, right: int) -> dict[str, Any]:
    form: dict[str, Any] = {"annotations": annotations, "compared": compared, "agreeing": agreeing}
    if gold:
        low, high = wilson(right, gold, CONFIDENCE)
        form["gold"] = {"rows": gold, "right": right, "accuracy": _plain(right / gold), "low": _plain(low), "high": _plain(high)}
    return form


def _plain(value: float) -> float | None:
    return float(f"{value:.9g}") if math.isfinite(value) else None


def conflicts_csv(found: Found, settled: Settled, params: Mapping[str, Any]) -> str:
    """A line for each key on which annotators differ: key, the settled label (empty where it is open), how, and the votes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([params["key"], params["label"], "how", "votes"])
    for key, how in sorted(settled.how.items(), key=lambda item: (item[1] != "open", item[0])):
        votes = Counter(str(v.label) for v in found.by_key[key])
        told = "; ".join(f"{label}: {n}" for label, n in sorted(votes.items(), key=lambda item: (-item[1], item[0])))
        writer.writerow([key, settled.labels.get(key, ""), how, told])
    return out.getvalue()
