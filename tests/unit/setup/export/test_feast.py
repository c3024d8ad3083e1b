"""The text of a Feast repository, and what Feast has no place for. That Feast takes it: e2e/test_feast.py."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from support.cli import mlspec, repository
from support.feature_specs import FEATURE_SPECS, FEATURES, promo_rows
from support.projects import SOURCE, sales_rows

TYPES = {"day": "date", "shop": "string", "price": "number", "rebate": "number", "demand_7d": "number", "count": "integer"}
HOSTILE = "\"'''); import os; os.abort() #\""
FLAT = """\
apiVersion: mlspec/v1
kind: FeatureSet
metadata: {name: flat}
spec:
  inputs: {sales: sales}
  sql: features/flat.sql
  key: [day, shop]
  columns: [{name: price, type: number}]
"""
MADE = "pipelines/features/daily/features.json"


def project(folder: Path, features: str = FEATURES, types: dict[str, str] | None = None, more: dict[str, str] | None = None) -> Path:
    files = {**FEATURE_SPECS, "data/sales.csv": sales_rows(), "data/promos.csv": promo_rows(), "specs/daily.yaml": features, **(more or {})}
    root = repository(folder, files)
    (root / MADE).parent.mkdir(parents=True, exist_ok=True)
    (root / MADE).write_text(json.dumps({"columns": types or TYPES}))
    return root


def test_a_set_as_feast_has_it(tmp_path: Path) -> None:
    root = project(tmp_path, FEATURES.replace("The rebate that holds", HOSTILE))
    assert mlspec(root, "export", "feast", check=0).out.split() == ["feast/feature_store.yaml", "feast/features.py", "feast/.gitignore"]
    code = (root / "feast/features.py").read_text()
    ast.parse(code)
    assert "entity_shop = Entity(name='shop', join_keys=['shop'], value_type=ValueType.STRING)" in code
    assert "path=str(HERE / '../pipelines/features/daily/features.parquet'), timestamp_field='day'" in code
    assert "Field(name='demand_7d', dtype=Float64, description='Mean demand of the 7 days before')" in code
    assert [type(node).__name__ for node in ast.parse(code).body] == ["ImportFrom"] * 4 + ["Assign"] * 3  # a description is no code
    assert "type: duckdb" in (root / "feast/feature_store.yaml").read_text()
    before = {path.name: path.read_bytes() for path in (root / "feast").iterdir()}
    mlspec(root, "export", "feast", "features/daily", check=0)
    assert {path.name: path.read_bytes() for path in (root / "feast").iterdir()} == before


def test_what_feast_has_no_place_for(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        types=TYPES | {"shop": "number"},
        more={"specs/flat.yaml": FLAT, "features/flat.sql": "SELECT day, shop, price FROM sales\n"},
    )
    told = mlspec(root, "export", "feast", check=1).text  # a set without a time is left out where none is named
    assert "error[MLS0306]: the key `shop` of features/daily is number" in told
    assert "specs/daily.yaml:10:8" in told
    assert "features/flat has no `timeColumn`" in mlspec(root, "export", "feast", "features/flat", check=1).text


def test_personal_data_is_marked_wherever_it_came_from(tmp_path: Path) -> None:
    root = project(tmp_path)
    sales = root / "specs/sales.yaml"
    assert "{name: price, type: number}" in sales.read_text()
    marked = sales.read_text().replace("{name: price, type: number}", "{name: price, type: number, pii: true}")
    sales.write_text(marked.replace("{name: shop, type: string}", "{name: shop, type: string, pii: true}"))
    mlspec(root, "export", "feast", check=0)
    code = (root / "feast/features.py").read_text()
    assert "Field(name='price', dtype=Float64, tags={'pii': 'true'})" in code
    assert "join_keys=['shop'], value_type=ValueType.STRING, tags={'pii': 'true'})" in code
    assert code.count("'pii'") == 2


def test_keys_that_would_be_one_name(tmp_path: Path) -> None:
    more = {}
    for name, key in (("one", "shop id"), ("two", "shop_id")):
        source = SOURCE.replace("{name: sales}", f"{{name: {name}-sales}}").replace("name: shop", f'name: "{key}"')
        more[f"specs/{name}-sales.yaml"] = source.replace("[day, shop]", f"[day, {key}]")
        flat = FLAT.replace("{name: flat}", f"{{name: {name}}}").replace("flat.sql", f"{name}.sql").replace("[day, shop]", f"[day, {key}]")
        more[f"specs/{name}.yaml"] = flat.replace("sales: sales", f"sales: {name}-sales").replace("  key:", "  timeColumn: day\n  key:")
        more[f"features/{name}.sql"] = f'SELECT day, "{key}", price FROM sales\n'
    root = project(tmp_path, more=more)
    for name, key in (("one", "shop id"), ("two", "shop_id")):
        made = root / f"pipelines/features/{name}/features.json"
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(json.dumps({"columns": {"day": "date", key: "string", "price": "number"}}))
    told = mlspec(root, "export", "feast", check=1).text
    assert "error[MLS0306]: the keys `shop_id` of features/two and `shop id` would both be called `shop_id` in Feast" in told


def test_an_entity_of_two_types(tmp_path: Path) -> None:
    other = FEATURES.replace("{name: daily}", "{name: day-ly}")
    root = project(tmp_path, more={"specs/b.yaml": other})
    (root / "pipelines/features/day-ly/features.json").write_text(json.dumps({"columns": TYPES | {"shop": "integer"}}))
    told = mlspec(root, "export", "feast", check=1).text
    assert "the key `shop` is integer in features/day-ly, and string in features/daily: in Feast it is one entity" in told


def test_what_is_not_ours_stands_and_nothing_leaves_the_repository(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "feast").mkdir()
    (root / "feast/features.py").write_text("mine = 1\n")
    assert "MLS0501" in mlspec(root, "export", "feast", check=1).text
    assert [path.name for path in (root / "feast").iterdir()] == ["features.py"]
    assert "outside the repository" in mlspec(root, "export", "feast", "--out", str(tmp_path / "x"), check=2).text
    assert "MLS0003" in mlspec(root, "export", "feast", "features/dayly", check=1).text
    (root / MADE).unlink()
    assert "MLS0603" in mlspec(root, "export", "feast", "--out", "other", check=1).text
