"""Models whose test got easier: fewer or other test rows, another target, a weaker baseline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics.words import duration, percent
from mlspec.language.kinds.model import FOLDS, Model, ModelSpec, Split, group_text
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides

Change = tuple[str, str | None, str | None, tuple[str, ...]]
"""What, before, after, where under `spec`."""

KEPT_TOGETHER = ("time", "group", "predefined", "rolling")
"""Strategies that keep apart what belongs together; rows drawn at random don't."""
DRAWN = ("random", "stratified", "group")
TEST_SHARE = 0.2
ANEW = "the test rows are chosen otherwise, and can't be compared"


def looser_models(sides: Sides) -> Iterator[Loosened]:
    """What became easier in models that are still there."""
    for name in sorted(sides.before.models.keys() & sides.after.models.keys()):
        old, new = sides.before.models[name], sides.after.models[name]
        seeds = tuple(_seed(sides, side, bound) for side, bound in (("before", old), ("after", new)))
        changes = [
            *_named(old, new),
            *_split(old.envelope.spec.split, new.envelope.spec.split),
            *_drawn(old, new, seeds),
            *_baseline(sides, old, new),
            *_threshold(old.envelope.spec, new.envelope.spec),
            *_validation(old.envelope.spec, new.envelope.spec),
        ]
        for what, before, after, route in changes:
            yield sides.note(old, what, (before, after), ["spec", *route])


def _named(old: Bound[Model], new: Bound[Model]) -> Iterator[Change]:
    """What is predicted, of which rows: any change is another question."""
    one, other = old.envelope.spec, new.envelope.spec
    for field, key in _ASKED.items():
        before, after = getattr(one, field), getattr(other, field)
        if before != after:
            what = f"{'other' if key == 'quantiles' else 'another'} {key}: what was asked of it before says nothing of it now"
            yield what, _said(key, before), _said(key, after), (key,)
    before, after = (" ".join((spec.where or "").split()) for spec in (one, other))
    if before != after:
        yield f"`where` changed: {ANEW}", _said("where", before or None), _said("where", after or None), ("where",)


_ASKED = {name: name for name in ("task", "target", "data", "labels", "quantiles", "query", "series", "seasonality")} | {
    "label_separator": "labelSeparator"
}
"""What makes the question, by the field's name: of quantiles and separators, too, the truth or the answer is another one."""


def _said(key: str, value: Any) -> str | None:
    return None if value is None else f"{key}: {list(value) if isinstance(value, tuple) else value}"


def _split(old: Split, new: Split) -> Iterator[Change]:
    route: tuple[str, ...] = ("split",)
    if old.strategy != new.strategy:
        if old.strategy in KEPT_TOGETHER or new.strategy == "predefined":
            yield f"another split: {ANEW}", f"strategy: {old.strategy}", f"strategy: {new.strategy}", route
        return
    for key in {"group": ("group",), "predefined": ("column",)}.get(old.strategy, ()):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield f"another column of the split: {ANEW}", f"{key}: {before}", f"{key}: {after}", route
    if old.strategy == "rolling":
        yield from _folds(old, new)
    groups = [None if s.test_groups is None else sorted(map(group_text, s.test_groups)) for s in (old, new)]
    if groups[0] != groups[1]:
        before, after = (
            f"testGroups: {', '.join(g)}" if g else f"test: {percent(_share(s), 6)}" for g, s in zip(groups, (old, new), strict=True)
        )
        yield f"other groups are tested: {ANEW}", before, after, route
    elif old.strategy not in ("predefined", "rolling") and groups == [None, None]:
        yield from _size(old, new)
    if new.gap < old.gap:
        yield "the gap before the test rows is shorter", f"gap: {duration(old.gap)}", f"gap: {duration(new.gap)}", (*route, "gap")


def _validation(old: ModelSpec, new: ModelSpec) -> Iterator[Change]:
    """Other folds, of which KPIs may speak: whoever cuts until the model passes, passes."""
    one, other = (spec.validation for spec in (old, new))
    if one is not None and other is not None and one != other:
        before, after = (f"folds: {v.folds}, repeats: {v.repeats}" for v in (one, other))
        yield "validation cuts other folds: what KPIs ask of it is measured anew", before, after, ("validation",)


def _folds(old: Split, new: Split) -> Iterator[Change]:
    """Fewer origins, or another horizon: what is near is easier to tell."""
    if old.horizon != new.horizon:
        before, after = (f"horizon: {s.horizon if isinstance(s.horizon, int) else duration(s.horizon or 0.0)}" for s in (old, new))
        yield f"another horizon: {ANEW}", before, after, ("split", "horizon")
    one, other = (FOLDS if s.folds is None else s.folds for s in (old, new))
    if other < one:
        yield "the test has fewer folds", f"folds: {one}", f"folds: {other}", ("split", "folds")


def _size(old: Split, new: Split) -> Iterator[Change]:
    """How many rows are tested. A share and a day can't be compared without the rows."""
    before, after = (f"testFrom: {s.test_from}" if s.test_from else f"test: {percent(_share(s), 6)}" for s in (old, new))
    if (old.test_from is None) != (new.test_from is None):
        yield f"the test set begins otherwise: {ANEW}", before, after, ("split",)
    elif old.test_from and new.test_from:
        if datetime.fromisoformat(new.test_from) > datetime.fromisoformat(old.test_from):
            yield "the test set is smaller", before, after, ("split", "testFrom")
    elif _share(new) < _share(old):
        yield "the test set is smaller", before, after, ("split", "test")


def _share(split: Split) -> float:
    return TEST_SHARE if split.test is None else split.test


def _drawn(old: Bound[Model], new: Bound[Model], seeds: tuple[int, ...]) -> Iterator[Change]:
    """Another seed draws other test rows: whoever may draw until the model passes, passes."""
    if seeds[0] != seeds[1] and all(_is_drawn(bound.envelope.spec.split) for bound in (old, new)):
        yield "the test rows are drawn anew", f"seed: {seeds[0]}", f"seed: {seeds[1]}", ("seed",)


def _is_drawn(split: Split) -> bool:
    return split.strategy in DRAWN and split.test_groups is None


def _seed(sides: Sides, side: str, model: Bound[Model]) -> int:
    own = model.envelope.spec.seed
    settings = getattr(sides, side).settings.envelope.spec
    return int(settings.seed if own is None else own)


def _baseline(sides: Sides, old: Bound[Model], new: Bound[Model]) -> Iterator[Change]:
    """Another baseline may be easier to beat; of no matter where no KPI compares with it."""
    everywhere = (sides.before.kpis_of(old.name, environment) for environment in (None, *sides.environments))
    compared = any(kpi.versus == "baseline" for kpis in everywhere if kpis for kpi in kpis.envelope.spec.kpis)
    before, after = (_baseline_text(bound) for bound in (old, new))
    if compared and before != after:
        yield "another baseline to beat", before, after, ("baseline",)


def _threshold(old: ModelSpec, new: ModelSpec) -> Iterator[Change]:
    """A threshold that is typed: no row chose it, and whoever may try some, with the gates in sight, finds one that passes."""
    if new.threshold is None or new.threshold.value is None or old.threshold == new.threshold:
        return
    yield "the threshold is set by hand, and no training rows choose it", _cut(old), _cut(new), ("threshold", "value")


def _cut(spec: ModelSpec) -> str:
    return f"threshold: {0.5 if spec.threshold is None else spec.threshold.canonical()}"


def _baseline_text(model: Bound[Model]) -> str:
    found = model.envelope.spec.resolved_baseline
    return f"baseline: {found if isinstance(found, str) else found.canonical()}"
