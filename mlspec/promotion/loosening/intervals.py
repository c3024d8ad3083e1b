"""How a KPISet judges: the level and the making of its intervals, and its leakage checks."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics.words import percent
from mlspec.language.kinds.kpi_set import KPISet
from mlspec.promotion.loosening.conditions import Condition
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides

FEWER = 0.5
"""Fewer than this share of the resamples is told: an interval of half as many is still nearly the same."""


def kpi_settings(kpis: Bound[KPISet], owner: str | None) -> Iterator[Condition]:
    """The conditions beside the KPIs: the confidence, and each leakage check that is on."""
    spec, document = kpis.envelope.spec, kpis.document
    span, text = document.span(["spec", "confidence"]), f"confidence: {percent(spec.confidence, 6)}"
    yield Condition(("confidence",), "the confidence", text, kpis.ref, owner, span, limits=(("level", -spec.confidence),))
    limits = spec.test_uses
    for name, most in (("warn", limits.warn), ("max", limits.max)) if limits else ():
        if most is not None:
            noun, span = f"the limit {name} of the test set's uses", document.span(["spec", "testUses", name])
            yield Condition(("testUses", name), noun, f"testUses {name}: {most}", kpis.ref, owner, span, limits=(("uses", float(most)),))
    leakage = spec.leakage
    features = {"singleFeature": leakage.single_feature, "combination": leakage.combination}
    checks: dict[str, tuple[str, tuple[tuple[str, float], ...]]] = {
        name: (percent(limit, 6), (("limit", float(limit)),)) for name, limit in features.items() if limit is not None
    }
    if leakage.shared_rows is not None:
        checks["sharedRows"] = (str(leakage.shared_rows), _shared_rows(leakage.shared_rows))
    for name, (shown, limits_of) in checks.items():
        span, noun = document.span(["spec", "leakage", name]), f"the leakage check {name}"
        yield Condition(("leakage", name), noun, f"{name}: {shown}", kpis.ref, owner, span, limits=limits_of)


def _shared_rows(limit: int | str) -> tuple[tuple[str, float], ...]:
    """`judge` has no greatest number, and asks that the KPIs hold without the rows; a number above 0 lets that go."""
    if limit == "judge":
        return (("limit", math.inf), ("judged", 0.0))
    return (("limit", float(limit)), ("judged", float(limit != 0)))


def resampling(sides: Sides, model: str, pair: tuple[Bound[KPISet], Bound[KPISet]], owner: str | None) -> Iterator[Loosened]:
    """Far fewer resamples, or shorter blocks: intervals that are narrower than the rows allow."""
    old, new = (kpis.envelope.spec.bootstrap for kpis in pair)
    span = pair[1].document.span(["spec", "bootstrap"], key=True)
    if new.resamples < old.resamples * FEWER:
        texts = f"resamples: {old.resamples}", f"resamples: {new.resamples}"
        yield Loosened(pair[0].ref, "intervals are made of far fewer resamples", *texts, owner, span)
    source = sides.before.data_of(sides.before.models[model].envelope.spec.data)
    usual = None if source is None or source.envelope.spec.time_column else 1
    blocks = [block if block is not None else usual for block in (old.block, new.block)]
    if old.block != new.block and (blocks[0] is None or blocks[1] is None or blocks[1] < blocks[0]):
        shown = tuple("block: told from the split" if block is None else f"block: {block}" for block in (old.block, new.block))
        yield Loosened(pair[0].ref, "blocks of the bootstrap are shorter, or can't be compared", shown[0], shown[1], owner, span)
