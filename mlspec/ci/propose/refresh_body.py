"""The pull request's body of a data refresh: what is new in the rows, what the rules say, what follows.

The same content gives the same text. Everything that comes from data or specs stands in code spans; of values, only those are shown that
the profile keeps in Git.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from mlspec.ci.propose.folder import BODY_LIMIT
from mlspec.ci.propose.put_back import output_md5s
from mlspec.compiler.project.graph import Pipeline
from mlspec.diagnostics.numbers import shown
from mlspec.diagnostics.words import rest, some, some_lines
from mlspec.reports.markdown import code, fit, table

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


def refresh_body(ref: str, before: Snapshot, after: Snapshot, pin: str | None, stale: Sequence[str]) -> str:
    """Return the body, below what a pull request takes. `pin`: the new digest of a pinned address; `stale`: objects that follow."""
    sections = [
        ("", _verdict(ref, before, after)),
        ("### Rows", _rows(before, after)),
        ("### Columns", _columns(before, after)),
        ("### Values", _values(before, after)),
        ("### Rules", _rules(before, after)),
        ("### What follows", _follows(stale)),
        ("### Digests", _digests(before, after, pin)),
    ]
    return fit([s for s in sections if s[1]], BODY_LIMIT)


def _verdict(ref: str, before: Snapshot, after: Snapshot) -> str:
    told = sum(rule.get("status") != "pass" for rule in after.rules.values())
    change = f"{_shown(before.validation.get('rows'))} → {_shown(after.validation.get('rows'))}"
    count = len(after.rules)
    rules = f"{told} of {count} rules do not hold, and let it pass" if told else f"all {count} rules hold" if count else "it has no rules"
    return f"{'⚠️' if told else '✅'} **New content of** {code(ref)}**:** {change} rows; {rules}."


def _rows(before: Snapshot, after: Snapshot) -> str:
    kinds = (("accepted", "rows"), ("put aside", "quarantined"))
    return table(
        ("", "before", "now", "change"),
        [
            (name, _shown(old := before.validation.get(key)), _shown(new := after.validation.get(key)), _change(old, new))
            for name, key in kinds
        ],
    )


def _change(old: Any, new: Any) -> str:
    if not isinstance(old, int) or not isinstance(new, int):
        return _NONE
    share = f" ({shown(100 * (new - old) / old, 3, sign=True)} %)" if old else ""
    return f"{new - old:+,}{share}"


def _columns(before: Snapshot, after: Snapshot) -> str:
    """Columns that came, went or changed their type."""
    if not before.columns:
        return ""
    lines = [f"- new: {_typed(name, after)}" for name in sorted(after.columns.keys() - before.columns.keys())]
    lines += [f"- gone: {_typed(name, before)}" for name in sorted(before.columns.keys() - after.columns.keys())]
    both = sorted(before.columns.keys() & after.columns.keys())
    types = {name: (before.columns[name].get("type"), after.columns[name].get("type")) for name in both}
    lines += [f"- type: {code(name)} {code(old)} → {code(new)}" for name, (old, new) in types.items() if old != new]
    return "\n".join(some_lines(lines, SHOWN, sign="- ")) or "The same columns, with the same types."


def _typed(name: str, snapshot: Snapshot) -> str:
    return f"{code(name)} ({code(snapshot.columns[name].get('type'))})"


def _values(before: Snapshot, after: Snapshot) -> str:
    """The columns whose profile changed, with what changed in it."""
    rows = []
    for name in sorted(before.columns.keys() & after.columns.keys()):
        old, new = before.columns[name], after.columns[name]
        cells = [_moved(_measure(old, key), _measure(new, key)) for key, _ in _MEASURES]
        if any("→" in cell for cell in cells):
            rows.append((code(name), *cells))
    if not rows:
        return ""
    return table(("column", *(title for _, title in _MEASURES)), rows[:SHOWN]) + _more(len(rows))


def _measure(column: Mapping[str, Any], key: str) -> Any:
    quantiles = column.get("quantiles")
    if key == "median":
        return quantiles[_MEDIAN] if isinstance(quantiles, list) and len(quantiles) > _MEDIAN else None
    return column.get(key)


def _moved(old: Any, new: Any) -> str:
    return _shown(new) if old == new else f"{_shown(old)} → {_shown(new)}"


def _rules(before: Snapshot, after: Snapshot) -> str:
    rows = []
    for name, rule in sorted(after.rules.items(), key=lambda item: (item[1].get("status") == "pass", item[0])):
        found = ", ".join(f"{code(k)} {_shown(v)}" for k, v in sorted(rule.items()) if k != "status" and not isinstance(v, dict))
        rows.append((code(name), _shown(before.rules.get(name, {}).get("status")), code(rule.get("status")), found))
    return table(("rule", "before", "now", "found"), rows[:SHOWN]) + _more(len(rows)) if rows else ""


def _follows(stale: Sequence[str]) -> str:
    if not stale:
        return "Nothing becomes stale: the rows that models read are the same."
    listed = some(map(code, stale), SHOWN)
    return (
        f"{len(stale):,} {'becomes' if len(stale) == 1 else 'become'} stale, and the checks of this pull request train what is: {listed}."
    )


def _digests(before: Snapshot, after: Snapshot, pin: str | None) -> str:
    rows = [(code(name), _shown(before.outputs.get(name)), code(md5)) for name, md5 in sorted(after.outputs.items())]
    pinned = f"\nThe address is pinned to sha256 {code(pin)} in the spec.\n" if pin else ""
    return table(("output", "before (DVC's md5)", "now"), rows) + pinned


def _shown(value: Any) -> str:
    """A number or text of a cell; floats to 6 digits."""
    if value is None:
        return _NONE
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return code(value, 80)
    return f"{value:,}" if isinstance(value, int) else shown(value, 6)


def _more(count: int) -> str:
    return f"\n{rest(count, SHOWN)}\n" if count > SHOWN else ""
