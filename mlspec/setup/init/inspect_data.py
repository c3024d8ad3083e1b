"""Looks at a data file: columns, types, conversions, roles, the task and the split, each by evidence and with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.tables import ROW, ident
from mlspec.setup.init import roles
from mlspec.setup.init.ahead import Ahead, ahead_of
from mlspec.setup.init.convert import Conversions, conversions, missing_words
from mlspec.setup.init.files import ColumnFile, DataFile, Split
from mlspec.setup.init.look import Look, look_at
from mlspec.setup.init.notes import Conversion, Decision, count, shown
from mlspec.setup.init.roles import Evidence

MANY_CLASSES = 20
_FEW_ROWS_A_CLASS = 10


_LISTS = "write the specs by hand: `task: multilabel` takes lists, as a column that is declared `type: string` (docs/guides/models.md)"


def inspect(root: Path, path: str, target: str, task: str | None) -> DataFile:
    """Return what the file at `path` (relative to `root`) holds. Raises `Problems` when it can't serve."""
    import duckdb

    try:
        look, found, told = _opened(root, path)
        if any(step.column == target and "drop" in step.step for step in found):
            raise problem("MLS0410", f"the column `{target}` of `{path}` holds lists or objects", help=_LISTS)
        if target not in look.kinds():
            raise problem("MLS0410", f"`{path}` has no column `{target}`", help=did_you_mean(target, look.kinds()))
        later = conversions(look, target)
        for conversion in later.steps:
            look.apply(conversion.step)
        return _Looked(look, path, target, Conversions([*found, *later.steps], later.untold), told).data_file(task)
    except duckdb.Error as error:
        raise problem("MLS0601", f"`{path}` can't be read: {str(error).splitlines()[0]}") from error


def _opened(root: Path, path: str) -> tuple[Look, list[Conversion], list[Decision]]:
    """The file without the spellings of missing values that hide the types of columns, the steps that takes, and what is to be told."""
    look = look_at(root, path)
    nulls, spelled, why = missing_words(look)
    steps = []
    if look.format == "csv" and nulls:
        look = look_at(root, path, {k: v for k, v in look.read.items() if k != "nullValues"}, nulls)
    elif look.format != "csv":
        steps = [
            Conversion(c, {"replace": {"column": c, "values": dict.fromkeys(words)}}, "string", why[c]) for c, words in spelled.items()
        ]
    steps += [
        Conversion(c, {"drop": [c]}, "", "lists or objects, which no column can hold") for c, kind in look.kinds().items() if not kind
    ]
    for step in steps:
        look.apply(step.step)
    mended = [c for c, words in spelled.items() if look.format != "csv" or set(words) <= set(nulls)]
    return look, steps, [Decision(c, why[c]) for c in mended]


