"""A fit that was followed -> DataSource, ValidationRules, Model and KPISet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mlspec.diagnostics.words import duration
from mlspec.runtime.tables import literal
from mlspec.setup.adopt.code.values import Const, Estimator, Fit, Frame, Measured, Prepared, Series, Step, Unknown
from mlspec.setup.adopt.facts import Draft, Gap, Number, Place, Sure, least
from mlspec.setup.adopt.propose import kpis, tuning
from mlspec.setup.adopt.propose.arguments import params_of
from mlspec.setup.adopt.propose.names import Names
from mlspec.setup.adopt.propose.noted import Notes, unique
from mlspec.setup.adopt.propose.rows import Rows, look
from mlspec.setup.adopt.propose.task import task_of

_GROUPS = ("numeric", "categorical", "text")
_TOLD = ("categorical", "text")
"""Kinds of columns that are named in `features`: without, an encoder would be guessed from the type."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The objects of one model. `gaps`: what of it was not understood: with none, the specs say all that the code does."""

    name: str
    drafts: tuple[Draft, ...]
    notes: tuple[Notes, ...]
    gaps: tuple[Gap, ...]
    numbers: tuple[Number, ...]
    task: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a fit takes in: the rows as they come out of cleaning, and what the model sees of them. `where`: filters of its own."""

    frame: Frame
    column: Series
    steps: tuple[Step, ...]
    prepared: tuple[Prepared, ...]
    where: tuple[Step, ...] = ()

    @property
    def target(self) -> str:
        return self.column.column


@dataclass(frozen=True, slots=True)
class Wish:
    """What a proposal is asked for: the name, what else was measured, and of a foreach or matrix the values of the entry."""

    name: str
    measured: Sequence[Measured] = ()
    numbers: Sequence[Number] = ()
    values: Sequence[Any] = ()
    cuts: Sequence[tuple[str, str, str, Const]] = ()


def propose(root: Path, fit: Fit, wish: Wish, names: Names, seen: dict[str, Rows]) -> Proposed | None:
    """None where neither rows nor target could be followed: there is nothing to propose from then. `seen`: rows that were looked at."""
    taken, gaps = _taken(fit)
    if taken is None or not fit.estimator.path:
        return None
    name, measured, numbers = wish.name, wish.measured, wish.numbers
    taken = _of_entry(taken, wish.values)
    source_name = names.of(
        "DataSource", Path(str(taken.frame.read.path.value)).name.partition(".")[0], taken.frame.read.place, key=_key(taken)
    )
    known = f"{_key(taken)} {taken.target}"
    if known not in seen:
        seen[known] = look(root, taken.frame.read, taken.steps, taken.target)
    rows = seen[known]
    taken = _with_columns(taken, rows)
    gaps += _untold(taken)
    taken, untested = _tested(taken, wish)
    gaps += untested
    source, model, kpi = Notes(f"source/{source_name}"), Notes(f"model/{name}"), Notes(f"kpis/{name}")
    estimator, search, searched = tuning.inner(fit.estimator)
    gaps += searched
    gaps += _columns_missing(taken, rows)
    task, sure, how = task_of(estimator.path, measured, rows)
    spec: dict[str, Any] = {
        "task": model.fact("task", task, fit.place, sure, how),
        "data": source_name,
        "target": model.fact("target", taken.target, taken.column.place, taken.column.sure),
    }
    if taken.where:
        first = taken.where[0]
        spec["where"] = model.fact("where", " AND ".join(str(s.form["filter"]) for s in taken.where), first.place, first.sure)
    seeds, form = _estimator(estimator, model)
    spec |= _features(taken, model)
    spec |= {"split": _split(taken, model, rows), "preprocess": _preprocess(taken, model, fit.place)}
    spec |= form
    spec |= tuning.form(search, task, estimator, model)
    spec |= _seed(seeds, taken, model)
    gaps = unique([*gaps, *model.gaps])
    written = kpis.draft(name, task, rows, kpi, measured, numbers)
    head = tuple(f"not carried over: {g.place}: {g.what}" for g in gaps)
    drafts = [_source(source_name, taken, rows, source), Draft("Model", name, spec, head), written]
    if rows.count:
        drafts.insert(1, _rules(source_name, taken.target, rows, source))
    return Proposed(name, tuple(drafts), (source, model, kpi), tuple(gaps), tuple(numbers), task)


def _with_columns(taken: Taken, rows: Rows) -> Taken:
    """What a vectorizer or an encoder gets that names no columns: all that the model sees."""
    left = {taken.target, *(n for n, _ in taken.frame.dropped)}
    seen = tuple(c for c in (taken.frame.only or rows.kinds) if c not in left)
    named = tuple(replace(p, columns=seen) if p.columns is None and p.group in _TOLD and seen else p for p in taken.prepared)
    return replace(taken, prepared=named)


def _tested(taken: Taken, wish: Wish) -> tuple[Taken, list[Gap]]:
    """Which rows are the test: by the cut that training has, and the one that what is measured has."""
    cut = taken.frame.cut
    if cut is None:
        told = [Gap(m.place, f"which rows `{m.function}` is measured on", "the spec sets 20% aside at random") for m in wish.measured[:1]]
        return taken, told
    if "testFrom" not in cut.form:
        return taken, []
    column, day = str(cut.form["column"].value), cut.form["testFrom"]
    path = str(taken.frame.read.path.value)
    days = {str(d.value): d for p, c, side, d in wish.cuts if (p, c, side) == (path, column, "test")}
    if taken.frame.side == "train" and (not days or {*days} == {str(day.value)}):
        return taken, []
    if taken.frame.side != "train" or len(days) != 1 or next(iter(days)) < str(day.value):
        return taken, [Gap(cut.place, f"which rows of `{column}` are the test: {', '.join(sorted(days)) or 'none'}", "`split.testFrom`")]
    (later,) = days.values()
    gap = datetime.fromisoformat(str(later.value)) - datetime.fromisoformat(str(day.value))
    form = {**cut.form, "testFrom": later, "gap": Const(duration(gap.total_seconds()), day.place, "likely")}
    return replace(taken, frame=replace(taken.frame, cut=replace(cut, form=form))), []


def _untold(taken: Taken) -> list[Gap]:
    return [
        Gap(p.place, f"which columns are {p.group}: the file is not here to ask")
        for p in taken.prepared
        if p.group in _TOLD and p.columns is None
    ]


def _of_entry(taken: Taken, values: Sequence[Any]) -> Taken:
    """Filters at the end that name the entry are the model's own: all models of the set have one source then."""
    end = len(taken.steps)
    while end and "filter" in taken.steps[end - 1].form:
        end -= 1
    told = {literal(v) for v in values}
    own = tuple(s for s in taken.steps[end:] if any(t in str(s.form["filter"]) for t in told))
    return replace(taken, steps=tuple(s for s in taken.steps if s not in own), where=own) if own else taken


