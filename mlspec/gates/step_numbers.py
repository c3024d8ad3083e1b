"""Numbers of Steps that KPIs name: as the last run of each left them in Git, if that run was on this very model."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from mlspec.compiler.project.layout import model_folder, step_folder, step_metrics
from mlspec.compiler.project.paths import relative

if TYPE_CHECKING:
    from mlspec.pipelines.workspace import Workspace


def step_numbers(workspace: Workspace, model: str, md5: str) -> tuple[dict[str, float], dict[str, str]]:
    """({`STEP.METRIC`: value}, {`STEP.METRIC`: why there is none}) for the KPIs of a model, whose folder has DVC's `md5`."""
    found, lacking = dict[str, float](), dict[str, str]()
    for step, metric in workspace.project.kpi_numbers(model):
        value = _number(workspace, step, metric, model, md5)
        if isinstance(value, str):
            lacking[f"{step}.{metric}"] = value
        else:
            found[f"{step}.{metric}"] = value
    return found, lacking


def _number(workspace: Workspace, step: str, metric: str, model: str, md5: str) -> float | str:
    """The number, or why there is none that counts."""
    from mlspec.pipelines.content import file_md5
    from mlspec.pipelines.locks import read_locks

    path, again = workspace.root / step_metrics(step), f"`mlspec run step/{step}`, and commit what it writes"
    lock = read_locks(workspace.root, step_folder(step)).get("step")
    if lock is None or not path.is_file() or path.is_symlink():
        return f"step/{step} did not run yet: {again}"
    if file_md5(path) != lock.outs.get(path.name):
        return f"{step_metrics(step)} is not what the step wrote: {again}"
    read = lock.deps.get(relative(f"{model_folder(model)}/model", step_folder(step)))
    if read is not None and read != md5:
        return f"step/{step} ran on another model/{model}: {again}"
    try:
        value = json.loads(path.read_bytes())[metric]
        number = float(value)
    except (ValueError, TypeError, KeyError, RecursionError):
        return f"{step_metrics(step)} does not have it: {again}"
    return number if math.isfinite(number) and not isinstance(value, bool | str) else f"it is no finite number: {again}"
