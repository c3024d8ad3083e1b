"""Runs a stage of mlspec's own, without user code: both ends of the request to a desk, whose libraries are loaded."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.gates.scoring.helper import HELPER


def run_own_stage(root: Path, stage: str, folder: Path, params: Mapping[str, Any]) -> None:
    """Run a stage of the runtime in `folder`. What it says of its progress is nobody's business here. Raises what the stage raises."""
    details = {"stage": stage, "root": str(root.resolve()), "folder": str(folder), "params": params}
    HELPER.work("stage", details, f"the stage {stage}")


def run_at_desk(details: Mapping[str, Any]) -> None:
    """The same at the desk."""
    from mlspec.runtime.context import Context

    context = Context(details["stage"], Path(details["root"]), Path(details["folder"]), details["params"])
    importlib.import_module(f"mlspec.runtime.{details['stage']}").run(context)
