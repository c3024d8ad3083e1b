"""Which deployment, which version, which environment before: asked of compiled projects."""

from __future__ import annotations

from datetime import date

import pytest
from support.projects import SPECS, compile_texts, deployment

from mlspec.compiler.project.environments import check_environment, previous_environment
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.promotion import place

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def at(version: str, digest: str = A, previous: str = "none", hold: str = "") -> str:
    return f', version: {version}, digest: "{digest}", previous: "{previous}", claim: "{B}"{hold}'


def compiled(**more: str) -> Project:
    """The usual project; keywords `staging_demand=…` add text to a deployment, or a deployment of another name."""
    specs = dict(SPECS)
    for name, text in more.items():
        environment, _, stem = name.partition("_")
        whole = deployment(environment).replace("name: demand,", f"name: {stem},")
        specs[f"environments/{environment}/{stem}.yaml"] = whole.replace("target: local-rest", "target: local-rest" + text)
    project = compile_texts(specs).project
    assert project is not None
    return project


def code(call: object, *arguments: object) -> str:
    with pytest.raises(Problems) as caught:
        call(*arguments)  # type: ignore[operator]
    return str(caught.value.diagnostics[0].code)


def test_environments_are_a_path() -> None:
    project = compiled()
    assert previous_environment(project, "staging") is None
    assert previous_environment(project, "production") == "staging"
    assert code(check_environment, project, "prod") == "MLS0701"


def test_the_deployment_named_or_named_as_the_model_or_the_only_one() -> None:
    both = compiled(staging_second="")
    assert place.choose_deployment(both, "demand", "staging", None).name == "demand"
    assert place.choose_deployment(both, "demand", "staging", "second").name == "second"
    assert code(place.choose_deployment, both, "demand", "staging", "third") == "MLS0702"
    assert place.find_deployment(both, "deployment/staging/second").name == "second"
    assert code(place.find_deployment, both, "staging/third") == "MLS0003"
    assert code(place.model_name, both, "model/dem") == "MLS0003"


def test_what_goes_on_is_what_the_environment_before_has() -> None:
    project = compiled(staging_demand=at("v1.1.0", B))
    production = project.deployments["production/demand"]
    assert place.version_before(project, production, None) == ("v1.1.0", B)
    assert place.version_before(project, production, "v1.1.0") == ("v1.1.0", B)
    assert code(place.version_before, project, production, "v1.0.0") == "MLS0704"
    empty = compiled()
    assert code(place.version_before, empty, empty.deployments["production/demand"], None) == "MLS0704"


def test_several_versions_before_need_a_name() -> None:
    project = compiled(staging_one=at("v1.0.0"), staging_two=at("v2.0.0", B))
    production = project.deployments["production/demand"]
    assert code(place.version_before, project, production, None) == "MLS0704"
    assert place.version_before(project, production, "v2.0.0") == ("v2.0.0", B)


def test_a_hold_stands_until_its_day() -> None:
    held = compiled(staging_demand=at("v1.0.0", A, B, ', hold: {until: "2026-12-01", reason: why}')).deployments["staging/demand"]
    assert code(place.check_hold, held, date(2026, 11, 30)) == "MLS0703"
    place.check_hold(held, date(2026, 12, 1))
    assert code(place.check_held_version, held, B, date(2026, 11, 30)) == "MLS0703"
    place.check_held_version(held, A, date(2026, 11, 30))
    place.check_held_version(held, B, date(2026, 12, 1))
