"""Sources whose rows are taken from elsewhere, thrown away, or checked less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.project import Bound
from mlspec.language.kinds.data_source import CleanStep, DataSource, DataSourceSpec
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.models import Change
from mlspec.promotion.loosening.sides import Sides

EXTRA = ("refuse", "drop", "keep")
"""What becomes of a column that is not declared, the strictest first."""
TAKES_ROWS = ("filter", "drop_duplicates")


def looser_sources(sides: Sides) -> Iterator[Loosened]:
    """What became easier in sources that are still there."""
    for name in sorted(sides.before.sources.keys() & sides.after.sources.keys()):
        old, new = sides.before.sources[name], sides.after.sources[name]
        if old.envelope.spec == new.envelope.spec:
            continue
        one, other = old.envelope.spec, new.envelope.spec
        changes = [*_place(one, other), *_columns(one, other), *_key(one, other), *_cleaning(sides, old, one, other)]
        for what, before, after, route in changes:
            yield sides.note(old, what, (before, after), ["spec", *route])


def _place(old: DataSourceSpec, new: DataSourceSpec) -> Iterator[Change]:
    before, after = _where(old), _where(new)
    if old.time_column and old.time_column != new.time_column:
        texts = f"timeColumn: {old.time_column}", f"timeColumn: {new.time_column}" if new.time_column else None
        yield "rows happened at another time, which decides on what is tested", *texts, ("timeColumn",)
    if before != after:
        yield "rows come from another place, and can't be compared", before, after, ()
    elif (pin := old.location.pin()) and not new.location.pin():
        yield "the download is no longer pinned by its digest", f"sha256: {pin[:12]}…", None, (old.location_kind.name,)


def _where(spec: DataSourceSpec) -> str:
    """The place that rows come from, without how often it is asked."""
    return f"{spec.location_kind.name}: {' '.join(map(str, spec.location.place().values()))}"


def _columns(old: DataSourceSpec, new: DataSourceSpec) -> Iterator[Change]:
    if EXTRA.index(new.extra_columns) > EXTRA.index(old.extra_columns):
        texts = f"extraColumns: {old.extra_columns}", f"extraColumns: {new.extra_columns}"
        yield "columns that nobody declared come in more easily", *texts, ("extraColumns",)
    after = {c.name: c for c in new.columns}
    renamed = {name: to for step in new.clean for name, to in (step.rename or {}).items()}
    for column in old.columns:
        there = after.get(column.name)
        unmarked = not there.pii if there else new.extra_columns == "keep" or _loses_mark(renamed.get(column.name), after)
        if column.pii and unmarked:
            yield f"`{column.name}` is no longer marked as personal data", "pii: true", "pii: false" if there else None, ("columns",)


def _loses_mark(renamed: str | None, after: dict[str, Any]) -> bool:
    """Whether a column of personal data goes on under another name, without the mark."""
    return renamed is not None and renamed in after and not after[renamed].pii


def _key(old: DataSourceSpec, new: DataSourceSpec) -> Iterator[Change]:
    """Rows that are unique by fewer columns are unique by more of them."""
    if old.key and (not new.key or not {*new.key} <= {*old.key}):
        yield (
            "the key that rows are unique by is weaker",
            f"key: {', '.join(old.key)}",
            f"key: {', '.join(new.key)}" if new.key else None,
            ("key",),
        )


def _cleaning(sides: Sides, source: Bound[DataSource], old: DataSourceSpec, new: DataSourceSpec) -> Iterator[Change]:
    """Steps that take rows away, that touch what a model predicts or a rule checks, or that let a broken value pass."""
    judged = _judged_columns(sides, source.name)
    steps = [[_step(s) for s in spec.clean if _decides(s, judged)] for spec in (old, new)]
    added_duplicates = [s for s in steps[1] if s.startswith("dropDuplicates") and s not in steps[0]]
    if steps[0] != [s for s in steps[1] if s not in added_duplicates]:
        before, after = ("; ".join(s for s in mine if s not in others) or None for mine, others in (steps, steps[::-1]))
        yield "cleaning decides otherwise which rows and answers count, and can't be compared", before, after, ("clean",)
    clear = {s.pseudonymise.column for s in old.clean if s.pseudonymise} - {s.pseudonymise.column for s in new.clean if s.pseudonymise}
    for column in sorted(clear):
        yield f"`{column}` is no longer pseudonymised", f"pseudonymise: {column}", None, ("clean",)
    lenient = [{s.cast.column for s in spec.clean if s.cast and s.cast.on_error == "null"} for spec in (old, new)]
    strict = {s.cast.column for s in old.clean if s.cast and s.cast.on_error == "fail"}
    for column in sorted((lenient[1] - lenient[0]) & strict):
        yield f"a value of `{column}` that does not fit is no longer an error", "onError: fail", "onError: null", ("clean",)


def _judged_columns(sides: Sides, source: str) -> set[str]:
    """What models predict, and what rules check: who cleans these decides what is seen of them."""
    models = [m.envelope.spec for project in (sides.before, sides.after) for m in project.models.values()]
    rules = (rule for bound in sides.before.rules_of(source) for rule in bound.envelope.spec.rules)
    return {m.target for m in models if m.data == source and m.target} | {rule.column for rule in rules if rule.column}


def _decides(step: CleanStep, judged: set[str]) -> bool:
    if any(getattr(step, key) is not None for key in TAKES_ROWS):
        return True
    column = next((part.column for part in (step.replace, step.cast, step.fill_missing, step.derive) if part), None)
    return column in judged or bool(judged & {*(step.rename or {}).values()})


def _step(step: CleanStep) -> str:
    """A step in one line: `filter: count >= 0`."""
    ((key, value),) = step.canonical().items()
    return f"{key}: {' '.join(value.split()) if isinstance(value, str) else value}"