def _key(taken: Taken) -> str:
    """Two models on the same file, cleaned alike, have one source."""
    return repr((taken.frame.read.path.value, [(s.form) for s in taken.steps], sorted(taken.frame.read.options.items(), key=str)))


def _taken(fit: Fit) -> tuple[Taken | None, list[Gap]]:
    features, target, gaps = fit.features, fit.target, list(fit.estimator.gaps)
    if isinstance(features, Series) and features.column:
        features = replace(features.frame, only=(features.column,), only_place=features.place)
    if isinstance(target, Frame) and target.only and len(target.only) == 1:  # y = df[["c"]]
        target = Series(replace(target, only=None), target.only[0], fit.place)
    if not isinstance(features, Frame) or not isinstance(target, Series) or not target.column:
        for what, value in (("features", features), ("target", target)):
            if isinstance(value, Unknown):
                gaps.append(Gap(fit.place, f"the {what} of `fit`, from {value.place}: {value.what}"))
        return None, gaps
    steps, odd = _joined_steps(features.steps, target.frame.steps, target.column)
    gaps += [*features.gaps, *target.frame.gaps]
    gaps += [Gap(target.place, f"the target as it is computed: `{target.sql}`")] if target.sql else []
    gaps += [Gap(fit.place, "features and target that were cleaned differently")] if odd else []
    if target.frame.read.path.value != features.read.path.value:
        gaps.append(
            Gap(
                fit.place,
                f"the target comes from `{target.frame.read.path.value}`, the features from `{features.read.path.value}`",
                "join them by `from: {inputs, sql}`",
            )
        )
    prepared = (*features.prepared, *fit.estimator.prepared)
    return Taken(features, target, steps, prepared), gaps


