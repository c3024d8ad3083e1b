"""The small project of `projects.py`, written in mlspec/v1alpha1."""

from __future__ import annotations

PROJECT = """\
apiVersion: mlspec/v1alpha1
kind: Project
metadata: {name: shop}
spec:
  lockFile: requirements.lock
  storage: ../storage
  environments: [staging, production]
  seed: 7
"""
SOURCE = """\
apiVersion: mlspec/v1alpha1
kind: DataSource
metadata: {name: sales}
spec:
  source: {path: data/sales.csv}
  schema:
    day: date
    shop: string
    price: number
    count: integer
  primaryKey: [day, shop]
  timestampColumn: day
"""
RULES = """\
apiVersion: mlspec/v1alpha1
kind: ValidationRules
metadata: {name: sales}
spec:
  data: sales
  checks:
    - {type: rowCount, min: 20}
    - {type: all, column: count, of: [{type: notNull}, {type: between, min: 0, max: 1000}]}
"""
MODEL = """\
apiVersion: mlspec/v1alpha1
kind: Model
metadata: {name: demand}
spec:
  task: regression
  source: sales
  label: count
  split: {kind: time, testSize: 25%}
  estimator: sklearn.linear_model.Ridge
  params: {alpha: 1.0}
"""
KPIS = """\
apiVersion: mlspec/v1alpha1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis:
    mae:
      - "<= 50"
      - {compare: {with: baseline, improveBy: 10%}}
      - {compare: {with: champion, notWorseBy: 0%}}
  resamples: 200
"""
TARGET = """\
apiVersion: mlspec/v1alpha1
kind: DeploymentTarget
metadata: {name: local-rest}
spec: {type: rest, host: 127.0.0.1, port: 0}
"""


def deployment(environment: str) -> str:
    """The text of the Deployment `demand` in an environment."""
    head = "apiVersion: mlspec/v1alpha1\nkind: Deployment\nmetadata: {name: demand}\n"
    return head + f"spec: {{environment: {environment}, model: demand, servedBy: local-rest}}\n"


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
"""The same paths as `projects.SPECS`, and the same project."""
