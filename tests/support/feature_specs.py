"""A project whose model learns from a FeatureSet: sales with the rebates that were known on each day."""

from __future__ import annotations

from support.projects import MODEL, SPECS

PROMOS = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: promos}
spec:
  file: {path: data/promos.csv}
  columns:
    - {name: begins, type: date}
    - {name: announced, type: date}
    - {name: shop, type: string}
    - {name: rebate, type: number}
  timeColumn: announced
"""
FEATURES = """\
apiVersion: mlspec/v1
kind: FeatureSet
metadata: {name: daily}
spec:
  inputs: {sales: sales, promos: {source: promos}}
  spine: sales
  asOf:
    promos: {on: begins, known: announced, by: [shop], maxAge: 30d}
  sql: features/daily.sql
  key: [day, shop]
  timeColumn: day
  columns:
    - {name: price, type: number}
    - {name: rebate, type: number, description: The rebate that holds}
    - {name: demand_7d, type: number, description: Mean demand of the 7 days before}
    - {name: count, type: integer}
"""
SQL = """\
SELECT s.day, s.shop, s.price, s.count, p.rebate,
  avg(s.count) OVER (PARTITION BY s.shop ORDER BY s.day ROWS BETWEEN 7 PRECEDING AND 1 PRECEDING) AS demand_7d
FROM sales AS s
JOIN promos AS p USING (day, shop)
"""
ON_FEATURES = MODEL.replace("data: sales", "data: daily")
FEATURE_SPECS = {
    **SPECS,
    "specs/promos.yaml": PROMOS,
    "specs/daily.yaml": FEATURES,
    "specs/demand.yaml": ON_FEATURES,
    "features/daily.sql": SQL,
}


def promo_rows() -> str:
    """CSV rows: a rebate begins every ten days, and every third is announced two days late."""
    lines = ["begins,announced,shop,rebate"]
    for number in range(0, 110, 10):
        day, late = f"2024-{1 + number // 28:02d}-{1 + number % 28:02d}", 2 if number % 30 == 0 else 0
        known = f"2024-{1 + (number + late) // 28:02d}-{1 + (number + late) % 28:02d}"
        lines += [f"{day},{known},{shop},{number / 100}" for shop in ("north", "south")]
    return "\n".join(lines) + "\n"
