"""What a search goes by: a metric, built in or the user's own. Light: whoever verifies imports it, and no numpy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.metrics.catalog import METRICS, MetricInfo


def objective(search: Mapping[str, Any]) -> MetricInfo:
    """What is known of the metric of a section `search`, which has an own one beside it as `own`."""
    name = str(search["metric"])
    return MetricInfo(name, (), greater=bool(search["own"]["greater"])) if "own" in search else METRICS[name]
