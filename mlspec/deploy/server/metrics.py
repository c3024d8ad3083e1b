"""Counts of requests and their latency, in Prometheus' text format (version 0.0.4). Used from the event loop only."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram, in seconds."""


class Metrics:
    """Inference requests by HTTP status, and a histogram of their seconds."""

    def __init__(self, model: str, version: str) -> None:
        # the labels are a name and a version: neither holds a character that the format escapes
        self._labels = f'model="{model}",version="{version}"'
        self._by_status: Counter[int] = Counter()
        self._by_bucket = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def observe(self, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._by_status[status] += 1
        self._by_bucket[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds

    def text(self) -> str:
        """The page that Prometheus scrapes."""
        requests = [f'mlspec_requests_total{{{self._labels},status="{s}"}} {n}' for s, n in sorted(self._by_status.items())]
        return "\n".join(
            [
                "# HELP mlspec_requests_total Inference requests by HTTP status.",
                "# TYPE mlspec_requests_total counter",
                *requests,
                "# HELP mlspec_request_seconds Time to answer an inference request.",
                "# TYPE mlspec_request_seconds histogram",
                *self._histogram(),
                "",
            ]
        )

    def _histogram(self) -> list[str]:
        lines, total = [], 0
        for bound, count in zip([*map(str, BUCKETS), "+Inf"], self._by_bucket, strict=True):
            total += count
            lines.append(f'mlspec_request_seconds_bucket{{{self._labels},le="{bound}"}} {total}')
        lines.append(f"mlspec_request_seconds_sum{{{self._labels}}} {self._seconds:.6f}")
        lines.append(f"mlspec_request_seconds_count{{{self._labels}}} {total}")
        return lines
