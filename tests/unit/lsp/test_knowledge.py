"""What the server knows agrees with the compiler, the schemas and scikit-learn."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from support.projects import KPIS, RULES, SPECS

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.resolve import references as compiled_references
from mlspec.compiler.pipeline import compile_inputs
from mlspec.language.kinds.catalog import KINDS
from mlspec.lsp import fields
from mlspec.lsp.describe import field_text
from mlspec.lsp.estimators import class_paths
from mlspec.lsp.files import ProjectFiles, is_spec_path
from mlspec.lsp.rename import rename
from mlspec.lsp.symbols import Symbols

MORE = {
    "specs/holidays.yaml": "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: holidays}\nspec: {file: {path: data/h.csv}, columns: [{name: day, type: date}]}\n",
    "specs/sales-rules.yaml": RULES
    + "    - references: {column: day, source: holidays, key: day}\n    - drift: {columns: [price], max: 0.2, against: holidays}\n",
    "specs/rides.yaml": "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: rides}\n"
    "spec: {from: {inputs: {days: {source: holidays}, zips: {file: data/z.csv}}, sql: q.sql}}\n",
    "specs/batch.yaml": "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: batch}\nspec: {batch: {input: sales, output: predictions}}\n",
}


def test_every_reference_of_the_compiler_is_known() -> None:
    texts = {**SPECS, **MORE}
    inputs = Inputs(
        {path: text.encode() for path, text in texts.items()},
        {},
        frozenset({"requirements.lock"}),
        read_list={"q.sql": b"SELECT 1 AS a"}.get,
    )
    project = compile_inputs(Path("/nowhere"), inputs).project
    assert project is not None
    symbols = Symbols.of(texts)
    known = {(u.path, u.scalar.route, u.scalar.value) for u in symbols.uses if "Environment" not in u.kinds}
    bounds = project.by_ref().values()
    assert known == {(b.path, tuple(r.route), r.name) for b in bounds for r in compiled_references(b)}
    assert {s.ref for s in symbols.objects if s.kind in KINDS} == set(project.by_ref())


def everything(kind: str, route: tuple[str | int, ...] = (), depth: int = 0) -> list[tuple[str | int, ...]]:
    if depth > 7:
        return []
    found = [route]
    for name in fields.properties(kind, route):
        found += everything(kind, (*route, name), depth + 1)
    if any("items" in form for form in fields.forms(kind, route)):
        found += everything(kind, (*route, 0), depth + 1)
    return found


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_has_a_hover_and_a_type(kind: str) -> None:
    routes = [r for r in everything(kind) if r and isinstance(r[-1], str)]
    assert len(routes) > 10
    for route in routes:
        assert len(field_text(kind, route).split("\n\n")) >= 2, route
        assert "anything" not in fields.type_text(kind, route) or "choices" in route or "kpis" in route, route


def test_a_model_set_is_known_as_the_model_it_makes() -> None:
    assert fields.properties("ModelSet", ("spec", "template", "spec")) == fields.properties("Model", ("spec",))
    assert fields.mark("ModelSet", ("spec", "overrides", 3, "spec", "data"), "x-mlspec-reference") == "DataSource|FeatureSet"


def test_what_no_schema_knows_is_no_field() -> None:
    assert fields.field("Model", ("spec", "nothing")) is None
    assert fields.forms("Nothing", ()) == ()
    assert field_text(None, ("spec",)) == ""


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_every_listed_estimator_exists_and_fits_the_task(task: str) -> None:
    from sklearn.base import is_classifier, is_regressor

    assert len(class_paths(task)) > 20
    for path in class_paths(task):
        module, name = path.rsplit(".", 1)
        made = getattr(importlib.import_module(module), name)()
        assert (is_regressor if task == "regression" else is_classifier)(made), path


def files(tmp_path: Path, texts: dict[str, str]) -> ProjectFiles:
    return ProjectFiles(tmp_path, dict(texts))


OVERLAY = "apiVersion: mlspec/v1\nkind: KPISet\nmetadata: {name: demand}\nspec: {confidence: 99%}\n"


def test_an_overlay_is_renamed_with_its_object(tmp_path: Path) -> None:
    place = "environments/production/overlays/demand.yaml"
    project = files(tmp_path, {**SPECS, place: OVERLAY})
    assert len(project.symbols.named(("KPISet",), "demand")) == 1
    edits = rename(project, "specs/demand-kpis.yaml", KPIS.index("demand") + 1, "hourly")
    assert sorted(edits) == [place, "specs/demand-kpis.yaml"]
    from_overlay = rename(project, place, OVERLAY.index("demand") + 1, "hourly")
    assert from_overlay == edits


@pytest.mark.parametrize(
    ("path", "is_spec"),
    [
        ("mlspec.yaml", True), ("specs/a.yaml", True), ("specs/x/a.yml", True), ("environments/staging/a.yaml", True), ("specs/.a.yaml", False),
        ("a.yaml", False), ("specs/a.json", False), ("other/a.yaml", False), ("pipelines/mlspec.yaml", False),
    ],
)  # fmt: skip
def test_which_files_are_specs(path: str, is_spec: bool) -> None:
    assert is_spec_path(path) is is_spec
