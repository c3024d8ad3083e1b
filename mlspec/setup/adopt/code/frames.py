"""What pandas does to rows, as steps of `clean` or as what a model sees. What is not in these tables is a gap, with its place."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlspec.runtime.tables import literal
from mlspec.setup.adopt.code import expressions
from mlspec.setup.adopt.code.values import Const, Cut, Fields, Frame, Items, Series, Unknown
from mlspec.setup.adopt.facts import Place, least
from mlspec.setup.init.notes import spelled

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?")
_SAME = frozenset({"copy", "reset_index", "to_numpy", "infer_objects", "convert_dtypes", "toarray", "sort_index"})
_LOOKS = frozenset(
    {"head", "tail", "info", "describe", "shape", "size", "dtypes", "isnull", "isna", "nunique", "corr", "plot", "hist", "memory_usage"}
)
_TYPES = {
    "float": "number",
    "float64": "number",
    "float32": "number",
    "int": "integer",
    "int64": "integer",
    "int32": "integer",
    "str": "string",
    "string": "string",
    "bool": "boolean",
}

_SQL = {"number": "DOUBLE", "integer": "BIGINT", "string": "VARCHAR", "boolean": "BOOLEAN"}


def names_of(value: Any) -> tuple[str, ...] | None:
    """Names of columns: a text, or a list of texts; None for what is neither."""
    if not isinstance(value, Const):
        return None
    given = [value.value] if isinstance(value.value, str) else value.value
    if not isinstance(given, list | tuple) or not all(isinstance(v, str) for v in given):
        return None
    return tuple(given)


def picked(frame: Frame, key: Any, place: Place, code: str) -> Any:
    """`df["c"]`, `df[["a", "b"]]`, `df[condition]`."""
    names = names_of(key)
    if isinstance(key, Series):
        return _filtered(frame, key, place, code)
    if names is None:
        return frame.gap(place, f"which rows or columns `{code}` takes")
    if isinstance(key.value, str):
        return Series(frame, key.value, place, sure=key.sure)
    return replace(frame, only=names, only_place=key.place)


def by_position(frame: Frame, index: ast.Tuple, place: Place, root: Path) -> Any:
    """`df.iloc[:, :-1]`, `df.iloc[:, -1]`: columns by their place in the file's heading; rows by theirs are a gap."""
    code, known = f"iloc[{ast.unparse(index)}]", columns_of(frame, root)
    rows, columns = index.elts if len(index.elts) == 2 else (index, index)
    if not (isinstance(rows, ast.Slice) and ast.unparse(rows) == ":") or not isinstance(known, Const):
        return frame.gap(place, f"`{code}`")
    try:
        if isinstance(columns, ast.Slice):
            bounds = [ast.literal_eval(b) if b else None for b in (columns.lower, columns.upper, columns.step)]
            return replace(frame, only=tuple(known.value[slice(*bounds)]), only_place=place)
        return Series(frame, known.value[ast.literal_eval(columns)], place, sure="likely")
    except (ValueError, TypeError, IndexError):
        return frame.gap(place, f"`{code}`")


def _filtered(frame: Frame, condition: Series, place: Place, code: str) -> Frame:
    if not condition.is_truth or not expressions.is_over(frame, condition):
        return frame.gap(place, f"the rows of `{code}`")
    found = re.fullmatch(r"\((.+) (<|>=) '(.+)'\)", condition.sql)
    if found and _DAY.fullmatch(found[3]) and re.fullmatch(r'\w+|"[^"]+"', found[1]):
        form = {"strategy": Const("time", place, "likely"), "testFrom": Const(found[3], place), "column": Const(found[1].strip('"'), place)}
        return replace(frame, cut=Cut(form, place), side="train" if found[2] == "<" else "test")
    if re.search(r"'\d{4}-\d{2}", condition.sql):
        return frame.gap(place, f"a period of time: `{code}`", "`split: {strategy: time, testFrom: …}`, or a filter of all rows")
    sql = condition.sql[1:-1] if re.fullmatch(r"\([^()]*\)", condition.sql) else condition.sql
    return frame.done({"filter": sql}, place, condition.sure)


