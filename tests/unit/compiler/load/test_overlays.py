"""Overlays: an environment's patches, merged, checked, and told at the file that made a mistake."""

from __future__ import annotations

import pytest
from support.projects import SPECS, compile_texts

from mlspec.compiler.project.project import Project

HEAD = "apiVersion: mlspec/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def patch(kind: str, name: str, spec: str) -> str:
    return HEAD.format(kind=kind, name=name, spec=spec)


def laid(files: dict[str, str]) -> Project:
    result = compile_texts(SPECS | files)
    assert result.diagnostics == ()
    assert result.project
    return result.project


def test_production_differs_from_staging_without_a_copy() -> None:
    project = laid(
        {
            "environments/production/overlays/kpis.yaml": patch("KPISet", "demand", "{confidence: 99%, kpis: [mae <= 20]}"),
            "environments/production/overlays/rest.yaml": patch("DeploymentTarget", "local-rest", "{rest: {port: 9999}}"),
        }
    )
    there, here = project.kpis_of("demand", "production"), project.kpis_of("demand", "staging")
    assert there
    assert here
    assert (there.envelope.spec.confidence, [k.text for k in there.envelope.spec.kpis]) == (0.99, ["mae <= 20"])
    assert there.envelope.spec.bootstrap.resamples == 200
    assert here.envelope.spec.confidence == 0.95
    ports = [project.target_of(project.deployments[f"{e}/demand"]).envelope.spec.rest.port for e in ("staging", "production")]  # type: ignore[union-attr]
    assert ports == [0, 9999]


def test_null_takes_a_key_away_and_env_has_a_value() -> None:
    targets = {"specs/local-rest.yaml": patch("DeploymentTarget", "local-rest", "{rest: {host: 127.0.0.1, port: 8080}}")}
    overlay = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: local-rest, description: 'the ${env} one'}\nspec: {rest: {port: null}}\n"
    project = laid(targets | {"environments/staging/overlays/rest.yaml": overlay})
    target = project.target_of(project.deployments["staging/demand"]).envelope
    assert target.spec.rest
    assert target.spec.rest.port == 8080  # the default
    assert target.metadata.description == "the staging one"


@pytest.mark.parametrize(
    ("path", "text", "code", "place"),
    [
        ("production/overlays/a.yaml", patch("Model", "demand", "{seed: 4}"), "MLS0440", "2:7"),
        ("production/overlays/a.yaml", patch("KPISett", "demand", "{}"), "MLS0440", "2:7"),
        ("production/overlays/a.yaml", patch("KPISet", "demnad", "{}"), "MLS0440", "3:18"),
        ("production/overlays/a.yaml", patch("KPISet", "demand", "{confidnce: 99%}"), "MLS0101", "4:8"),
        ("production/overlays/a.yaml", patch("KPISet", "demand", "{kpis: [maee <= 3]}"), "MLS0406", "4:15"),
        ("production/overlays/a.yaml", patch("KPISet", "demand", "{kpis: null}"), "MLS0102", None),
        ("prod/overlays/a.yaml", patch("KPISet", "demand", "{confidence: 99%}"), "MLS0407", "1:1"),
        ("production/overlays/a.yaml", patch("KPISet", "demand", "{}") + "---\n" + patch("KPISet", "demand", "{}"), "MLS0301", "8:18"),
        ("production/overlays/a.yaml", "kind: KPISet\n", "MLS0440", "1:1"),
    ],
)
def test_a_mistake_is_told_in_the_overlay(path: str, text: str, code: str, place: str | None) -> None:
    result = compile_texts(SPECS | {f"environments/{path}": text})
    assert [d.code for d in result.diagnostics] == [code]
    if place is not None:
        assert str(result.diagnostics[0].span) == f"environments/{path}:{place}"


def test_a_broken_object_is_no_second_mistake_of_its_overlay() -> None:
    files = {"specs/demand-kpis.yaml": SPECS["specs/demand-kpis.yaml"].replace("model:", "modell:")}
    result = compile_texts(SPECS | files | {"environments/staging/overlays/a.yaml": patch("KPISet", "demand", "{confidence: 90%}")})
    assert [d.code for d in result.diagnostics] == ["MLS0101"]


def test_what_a_model_is_does_not_depend_on_overlays() -> None:
    plain = laid({})
    other = laid({"environments/production/overlays/kpis.yaml": patch("KPISet", "demand", "{confidence: 99%}")})
    assert plain.spec_digest("demand") == other.spec_digest("demand")
