"""The body of a refresh says what changed, is the same for the same content, and no text of the data breaks out of it."""

from __future__ import annotations

import json
from typing import Any

from mlspec.ci.propose.refresh_body import Snapshot, refresh_body
from mlspec.reports.markdown import LIMIT

HOSTILE = "a|b`](http://evil)\n# @admins <img src=x> ![x](y)"


def column(kind: str = "DOUBLE", low: float = 0.0, high: float = 9.0, missing: int = 0) -> dict[str, Any]:
    return {"type": kind, "missing": missing, "min": low, "max": high, "quantiles": [low + (high - low) * i / 20 for i in range(21)]}


def snapshot(rows: int, columns: dict[str, Any], rules: dict[str, Any] | None = None, **outputs: str) -> Snapshot:
    return Snapshot({"rows": rows, "quarantined": 0, "rules": rules or {}}, {"rows": rows, "columns": columns}, outputs)


BEFORE = snapshot(
    100, {"price": column(), "old": column(), "shop": {"type": "VARCHAR", "missing": 0}}, {"r": {"status": "pass"}}, raw="a" * 32
)
AFTER = snapshot(
    120,
    {"price": column(high=12.5), "new": column(), "shop": {"type": "BIGINT", "missing": 3}},
    {"r": {"status": "warn", "between": 4}, "s": {"status": "pass", "rows": 120}},
    raw="b" * 32,
)


def test_it_says_what_changed() -> None:
    body = refresh_body("source/sales", BEFORE, AFTER, "f" * 64, ["model/a", "model/b"])
    for told in (
        "⚠️ **New content of** `source/sales`**:** 100 → 120 rows; 1 of 2 rules do not hold, and let it pass.",
        "| accepted | 100 | 120 | +20 (+20 %) |",
        "- new: `new` (`DOUBLE`)",
        "- gone: `old` (`DOUBLE`)",
        "- type: `shop` `VARCHAR` → `BIGINT`",
        "| `price` | 0 | 0 | 4.5 → 6.25 | 9 → 12.5 |",
        "| `r` | `pass` | `warn` | `between` 4 |",
        "2 become stale",
        "`model/a`, `model/b`",
        f"| `raw` | `{'a' * 32}` | `{'b' * 32}` |",
        "f" * 64,
    ):
        assert told in body, f"{told!r}\n{body}"
    assert body == refresh_body("source/sales", BEFORE, AFTER, "f" * 64, ["model/a", "model/b"])


def test_a_first_fetch_has_nothing_to_compare_with() -> None:
    body = refresh_body("source/sales", Snapshot(), AFTER, None, [])
    assert "- → 120 rows" in body
    assert "### Columns" not in body
    assert "Nothing becomes stale" in body


def test_hostile_names_stay_inert() -> None:
    rules = {HOSTILE: {"status": HOSTILE, HOSTILE: HOSTILE}}
    after = snapshot(3, {HOSTILE: column(HOSTILE), "shop": {"type": HOSTILE, "missing": 0}}, rules)
    body = refresh_body("source/sales", BEFORE, after, None, [HOSTILE])
    for line in body.splitlines():
        assert not line.startswith("# ")
        if "evil" in line:
            assert "<img" not in outside_code(line), line
            assert "@admins" not in outside_code(line), line


def outside_code(line: str) -> str:
    """A line without its code spans, by CommonMark's rule: a run of backticks ends at the next run of that length."""
    out, at = "", 0
    while at < len(line):
        if line[at] != "`":
            out, at = out + line[at], at + 1
            continue
        width = len(line[at:]) - len(line[at:].lstrip("`"))
        end = at + width
        while end < len(line):
            if line[end] != "`":
                end += 1
                continue
            run = len(line[end:]) - len(line[end:].lstrip("`"))
            if run == width:
                break
            end += run
        at = end + width
    return out


def test_a_thousand_columns_fit_a_pull_request() -> None:
    many = {f"column-{n}": column(high=n) for n in range(1000)}
    other = {f"column-{n}": column(high=n + 1) for n in range(2000)}
    rules = {f"rule-{n}": {"status": "warn"} for n in range(1000)}
    body = refresh_body("source/sales", snapshot(1, many), snapshot(2, other, rules), None, [f"model/{n}" for n in range(5000)])
    assert len(body) < LIMIT
    assert "and 940 more" in body


def test_broken_files_read_as_nothing(tmp_path: Any) -> None:
    from support.projects import SPECS, compile_texts

    graph = compile_texts(SPECS).graph
    assert graph
    pipeline = graph.pipelines[0]
    (tmp_path / pipeline.folder).mkdir(parents=True)
    (tmp_path / pipeline.folder / "validation.json").write_text("<<<<<<<")
    (tmp_path / pipeline.folder / "profile.json").write_text(json.dumps([1]))
    assert Snapshot.of(tmp_path, pipeline) == Snapshot()
