"""The kinds of DeploymentTarget, a row each: nothing else lists them.

A new kind is what it declares (a file beside this one, and a field of DeploymentTargetSpec), its row here, and what runs it
(`mlspec/deploy/targets/<name>.py`); where it has files in the repository, also how they are made (`mlspec/pipelines/generate/targets.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlspec.diagnostics.words import either
from mlspec.language.kinds.targets.batch import BatchTarget
from mlspec.language.kinds.targets.rest import RestTarget
from mlspec.language.kinds.targets.settings import TargetSettings


@dataclass(frozen=True, slots=True)
class TargetKind:
    """`name`: its key under `spec`; `settings`: what stands there (the base where the language does not say yet, and takes any mapping).

    `has_runtime`: whether this version deploys to it. `on_host`: whether it keeps a process on the machine that reconciles it, so that
    a job of CI, which ends, can do so only on a machine that stays.
    """

    name: str
    settings: type[TargetSettings] = TargetSettings
    has_runtime: bool = False
    on_host: bool = False


_ROWS = (
    TargetKind("rest", RestTarget, has_runtime=True, on_host=True),
    TargetKind("batch", BatchTarget, has_runtime=True),
    TargetKind("kserve"),
    TargetKind("mlflow"),
    TargetKind("image"),
    TargetKind("bundle"),
)

TARGET_KINDS: Mapping[str, TargetKind] = {row.name: row for row in _ROWS}
"""By name, in the order in which the schema and messages have them."""


def kinds_that_run() -> tuple[str, ...]:
    """The names of the kinds that this version deploys to."""
    return tuple(row.name for row in TARGET_KINDS.values() if row.has_runtime)


def use_another_kind() -> str:
    """What to do instead of a kind that nothing runs."""
    return f"use {either(kinds_that_run())}"


def kinds_to_come() -> tuple[str, ...]:
    """The names of those that load, and that nothing runs yet."""
    return tuple(row.name for row in TARGET_KINDS.values() if not row.has_runtime)
