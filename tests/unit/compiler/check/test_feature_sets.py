"""FeatureSets at `validate`: names, columns and SQL, told where they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.feature_specs import FEATURE_SPECS, FEATURES, SQL

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs

SET, QUERY = "specs/daily.yaml", "features/daily.sql"


def compiled(**changed: str) -> Compiled:
    """The project with another FeatureSet (`features`), SQL (`sql`), or other spec files by path."""
    files = {**FEATURE_SPECS, SET: changed.get("features", FEATURES), QUERY: changed.get("sql", SQL)}
    specs = {path: text.encode() for path, text in files.items() if path != QUERY}
    read = {QUERY: files[QUERY].encode()}
    return compile_inputs(Path("/nowhere"), Inputs(specs, {}, frozenset({"requirements.lock"}), read_list=read.get))


def told(**changed: str) -> list[tuple[str, str]]:
    """(place, code) of what is found."""
    return [(str(d.span), d.code) for d in compiled(**changed).diagnostics]


def test_the_set_becomes_a_stage_between_its_sources_and_its_model():
    found = compiled()
    assert found.graph is not None, str(found)
    own, model = found.graph.pipeline("features/daily"), found.graph.pipeline("model/demand")
    assert own is not None
    assert model is not None
    assert own.upstream == ("source/promos", "source/sales")
    assert model.upstream == ("features/daily",)
    assert [p.ref for p in found.graph.pipelines] == ["source/promos", "source/sales", "features/daily", "model/demand"]
    (stage,) = own.stages
    assert stage.deps == (
        "pipelines/data/sales/valid.parquet",
        "pipelines/data/promos/valid.parquet",
        "requirements.lock",
        "features/daily.sql",
    )
    assert stage.params["asOf"] == {"promos": {"on": "begins", "known": "announced", "by": ["shop"], "maxAge": 2592000.0}}
    assert stage.params["lookAhead"] == {"cuts": 12, "seed": 7, "targets": {"count": []}}
    assert model.stages[0].params["input"] == "../../features/daily/features.parquet"
    assert model.stages[1].params["types"] == {
        "day": "date",
        "shop": "string",
        "price": "number",
        "rebate": "number",
        "demand_7d": "number",
        "count": "integer",
    }


def test_all_that_decides_is_in_the_digest():
    found = compiled()
    assert found.project is not None
    refs = [b.ref for b in found.project.closure("demand")]
    assert refs == ["model/demand", "features/daily", "kpis/demand", "source/promos", "source/sales", "rules/sales"]


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("promos: {source: promos}", "promos: {source: promo}", [(f"{SET}:5:43", "MLS0302")]),
        ("sales: sales", "sales: sale", [(f"{SET}:5:19", "MLS0302")]),
        ("  spine: sales\n", "", [(f"{SET}:5:3", "MLS0112")]),
        ("spine: sales", "spine: sails", [(f"{SET}:6:10", "MLS0112")]),
        ("    promos: {on", "    promo: {on", [(f"{SET}:8:12", "MLS0112")]),
        ("  timeColumn: day\n", "", [(f"{SET}:8:5", "MLS0112")]),
        ("on: begins", "on: beginns", [(f"{SET}:8:18", "MLS0410")]),
        ("by: [shop]", "by: [shopp]", [(f"{SET}:8:49", "MLS0410"), (f"{SET}:8:49", "MLS0410")]),
        ("key: [day, shop]", "key: [dai, shop]", [(f"{SET}:10:9", "MLS0410")]),
        ("name: rebate", "name: rebat", [(f"{QUERY}:1:43", "MLS0621"), (f"{SET}:14:14", "MLS0620")]),
        ("sql: features/daily.sql", "sql: features/dayly.sql", [(f"{SET}:9:8", "MLS0423")]),
        ("  columns:", "  online: {store: {sqlite: true, redis: FEATURES}}\n  columns:", [(f"{SET}:12:34", "MLS0106")]),
        ("  columns:", "  online: {store: {redis: redis://host}}\n  columns:", [(f"{SET}:12:27", "MLS0112")]),
        ("  columns:", "  online: {store: {sqlite: false}}\n  columns:", [(f"{SET}:12:28", "MLS0105")]),
    ],
)
def test_what_is_wrong_is_told_at_its_place(old, new, places):
    assert FEATURES.count(old) == 1
    assert sorted(told(features=FEATURES.replace(old, new))) == sorted(places)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "code"),
    [
        ("s.price", "s.prize", 1, 25, "MLS0624"),
        ("JOIN promos", "JOIN sales_", 4, 6, "MLS0623"),
        ("p.rebate", "random() AS rebate", 1, 41, "MLS0623"),
        ("SELECT s.day", "SELEKT s.day", 1, 1, "MLS0623"),
        ("FROM sales AS s", "FROM 'data/sales.csv' AS s", 3, 7, "MLS0623"),
    ],
)
def test_sql_is_read_where_it_stands(old, new, line, column, code):
    assert SQL.count(old) == 1
    assert told(sql=SQL.replace(old, new)) == [(f"{QUERY}:{line}:{column}", code)]


def test_a_switch_is_short_for_a_number_of_cuts():
    for text, cuts in (("false", 0), ("true", 12), ("{cuts: 3}", 3)):
        found = compiled(features=FEATURES + f"  lookAhead: {text}\n")
        assert found.project is not None
        assert found.project.feature_sets["daily"].envelope.spec.look_ahead.cuts == cuts


def test_a_source_and_a_set_share_no_name():
    found = told(features=FEATURES.replace("name: daily}", "name: promos}"))
    assert (f"{SET}:3:18", "MLS0305") in found


def test_a_circle_of_sets_is_refused():
    found = told(features=FEATURES.replace("promos: {source: promos}", "promos: {features: daily}"))
    assert (f"{SET}:5:45", "MLS0304") in found
