"""Columns that were personal by what they are made of, and now say that they name nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.personal import personal_flow
from mlspec.compiler.project.project import Bound
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides


def looser_personal(sides: Sides) -> Iterator[Loosened]:
    """Of sources and feature sets that are still there. A mark that is gone is told of the source itself."""
    for old_table, new_table in (
        (sides.before.sources, sides.after.sources),
        (sides.before.feature_sets, sides.after.feature_sets),
    ):
        for name in sorted(old_table.keys() & new_table.keys()):
            yield from _denied(sides, old_table[name], new_table[name])


def _denied(sides: Sides, old: Bound[Any], new: Bound[Any]) -> Iterator[Loosened]:
    says = {c.name for c in new.envelope.spec.columns if c.anonymised}
    if not says:
        return
    before, after = personal_flow(sides.before, old), personal_columns(sides.after, new)
    marked = {c.name for c in old.envelope.spec.columns if c.pii and old.envelope.kind == "DataSource"}
    for column in sorted((before.keys() & says) - after - marked):
        what = f"`{column}` is made of personal data, and no longer counts as that"
        yield sides.note(old, what, (f"of {before[column].origin}", "anonymised: true"), ["spec", "columns"])
