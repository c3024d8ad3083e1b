"""What was read and what was observed, together. Where they differ the observed counts, and the difference is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mlspec.setup.adopt.code.values import Const, Estimator, Fit, Frame, Items
from mlspec.setup.adopt.facts import Fact, Gap
from mlspec.setup.adopt.observe.record import Observed


def merge(fits: Sequence[Fit], observed: Sequence[Observed]) -> tuple[list[Fit], list[Fact]]:
    """The fits with observed parameters; and a fact for each that was seen, or was read otherwise."""
    facts: list[Fact] = []
    result: list[Fit] = []
    for fit in fits:
        seen = _same(fit, observed)
        result.append(_merged(fit, seen, facts) if seen else fit)
    return result, facts


def _same(fit: Fit, observed: Sequence[Observed]) -> Observed | None:
    """The fit that ran at this line; of several (a loop, a search) the last."""
    found = [o for o in observed if o.place.path == fit.place.path and 0 <= o.place.line - fit.place.line <= fit.lines]
    return found[-1] if found else None


def unmatched(observed: Sequence[Observed], facts: Sequence[Fact]) -> list[Gap]:
    """A gap for each fit that ran at a line where none was read."""
    told = {f.place for f in facts if f.how.startswith("observed")}
    return (
        [
            Gap(o.place, f"`fit` of {o.path} was observed here, and none was read", "import the script that it stands in")
            for o in observed
            if o.place not in told
        ]
        if observed
        else []
    )


def _merged(fit: Fit, seen: Observed, facts: list[Fact]) -> Fit:
    about = f"fit at {fit.place}"
    facts.append(Fact(about, "rows", str(seen.rows), seen.place, "certain", "observed"))
    if seen.columns:
        facts.append(Fact(about, "columns", ", ".join(seen.columns)[:100], seen.place, "certain", "observed"))
    fit = _with_columns(fit, seen, facts, about)
    path = seen.path
    estimator = fit.estimator
    if path != estimator.path:
        how = f"observed, where the code reads as {estimator.path}" if estimator.path else "observed"
        facts.append(Fact(about, "estimator.class", path, seen.place, "certain", how))
        estimator = Estimator(path, {}, seen.place, estimator.prepared)
    return replace(fit, estimator=_with_params(estimator, seen, facts, about))


def _with_columns(fit: Fit, seen: Observed, facts: list[Fact], about: str) -> Fit:
    """Columns that were read and that were seen, where both have names."""
    frame = fit.features
    if not isinstance(frame, Frame) or frame.only is None or not seen.columns or frame.prepared:
        return fit
    read = [c for c in frame.only if c not in {n for n, _ in frame.dropped}]
    if {*read} == {*seen.columns}:
        return fit
    facts.append(
        Fact(
            about,
            "features.include",
            ", ".join(seen.columns)[:100],
            seen.place,
            "certain",
            f"observed, where the code reads as {', '.join(read)[:60]}",
        )
    )
    return replace(fit, features=replace(frame, only=seen.columns, only_place=seen.place, dropped=()))


def _with_params(estimator: Estimator, seen: Observed, facts: list[Fact], about: str) -> Estimator:
    known = {k: v for k, v in estimator.params.items() if k != "**"}
    for name, value in (*seen.params.items(), *((k, v) for k, v in seen.defaults.items() if k in known)):
        if isinstance(value, Mapping) and ("repr" in value or "class" in value):
            continue  # an object: the code says it, or nobody does
        before = known.get(name)
        if isinstance(before, Estimator | Items):
            continue
        if not isinstance(before, Const) or _differs(before.value, value):
            how = f"observed, where the code reads as {before.value}" if isinstance(before, Const) else "observed"
            facts.append(Fact(about, f"estimator.params.{name}", str(value), seen.place, "certain", how))
        known[name] = Const(value, seen.place, "certain")
    return replace(estimator, params=known, gaps=tuple(g for g in estimator.gaps if "arguments of" not in g.what))


def _differs(one: Any, other: Any) -> bool:
    return bool((list(one) if isinstance(one, tuple) else one) != other)