def _joined_steps(one: tuple[Step, ...], other: tuple[Step, ...], target: str) -> tuple[tuple[Step, ...], bool]:
    """The steps of features and target together: one goes on where the other ends, or the target has its own."""
    common = 0
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    rest, own = one[common:], other[common:]
    if not rest or not own:
        return (*one[:common], *rest, *own), False
    is_own = all(_column(step) == target for step in own)
    return (*one[:common], *rest, *own), not is_own


def _column(step: Step) -> str:
    form = next(iter(step.form.values()))
    return str(form.get("column", "")) if isinstance(form, Mapping) else ""


def _columns_missing(taken: Taken, rows: Rows) -> list[Gap]:
    """Columns that code names and the file does not have."""
    if not rows.kinds:
        return []
    named = [taken.target, *(taken.frame.only or ()), *(c for p in taken.prepared for c in p.columns or ())]
    lacking = sorted({n for n in named if n not in rows.kinds})
    return [Gap(taken.frame.read.place, f"`{n}`, which `{taken.frame.read.path.value}` has not after these steps") for n in lacking]


def _source(name: str, taken: Taken, rows: Rows, notes: Notes) -> Draft:
    read = taken.frame.read
    path = str(read.path.value)
    location: dict[str, Any]
    how = "" if rows.kinds else rows.why
    if path.startswith(("http://", "https://")):
        location = {"http": {"url": notes.const("http.url", read.path)}}
    elif "://" in path:
        location = {"object": {"url": notes.const("object.url", read.path)}}
    else:
        location = {"file": {"path": notes.const("file.path", read.path, how)}}
    spec: dict[str, Any] = dict(location)
    from mlspec.language.kinds.data_source import format_of

    if read.format and format_of(path) != read.format:
        spec["format"] = notes.fact("format", read.format, read.place, "certain")
    options = {**(rows.read or {}), **read.options}
    if options:
        spec["read"] = {k: notes.fact(f"read.{k}", v, read.place, "certain" if k in read.options else "likely") for k, v in options.items()}
    if rows.kinds:
        spec["columns"] = [{"name": n, "type": kind} for n, kind in rows.kinds.items()]
        notes.fact("columns", list(rows.kinds), read.path.place, "likely", "types by looking at the rows")
    if taken.frame.cut and "column" in taken.frame.cut.form:
        spec["timeColumn"] = notes.const("timeColumn", taken.frame.cut.form["column"])
    if taken.steps:
        spec["clean"] = [_step(step, notes) for step in taken.steps]
    head = () if rows.kinds else (f"columns are not named: {rows.why}",)
    return Draft("DataSource", name, spec, head)


def _step(step: Step, notes: Notes) -> dict[str, Any]:
    (kind, form), *_ = step.form.items()
    return {kind: notes.fact(f"clean.{kind}", form if not isinstance(form, Mapping) else dict(form), step.place, step.sure)}


def _rules(name: str, target: str, rows: Rows, notes: Notes) -> Draft:
    least_rows = max(1, int(rows.count * 0.8))
    place = notes.facts[0].place
    rows_rule = notes.fact("rules.rowCount.min", least_rows, place, "guess", f"80% of the {rows.count:,} rows that are there")
    return Draft(
        "ValidationRules", name, {"source": name, "rules": [{"rowCount": {"min": rows_rule}}, {"column": target, "notNull": True}]}
    )


