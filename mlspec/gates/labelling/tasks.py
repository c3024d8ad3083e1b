"""Tasks for Label Studio, with a model's predictions as pre-annotations: shaped as the project's own export is.

Source: labelstud.io, "Import pre-annotated data into Label Studio" and "Label Studio JSON format of annotated tasks".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.runtime.labels.label_studio import KINDS, is_full, tasks_of
from mlspec.runtime.labels.values import JOIN

Task = tuple[dict[str, Any], int]


@dataclass(frozen=True, slots=True)
class Control:
    """The control that gives the label (`from_name`), what it labels (`to_name`), and its type, such as choices."""

    name: str
    of: str
    kind: str


@dataclass(frozen=True, slots=True)
class Export:
    """What the export tells of the project: its control, and the columns that a task's data has, None where it does not tell.

    `data`: {key as text: what the task of that key has}.
    """

    control: Control | None = None
    columns: tuple[str, ...] | None = None
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_export(root: Path, spec: Any) -> Export:
    """Read the export of a label set. Raises MLS0690 where it is no JSON."""
    place = spec.label_studio
    if place is None or not place.export.endswith(".json"):
        return Export()
    tasks = tasks_of(root / place.export, place.export)
    if not is_full(tasks):
        return Export()
    data = [task["data"] for task, _ in tasks if isinstance(task.get("data"), dict)]
    columns = tuple(map(str, data[0])) if data else None
    by_key = {str(one[spec.key]): one for one in data if isinstance(one.get(spec.key), str | int)}
    wanted = place.control or spec.label
    found = {control.name: control for control in _controls(tasks)}
    return Export(found.get(wanted) or (next(iter(found.values())) if len(found) == 1 else None), columns, by_key)


def _controls(tasks: Sequence[Task]) -> Iterator[Control]:
    for task, _ in tasks:
        for made in (*task.get("annotations", ()), *task.get("predictions", ())):
            for result in made.get("result") or () if isinstance(made, dict) else ():
                if isinstance(result, dict) and result.get("type") in KINDS:
                    yield Control(str(result.get("from_name")), str(result.get("to_name")), str(result["type"]))


def task(data: Mapping[str, Any], label: Any, share: float, version: str, control: Control | None) -> dict[str, Any]:
    """One task to import; without a control it has no pre-annotation."""
    if control is None:
        return {"data": dict(data)}
    value = {KINDS[control.kind]: str(label).split(JOIN) if control.kind == "choices" else label}
    result = {"from_name": control.name, "to_name": control.of, "type": control.kind, "value": value}
    return {"data": dict(data), "predictions": [{"model_version": version, "score": share, "result": [result]}]}
