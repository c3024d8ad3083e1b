"""What a search costs that would run: its fits, and how long the last one took on this machine."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.compiler.project.graph import Stage
from mlspec.diagnostics.words import counted


def cost(root: Path, folder: str, stage: Stage) -> str:
    """`costs 30 trials x 5 folds = 150 fits; last time 4.2 s`."""
    from mlspec.runtime.tune.kept import SECONDS

    search: Mapping[str, Any] = stage.params["search"]
    trials, folds = _trials(search), search["folds"] * search["repeats"]
    most = "at most " if search.get("timeout") or search.get("prune") else ""
    whole = f", and as many in each of {counted(search['nested']['folds'], 'outer fold')}" if search.get("nested") else ""
    seconds = _last(Path(os.path.normpath(root / folder / str(stage.limits["trials"]))) / SECONDS)
    last = f"; last time {seconds:,.1f} s" if seconds is not None else ""
    return f"costs {most}{trials:,} trials x {counted(folds, 'fold')} = {trials * folds:,} fits{whole}{last}"


def _trials(search: Mapping[str, Any]) -> int:
    from mlspec.runtime.tune.halving import rungs
    from mlspec.runtime.tune.space import space_of

    if search["engine"] == "halving":
        factor, left = int(search["halving"]["factor"]), int(search["trials"])
        return sum(max(1, left // factor**rung) for rung in range(rungs(left, factor)))
    if search["engine"] == "grid":
        return math.prod(len(one.grid()) for one in space_of(search["space"]))
    return int(search["trials"])


def _last(path: Path) -> float | None:
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
