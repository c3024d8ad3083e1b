"""Feature sets whose values may come from the future more easily, or whose rows are others."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.language.kinds.feature_set import AsOf, FeatureSetSpec, Online
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.models import Change
from mlspec.promotion.loosening.sides import Sides, number


def looser_features(sides: Sides) -> Iterator[Loosened]:
    """What became easier in feature sets that are still there."""
    for name in sorted(sides.before.feature_sets.keys() & sides.after.feature_sets.keys()):
        old = sides.before.feature_sets[name]
        one, other = old.envelope.spec, sides.after.feature_sets[name].envelope.spec
        for what, before, after, route in (*_looks(one, other), *_rows(one, other), *_joins(one, other), *_online(one, other)):
            yield sides.note(old, what, (before, after), ["spec", *route])


def _looks(old: FeatureSetSpec, new: FeatureSetSpec) -> Iterator[Change]:
    before, after = old.look_ahead.cuts, new.look_ahead.cuts
    if after < before:
        what = "values of the future are looked for less" if after else "values of the future are not looked for any more"
        yield what, f"lookAhead: {{cuts: {before}}}", f"lookAhead: {{cuts: {after}}}", ("lookAhead",)


def _rows(old: FeatureSetSpec, new: FeatureSetSpec) -> Iterator[Change]:
    before, after = (_spine(spec) for spec in (old, new))
    if before != after:
        yield "rows come from another place, and can't be compared", before, after, ("inputs",)
    for key, one, other in (("key", old.key, new.key), ("timeColumn", old.time_column, new.time_column)):
        if one and one != other:
            yield "rows are named or timed otherwise, which decides on what is tested", _said(key, one), _said(key, other), (key,)


def _spine(spec: FeatureSetSpec) -> str:
    given = spec.inputs[spec.resolved_spine]
    return f"spine: {given.name or given.source or given.features}"


def _said(key: str, value: str | tuple[str, ...] | None) -> str | None:
    return f"{key}: {value if isinstance(value, str) else ', '.join(value)}" if value else None


def _joins(old: FeatureSetSpec, new: FeatureSetSpec) -> Iterator[Change]:
    for alias in sorted(old.as_of):
        there = new.as_of.get(alias)
        if there is None and alias in new.inputs:
            yield f"`{alias}` is no longer joined as of each row's time", f"asOf: {alias}", None, ("asOf",)
        elif there is not None:
            yield from _join(alias, old.as_of[alias], there)


def _join(alias: str, old: AsOf, new: AsOf) -> Iterator[Change]:
    if old.known and old.known != new.known:
        what = f"rows of `{alias}` may have been known otherwise when they are joined"
        yield what, f"known: {old.known}", f"known: {new.known}" if new.known else None, ("asOf", alias)
    if old.max_age is not None and (new.max_age is None or new.max_age > old.max_age):
        after = None if new.max_age is None else f"maxAge: {number(new.max_age)}s"
        yield f"older rows of `{alias}` are joined", f"maxAge: {number(old.max_age)}s", after, ("asOf", alias)


def _online(old: FeatureSetSpec, new: FeatureSetSpec) -> Iterator[Change]:
    """Rows are read when serving that were refused as too old, or others. A set that is no longer online has none."""
    if old.online is None or new.online is None:
        return
    before, after = old.online.max_age, new.online.max_age
    if before is not None and (after is None or after > before):
        said = None if after is None else f"maxAge: {number(after)}s"
        yield "older rows are answered with when serving", f"maxAge: {number(before)}s", said, ("online", "maxAge")
    for digest in sorted({*new.online.same_as} - {*old.online.same_as}):
        yield "versions trained on another definition answer with rows of this one", None, f"sameAs: {digest}", ("online", "sameAs")
    if old.online.store != new.online.store:
        yield "features are read from another place when serving", _store(old.online), _store(new.online), ("online", "store")


def _store(online: Online) -> str:
    return f"redis: {online.store.redis}" if online.store.redis else "sqlite: true"