def put(frame: Frame, key: Any, value: Any, place: Place, code: str) -> Frame:  # noqa: PLR0911 - one ending a line
    """`df["c"] = …`."""
    names = names_of(key)
    if names is None or (len(names) != 1 and not isinstance(value, Frame)):
        return frame.gap(place, f"what `{code} = …` sets")
    if (
        isinstance(value, Frame)
        and isinstance(key.value, list | tuple)
        and value.read == frame.read
        and value.steps[: len(frame.steps)] == frame.steps
    ):
        return replace(frame, steps=value.steps, prepared=value.prepared, gaps=_both(frame.gaps, value.gaps))
    name = names[0]
    if isinstance(value, Const) and isinstance(value.value, str | int | float | bool):
        return frame.done({"derive": {"column": name, "sql": expressions.sql_of(value) or "NULL"}}, place, value.sure)
    if not isinstance(value, Series) or value.frame.read != frame.read:
        what = value.what if isinstance(value, Unknown) else f"what `{code}` becomes"
        return frame.gap(place, f"`{name}` = {what}", f"a step of `clean` for it: `derive: {{column: {name}, sql: …}}`")
    new = value.frame.steps[len(frame.steps) :] if value.frame.steps[: len(frame.steps)] == frame.steps else ()
    base = replace(
        frame, steps=(*frame.steps, *new), gaps=_both(frame.gaps, value.frame.gaps), prepared=value.frame.prepared or frame.prepared
    )
    if value.frame.gaps != frame.gaps:
        return base  # the gap says what it is made of
    if value.sql:
        return base.done(
            {"derive": {"column": name, "sql": value.sql.removeprefix("(").removesuffix(")") if _one(value.sql) else value.sql}},
            place,
            value.sure,
        )
    if value.column == name:
        return base
    if new and value.instead:
        return frame.done({"derive": {"column": name, "sql": value.instead}}, place, least(value.sure, "likely"))
    if new:  # made of another column by a step: that column would change too
        return frame.gap(place, f"`{name}`, made of `{value.column}`", f"`derive: {{column: {name}, sql: …}}`")
    return base.done({"derive": {"column": name, "sql": spelled(value.column)}}, place, value.sure)


def without(frame: Frame, names: tuple[str, ...], place: Place) -> Frame:
    """The same rows with fewer columns, which no model sees any more."""
    if frame.only is not None:
        return replace(frame, only=tuple(c for c in frame.only if c not in names))
    return replace(frame, dropped=(*frame.dropped, *((n, place) for n in names)))


def set_attribute(frame: Frame, name: str, value: Any, place: Place, root: Path) -> Frame:
    """`df.columns = […]`."""
    names, known = names_of(value), columns_of(frame, root)
    if (
        name == "columns"
        and names
        and isinstance(known, Const)
        and len(known.value) == len(names)
        and not frame.dropped
        and frame.only is None
    ):
        changed = {old: new for old, new in zip(known.value, names, strict=True) if old != new}
        return frame.done({"rename": changed}, place, "likely") if changed else frame
    return frame.gap(place, f"`.{name} = …`")


def _one(sql: str) -> bool:
    return bool(re.fullmatch(r"\([^()]*\)", sql))


def _both(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def columns_of(frame: Frame, root: Path) -> Any:
    """The names of the columns, by the file's heading and the steps since; Unknown where no file says so."""
    if frame.only is not None:
        return Const([c for c in frame.only if c not in {n for n, _ in frame.dropped}], frame.read.place, "likely")
    names = heading(root, frame)
    if names is None:
        return Unknown(frame.read.place, "the columns, which the file alone knows")
    for step in frame.steps:
        (kind, given), *_ = step.form.items()
        if kind == "rename":
            names = [given.get(n, n) for n in names]
        elif kind == "derive" and given["column"] not in names:
            names = [*names, given["column"]]
        elif kind == "drop":
            names = [n for n in names if n not in given]
    return Const([n for n in names if n not in {d for d, _ in frame.dropped}], frame.read.place, "likely")


def heading(root: Path, frame: Frame) -> list[str] | None:
    """The first line of a CSV file that is here; None where there is none to read."""
    path = root / str(frame.read.path.value)
    if frame.read.format != "csv" or not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file, delimiter=str(frame.read.options.get("delimiter", ","))), None)
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def attribute(frame: Frame, name: str, place: Place, root: Path) -> Any:
    if name == "columns":
        return columns_of(frame, root)
    if name == "values":
        return frame
    return Series(frame, name, place, sure="likely") if name not in _LOOKS and name not in METHODS else None


