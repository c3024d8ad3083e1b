"""A small project of one model on a table, run and asked for its numbers: for what others have published of the same data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from support.cli import git, mlspec

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "pipelines/models/model"
PLAIN = {"numeric": {"scale": "none"}}
"""Numbers as they are."""


@dataclass
class Published:
    """A project in `root`; what is declared beside the defaults: keys of the Model, KPIs, and keys of the DataSource."""

    root: Path
    rows: pd.DataFrame
    model: dict[str, Any]
    kpis: list[Any] = field(default_factory=lambda: [{"metric": "model_size", "max": 1e9}])
    source: dict[str, Any] = field(default_factory=dict)

    def write(self) -> Published:
        """Everything that is declared, in a new repository."""
        (self.root / "specs").mkdir(parents=True, exist_ok=True)
        (self.root / "data").mkdir(exist_ok=True)
        self.rows.to_csv(self.root / "data/rows.csv", index=False)
        project = {"requirements": "requirements.lock", "storage": {"url": "../storage"}, "environments": ["staging"], "seed": 7}
        self._document("mlspec.yaml", "Project", "published", project)
        (self.root / "requirements.lock").write_text("# locked\n")
        self._document("specs/rows.yaml", "DataSource", "rows", {"file": {"path": "data/rows.csv"}} | self.source)
        self.declare()
        git(self.root, "init", "--quiet", "--initial-branch", "main")
        return self

    def declare(self, **model: Any) -> Published:
        """Write Model and KPIs, with other keys of the Model where they are given."""
        self.model |= model
        self._document("specs/model.yaml", "Model", "model", {"data": "rows"} | self.model)
        self._document("specs/kpis.yaml", "KPISet", "model", {"model": "model", "kpis": self.kpis})
        return self

    def run(self) -> Published:
        """Generate, run, and commit."""
        for words in (("validate",), ("apply",), ("run",)):
            mlspec(self.root, *words, check=0)
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "Run", "--allow-empty")
        return self

    def json(self, name: str) -> Any:
        """An output of the model's pipeline."""
        return json.loads((self.root / FOLDER / name).read_text())

    def value(self, metric: str, part: str = "metrics") -> float:
        """A metric on the test rows, of the model or its `baseline`."""
        return float(self.json("evaluation.json")[part][metric]["value"])

    def gates(self) -> dict[str, dict[str, Any]]:
        """{KPI, with its subject where that is not all rows: gate}, by `mlspec gate`."""
        (found,) = json.loads(mlspec(self.root, "gate", "model/model", "--format", "json", check=None).out)["models"]
        return {f"{g['kpi']}" + (f" ({g['subject']})" if g["subject"] != "overall" else ""): g for g in found["gates"]}

    def _document(self, path: str, kind: str, name: str, spec: dict[str, Any]) -> None:
        form = {"apiVersion": "mlspec/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        (self.root / path).write_text(yaml.safe_dump(form, sort_keys=False))
