"""Where a set's rows of a definition stand, and what stands there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from mlspec.adapters.online.store import Contents, NothingStoredError, Place, namespace, open_store
from mlspec.adapters.online.values import shown_time
from mlspec.compiler.project.layout import online_file
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics.words import counted
from mlspec.pipelines.materialize.definition import Definition


def place_of(root: Path, project: Project, bound: Bound[Any], definition: str) -> Place:
    """Where the rows of a set with `online` stand."""
    store = bound.envelope.spec.online.store
    if store.sqlite:
        return Place(file=str(root / online_file(bound.name, definition)))
    return Place(variable=store.redis, namespace=namespace(project.settings.name, bound.name, definition))


def standing(place: Place) -> Contents | None:
    """What stands there; None where nothing does. Raises StoreError."""
    try:
        return open_store(place, os.environ).contents()
    except NothingStoredError:
        return None


def told(contents: Contents, definition: Definition) -> str:
    """`4,380 rows, newest 2026-11-30T12:00:00Z, definition 0123456789ab`."""
    newest = "" if contents.newest is None else f", newest {shown_time(contents.newest)}"
    return f"{counted(contents.rows, 'row')}{newest}, definition {short(definition.digest)}"


def short(digest: str) -> str:
    """How people are told a definition, and how places are named by it."""
    return digest.removeprefix("sha256:")[:12]
