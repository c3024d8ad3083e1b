"""A project whose model learns from a source that is made of two others and a file, by one SELECT or by a function."""

from __future__ import annotations

from support.projects import SPECS, sales_rows

_ORIGINS = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: orders}
spec:
  file: {path: data/sales.csv}
  columns:
    - {name: day, type: date}
    - {name: shop, type: string}
    - {name: price, type: number}
    - {name: count, type: integer}
  key: [day, shop]
  refresh: {schedule: "0 5 * * *"}
---
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: shops}
spec:
  file: {path: data/shops.csv}
  columns: [{name: shop, type: string}, {name: zip, type: string}]
  key: [shop]
"""
MADE = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: sales}
spec:
  from: {inputs: {orders: {source: orders}, shops: {source: shops}, zips: {file: data/zips.csv}}, sql: queries/sales.sql}
  columns:
    - {name: day, type: date}
    - {name: shop, type: string}
    - {name: zip, type: string}
    - {name: price, type: number}
    - {name: count, type: integer}
    - {name: rank, type: integer}
    - {name: people, type: number}
  key: [day, shop]
  timeColumn: day
"""
QUERY = """\
SELECT day, shop, shops.zip, price, count, people,
  row_number() OVER (PARTITION BY shop ORDER BY day) AS rank
FROM orders
JOIN shops USING (shop)
JOIN zips ON zips.zip = shops.zip
"""
FUNCTION = MADE.replace("sql: queries/sales.sql", 'python: {callable: "src.join:sales", params: {least: 0}}')
CODE = """\
import pandas as pd


def sales(inputs, params):
    orders, shops = (pd.read_parquet(inputs[name]) for name in ("orders", "shops"))
    zips = pd.read_csv(inputs["zips"], dtype={"zip": str})
    rows = orders[orders.price >= params["least"]].merge(shops, on="shop").merge(zips, on="zip")
    return rows.assign(rank=rows.groupby("shop").cumcount() + 1)
"""
MADE_SPECS = {
    **SPECS,
    "specs/origins.yaml": _ORIGINS,
    "specs/sales.yaml": MADE,
    "queries/sales.sql": QUERY,
    "data/sales.csv": sales_rows(),
    "data/shops.csv": "shop,zip\nnorth,01067\nsouth,80331\n",
    "data/zips.csv": "zip,people\n01067,12000\n80331,41000\n",
}
"""A project's files, in which `sales` is made of `orders`, `shops` and a file of zip codes."""
