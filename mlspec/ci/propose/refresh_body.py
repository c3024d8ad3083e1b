"""The pull request's body of a data refresh: what is new in the rows, what the rules say, what follows.

The same content gives the same text. Everything that comes from data or specs stands in code spans; of values, only those are shown that
the profile keeps in Git, and bins of numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from mlspec.ci.propose.folder import BODY_LIMIT
from mlspec.ci.propose.put_back import output_md5s
from mlspec.ci.propose.row_diff import RowDiff, largest
from mlspec.compiler.project.graph import Pipeline
from mlspec.diagnostics.numbers import shown
from mlspec.diagnostics.words import rest
from mlspec.reports.charts.model import Categories, Series
from mlspec.reports.document import Block, Bullets, Figure, Paragraph, Table, columns
from mlspec.reports.markdown import fit, fits
from mlspec.reports.spans import Code, Inline, Span, Strong, some_spans
from mlspec.reports.to_markdown import markdown

MOST_DRAWN, WORTH_A_WORD = 4, 0.02
"""Columns that are drawn, and the stability index from which a column is listed."""
SHOWN = 60
"""Rows of a table; the rest is counted."""
_MEASURES = (("missing", "missing"), ("min", "min"), ("median", "median"), ("max", "max"))
_MEDIAN = 10  # of the quantiles 0, 5 … 100 %
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A source's state: validation.json, the profile of the accepted rows, DVC's md5 of each output by name."""

    validation: Mapping[str, Any] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, pipeline: Pipeline) -> Self:
        """Read it from the workspace; what is not there is empty."""
        folder = root / pipeline.folder
        outputs = {path.rpartition("/")[2]: md5 for path, md5 in output_md5s(root, pipeline).items()}
        return cls(_json(folder / "validation.json"), _json(folder / "profile.json").get("last", {}), outputs)

    @property
    def columns(self) -> Mapping[str, Mapping[str, Any]]:
        found = self.profile.get("columns", {})
        return found if isinstance(found, dict) else {}

    @property
    def rules(self) -> Mapping[str, Mapping[str, Any]]:
        found = self.validation.get("rules", {})
        return found if isinstance(found, dict) else {}


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def refresh_body(ref: str, before: Snapshot, after: Snapshot, pin: str | None, stale: Sequence[str], rows: RowDiff | None = None) -> str:
    """Return the body, below what a pull request takes. `pin`: the new digest of a pinned address; `stale`: objects that follow.

    `rows`: the accepted rows of then and now against each other, where both could be had. Charts are left out where there is no room.
    """
    texts = _texts(ref, before, after, pin, stale, rows, MOST_DRAWN)
    return fit(texts if fits(texts, BODY_LIMIT) else _texts(ref, before, after, pin, stale, rows, 0), BODY_LIMIT)


def _texts(
    ref: str, before: Snapshot, after: Snapshot, pin: str | None, stale: Sequence[str], rows: RowDiff | None, drawn: int
) -> list[tuple[str, str]]:
    sections: list[tuple[str, Iterable[Block]]] = [
        ("", [_verdict(ref, before, after)]),
        ("### Rows", [_rows(before, after), *_row_diff(before, rows)]),
        ("### Columns", _columns(before, after)),
        ("### Values", _values(before, after)),
        ("### Distributions", _distributions(rows, drawn) if rows else ()),
        ("### Rules", _rules(before, after)),
        ("### What follows", [_follows(stale)]),
        ("### Digests", _digests(before, after, pin)),
    ]
    texts = [(heading, markdown(*blocks)) for heading, blocks in sections]
    return [s for s in texts if s[1]]


def _verdict(ref: str, before: Snapshot, after: Snapshot) -> Block:
    told, count = sum(rule.get("status") != "pass" for rule in after.rules.values()), len(after.rules)
    rules = f"{told} of {count} rules do not hold, and let it pass" if told else f"all {count} rules hold" if count else "it has no rules"
    change = _shown(before.validation.get("rows")), " → ", _shown(after.validation.get("rows"))
    head = f"{'⚠️' if told else '✅'} ", Strong("New content of"), " ", Code(ref), Strong(":"), " "
    return Paragraph((*head, *change, f" rows; {rules}."))


def _rows(before: Snapshot, after: Snapshot) -> Block:
    kinds = (("accepted", "rows"), ("put aside", "quarantined"))
    rows = [(name, before.validation.get(key), after.validation.get(key)) for name, key in kinds]
    return Table(_ROWS, tuple((name, _shown(old), _shown(new), _change(old, new)) for name, old, new in rows))


def _row_diff(before: Snapshot, rows: RowDiff | None) -> Iterator[Block]:
    """Which rows came, went and changed."""
    if rows is None:
        if before.outputs:
            yield Paragraph("Row by row they can't be compared: the rows of then are neither in DVC's cache nor on its remote.")
        return
    if rows.changed is None:
        yield Paragraph(f"As whole rows, since there is no key: {rows.came:,} came, {rows.gone:,} went.")
        return
    told = f"By their key: {rows.came:,} came, {rows.gone:,} went, {rows.changed:,} changed, {rows.same:,} are the same."
    yield Paragraph(told)
    moved = sorted((c for c in rows.columns if c.changed), key=lambda c: (-(c.changed or 0), c.name))
    if moved:
        cells = tuple((Code(c.name), f"{c.changed:,}") for c in moved[:SHOWN])
        yield Table(columns("column", "rows with another value", numbers=(1,)), cells)
        yield from _more(len(moved))


