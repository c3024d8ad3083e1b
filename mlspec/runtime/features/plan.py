"""What the stage's parameters say, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.runtime.context import Context
from mlspec.runtime.features.declared import AsOf, as_of


@dataclass(frozen=True, slots=True)
class Plan:
    """Inputs by alias: the file of each, and the column that says since when a row of it is known, if there is one."""

    files: Mapping[str, Path]
    times: Mapping[str, str]
    spine: str
    key: tuple[str, ...]
    time: str | None
    joins: Mapping[str, AsOf]
    columns: Mapping[str, str]
    cuts: int
    seed: int
    targets: Mapping[str, tuple[str, ...]]
    """Columns of the spine that models predict: {target: columns that none of these models sees}."""
    pii: frozenset[str] = frozenset()
    """Columns whose values no message shows."""


def read_plan(context: Context) -> Plan:
    """Read the section. Raises MLS0603 when an input is not there."""
    params = context.params
    look = params.get("lookAhead", {})
    return Plan(
        {alias: context.need(form["path"]) for alias, form in params["inputs"].items()},
        {alias: form["time"] for alias, form in params["inputs"].items() if "time" in form},
        params["spine"],
        tuple(params["key"]),
        params.get("timeColumn"),
        {alias: as_of(alias, form) for alias, form in params.get("asOf", {}).items()},
        {c["name"]: c["type"] for c in params.get("columns", ())},
        look.get("cuts", 0),
        look.get("seed", 0),
        {name: tuple(unseen) for name, unseen in look.get("targets", {}).items()},
        frozenset(params.get("pii", ())),
    )
