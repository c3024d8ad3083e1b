"""Functions of the user's that read more than their rows: a file, a folder, a source's rows; for a source, a rule and a trainer."""

from __future__ import annotations

from support.projects import PROJECT, sales_rows

_SOURCES = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: regions}
spec:
  file: {path: data/raw/regions.csv}
---
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: sales}
spec:
  python:
    callable: "src.load:rows"
    inputs: {sales: {file: data/sales.csv}, regions: {source: regions}, notes: {folder: data/notes}, prices: {file: data/raw/prices.csv}}
    params: {minPrice: 0}
  key: [day, shop]
  timeColumn: day
---
apiVersion: mlspec/v1
kind: ValidationRules
metadata: {name: sales}
spec:
  source: sales
  rules:
    - rowCount: {min: 20}
    - {name: known-shops, python: {callable: "src.load:known", inputs: [data/shops.csv], params: {most: 9}}}
"""
_MODEL = """\
apiVersion: mlspec/v1
kind: Model
metadata: {name: demand}
spec:
  task: regression
  data: sales
  target: count
  features: {include: [price, shop]}
  split: {strategy: time, test: 25%}
  trainer: {callable: "src.load:fit", inputs: {regions: {source: regions}, weights: {folder: data/weights}}, params: {alpha: 0.5}}
---
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis: ["mae <= 5000", {metric: reproducible, equals: true}]
  bootstrap: {resamples: 200}
"""
_CODE = """\
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline


def rows(inputs, params):
    assert len(pd.read_parquet(inputs["regions"])) == len(pd.read_csv(inputs["prices"])) == 2
    assert sorted(p.name for p in inputs["notes"].glob("*.txt")) == ["a.txt", "b.txt"]
    frame = pd.read_csv(inputs["sales"], parse_dates=["day"])
    return frame[frame.price >= params["minPrice"]]


def known(rows, inputs, params):
    shops = pd.read_csv(inputs["shops"])
    return rows[~rows["shop"].isin(shops["shop"])] if len(shops) <= params["most"] else False


def fit(features, target, params, inputs):
    scale = len(pd.read_parquet(inputs["regions"])) + len(list(inputs["weights"].iterdir()))
    numbers = make_column_transformer(("passthrough", ["price"]))
    return make_pipeline(numbers, Ridge(alpha=params["alpha"] * scale)).fit(features, target)
"""
_SHOPS = sorted({line.split(",")[1] for line in sales_rows().splitlines()[1:]})
SPECS = {
    "mlspec.yaml": PROJECT + "  code: [src]\n",
    "specs/sales.yaml": _SOURCES,
    "specs/demand.yaml": _MODEL,
    "src/__init__.py": "",
    "src/load.py": _CODE,
    "data/raw/regions.csv": "region,size\nnorth,1\nsouth,2\n",
    "data/raw/prices.csv": "price\n1\n2\n",
    "data/notes/a.txt": "a\n",
    "data/notes/b.txt": "b\n",
    "data/shops.csv": "shop\n" + "".join(f"{shop}\n" for shop in _SHOPS),
    "data/weights/one.txt": "1\n",
}
"""A project's files; the rows of sales come with every project of `support.projects`."""
TRACKED = ("data/raw", "data/notes/b.txt", "data/shops.csv", "data/weights")
"""What DVC may track of it: a folder with a declared file in it, a file in a declared folder, a declared file, a declared folder."""
