"""Drift rules: each column against the previous or first accepted snapshot, or against another source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.clean.casting import is_number
from mlspec.runtime.context import Context
from mlspec.runtime.report import say
from mlspec.runtime.tables import need_column, parquet
from mlspec.runtime.validate.check import Check, Outcome, number_text
from mlspec.runtime.validate.drift import NotComparable, distance
from mlspec.runtime.validate.profile import Profile, take
from mlspec.runtime.validate.table_checks import who

SNAPSHOTS = ("previous", "first")
"""What `against` means when it names no source."""


def drift_outcomes(
    context: Context, connection: Any, rule: Mapping[str, Any], columns: Mapping[str, str], before: Profile
) -> list[Outcome]:
    """Return an outcome for each column of a drift rule. Only without a snapshot to compare with, in the very first run, does it hold."""
    settings = rule["drift"]
    for name in settings["columns"]:
        _check_column(name, columns, rule, context.params.get("pii", ()))
    reference = _reference(context, connection, settings, before)
    known = reference.get("columns", {})
    current = take(connection, "data", named=settings["columns"], edges=known)["columns"]
    return [_outcome(rule, name, reference, current[name]) for name in settings["columns"]]


def _check_column(name: str, columns: Mapping[str, str], rule: Mapping[str, Any], pii: Sequence[str]) -> None:
    need_column(name, columns, who(rule))
    if rule["drift"]["method"] == "wasserstein" and not is_number(columns[name]):
        message = f"{who(rule)}: wasserstein needs numbers, and column `{name}` is {columns[name].casefold()}"
        raise problem("MLS0631", message, help="use `method: psi` or `js`")
    if name in pii and rule["drift"]["against"] in SNAPSHOTS:
        message = f"{who(rule)}: column `{name}` is personal data, of which the snapshot keeps nothing to compare with"
        raise problem("MLS0631", message, help="compare it with a source (`against`), or leave it out")


def _reference(context: Context, connection: Any, settings: Mapping[str, Any], before: Profile) -> Profile:
    if "path" in settings:
        return take(connection, parquet(context.need(settings["path"])), named=settings["columns"])
    found: Profile = before.get("first" if settings["against"] == "first" else "last", {})
    return found


def _outcome(rule: Mapping[str, Any], name: str, reference: Profile, current: Mapping[str, Any]) -> Outcome:
    settings = rule["drift"]
    method, limit, against = settings["method"], settings["max"], settings["against"]
    check = Check(rule["name"], rule["onFailure"], f"drift.{name}", "", lambda _: None, name)
    if not reference:
        return Outcome(check, None, None)
    than = f"the {against} accepted rows" if against in SNAPSHOTS else f"source/{against}"
    earlier = reference["columns"].get(name)
    if earlier is None:
        return Outcome(check, None, f"it can't be compared with {than}: they have no such column{_anew(against)}")
    if _not_kept(earlier, current):
        say(f"{who(rule)}: column `{name}`: no rule named it when {than} were accepted, so their values were not kept; it holds this once")
        return Outcome(check, None, None)
    try:
        value = distance(method, earlier, current)
    except NotComparable as reason:
        return Outcome(check, None, f"it can't be compared with {than}: {reason}{_anew(against)}")
    if value <= limit:
        return Outcome(check, value, None)
    return Outcome(check, value, f"{method} against {than} is {number_text(round(value, 4))}, more than {number_text(limit)}")


def _not_kept(earlier: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """The snapshot's column has the same type, and was taken before a drift rule asked for its values."""
    return "values" not in earlier and "values" in current and earlier["type"] == current["type"]


def _anew(against: str) -> str:
    return " (if that is meant, delete profile.json: the rows of the next run are then the first)" if against in SNAPSHOTS else ""
