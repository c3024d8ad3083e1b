"""KPIs that became easier to pass, of every model, in general and as overlays have them in each environment."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics.digest import canonical_digest
from mlspec.gates.result import VALIDATION
from mlspec.language.kinds.kpi_set import Kpi, KPISet
from mlspec.promotion.loosening.conditions import Condition, lost
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.intervals import kpi_settings, resampling
from mlspec.promotion.loosening.sides import Sides

Limits = tuple[tuple[str, float], ...]


def looser_kpis(sides: Sides) -> Iterator[Loosened]:
    """What the KPISets of `before` asked of models that are still there, and those of `after` don't."""
    for model in sorted(sides.before.models.keys() & sides.after.models.keys()):
        general = list(_of_model(sides, model, None))
        yield from general
        known = {(g.what, g.before, g.after) for g in general}
        for environment in sides.environments:
            if not _differs(sides, model, environment):
                continue
            for found in _of_model(sides, model, environment):
                if (found.what, found.before, found.after) not in known:
                    yield Loosened(found.ref, f"in {environment}: {found.what}", found.before, found.after, found.owner, found.span)


def _differs(sides: Sides, model: str, environment: str) -> bool:
    """Whether an overlay of either side makes the KPIs of an environment other than the general ones."""
    return any(p.kpis_of(model, environment) is not p.kpis_of(model) for p in (sides.before, sides.after))


def _of_model(sides: Sides, model: str, environment: str | None) -> Iterator[Loosened]:
    before, after = sides.before.kpis_of(model, environment), sides.after.kpis_of(model, environment)
    if before is None or (after is not None and before.envelope.spec == after.envelope.spec):
        return
    owner = sides.owner(before, sides.before.models[model])
    if after is None:
        yield Loosened(
            before.ref, "the KPISet was removed", ", ".join(k.text for k in before.envelope.spec.kpis), None, owner, before.document.span()
        )
        return
    old, new = (tuple(_conditions(kpis, owner)) for kpis in (before, after))
    yield from lost(old, new, {before.ref: after.document.span(["spec", "kpis"], key=True)})
    yield from resampling(sides, model, (before, after), owner)


def _conditions(kpis: Bound[KPISet], owner: str | None) -> Iterator[Condition]:
    for index, kpi in enumerate(kpis.envelope.spec.kpis):
        key, limits = _compared(kpi)
        span = kpis.document.span(["spec", "kpis", index])
        exact = "" if kpi.equals is None else str(kpi.equals)
        own = None if kpi.step else kpis.envelope.spec.metrics.get(kpi.metric)
        exact += canonical_digest(own.section()) if own else ""
        metric = f"{kpi.step}.{kpi.metric}" if kpi.step else kpi.metric
        yield Condition(("kpi", metric, *key), _noun(kpi), _text(kpi), kpis.ref, owner, span, exact, limits, near=metric)
    yield from kpi_settings(kpis, owner)


def _compared(kpi: Kpi) -> tuple[tuple[str, ...], Limits]:
    """What a KPI is about, and its limits."""
    bound = (("bound", float(kpi.bound == "point" and not kpi.is_single)),)
    if kpi.versus:
        share, points = kpi.margin
        return ("versus", kpi.versus), (("margin", -share), ("points", -points), *bound)
    if kpi.by:
        return ("by", kpi.by), (("maxDifference", kpi.max_difference or 0.0), *bound, ("minRows", float(kpi.group_rows)))
    if kpi.equals is not None:
        return ("equals",), ()
    way, limit = ("max", kpi.max) if kpi.max is not None else ("min", -(kpi.min or 0.0))
    if kpi.slice:
        return ("slice", kpi.slice.by, way), (("threshold", limit), *bound, ("minRows", float(kpi.slice.min_rows)))
    return ((VALIDATION, way) if kpi.rows else (way,)), (("threshold", limit), *bound)


def _noun(kpi: Kpi) -> str:
    if kpi.versus:
        return f"the comparison with the {kpi.versus}"
    if kpi.by:
        return f"the fairness KPI over {kpi.by}"
    return f"the KPI within {kpi.slice.by}" if kpi.slice else "the KPI"


def _text(kpi: Kpi) -> str:
    """The KPI in one line, with all that decides."""
    rows = kpi.slice.min_rows if kpi.slice else kpi.min_rows
    parts = [kpi.text, f"minRows {rows}" if rows is not None else "", "bound: point" if kpi.bound == "point" else ""]
    return ", ".join(part for part in parts if part)