def method(frame: Frame, name: str, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, code: str, root: Path) -> Any:
    """A method of a data frame; a gap for one that is not known."""
    if name in _SAME:
        return replace(frame)  # other rows than those, which are as they are now
    if name in _LOOKS:
        return None
    handler = METHODS.get(name)
    found = handler(frame, given, named, place, root) if handler else None
    return found if found is not None else frame.gap(place, f"`{code}`")


def _drop(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, _: Path) -> Any:
    labels = named.get("columns", named.get("labels", given[0] if given else None))
    axis = named.get("axis", given[1] if len(given) > 1 else None)
    names = names_of(labels)
    if names is None or ("columns" not in named and not (isinstance(axis, Const) and axis.value in (1, "columns"))):
        return None
    return without(frame, names, place)


def _rename(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, _: Path) -> Any:
    names = named.get("columns")
    if not isinstance(names, Const) or not isinstance(names.value, dict) or given:
        return None
    return frame.done({"rename": dict(names.value)}, place, names.sure)


def _dropna(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, root: Path) -> Any:
    if given or set(named) - {"subset", "inplace", "how", "axis"}:
        return None
    how, axis = named.get("how"), named.get("axis")
    if (isinstance(how, Const) and how.value != "any") or (isinstance(axis, Const) and axis.value not in (0, "index")):
        return None
    names = names_of(named["subset"]) if "subset" in named else None
    known = columns_of(frame, root) if "subset" not in named else None
    names = tuple(known.value) if isinstance(known, Const) else names
    return (
        frame.done({"filter": " AND ".join(f"{spelled(n)} IS NOT NULL" for n in names)}, place, "certain" if known is None else "likely")
        if names
        else None
    )


def _drop_duplicates(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, root: Path) -> Any:
    subset, keep = named.get("subset", given[0] if given else None), named.get("keep")
    names = names_of(subset) if subset is not None else None
    if subset is None and isinstance(known := columns_of(frame, root), Const):
        names = tuple(known.value)
    if names is None or (keep is not None and not (isinstance(keep, Const) and keep.value in ("first", "last"))):
        return None
    return frame.done({"dropDuplicates": {"by": list(names)} | ({"keep": keep.value} if keep is not None else {})}, place)


def _fillna(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, root: Path) -> Any:
    value = named.get("value", given[0] if given else None)
    if isinstance(value, Const) and isinstance(value.value, dict):
        for column, text in value.value.items():
            frame = frame.done({"fillMissing": {"column": column, "with": text}}, place, value.sure)
        return frame
    known = columns_of(frame, root)
    if isinstance(value, Const) and isinstance(value.value, int | float | str) and isinstance(known, Const):
        for column in known.value:
            frame = frame.done({"fillMissing": {"column": column, "with": value.value}}, place, "guess")
        return frame
    return None


def _assign(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, _: Path) -> Any:
    for name, value in named.items():
        frame = put(frame, Const(name, place), value, place, name)
    return frame if not given else None


def _query(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, _: Path) -> Any:
    text = given[0] if given else named.get("expr")
    if not isinstance(text, Const) or not isinstance(text.value, str) or re.search(r"[@`\[]|\bin\b|!=|~", text.value):
        return None
    return frame.done({"filter": text.value.replace("==", "=")}, place, least(text.sure, "likely"))


def _sort(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, _: Path) -> Any:
    """The order of rows: what is learnt does not hang on it, but for a split that is not drawn."""
    del given, named, place
    return frame


def _astype(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, _: Path) -> Any:
    del named
    kinds = given[0].value if given and isinstance(given[0], Const) else None
    if not isinstance(kinds, dict) or not all(isinstance(k, str) and k in _TYPES for k in kinds.values()):
        return None
    for column, kind in kinds.items():
        frame = frame.done({"cast": {"column": column, "to": _TYPES[kind]}}, place)
    return frame


def _sample(frame: Frame, given: tuple[Any, ...], named: Mapping[str, Any], place: Place, _: Path) -> Any:
    del given, place
    share = named.get("frac")
    return frame if isinstance(share, Const) and share.value == 1 else None


