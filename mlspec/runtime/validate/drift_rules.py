"""Drift rules: each column against the previous or first accepted snapshot, or against another source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.clean.casting import is_number
from mlspec.runtime.context import Context
from mlspec.runtime.tables import need_column, parquet
from mlspec.runtime.validate.check import Check, Outcome, number_text
from mlspec.runtime.validate.drift import distance
from mlspec.runtime.validate.profile import Profile, take
from mlspec.runtime.validate.table_checks import who


def drift_outcomes(
    context: Context, connection: Any, rule: Mapping[str, Any], columns: Mapping[str, str], before: Profile
) -> list[Outcome]:
    """Return an outcome for each column of a drift rule; without a snapshot to compare with it holds."""
    settings = rule["drift"]
    for name in settings["columns"]:
        _check_column(name, columns, rule)
    reference = _reference(context, connection, settings, before)
    known = reference.get("columns", {})
    current = take(connection, "data", named=settings["columns"], edges=known)["columns"]
    return [_outcome(rule, name, known.get(name), current[name]) for name in settings["columns"]]


def _check_column(name: str, columns: Mapping[str, str], rule: Mapping[str, Any]) -> None:
    need_column(name, columns, who(rule))
    if rule["drift"]["method"] == "wasserstein" and not is_number(columns[name]):
        message = f"{who(rule)}: wasserstein needs numbers, and column `{name}` is {columns[name].casefold()}"
        raise problem("MLS0631", message, help="use `method: psi` or `js`")


def _reference(context: Context, connection: Any, settings: Mapping[str, Any], before: Profile) -> Profile:
    if "path" in settings:
        return take(connection, parquet(context.need(settings["path"])), named=settings["columns"])
    found: Profile = before.get("first" if settings["against"] == "first" else "last", {})
    return found


def _outcome(rule: Mapping[str, Any], name: str, reference: Any, current: Any) -> Outcome:
    settings = rule["drift"]
    method, limit, against = settings["method"], settings["max"], settings["against"]
    check = Check(rule["name"], rule["onFailure"], f"drift.{name}", "", lambda _: None, name)
    value = distance(method, reference, current) if reference else None
    if value is None or value <= limit:
        return Outcome(check, value, None)
    than = f"the {against} accepted rows" if against in ("previous", "first") else f"source/{against}"
    return Outcome(check, value, f"{method} against {than} is {number_text(round(value, 4))}, more than {number_text(limit)}")
