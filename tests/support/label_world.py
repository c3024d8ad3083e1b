"""Tickets whose topic annotators tell: specs, rows, and an export of Label Studio."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from support.projects import PROJECT

SOURCE = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: tickets}
spec:
  file: {path: data/tickets.csv}
  columns:
    - {name: ticket_id, type: integer}
    - {name: words, type: number}
    - {name: urgency, type: number}
  key: [ticket_id]
"""
LABELS = """\
apiVersion: mlspec/v1
kind: LabelSet
metadata: {name: ticket-topics}
spec:
  source: tickets
  key: ticket_id
  labelStudio: {export: labels/export.json}
  label: topic
  adjudicated: {file: labels/adjudicated.csv}
"""
MODEL = """\
apiVersion: mlspec/v1
kind: Model
metadata: {name: topics}
spec:
  task: multiclass
  data: tickets
  labels: ticket-topics
  target: topic
  split: {strategy: stratified, test: 25%}
  estimator: {class: sklearn.linear_model.LogisticRegression, params: {}}
"""
KPIS = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: topics}
spec:
  model: topics
  kpis: ["accuracy >= 0.5"]
  bootstrap: {resamples: 200}
"""
SPECS = {
    "mlspec.yaml": PROJECT,
    "specs/tickets.yaml": SOURCE,
    "specs/ticket-topics.yaml": LABELS,
    "specs/topics.yaml": MODEL,
    "specs/topics-kpis.yaml": KPIS,
}
TOPICS = ("billing", "login", "other")
ROWS, LABELLED = 160, 120


def tickets(rows: int = ROWS) -> str:
    """CSV rows; which topic a ticket has shows in `words` and `urgency`."""
    dice = random.Random(3)
    lines = ["ticket_id,words,urgency"]
    for number in range(rows):
        lines.append(f"{number},{round(dice.gauss(number % 3 * 2, 1), 3)},{round(dice.gauss(number % 3 * 2, 1), 3)}")
    return "\n".join(lines) + "\n"


def truth() -> dict[int, str]:
    """The topic of each labelled ticket."""
    return {number: TOPICS[number % 3] for number in range(LABELLED)}


def annotation(label: str | Sequence[str], who: int = 1, **more: Any) -> dict[str, Any]:
    """One annotation as Label Studio exports it, of the control `topic`."""
    choices = [label] if isinstance(label, str) else list(label)
    result = [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": choices}}]
    return {
        "completed_by": who,
        "was_cancelled": False,
        "ground_truth": False,
        "updated_at": "2024-05-01T10:00:00Z",
        "result": result,
    } | more


def task(number: int, annotations: Sequence[Mapping[str, Any]], first: int = 1000) -> dict[str, Any]:
    """A task of ticket `number`. `first`: Label Studio's own ids, which mean nothing."""
    return {"id": first + number, "data": {"ticket_id": number, "text": "…"}, "annotations": list(annotations), "predictions": []}


def export(said: Mapping[int, Sequence[str]] | None = None, *, first: int = 1000, backwards: bool = False, day: str = "2024-05-01") -> str:
    """An export in which three annotators say `said` (all the truth when left out), and the other tickets have no annotation."""
    answers = {n: [label] * 3 for n, label in truth().items()} | dict(said or {})
    made = []
    for number in range(ROWS):
        whole = [annotation(label, who + 1, updated_at=f"{day}T10:0{who}:00Z") for who, label in enumerate(answers.get(number, ()))]
        made.append(task(number, whole[::-1] if backwards else whole, first))
    return json.dumps(made[::-1] if backwards else made, indent=1)


def files(said: Mapping[int, Sequence[str]] | None = None) -> dict[str, str]:
    """Everything of the project that people write."""
    return SPECS | {
        "data/tickets.csv": tickets(),
        "labels/export.json": export(said),
        "labels/adjudicated.csv": "ticket_id,topic,why\n",
    }