Handler = Callable[[Frame, tuple[Any, ...], Mapping[str, Any], Place, Path], Any]
METHODS: dict[str, Handler] = {
    "drop": _drop,
    "rename": _rename,
    "dropna": _dropna,
    "drop_duplicates": _drop_duplicates,
    "fillna": _fillna,
    "assign": _assign,
    "query": _query,
    "sort_values": _sort,
    "astype": _astype,
    "sample": _sample,
}
"""pandas' method -> what it does to rows here."""


def column_method(column: Series, name: str, given: tuple[Any, ...], named: Mapping[str, Any], place: Place) -> Any:
    """A method of a column; None for one that is not known."""
    if name in ("copy", "to_numpy", "ravel", "tolist", "reset_index", "to_list"):
        return column
    if name in ("isna", "isnull", "notna", "notnull"):
        return expressions.missing(column, place, known=name.startswith("not"))
    first = given[0] if given else next(iter(named.values()), None)
    if name == "isin":
        return expressions.among(column, first, place)
    if name in ("mean", "median", "mode"):
        return replace(column, statistic=name) if column.column else None
    if not column.column:
        return _of_expression(column, name, given, named, place)
    return _changed(column, name, first, named, place)


def _of_expression(column: Series, name: str, given: tuple[Any, ...], named: Mapping[str, Any], place: Place) -> Any:
    kind = given[0] if given else None
    if name == "astype" and (to := type_of(kind)) and to in ("number", "integer"):
        return replace(column, sql=f"CAST({column.sql} AS {'DOUBLE' if to == 'number' else 'BIGINT'})", is_truth=False, place=place)
    del named
    return None


def _changed(column: Series, name: str, first: Any, named: Mapping[str, Any], place: Place) -> Any:
    form: dict[str, Any] | None = None
    sure = column.sure
    if name in ("map", "replace") and isinstance(first, Const) and isinstance(first.value, dict) and len(named) < 2:
        return _mapped(column, first, name == "map", place)
    if name == "astype" and (to := type_of(first)):
        form = {"cast": {"column": column.column, "to": to}}
    elif name == "fillna" and isinstance(first, Const) and isinstance(first.value, str | int | float | bool):
        form = {"fillMissing": {"column": column.column, "with": first.value}}
    elif name == "fillna" and isinstance(first, Series) and first.statistic and first.column == column.column:
        form = {"fillMissing": {"column": column.column, "with": {"mode": "most_frequent"}.get(first.statistic, first.statistic)}}
    elif name == "dropna":
        form = {"filter": f"{spelled(column.column)} IS NOT NULL"}
    elif name in ("ffill", "pad"):
        form = {"fillMissing": {"column": column.column, "with": "previous"}}
    cast = form["cast"] if form and "cast" in form else None
    instead = f"CAST({spelled(column.column)} AS {_SQL[cast['to']]})" if cast else ""
    return replace(column, frame=column.frame.done(form, place, sure), instead=instead) if form else None


def _mapped(column: Series, values: Const, is_map: bool, place: Place) -> Any:  # noqa: FBT001 - what sets the two apart
    """`replace` keeps what it does not name, as the step of that name does; `map` makes it missing, which a CASE says."""
    if not all(isinstance(v, str | int | float | bool) or v is None for v in values.value.values()) or not values.value:
        return None
    name = spelled(column.column)
    cases = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in values.value.items())
    case = f"CASE {name} {cases}{'' if is_map else f' ELSE {name}'} END"
    form: dict[str, Any] = {"replace": {"column": column.column, "values": {_key(k): v for k, v in values.value.items()}}}
    if is_map:
        form = {"derive": {"column": column.column, "sql": case}}
    return replace(column, frame=column.frame.done(form, place, least(values.sure, "certain")), instead=case)


def _key(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def type_of(value: Any) -> str | None:
    """The language's type for one of Python's or numpy's: `float`, `"int64"`, `np.float32`."""
    name = value.value if isinstance(value, Const) else getattr(value, "dotted", "")
    return _TYPES.get(str(name).rpartition(".")[2]) if isinstance(name, str) else None


__all__ = ["Fields", "Items", "column_method", "columns_of", "heading", "method", "names_of", "picked", "put", "type_of"]
