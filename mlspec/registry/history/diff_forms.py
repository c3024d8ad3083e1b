"""The difference of two versions as tables for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics.numbers import interval, shown
from mlspec.diagnostics.render.excerpt import visible
from mlspec.registry.branch import pick
from mlspec.registry.history.diff import Difference
from mlspec.registry.history.rows import SIDES

SHORT = 19
STATES = {"A": "added", "M": "changed", "D": "removed", "T": "changed"}
Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""(title, headings, rows)."""


def tables(found: Difference) -> list[Table]:
    """The tables that have anything to say, in the order data, code, specs, environment, metrics."""
    names = (str(pick(found.before, "version")), str(pick(found.after, "version")))
    made = [
        ("data", ("", "", *names), _data(found)),
        ("columns", ("rows", "column", *names), _columns(found)),
        ("code", ("file", "state"), [[visible(p), STATES.get(s, s)] for p, s in sorted((found.code.files or {}).items())]),
        ("specs", ("value", *names), [[visible(k), _shown(a), _shown(b)] for k, a, b in found.specs.changes or ()]),
        ("environment", ("package", *names), [[p.name, visible(p.before or "-"), visible(p.after or "-")] for p in found.packages or ()]),
        ("metrics", ("metric", *names, "difference"), _metrics(found)),
    ]
    return [(title, headings, rows) for title, headings, rows in made if rows]


def notes(found: Difference) -> list[str]:
    """What the tables can't say."""
    told = []
    if found.code.command and found.code.files is not None:
        told.append(f"code: `{found.code.command}`")
    missing = {"code": found.code.files is None, "specs": found.specs.changes is None, "environment": found.packages is None}
    told += [f"{what}: differs, and a commit that tells how is not in this clone" for what, gone in missing.items() if gone]
    told += [f"columns of the {side} rows: not in DVC's cache here" for side in SIDES if found.columns[side] is None]
    same = {"training rows": "train", "test rows": "test"}
    told += [f"{what}: the same" for what, side in same.items() if _part(found, side, "digest")[0] == _part(found, side, "digest")[1]]
    told += [f"{what}: the same" for what in ("code", "spec", "environment") if pick(found.before, what) == pick(found.after, what)]
    if not found.same_test:
        apart = "so the difference is one of two measurements; a promotion compares on the same rows"
        told.append(f"metrics: measured on different test rows, {apart}")
    return told


def _part(found: Difference, side: str, key: str) -> tuple[Any, Any]:
    return found.rows[0][side].get(key), found.rows[1][side].get(key)


def _data(found: Difference) -> list[list[str]]:
    rows = [(side, key, *_part(found, side, key)) for side in SIDES for key in ("digest", "rows", "first", "last")]
    return [[side, key, _shown(a)[:SHORT], _shown(b)[:SHORT]] for side, key, a, b in rows if a != b]


def _columns(found: Difference) -> list[list[str]]:
    return [[side, visible(name), a or "-", b or "-"] for side in SIDES for name, a, b in found.columns[side] or ()]


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else visible(str(value))


def _metrics(found: Difference) -> list[list[str]]:
    return [[visible(m["metric"]), _interval(m["before"]), _interval(m["after"]), _signed(m["difference"])] for m in metrics(found)]


def metrics(found: Difference) -> list[dict[str, Any]]:
    """Each metric of either record: {metric, before, after, difference}; None where one lacks it."""
    sides = [pick(r, "metrics") if isinstance(pick(r, "metrics"), dict) else {} for r in (found.before, found.after)]
    names = list(dict.fromkeys([*sides[1], *sides[0]]))
    pairs = [(name, sides[0].get(name), sides[1].get(name)) for name in names]
    return [{"metric": str(n), "before": a, "after": b, "difference": _difference(a, b)} for n, a, b in pairs]


def _difference(before: Any, after: Any) -> float | None:
    old, new = _number(pick(before, "value")), _number(pick(after, "value"))
    return None if old is None or new is None else float(f"{new - old:.12g}")


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _interval(estimate: Any) -> str:
    value, low, high = (_number(pick(estimate, key)) for key in ("value", "low", "high"))
    return interval((value, low, high))


def _signed(value: float | None) -> str:
    return shown(value, sign=True)


def as_json(found: Difference) -> dict[str, Any]:
    """The document of `mlspec diff --format json`."""
    return {
        "version": 1,
        "model": pick(found.before, "model"),
        "before": _head(found.before),
        "after": _head(found.after),
        "data": {side: _side_json(found, side) for side in SIDES},
        "code": {"files": found.code.files, "command": found.code.command or None},
        "specs": None if found.specs.changes is None else [{"value": k, "before": a, "after": b} for k, a, b in found.specs.changes],
        "environment": None
        if found.packages is None
        else [{"package": p.name, "before": p.before, "after": p.after} for p in found.packages],
        "metrics": metrics(found),
        "sameTestRows": found.same_test,
    }


def _head(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: pick(record, key) for key in ("model", "version", "digest", "commit", "code", "spec", "environment", "createdAt")}


def _side_json(found: Difference, side: str) -> dict[str, Any]:
    return {"before": found.rows[0][side], "after": found.rows[1][side], "columns": _column_json(found, side)}


def _column_json(found: Difference, side: str) -> list[dict[str, Any]] | None:
    changes = found.columns[side]
    return None if changes is None else [{"column": n, "before": a, "after": b} for n, a, b in changes]
