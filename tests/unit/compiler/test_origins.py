"""Each value of the canonical form, with where it comes from."""

from __future__ import annotations

import pytest
import yaml
from support.projects import SPECS, compile_texts

from mlspec.compiler.commented import commented
from mlspec.compiler.origins import flat, trace
from mlspec.compiler.project.project import Project
from mlspec.language.yaml.load import load_documents

MODEL = """\
apiVersion: mlspec/v1
kind: Model
metadata: {name: demand, description: "for ${var.region}"}
spec:
  task: regression
  data: sales
  target: ${var.target}
  split: {strategy: time, test: 25%, gap: 1d}
  features:
    exclude:
      - price
      - day
  estimator:
    class: sklearn.linear_model.Ridge
    params: {alpha: 1.0, nested: {deep: [1, two]}}
"""
VARIABLES = "  variables: {target: {default: count}, region: {default: north}}\n"


@pytest.fixture(scope="module")
def project() -> Project:
    specs = SPECS | {"specs/demand.yaml": MODEL, "mlspec.yaml": SPECS["mlspec.yaml"] + VARIABLES}
    compiled = compile_texts(specs)
    assert compiled.project is not None, compiled.diagnostics
    return compiled.project


def origins(project: Project, ref: str) -> dict[str, str]:
    return {route: str(part.origin) for route, part in flat(trace(project.by_ref()[ref]))}


def test_every_way_a_value_comes_about(project: Project) -> None:
    found = origins(project, "model/demand")
    assert found["spec.task"] == "specs/demand.yaml:5"
    assert found["spec.split.test"] == "specs/demand.yaml:8, from `25%`"
    assert found["spec.split.gap"] == "specs/demand.yaml:8, from `1d`"
    assert found["spec.target"] == "variable target, specs/demand.yaml:7"
    assert found["metadata.description"] == "variable region, specs/demand.yaml:3"
    assert found["spec.preprocess.numeric.impute"] == "default"
    assert found["spec.estimator.params.nested.deep[1]"] == "specs/demand.yaml:15"
    assert found["spec.features.exclude[1]"] == "specs/demand.yaml:12"


def test_a_shorthand_s_parts_stand_where_it_stands(project: Project) -> None:
    found = origins(project, "kpis/demand")
    assert found["spec.kpis[0].metric"] == found["spec.kpis[0].max"] == "specs/demand-kpis.yaml:6, from `mae <= 50`"
    assert found["spec.kpis[0].bound"] == "default"
    assert found["spec.kpis[1].improveBy"] == "specs/demand-kpis.yaml:6, from `10%`"


def test_the_environment_is_a_variable() -> None:
    text = SPECS["environments/staging/demand.yaml"].replace("metadata: {", 'metadata: {description: "in ${env}", ')
    project = compile_texts(SPECS | {"environments/staging/demand.yaml": text}).project
    assert project is not None
    assert origins(project, "deployment/staging/demand")["metadata.description"] == "variable env, environments/staging/demand.yaml:3"


def test_values_are_the_canonical_form_of_every_object(project: Project) -> None:
    for bound in project.by_ref().values():
        assert trace(bound).value == bound.envelope.canonical()


def test_the_text_is_yaml_of_the_canonical_form(project: Project) -> None:
    for bound in project.by_ref().values():
        documents, problems = load_documents("x.yaml", commented(trace(bound)))
        assert not problems
        assert documents[0].value == bound.envelope.canonical()


def test_the_envelope_comes_in_the_usual_order(project: Project) -> None:
    assert list(yaml.safe_load(commented(trace(project.settings)))) == ["apiVersion", "kind", "metadata", "spec"]


def test_every_line_with_a_value_has_its_origin(project: Project) -> None:
    lines = commented(trace(project.by_ref()["model/demand"])).splitlines()
    assert all("#" in line or line.endswith(":") for line in lines)


def test_no_text_of_a_spec_ends_a_comment(project: Project) -> None:
    text = SPECS["specs/demand-kpis.yaml"].replace('"mae <= 50"', '"mae\\n<= 50"')
    compiled = compile_texts(SPECS | {"specs/demand-kpis.yaml": text}).project
    assert compiled is not None
    shown = commented(trace(compiled.by_ref()["kpis/demand"]))
    assert not load_documents("x.yaml", shown)[1]
    assert "\n<=" not in shown