class _Looked:
    """A converted table, and what is decided of it."""

    def __init__(self, look: Look, path: str, target: str, found: Conversions, told: list[Decision]) -> None:
        self.look, self.path, self.target, self.found, self.told = look, path, target, found, told
        kinds = {name: kind or "string" for name, kind in look.kinds().items()} | {c.column: c.type for c in found.steps if c.type}
        self.seen = roles.gather(look.connection, kinds, ROW)
        self.others = [e for name, e in self.seen.items() if name != target and name not in found.untold]

    def data_file(self, task: str | None) -> DataFile:
        """Everything that the specs are written from."""
        chosen, why = self._task(task)
        key = roles.find_key(self.others)
        time, times = roles.find_time(self.others)
        group = None if time else roles.find_group([e for e in self.others if not key or e.name != key[0]])
        classes = self.look.classes(self.target) if TASKS[chosen].has_classes or TASKS[chosen].is_oddness else []
        if TASKS[chosen].is_oddness and [value for value, _ in classes] not in ([0, 1], [False, True]):
            message = (
                f"the target `{self.target}` of an anomaly is 1 for odd rows and 0 for others, and here are {count(len(classes), 'value')}"
            )
            raise problem("MLS0645", message, help="make it so in a `clean` step, or name another target")
        ahead = ahead_of(self.look.connection, time, self._candidates(time)) if TASKS[chosen].is_ahead else None
        split, split_told = self._split(chosen, classes, time, group)
        columns = [self._column(e, key, time, group) for e in self.seen.values()]
        self.told += [Decision(c.column, f"{c.type or 'dropped'}: {c.why}") for c in self.found.steps if "replace" not in c.step]
        self.told += [Decision(c.name, c.what) for c in columns if c.what]
        self.told += [Decision(name, what) for name, what in [*times, *split_told]] if ahead is None else _told_ahead(ahead, time)
        self.told.append(Decision(self.target, f"task {chosen}: {why}"))
        return DataFile(
            path=self.path,
            target=self.target,
            task=chosen,
            columns=tuple(columns),
            rows=self.seen[self.target].rows,
            read=dict(self.look.read),
            steps=tuple(self.found.steps),
            key=(key[0],) if key else (),
            time_column=time,
            split=split,
            ahead=ahead,
            positive=_positive(chosen, classes),
            task_why=why,
            missing_targets=self.seen[self.target].missing,
            notes=tuple(n for n in self.look.notes if not any(f"`{c}`" in n.message for c in self.found.converted)),
            told=tuple(dict.fromkeys([*_reading(self.look), *self.told])),
        )

    def _candidates(self, time: str | None) -> list[Evidence]:
        return [e for e in self.others if e.name != time]

    def _column(self, column: Evidence, key: tuple[str, str] | None, time: str | None, group: tuple[str, str] | None) -> ColumnFile:
        name = column.name
        if name == self.target:
            return ColumnFile(name, column.kind, "target")
        if key and name == key[0]:
            return ColumnFile(name, column.kind, "key", f"the key: {key[1]}")
        if name == time:
            return ColumnFile(name, column.kind, "time")
        if name in self.found.untold:
            return ColumnFile(name, column.kind, "excluded", self.found.untold[name])
        if group and name == group[0]:
            return ColumnFile(name, column.kind, "group", f"split by it: {group[1]}")
        role, why = roles.role_of(column)
        return ColumnFile(name, column.kind, role, f"{'left out' if role == 'excluded' else 'free text'}: {why}" if why else "")

    def _task(self, asked: str | None) -> tuple[str, str]:
        column = self.seen[self.target]
        if asked is not None:
            return asked, "as you asked"
        if column.distinct < 2:
            raise problem("MLS0645", f"the target `{self.target}` has {count(column.distinct, 'value')}: there is nothing to predict")
        task = guess_task(column)
        if TASKS[task].has_classes and column.kind == "string" and column.distinct > max(MANY_CLASSES, column.known / _FEW_ROWS_A_CLASS):
            many = f"{count(column.distinct, 'different text')} in {count(column.known, 'row')}"
            advice = "if it is a number, say how it is written in a `clean` step; else name another target, or give --task"
            raise problem("MLS0645", f"the target `{self.target}` has {many}: too many for classes", help=advice)
        values = f"{count(column.distinct, 'value')} in {count(column.known, 'row')}"
        return task, f"{'numbers, ' if column.kind in ('number', 'integer') else ''}{values}"

    def _split(
        self, task: str, classes: list[tuple[Any, int]], time: str | None, group: tuple[str, str] | None
    ) -> tuple[Split, list[tuple[str, str]]]:
        if time and self._newest_serve(task, time, len(classes)):
            return Split("time"), []
        told = [("split", f"not by `{time}`: the newest 20% or the rest lack a class of `{self.target}`")] if time else []
        if group and not time:
            return Split("group", group[0], group[1]), told
        if TASKS[task].has_errors or any(n < 2 for _, n in classes):
            return Split("random"), told
        return Split("stratified"), told

    def _newest_serve(self, task: str, time: str, classes: int) -> bool:
        """Whether both sides of a time split have every class, and rows at all."""
        t, c = ident(time), ident(self.target)
        bound = f"(SELECT quantile_disc({t}, 0.8) FROM data)"
        sides = f"SELECT count(DISTINCT {c}) FILTER ({t} >= {bound}), count(DISTINCT {c}) FILTER ({t} < {bound}) FROM data"
        new, old = self.look.connection.execute(sides).fetchone()
        return bool(min(new, old) > 0 if TASKS[task].has_errors else min(new, old) == classes)


def _reading(look: Look) -> list[Decision]:
    """How the file's text is read, where it is not read by the defaults."""
    names = {"delimiter": "delimiter", "encoding": "encoding"}
    found = [f"{word} {shown(look.read[key]) if key in look.read else ''}".strip() for key, word in names.items() if key in look.read]
    return [Decision("read", ", ".join(found).replace("`\t`", "TAB"))] if found else []


def _positive(task: str, classes: list[tuple[Any, int]]) -> float:
    """The share of the positive class, which is the last by its name."""
    return classes[-1][1] / sum(n for _, n in classes) if task in ("binary", "anomaly") and classes else 0.0


def _told_ahead(found: Ahead, time: str | None) -> list[Decision]:
    series = f"series by {' and '.join(map(shown, found.series))}" if found.series else "one series"
    return [Decision(str(time), f"{series}, steps of {found.step}, a season of {found.season}: {found.why}")]


def guess_task(target: Evidence) -> str:
    """Numbers with many values (or few rows for each, or fractions) call for regression, two values for binary, the rest for multiclass."""
    if target.distinct <= 2:
        return "binary"
    if target.kind == "number" or (
        target.kind == "integer" and (target.distinct > MANY_CLASSES or target.known < _FEW_ROWS_A_CLASS * target.distinct)
    ):
        return "regression"
    return "multiclass"
