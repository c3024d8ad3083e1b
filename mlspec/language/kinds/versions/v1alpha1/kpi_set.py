"""kind: KPISet, what changed from v1alpha1 to v1. A ModelSet's `kpis` have the same form.

| v1alpha1 | v1 |
|---|---|
| `kpis: {mae: "<= 50", r2: {min: 0.8}}` | `kpis: [mae <= 50, {metric: r2, min: 0.8}]` |
| `kpis: {mae: [{max: 50}, {max: 65, sliceBy: workingday}]}` | two KPIs of one metric, one after the other |
| `judge: point` | `bound: point` |
| `sliceBy`, `minRows` | `slice: {by, minRows}` |
| `compare: {with: champion, notWorseBy: 2%}` | `versus: champion`, `notWorseBy: 2%` |
| `fairness: {by, maxDifference}` | `by`, `maxDifference` |
| `confidenceLevel`, `leakageChecks` | `confidence`, `leakage` |
| `resamples`, `block` | `bootstrap: {resamples, block}` |
| | `testUses` is new |

The order of the metrics is kept. KPIs of one metric that do not stand together in v1 can't be said in v1alpha1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mlspec.language.kinds.versions.part import Log, Part
from mlspec.language.kinds.versions.steps import Absent, Move, Step, Within, find, go_down, go_up, words_of

_SHORT = re.compile(r"\s*([a-z][a-z0-9_]*)\s*((?:<=|>=).*)", re.DOTALL)
_CONDITION: tuple[Step, ...] = (
    Move("judge", "bound"),
    Move("sliceBy", "slice.by"),
    Move("minRows", "slice.minRows"),
    Move("fairness.by", "by"),
    Move("fairness.maxDifference", "maxDifference"),
    Move("compare.with", "versus"),
    Move("compare.improveBy", "improveBy"),
    Move("compare.notWorseBy", "notWorseBy"),
)


@dataclass(frozen=True, slots=True)
class Kpis:
    """Metric to condition or conditions, against a list of KPIs that name their metric."""

    path: str = "kpis"

    def up(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is None or found.value is None:
            return
        if not isinstance(found.value, dict):
            log.add(found.at, f"`kpis` is a mapping in {log.old}", 'write each metric as a key: `mae: "<= 50"`')
            return
        made: list[Part] = []
        for metric, item in found.value.items():
            several = isinstance(item.value, list)
            made += [_kpi_up(metric, item, each, log) for each in (item.value if several else [item])]
            if several and not item.value:
                log.add(item.at, f"`{metric}` has no condition", 'write one: `"<= 50"` or `{max: 50}`')
        found.value = made

    def down(self, part: Part, log: Log) -> None:
        found = find(part, self.path)
        if found is None or found.value is None:
            return
        if not isinstance(found.value, list):
            log.inexpressible(found.at, "`kpis` that is no list", "write a list")
            return
        grouped: dict[str, list[Part]] = {}
        for item in found.value:
            metric, condition = _kpi_down(item, log)
            if metric in grouped and metric != next(reversed(grouped)):
                log.inexpressible(
                    item.at, f"this KPI, apart from the other KPIs of `{metric}`,", "write the KPIs of a metric one after the other"
                )
            grouped.setdefault(metric, []).append(condition)
        found.value = {m: c[0] if len(c) == 1 else Part(c, c[0].at, c[0].key_at) for m, c in grouped.items()}

    def words(self) -> Iterable[tuple[str, str]]:
        return words_of(_CONDITION)


def _kpi_up(metric: str, item: Part, condition: Part, log: Log) -> Part:
    if isinstance(condition.value, str):
        text = condition.value.strip()
        if not text.startswith(("<=", ">=")):
            log.add(condition.at, f"`{condition.value}` is not a condition", 'write `"<= 50"`, `">= 0.8"` or a mapping')
        return Part(f"{metric} {text}", condition.at, item.key_at)
    if not isinstance(condition.value, dict):
        log.add(condition.at, f"this is not a condition of `{metric}`", 'write `"<= 50"`, `">= 0.8"` or a mapping')
        return condition
    if "metric" in condition.value:
        log.foreign(condition.value["metric"], "metric", f"remove it: the key `{metric}` says it")
    go_up(_CONDITION, condition, log)
    return Part({"metric": Part(metric, item.key_at), **condition.value}, condition.at, item.key_at)


def _kpi_down(item: Part, log: Log) -> tuple[str, Part]:
    short = _SHORT.fullmatch(item.value) if isinstance(item.value, str) else None
    if short:
        return short[1], Part(short[2].strip(), item.at)
    label = item.value.pop("metric", None) if isinstance(item.value, dict) else None
    if label is None or not isinstance(label.value, str) or "${" in label.value:
        log.inexpressible(item.at, "a KPI without a plain `metric`", "name the metric in it, without `${`")
        return "", item
    go_down(_CONDITION, item, log)
    return label.value, Part(item.value, item.at, label.at)


STEPS: tuple[Step, ...] = (
    Within(
        "spec",
        (
            Kpis(),
            Absent("testUses"),
            Move("confidenceLevel", "confidence"),
            Move("leakageChecks", "leakage"),
            Move("resamples", "bootstrap.resamples"),
            Move("block", "bootstrap.block"),
        ),
    ),
)