def _features(taken: Taken, notes: Notes) -> dict[str, Any]:
    features: dict[str, Any] = {}
    frame, target = taken.frame, taken.target
    only = next((p for p in taken.prepared if p.group == "only"), None)
    if only is not None:
        features["include"] = notes.fact("features.include", [c for c in only.columns or () if c != target], only.place, "certain")
    elif frame.only is not None:
        dropped = {n for n, _ in frame.dropped}
        kept = [c for c in frame.only if c != target and c not in dropped]
        features["include"] = notes.fact("features.include", kept, frame.only_place or frame.read.place, "likely")
    else:
        places = dict(frame.dropped)
        exclude = [n for n in dict.fromkeys(places) if n != target]
        if exclude:
            features["exclude"] = notes.fact("features.exclude", exclude, places[exclude[0]], "certain")
    for group in _GROUPS:
        named = [p for p in taken.prepared if p.group == group and p.columns]
        columns = list(dict.fromkeys(c for p in named for c in p.columns or () if c != target))
        columns = [c for c in columns if "include" not in features or c in (_plain(i) for i in features["include"])]
        if columns and not (group == "numeric" and not _is_told_apart(taken)):
            features[group] = notes.fact(f"features.{group}", columns, named[0].place, named[0].sure)
    return {"features": features} if features else {}


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def _is_told_apart(taken: Taken) -> bool:
    """Whether columns are named by what is done to them, as a ColumnTransformer does; a scaler on a frame names all it is given."""
    return any(p.group == "only" for p in taken.prepared) or any(p.group == "categorical" and p.columns for p in taken.prepared)


def _preprocess(taken: Taken, notes: Notes, place: Place) -> dict[str, Any]:
    """What is not done in the code is not done in the spec: `scale: none`."""
    spec: dict[str, Any] = {}
    for group in _GROUPS:
        found = [p for p in taken.prepared if p.group == group]
        keys: dict[str, Any] = {}
        for item in found:
            for key, value in item.keys.items():
                if key in keys and _plain(keys[key]) != value:
                    notes.gaps.append(
                        Gap(
                            item.place,
                            f"`{key}: {value}` for some columns and another one for others: `preprocess` is of all columns of a kind",
                        )
                    )
                else:
                    keys[key] = notes.fact(f"preprocess.{group}.{key}", value, item.place, item.sure)
        if group == "numeric":
            lacking = [k for k in ("impute", "scale") if k not in keys]
            keys |= {k: notes.fact(f"preprocess.numeric.{k}", "none", place, "likely", "the code has no such step") for k in lacking}
        if group == "categorical" and keys and "impute" not in keys:
            how = "scikit-learn makes missing values a category of their own"
            keys["impute"] = notes.fact("preprocess.categorical.impute", "missing", found[0].place, "likely", how)
        if keys:
            spec[group] = keys
    return spec


def _split(taken: Taken, notes: Notes, rows: Rows) -> dict[str, Any]:
    cut = taken.frame.cut
    if cut is None:
        place = taken.frame.read.place
        return {"strategy": notes.fact("split.strategy", "random", place, "guess", "the code sets no test rows aside"), "test": "20%"}
    found: dict[str, Any] = {}
    for key, value in cut.form.items():
        if key == "test" and isinstance(value.value, int):
            share = round(value.value / rows.count, 6) if rows.count > value.value else 0.2
            found[key] = notes.fact("split.test", share, value.place, "guess", f"the code takes {value.value} rows")
        elif key != "column":
            is_drawn = key == "strategy" and value.value != "time"
            found[key] = notes.const(f"split.{key}", value, "other rows than scikit-learn draws" if is_drawn else "")
    return found


def _estimator(estimator: Estimator, notes: Notes) -> tuple[Const | None, dict[str, Any]]:
    found = params_of(estimator, notes, "estimator.params")
    path = notes.fact("estimator.class", estimator.path, estimator.place, "certain")
    return found.seed, {"estimator": {"class": path} | ({"params": found.params} if found.params else {})}


def _seed(seed: Const | None, taken: Taken, notes: Notes) -> dict[str, Any]:
    cut = taken.frame.cut.seed if taken.frame.cut else None
    chosen = seed or cut
    if chosen is None or not 0 <= chosen.value < 2**32:
        return {}
    how: str = ""
    sure: Sure = chosen.sure
    if seed and cut and seed.value != cut.value:
        how, sure = f"the split has {cut.value} ({cut.place}): a Model has one seed", least(sure, "guess")
    return {"seed": notes.fact("seed", chosen.value, chosen.place, sure, how)}


__all__ = ["Proposed", "Wish", "propose"]