def _distributions(rows: RowDiff, drawn: int) -> Iterator[Block]:
    """How far each column moved, the farthest first, and a picture of those that moved most."""
    found = sorted((c for c in rows.columns if c.distance is not None), key=lambda c: (-(c.distance or 0), c.name))
    told = [c for c in found if (c.distance or 0) >= WORTH_A_WORD]
    if not found:
        return
    if not told:
        yield Paragraph(f"No column moved: the population stability index of each is below {WORTH_A_WORD}.")
        return
    cells = tuple((Code(c.name), shown(c.distance or 0.0, 3), _far(c.distance or 0.0)) for c in told[:SHOWN])
    yield Table(columns("column", "stability index", "", numbers=(1,)), cells)
    yield from _more(len(told))
    for column in largest(rows, WORTH_A_WORD, drawn):
        series = Series("before", "line", column.before), Series("now", "bar", column.after)
        chart = Categories(f"{column.name}: share of rows", column.name, "share of rows", column.labels, (series[1], series[0]))
        yield Figure(chart, "Bars are the rows of now, the line those of before.")


def _far(distance: float) -> str:
    """The usual reading of the index: up to 0.1 the same, up to 0.25 moved."""
    return "another distribution" if distance > 0.25 else "moved" if distance > 0.1 else ""


_ROWS = columns("", "before", "now", "change", numbers=(1, 2, 3))


def _change(old: Any, new: Any) -> str:
    if not isinstance(old, int) or not isinstance(new, int):
        return _NONE
    share = f" ({shown(100 * (new - old) / old, 3, sign=True)} %)" if old else ""
    return f"{new - old:+,}{share}"


def _columns(before: Snapshot, after: Snapshot) -> Iterator[Block]:
    """Columns that came, went or changed their type."""
    if not before.columns:
        return
    lines: list[Inline] = [("new: ", *_typed(name, after)) for name in sorted(after.columns.keys() - before.columns.keys())]
    lines += [("gone: ", *_typed(name, before)) for name in sorted(before.columns.keys() - after.columns.keys())]
    both = sorted(before.columns.keys() & after.columns.keys())
    types = {name: (before.columns[name].get("type"), after.columns[name].get("type")) for name in both}
    lines += [("type: ", Code(name), " ", Code(str(old)), " → ", Code(str(new))) for name, (old, new) in types.items() if old != new]
    more = [rest(len(lines), SHOWN)] if len(lines) > SHOWN else []
    yield Bullets((*lines[:SHOWN], *more)) if lines else Paragraph("The same columns, with the same types.")


def _typed(name: str, snapshot: Snapshot) -> tuple[Span, ...]:
    return Code(name), " (", Code(str(snapshot.columns[name].get("type"))), ")"


def _values(before: Snapshot, after: Snapshot) -> Iterator[Block]:
    """The columns whose profile changed, with what changed in it."""
    rows: list[tuple[Inline, ...]] = []
    for name in sorted(before.columns.keys() & after.columns.keys()):
        old, new = before.columns[name], after.columns[name]
        pairs = [(_measure(old, key), _measure(new, key)) for key, _ in _MEASURES]
        if any(was != now for was, now in pairs):
            rows.append((Code(name), *(_moved(was, now) for was, now in pairs)))
    if rows:
        yield Table(columns("column", *(title for _, title in _MEASURES)), tuple(rows[:SHOWN]))
        yield from _more(len(rows))


def _measure(column: Mapping[str, Any], key: str) -> Any:
    quantiles = column.get("quantiles")
    if key == "median":
        return quantiles[_MEDIAN] if isinstance(quantiles, list) and len(quantiles) > _MEDIAN else None
    return column.get(key)


def _moved(old: Any, new: Any) -> Inline:
    return _shown(new) if old == new else (_shown(old), " → ", _shown(new))


def _rules(before: Snapshot, after: Snapshot) -> Iterator[Block]:
    rows: list[tuple[Inline, ...]] = []
    for name, rule in sorted(after.rules.items(), key=lambda item: (item[1].get("status") == "pass", item[0])):
        told = [(Code(k), " ", _shown(v)) for k, v in sorted(rule.items()) if k != "status" and not isinstance(v, dict)]
        found = tuple(span for one in told for span in (", ", *one))[1:]
        rows.append((Code(name), _shown(before.rules.get(name, {}).get("status")), Code(str(rule.get("status"))), found))
    if rows:
        yield Table(columns("rule", "before", "now", "found"), tuple(rows[:SHOWN]))
        yield from _more(len(rows))


def _follows(stale: Sequence[str]) -> Block:
    if not stale:
        return Paragraph("Nothing becomes stale: the rows that models read are the same.")
    verb = "becomes" if len(stale) == 1 else "become"
    listed = some_spans([Code(ref) for ref in stale], SHOWN)
    return Paragraph((f"{len(stale):,} {verb} stale, and the checks of this pull request train what is: ", *listed, "."))


def _digests(before: Snapshot, after: Snapshot, pin: str | None) -> Iterator[Block]:
    rows = tuple((Code(name), _shown(before.outputs.get(name)), Code(md5)) for name, md5 in sorted(after.outputs.items()))
    yield Table(columns("output", "before (DVC's md5)", "now"), rows)
    if pin:
        yield Paragraph(("The address is pinned to sha256 ", Code(pin), " in the spec."))


def _shown(value: Any) -> Span:
    """A number or text of a cell; floats to 6 digits."""
    if value is None:
        return _NONE
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return Code(str(value), 80)
    return f"{value:,}" if isinstance(value, int) else shown(value, 6)


def _more(count: int) -> Iterator[Block]:
    if count > SHOWN:
        yield Paragraph(rest(count, SHOWN))
