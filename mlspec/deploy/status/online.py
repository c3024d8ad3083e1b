"""What is materialized of a feature set: since when, how old its newest row is, and whether it is of what the set is now."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlspec.adapters.online.store import Contents, StoreError
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics.words import counted, took
from mlspec.pipelines.materialize.materialize import here
from mlspec.pipelines.materialize.places import place_of, short, standing


def online_text(root: Path, project: Project, bound: Bound[Any]) -> str:
    """For `status`; empty for a set without `online`."""
    if bound.envelope.spec.online is None:
        return ""
    definition = here(root, bound.name)
    if definition is None:
        return "not materialized yet"
    place = place_of(root, project, bound, definition.digest)
    try:
        found = standing(place)
    except StoreError as error:
        return f"what is materialized can't be told: {error}"
    if found is None:
        return f"not materialized yet as it is now (definition {short(definition.digest)})"
    older = "" if found.rows_md5 == definition.rows_md5 else ", of older rows"
    return f"{counted(found.rows, 'row')} materialized {found.made_at}{older}{_age(found)}"


def _age(found: Contents) -> str:
    if found.newest is None:
        return ""
    seconds = datetime.now(UTC).timestamp() - found.newest / 1e6
    return f", the newest {took(seconds)} old" if seconds >= 0 else ", the newest of a time to come"
