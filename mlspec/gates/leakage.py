"""The leakage checks, which are on by default."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlspec.diagnostics.numbers import enough_digits, shown
from mlspec.diagnostics.words import and_more, percent, rest
from mlspec.gates.result import GateResult, Verdict
from mlspec.language.kinds.kpi_set import Kpi, KPISetSpec, Leakage
from mlspec.metrics.catalog import MetricInfo
from mlspec.runtime.evaluate.hints import after_origin, names_rows

CLOSE = 5.0
"""What a single feature may leave over, times what the limit leaves, and still be told: a leak with a few odd rows looks like it."""
NAMED = 12
"""Features that a message names."""
KINDS = {
    "sum": "sum up to the target",
    "product": "multiply to the target",
    "formula": "give the target by a formula",
    "threshold": "tell the class by a sharp edge",
}
ADVICE = "exclude what is known only together with the target"


@dataclass(frozen=True, slots=True)
class Changed:
    """A gate that passes on all test rows, and not without those that training knows."""

    before: GateResult
    after: GateResult

    @property
    def text(self) -> str:
        """`mae <= 5: 3.1 with them, 7.2 without`."""
        what = self.before.kpi if self.before.subject == "overall" else f"{self.before.kpi} ({self.before.subject})"
        return f"{what}: {shown(self.before.value)} with them, {shown(self.after.value, none='no value')} without, {self.after.verdict}"


def changes(spec: KPISetSpec, before: Sequence[Sequence[GateResult]], after: Sequence[Sequence[GateResult]]) -> Iterator[Changed]:
    """Yield the gates whose verdict hangs on the rows that were left out.

    One that is only less certain, on most of the rows and with a value no worse, hangs on their number alone. A slice or a group that
    has too few rows left is not judged; the KPIs over all rows are.
    """
    for kpi, old, new in zip(spec.kpis, before, after, strict=True):
        found = {gate.subject: gate for gate in new}
        for gate in () if kpi.is_single else old:
            again = found.get(gate.subject)
            if gate.verdict != "pass" or again is None or again.verdict in ("pass", "skipped"):
                continue
            if kpi.by and not math.isfinite(again.value):
                continue
            if again.verdict == "fail" or again.rows * 2 < gate.rows or _worse(kpi, spec.info(kpi.metric), gate.value, again.value):
                yield Changed(gate, again)


def _worse(kpi: Kpi, info: MetricInfo | None, before: float, after: float) -> bool:
    if not math.isfinite(after):
        return True
    towards = info.greater if info else None
    if towards is None and not kpi.by:
        before, after = abs(before), abs(after)
    greater = towards if kpi.versus else kpi.min is not None
    lack = before - after if greater else after - before
    return lack > 1e-9 * max(1.0, abs(before))


def leakage_gates(limits: Leakage, found: Mapping[str, Any], changed: Sequence[Changed] = ()) -> Iterator[GateResult]:
    """Yield the verdicts on shared rows, single features and combinations as far as they were looked for, then what is only told.

    `found`: as in evaluation.json. `changed`: of `sharedRows: judge`, the gates that hang on rows which training knows.
    """
    shared, scores = found.get("sharedRows"), found.get("singleFeature")
    if limits.shared_rows == "judge" and shared is not None:
        yield _judged_again(shared, found, changed)
    elif limits.shared_rows is not None and shared is not None:
        text = f"{_equal(shared, found)}; allowed by `leakage.sharedRows`: {limits.shared_rows:,}"
        if shared > limits.shared_rows:
            text += ". Drop duplicates under `clean`, or write `sharedRows: judge`, which lets rows be that are equal by nature"
        yield _gate("leakage: shared rows", "shared_rows", "overall", float(shared), float(limits.shared_rows), text)
    if found.get("noTarget") and (limits.single_feature, limits.combination) != (None, None):
        text, nan = "there is no target that features could give away", float("nan")
        yield GateResult("leakage: of a target", "combination", "overall", nan, nan, nan, nan, 0, "skipped", text)
    if limits.single_feature is not None and scores:
        yield _single_feature(limits.single_feature, scores)
    if limits.combination is not None and "combination" in found:
        yield _combination(limits.combination, found["combination"])
    yield from _after_origin(found.get("afterOrigin"))
    yield from _identifiers(found.get("identifiers") or {})


def _single_feature(limit: float, scores: Mapping[str, float]) -> GateResult:
    """The one that explains most fails above the limit; one that leaves up to five times more over is told."""
    name, score = max(scores.items(), key=lambda item: (item[1], item[0]))
    near = 1 - score <= CLOSE * (1 - limit)
    text = f"`{name}` alone explains {_percent(score, limit)} of the target; allowed by `leakage.singleFeature`: {_percent(limit, score)}"
    text += f". {ADVICE[0].upper()}{ADVICE[1:]}" if near or score > limit else ""
    gate = _gate("leakage: single feature", "single_feature", str(name), float(score), limit, text)
    return replace(gate, warning=near and gate.verdict == "pass")


def _percent(share: float, other: float) -> str:
    """With as many digits as tell the two apart."""
    return percent(share, enough_digits(share * 100, [other * 100], 2))


def _equal(shared: int, found: Mapping[str, Any]) -> str:
    stands = "1 test row also stands" if shared == 1 else f"{shared:,} test rows also stand"
    return f"{stands} in training, with equal features" + ("" if found.get("noTarget") else " and target")


def _judged_again(shared: int, found: Mapping[str, Any], changed: Sequence[Changed]) -> GateResult:
    """No number is right for all data: what counts is whether a verdict hangs on the rows."""
    text, nan, twins = _equal(shared, found), float("nan"), found.get("twins")
    if twins and (shared or twins["known"]):
        inside, rows = twins["inTraining"], twins["trainingRows"]
        text += f"; inside training {inside:,} of {rows:,} rows ({inside / max(1, rows):.1%}) equal another one"
        text += f", and {twins['byNature']:,} of the test rows are equal by nature" if twins["byNature"] else ""
    if changed:
        more = f"; {rest(len(changed), 3)}" if len(changed) > 3 else ""
        text += f". Without the {(twins or {}).get('known', shared):,} whose features training knows, a verdict changes: "
        text += "; ".join(change.text for change in changed[:3]) + more
        text += ". Drop duplicates under `clean`, split by `group`, or declare the source's `key`, which tells observations apart"
    elif shared:
        text += ". Without them no verdict gets worse"
    verdict: Verdict = "fail" if changed else "pass"
    value = float(shared)
    return GateResult(
        "leakage: shared rows", "shared_rows", "overall", value, value, value, nan, 0, verdict, text, warning=bool(shared) and not changed
    )


def _combination(limit: float, best: Mapping[str, Any] | None) -> GateResult:
    """An identity fails; a strong fit that leaves more over is told."""
    if best is None:
        text = f"no features together explain nearly all of the target; allowed by `leakage.combination`: {limit:.4%}"
        return _gate("leakage: combination", "combination", "overall", 0.0, limit, text)
    names, value = list(best["columns"]), float(best["explained"])
    listed = " + ".join(f"`{name}`" for name in names[:NAMED]) + and_more(len(names), NAMED)
    verb = KINDS[best["form"]] if value >= limit else "come close to giving the target"
    text = f"{listed} {verb}: together they explain {value:.4%} of it; allowed by `leakage.combination`: below {limit:.4%}. {ADVICE}"
    verdict: Verdict = "fail" if value >= limit else "pass"
    return GateResult(
        "leakage: combination", "combination", "overall", value, value, value, limit, 0, verdict, text, warning=verdict == "pass"
    )


def _after_origin(found: Mapping[str, Mapping[str, Any]] | None) -> Iterator[GateResult]:
    """Of a forecast: no feature may be made of what is not known at its origin."""
    if found is None:
        return
    text = "no feature is seen to look at the target after an origin"
    if found:
        text = "; ".join(after_origin(name, one) for name, one in sorted(found.items()))
    yield _gate("leakage: after origin", "after_origin", "overall", float(len(found)), 0.0, text)


def _identifiers(found: Mapping[str, Mapping[str, int]]) -> Iterator[GateResult]:
    """Features that name rows, told and never refused."""
    for name, counts in sorted(found.items()):
        text = f"{names_rows(name, counts)}; exclude `{name}`, or group its values"
        size, nan = float(counts["distinct"]), float("nan")
        yield GateResult("leakage: identifiers", "identifiers", name, size, size, size, nan, counts["rows"], "pass", text, warning=True)


def _gate(kpi: str, metric: str, subject: str, value: float, limit: float, text: str) -> GateResult:
    return GateResult(kpi, metric, subject, value, value, value, limit, 0, "pass" if value <= limit else "fail", text)
