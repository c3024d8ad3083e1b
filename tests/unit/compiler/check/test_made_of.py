"""Sources that are made of others at `validate`: names, tables, circles and schedules, told where they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.made_specs import CODE, FUNCTION, MADE, MADE_SPECS, QUERY

from mlspec.compiler.lint import Wish
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs
from mlspec.compiler.project.data_columns import marked_columns

DAILY = """\
apiVersion: mlspec/v1
kind: FeatureSet
metadata: {name: daily}
spec:
  inputs: {orders: orders}
  sql: queries/sales.sql
  key: [day, shop]
"""
SPEC, SQL = "specs/sales.yaml", "queries/sales.sql"


def compiled(made: str = MADE, sql: str | None = QUERY, wish: Any = None, **more: str) -> Compiled:
    files = {**MADE_SPECS, SPEC: made, **more}
    specs = {path: text.encode() for path, text in files.items() if path.endswith(".yaml")}
    read = {} if sql is None else {SQL: sql.encode()}
    code = {"src": ("src/join.py",)} if "code: [src]" in files["mlspec.yaml"] else {}
    return compile_inputs(Path("/nowhere"), Inputs(specs, code, frozenset({"requirements.lock"}), read_list=read.get), wish=wish)


def told(made: str = MADE, sql: str | None = QUERY, **more: str) -> list[tuple[str, str]]:
    return [(str(d.span), d.code) for d in compiled(made, sql, **more).diagnostics]


def test_it_is_a_source_below_those_that_it_is_made_of():
    found = compiled()
    assert found.graph is not None, str(found)
    assert [p.ref for p in found.graph.pipelines] == ["source/orders", "source/shops", "source/sales", "model/demand"]
    own = found.graph.pipeline("source/sales")
    assert own is not None
    assert own.upstream == ("source/orders", "source/shops")
    assert own.stages[0].deps == (
        "requirements.lock",
        "pipelines/data/orders/valid.parquet",
        "pipelines/data/shops/valid.parquet",
        "data/zips.csv",
        "queries/sales.sql",
    )
    assert own.stages[0].params == {
        "text": ["shop", "zip"],
        "types": {"day": "date", "price": "number", "count": "integer", "rank": "integer", "people": "number"},
        "key": ["day", "shop"],
        "from": {
            "inputs": {
                "orders": {"path": "../orders/valid.parquet"},
                "shops": {"path": "../shops/valid.parquet"},
                "zips": {"path": "../../../data/zips.csv", "format": "csv"},
            },
            "sql": "../../../queries/sales.sql",
        },
    }


def test_all_that_it_is_made_of_decides_what_the_model_is():
    found = compiled()
    assert found.project is not None
    assert [b.ref for b in found.project.closure("demand")] == [
        "model/demand", "source/sales", "rules/sales", "kpis/demand", "source/orders", "source/shops"
    ]  # fmt: skip


def test_what_is_personal_there_is_personal_here():
    origins = MADE_SPECS["specs/origins.yaml"].replace("{name: zip, type: string}", "{name: zip, type: string, pii: true}")
    found = compiled(wish=Wish(("MLS1006",)), **{"specs/origins.yaml": origins})
    assert found.graph is not None
    own = found.graph.pipeline("source/sales")
    assert own is not None
    assert [stage.params["pii"] for stage in own.stages[1:]] == [["zip"], ["zip"]]
    assert [d.message for d in found.diagnostics if d.code == "MLS1006"] == ["the feature `zip` is personal data, made of source/shops.zip"]
    assert found.project is not None
    assert marked_columns(found.project, found.project.sources["sales"]) == ["zip"]


def test_a_function_depends_on_its_code():
    found = compiled(FUNCTION, None, **{"mlspec.yaml": MADE_SPECS["mlspec.yaml"] + "  code: [src]\n", "src/join.py": CODE})
    assert found.graph is not None, str(found)
    own = found.graph.pipeline("source/sales")
    assert own is not None
    assert own.stages[0].deps[-2:] == ("data/zips.csv", "src/join.py")
    given = own.stages[0].params["from"]["python"]
    assert given["inputs"]["orders"] == "pipelines/data/orders/valid.parquet"
    assert given["params"] == {"least": 0}


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("{source: orders}", "{source: order}", "specs/sales.yaml:5:36", "MLS0302"),
        ("{source: orders}", "{source: sales}", "specs/sales.yaml:5:36", "MLS0304"),
        ("{source: orders}", "{features: hourly}", "specs/sales.yaml:5:38", "MLS0302"),
        ("{source: orders}", "{model: demand}", "specs/sales.yaml:5:35", "MLS0490"),
        ("{source: orders}", "{folder: data/orders}", "specs/sales.yaml:5:27", "MLS0112"),
        ("{file: data/zips.csv}", "{file: data/zips}", "specs/sales.yaml:5:82", "MLS0422"),
        ("{file: data/zips.csv}", "{file: pipelines/data/shops/valid.parquet}", "specs/sales.yaml:5:82", "MLS0421"),
        (", sql: queries/sales.sql", "", "specs/sales.yaml:5:3", "MLS0106"),
        ("zips: {", "ORDERS: {", "specs/sales.yaml:5:77", "MLS0112"),
        ("zips: {", "a b: {", "specs/sales.yaml:5:74", "MLS0112"),
        ("  timeColumn: day\n", '  timeColumn: day\n  refresh: {schedule: "0 5 * * *"}\n', "specs/sales.yaml:16:3", "MLS0428"),
        ("  timeColumn: day\n", "  timeColumn: day\n  format: csv\n", "specs/sales.yaml:16:3", "MLS0425"),
    ],
)
def test_what_can_not_be_is_told_in_the_spec(old, new, place, code):
    found = told(MADE.replace(old, new))
    assert (place, code) in found


@pytest.mark.parametrize(
    ("sql", "place", "code"),
    [
        (None, "specs/sales.yaml:5", "MLS0423"),
        (QUERY.replace("FROM orders", "FROM order_s"), "queries/sales.sql:3:6", "MLS0623"),
        (QUERY.replace("row_number()", "random()"), "queries/sales.sql:2:3", "MLS0623"),
        ("SELECT * FROM orders; SELECT 1", "queries/sales.sql:1:1", "MLS0623"),
    ],
)
def test_what_can_not_be_is_told_in_the_query(sql, place, code):
    ((at, found),) = told(sql=sql)
    assert found == code
    assert at.startswith(place)


def test_columns_are_looked_for_where_all_are_declared():
    made = MADE.replace(", zips: {file: data/zips.csv}", "")
    ((at, code),) = told(made, "SELECT day, shop, shops.zip,\n  prize AS price FROM orders JOIN shops USING (shop)")
    assert (at[:21], code) == ("queries/sales.sql:2:3", "MLS0624")


def test_a_circle_through_a_feature_set_is_told():
    found = compiled(
        MADE.replace("{source: shops}", "{features: daily}"), **{"specs/daily.yaml": DAILY.replace("orders: orders", "sales: sales")}
    )
    (circle,) = [d for d in found.diagnostics if d.code == "MLS0304"]
    assert circle.message == "sources and feature sets read each other in a circle: features/daily -> source/sales -> features/daily"


def test_a_feature_set_comes_before_the_source_that_is_made_of_it():
    sql = "SELECT day, shop, price, count FROM orders"
    found = compiled(MADE.replace("{source: orders}", "{features: daily}"), sql, **{"specs/daily.yaml": DAILY})
    assert found.graph is not None, str(found)
    refs = [p.ref for p in found.graph.pipelines]
    assert refs == ["source/orders", "features/daily", "source/shops", "source/sales", "model/demand"]
    own = found.graph.pipeline("source/sales")
    assert own is not None
    assert own.stages[0].params["from"]["inputs"]["orders"] == {"path": "../../features/daily/features.parquet"}


def test_any_function_may_read_a_feature_set():
    made = MADE[: MADE.index("  from:")] + '  python: {callable: "src.join:sales", inputs: {daily: {features: daily}}}\n  timeColumn: day\n'
    rules = MADE_SPECS["specs/sales-rules.yaml"] + '    - python: {callable: "src.join:known", inputs: {d: {features: daily}}}\n'
    files = {"specs/daily.yaml": DAILY, "specs/sales-rules.yaml": rules, "src/join.py": CODE}
    found = compiled(made, "SELECT * FROM orders", **files, **{"mlspec.yaml": MADE_SPECS["mlspec.yaml"] + "  code: [src]\n"})
    assert found.graph is not None, str(found)
    own = found.graph.pipeline("source/sales")
    assert own is not None
    assert own.upstream == ("features/daily",)
    rows = "pipelines/features/daily/features.parquet"
    assert rows in own.stages[0].deps
    assert rows in own.stages[2].deps
    assert own.stages[0].params["python"]["inputs"] == {"daily": rows}
    assert [p.ref for p in found.graph.pipelines][:2] == ["source/orders", "features/daily"]
