"""Stage validate: the rules of the source -> valid.parquet, quarantine.parquet, validation.json, profile.json.

Rows that break a rule with `onFailure: quarantine` are put aside first; the rules about the table are judged on the rows that stay.
profile.json is the last accepted snapshot: it is read before the rules and written only when none failed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.atomic import write_json
from mlspec.runtime import report, tables
from mlspec.runtime.context import Context
from mlspec.runtime.tables import ROW, ident
from mlspec.runtime.validate.check import Check, Outcome
from mlspec.runtime.validate.compile_rules import compile_rules
from mlspec.runtime.validate.engines import engine_for
from mlspec.runtime.validate.measure import Engine
from mlspec.runtime.validate.messages import diagnostic
from mlspec.runtime.validate.profile import Profile, read_profile, take


def run(context: Context) -> None:
    """Check `clean.parquet`. Raises MLS0630 for every rule that fails; validation.json is written in any case."""
    source, before = context.need("clean.parquet"), read_profile(context.out("profile.json"))
    connection = open_rows(context, source)
    columns = tables.columns_of(connection, "data")
    checks = compile_rules(context, connection, columns, before.get("last", {}).get("rows"))
    total = _count(connection, "checked")
    pii, key = frozenset(context.params.get("pii", ())), context.params.get("key", ())
    with engine_for(context, connection, columns, checks) as engine:
        outcomes, aside = _judge(context, connection, engine, checks, columns, before)
        found = [diagnostic(connection, engine, o, total, key, pii) for o in outcomes if o.found is not None]
    if aside and len(aside) == total:
        found = [*problem("MLS0626", f"every one of the {total} rows breaks a rule", help="look at the source").diagnostics, *found]
    write_json(context.out("validation.json"), _summary(outcomes, total, len(aside)))
    if any(d.is_error for d in found):
        raise Problems(found)
    if found:
        report.show(found)
    _write_rows(context, source, aside)
    profile = take(connection, "data", pii=pii, named=_drifting(context))
    write_json(context.out("profile.json"), {"version": 1, "first": before.get("first", profile), "last": profile})
    report.say(f"validate: {len(outcomes)} checks on {total} rows, {len(aside)} rows put aside")


def open_rows(context: Context, source: Path) -> Any:
    """The rows as the view `data` (and `checked`, which stays whole), in a connection that sees these files and nothing else."""
    rules = context.params.get("rules", ())
    others = [context.need(r[k]["path"]) for r in rules for k in ("references", "drift") if "path" in r.get(k, {})]
    connection = tables.guarded()
    tables.lock(connection, [source, *others])
    connection.execute(f"CREATE VIEW checked AS SELECT * FROM {tables.numbered(source)}")
    connection.execute("CREATE VIEW data AS SELECT * FROM checked")
    return connection


def _judge(
    context: Context, connection: Any, engine: Engine, checks: Sequence[Check], columns: Any, before: Profile
) -> tuple[list[Outcome], dict[int, list[str]]]:
    """Return every outcome, and the rows to put aside with the rules they break."""
    outcomes = engine.measure(checks) + _python(context, connection, quarantine=True)
    outcomes = [replace(o, rows=tuple(engine.bad_rows(o))) if o.status == "quarantine" else o for o in outcomes]
    aside: dict[int, list[str]] = {}
    for outcome in outcomes:
        if outcome.status == "quarantine":  # its rows are noted now: once they are put aside, no query finds them
            for row in outcome.rows or ():
                aside.setdefault(row, []).append(outcome.check.rule)
    if aside:
        engine.exclude(sorted(aside))
        again = [c for c in checks if not c.quarantines]
        renewed = dict(zip(map(id, again), engine.measure(again), strict=True))
        outcomes = [renewed.get(id(o.check), o) for o in outcomes]
    return outcomes + _python(context, connection, quarantine=False) + _drift(context, connection, columns, before), aside


def _python(context: Context, connection: Any, *, quarantine: bool) -> list[Outcome]:
    rules = [r for r in context.params.get("rules", ()) if "python" in r and (r["onFailure"] == "quarantine") is quarantine]
    if not rules:
        return []
    from mlspec.runtime.validate.python_rules import python_outcome

    return [python_outcome(context, connection, rule) for rule in rules]


def _drift(context: Context, connection: Any, columns: Any, before: Profile) -> list[Outcome]:
    rules = [r for r in context.params.get("rules", ()) if "drift" in r]
    if not rules:
        return []
    from mlspec.runtime.validate.drift_rules import drift_outcomes

    return [o for rule in rules for o in drift_outcomes(context, connection, rule, columns, before)]


def _drifting(context: Context) -> list[str]:
    return sorted({c for r in context.params.get("rules", ()) if "drift" in r for c in r["drift"]["columns"]})


def _count(connection: Any, relation: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])


def _summary(outcomes: Sequence[Outcome], total: int, aside: int) -> dict[str, Any]:
    """validation.json: `rules` gives by rule its status and, by check, the bad rows or the measured value."""
    order = ["pass", "warn", "quarantine", "fail"]
    rules: dict[str, dict[str, Any]] = {}
    for outcome in outcomes:
        own = rules.setdefault(outcome.check.rule, {"status": "pass"})
        own["status"] = max(own["status"], outcome.status, key=order.index)
        own[outcome.check.key] = _plain(outcome.value)
    statuses = [r["status"] for r in rules.values()]
    counts = {"passed": statuses.count("pass"), "warned": statuses.count("warn"), "failed": statuses.count("fail")}
    return {"rows": total - aside, "quarantined": aside, **counts, "rules": rules}


def _plain(value: Any) -> Any:
    """A measured value as JSON: floats to 9 digits, since sums made in parallel differ in the last ones; maps of counts as they are.

    JSON has no word for NaN and infinity: null stands for both.
    """
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, dict)) else float(value)


def _write_rows(context: Context, source: Path, aside: dict[int, list[str]]) -> None:
    """Split the rows by number, in a connection of its own that runs no SQL but ours."""
    import pyarrow as pa

    connection = tables.connect()
    numbers = sorted(aside)
    rules = [", ".join(dict.fromkeys(aside[n])) for n in numbers]
    connection.register("bad", pa.table({ROW: pa.array(numbers, pa.int64()), "rule": pa.array(rules, pa.string())}))
    rows = tables.numbered(source)
    good = f"SELECT * EXCLUDE ({ROW}) FROM {rows} AS r WHERE r.{ROW} NOT IN (SELECT {ROW} FROM bad) ORDER BY r.{ROW}"
    names = list(tables.columns_of(connection, tables.parquet(source)))
    columns = ", ".join(f"r.{ident(c)}" for c in names)
    added = "rule" if "rule" not in [n.casefold() for n in names] else "mlspec_rule"
    bad = f"SELECT {columns}, b.rule AS {added} FROM {rows} AS r JOIN bad AS b ON r.{ROW} = b.{ROW} ORDER BY r.{ROW}"
    if aside:
        tables.write_arrow(tables.stream(connection, good), context.out("valid.parquet"))
    else:
        tables.hand_on(source, context.out("valid.parquet"))
    tables.copy(connection, bad, context.out("quarantine.parquet"))
