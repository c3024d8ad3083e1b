"""A small project for tests: specs as text, in memory or on disk."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from mlspec.compiler.lint import Wish
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs
from mlspec.compiler.project.graph import Graph
from mlspec.pipelines.workspace import Workspace, workspace_of

PROJECT = """\
apiVersion: mlspec/v1
kind: Project
metadata: {name: shop}
spec:
  requirements: requirements.lock
  storage: {url: ../storage}
  environments: [staging, production]
  seed: 7
"""
SOURCE = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: sales}
spec:
  file: {path: data/sales.csv}
  columns:
    - {name: day, type: date}
    - {name: shop, type: string}
    - {name: price, type: number}
    - {name: count, type: integer}
  key: [day, shop]
  timeColumn: day
"""
RULES = """\
apiVersion: mlspec/v1
kind: ValidationRules
metadata: {name: sales}
spec:
  source: sales
  rules:
    - rowCount: {min: 20}
    - {column: count, notNull: true, between: [0, 1000]}
"""
MODEL = """\
apiVersion: mlspec/v1
kind: Model
metadata: {name: demand}
spec:
  task: regression
  data: sales
  target: count
  split: {strategy: time, test: 25%}
  estimator: {class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}
"""
KPIS = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis: ["mae <= 50", {metric: mae, versus: baseline, improveBy: 10%}, {metric: mae, versus: champion, notWorseBy: 0%}]
  bootstrap: {resamples: 200}
"""
TARGET = """\
apiVersion: mlspec/v1
kind: DeploymentTarget
metadata: {name: local-rest}
spec: {rest: {host: 127.0.0.1, port: 0}}
"""


def deployment(environment: str) -> str:
    """The text of the Deployment `demand` in an environment."""
    head = f"apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {{name: demand, environment: {environment}}}\n"
    return head + "spec: {model: demand, target: local-rest}\n"


SPECS = {
    "mlspec.yaml": PROJECT,
    "specs/sales.yaml": SOURCE,
    "specs/sales-rules.yaml": RULES,
    "specs/demand.yaml": MODEL,
    "specs/demand-kpis.yaml": KPIS,
    "specs/local-rest.yaml": TARGET,
    "environments/staging/demand.yaml": deployment("staging"),
    "environments/production/demand.yaml": deployment("production"),
}


def compile_texts(specs: dict[str, str], code: dict[str, tuple[str, ...]] | None = None, *, wish: Wish | None = None) -> Compiled:
    """Compile specs in memory, with the requirements lock taken as there; with a wish, lint them."""
    inputs = Inputs({k: v.encode() for k, v in specs.items()}, code or {}, frozenset({"requirements.lock"}))
    return compile_inputs(Path("/nowhere"), inputs, wish=wish)


def graph_of_two_models() -> Graph:
    """The usual specs with a second model, compiled."""
    found = compile_texts({**SPECS, "specs/other.yaml": MODEL.replace("name: demand", "name: other")}).graph
    assert found is not None
    return found


def workspace_at(root: Path, specs: dict[str, str]) -> Workspace:
    """The project of specs in memory, as if they stood in `root`."""
    return workspace_of(replace(compile_texts(specs), root=root))


def sales_rows(days: int = 120) -> str:
    """CSV rows with a signal: count falls with price and differs between shops."""
    dice = random.Random(5)
    lines = ["day,shop,price,count"]
    for number in range(days):
        for shop, level in (("north", 60), ("south", 90)):
            price = round(dice.uniform(1, 5), 2)
            lines.append(
                f"2024-{1 + number // 28:02d}-{1 + number % 28:02d},{shop},{price},{max(0, round(level - 8 * price + dice.gauss(0, 3)))}"
            )
    return "\n".join(lines) + "\n"


def write_project(root: Path, specs: dict[str, str] | None = None) -> Path:
    """Write a runnable project to `root`: specs, data, a requirements lock."""
    files = {**(SPECS if specs is None else specs), "data/sales.csv": sales_rows(), "requirements.lock": "# locked\n"}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root
