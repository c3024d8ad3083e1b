"""Counts of requests and their latency, in Prometheus' text format (version 0.0.4). Used from the event loop only."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mlspec.runtime.tally import Key, Tally

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram, in seconds."""
Label = tuple[str, str]
NO_MODEL: Label = ("", "")
"""Under which requests are counted that name no model of this server: their words must not become labels."""
FAMILIES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "fallback": (
        "mlspec_fallback_rows_total",
        "Rows of a compiled model that pandas prepared or scikit-learn answered, and why.",
        ("step", "reason"),
    ),
    "cache": ("mlspec_cache_total", "Requests whose answer was looked for in the cache.", ("result",)),
    "online": ("mlspec_online_lookups_total", "Rows whose features were looked up by key.", ("result",)),
    "calls": ("mlspec_batch_calls_total", "Calls of the model for requests that were gathered.", ()),
    "gathered": ("mlspec_batch_requests_total", "Requests that were gathered for them.", ()),
}
"""What is counted beside requests: by the first word of a tally's key, the metric, what it tells, and its labels."""


class Counts:
    """Of one version of a model: requests by status, and how many were answered within each bound."""

    def __init__(self) -> None:
        self.by_status: Counter[int] = Counter()
        self.by_bucket = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0
        self.tallies: list[Tally] = []
        self.others: Counter[Key] = Counter()

    def add(self, status: int, seconds: float) -> None:
        self.by_status[status] += 1
        self.by_bucket[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds

    def row(self, label: Label) -> list[Any]:
        """As JSON can carry it: [model, version, {status: n}, buckets, seconds, [[*key, n]]]."""
        others = self.others.copy()
        for tally in self.tallies:
            others.update(tally.counts())
        return [*label, dict(self.by_status), list(self.by_bucket), self.seconds, [[*key, n] for key, n in sorted(others.items())]]


class Metrics:
    """What one process answered."""

    def __init__(self) -> None:
        self._by_label: dict[Label, Counts] = {}

    def observe(self, label: Label, status: int, seconds: float) -> None:
        """Count one answered request."""
        found = self._by_label.get(label)
        if found is None:
            found = self._by_label[label] = Counts()
        found.add(status, seconds)

    def watch(self, label: Label, tally: Tally) -> None:
        """From now on a tally counts for a label, also when its model no longer serves."""
        self._by_label.setdefault(label, Counts()).tallies.append(tally)

    def snapshot(self) -> list[Any]:
        """All of it, as JSON can carry it: a row a label (see `Counts.row`)."""
        return [c.row(label) for label, c in self._by_label.items()]


def added(snapshots: Iterable[list[Any]]) -> list[Any]:
    """The sum of snapshots of several processes (statuses may have become text on the way)."""
    total: dict[Label, Counts] = {}
    for model, version, by_status, by_bucket, seconds, others in (row for snapshot in snapshots for row in snapshot):
        counts = total.setdefault((model, version), Counts())
        counts.by_status.update({int(status): n for status, n in by_status.items()})
        counts.by_bucket = [a + b for a, b in zip(counts.by_bucket, by_bucket, strict=True)]
        counts.seconds += seconds
        counts.others.update({tuple(key): n for *key, n in others})
    return [counts.row(label) for label, counts in total.items()]


def page(snapshot: list[Any], gauges: Mapping[str, tuple[str, str, float]] | None = None) -> str:
    """The page that Prometheus scrapes. `gauges`: name -> (help, type, value), of the server as a whole."""
    rows = sorted(snapshot, key=lambda row: (row[0], row[1]))
    lines = ["# HELP mlspec_requests_total Inference requests by HTTP status.", "# TYPE mlspec_requests_total counter"]
    for model, version, by_status, *_ in rows:
        labels = _labels(model, version)
        lines += [f'mlspec_requests_total{{{labels},status="{s}"}} {n}' for s, n in sorted(by_status.items(), key=lambda i: int(i[0]))]
    lines += ["# HELP mlspec_request_seconds Time to answer an inference request.", "# TYPE mlspec_request_seconds histogram"]
    for model, version, _, by_bucket, seconds, _ in rows:
        lines += _histogram(_labels(model, version), by_bucket, seconds)
    lines += _others(rows)
    for name, (text, kind, value) in (gauges or {}).items():
        lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}", f"{name} {value:g}"]
    return "\n".join([*lines, ""])


def _others(rows: list[Any]) -> list[str]:
    """What tallies counted: each family is declared once, where there is any of it."""
    lines: list[str] = []
    for family, (name, text, labels) in FAMILIES.items():
        found = [(row[0], row[1], key[1:], n) for row in rows for *key, n in row[5] if key[0] == family]
        if found:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} counter"]
        for model, version, values, n in found:
            own = "".join(f',{label}="{value}"' for label, value in zip(labels, values, strict=True))
            lines.append(f"{name}{{{_labels(model, version)}{own}}} {n}")
    return lines


def _labels(model: str, version: str) -> str:
    """A name and a version: neither holds a character that the format escapes."""
    return f'model="{model}",version="{version}"'


def _histogram(labels: str, by_bucket: list[int], seconds: float) -> list[str]:
    lines, total = [], 0
    for bound, count in zip([*map(str, BUCKETS), "+Inf"], by_bucket, strict=True):
        total += count
        lines.append(f'mlspec_request_seconds_bucket{{{labels},le="{bound}"}} {total}')
    lines.append(f"mlspec_request_seconds_sum{{{labels}}} {seconds:.6f}")
    lines.append(f"mlspec_request_seconds_count{{{labels}}} {total}")
    return lines
