"""A store that a set was materialized to, without a project: rows in a file of Parquet, and the lookups of a model on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.server_client import opened

from mlspec.adapters.online.store import Place, open_store
from mlspec.deploy.server.by_key import Lookup, Settings
from mlspec.deploy.server.model import ServedModel
from mlspec.pipelines.materialize.definition import Definition
from mlspec.pipelines.materialize.materialize import put

DIGEST = "sha256:" + "0123456789ab" + "f" * 52


def definition(types: Mapping[str, str], key: tuple[str, ...], time: str | None) -> Definition:
    return Definition("daily", DIGEST, "md5", key, time, types, ())


def materialized(rows: Path, place: Place, found: Definition, environment: Mapping[str, str] | None = None) -> Lookup:
    """Fill a place with the rows of a file, and open the lookups of a model trained on them."""
    put(rows, open_store(place, environment or {}), found)
    return Lookup(Settings("daily", DIGEST, {name: found.types[name] for name in found.entity}, found.types, place), environment or {})


def served(folder: Path, lookup: Lookup, **how: Any) -> ServedModel:
    """The model in a folder, with lookups."""
    return replace(opened(folder, **how), lookup=lookup)
