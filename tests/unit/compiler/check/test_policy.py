"""Policies: warnings while specs are written, refusals at a promotion."""

from __future__ import annotations

import pytest
from support.feature_specs import FEATURE_SPECS
from support.projects import SPECS, compile_texts

from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.promotion.policy import policy_digest, require_policies, valid_for

POLICY = """\
apiVersion: mlspec/v1
kind: Policy
metadata: {{name: strict}}
spec:
  environments: [production]
  require: {require}
  forbid: {forbid}
"""


def policy(require: str = "{}", forbid: str = "{}") -> dict[str, str]:
    return {"specs/policy.yaml": POLICY.format(require=require, forbid=forbid)}


def project_with(files: dict[str, str]) -> tuple[Project, list[tuple[str, str, str]]]:
    result = compile_texts(SPECS | files)
    assert result.project
    return result.project, [(d.code, d.severity, str(d.span)) for d in result.diagnostics]


def test_what_is_met_is_not_mentioned() -> None:
    card = SPECS["specs/demand.yaml"] + "  card: {intendedUse: vans, limitations: none known}\n"
    asked = policy(
        "{kpis: {versusChampion: true, versusBaseline: true}, card: [intendedUse, limitations], maxEvaluationAge: 2d}", "{pii: features}"
    )
    project, found = project_with(asked | {"specs/demand.yaml": card})
    assert found == []
    require_policies(project, "demand", "production")
    assert valid_for(project, "production").days == 2
    assert valid_for(project, "staging").days == 14


@pytest.mark.parametrize(
    ("files", "code", "place"),
    [
        (policy("{kpis: {slices: true}}"), "MLS0441", "specs/demand-kpis.yaml:6:3"),
        (policy("{card: [intendedUse]}"), "MLS0442", "specs/demand.yaml:4:1"),
        (
            policy(forbid="{pii: features}")
            | {"specs/sales.yaml": SPECS["specs/sales.yaml"].replace("price, type: number", "price, type: number, pii: true")},
            "MLS0443",
            "specs/demand.yaml:4:1",
        ),
    ],
)
def test_what_is_not_met_warns_and_forbids_the_promotion(files: dict[str, str], code: str, place: str) -> None:
    project, found = project_with(files)
    assert found == [(code, "warning", place)]
    with pytest.raises(Problems) as refused:
        require_policies(project, "demand", "production")
    assert [(d.code, d.severity) for d in refused.value.diagnostics] == [(code, "error")]
    require_policies(project, "demand", "staging")


@pytest.mark.parametrize(
    ("is_set", "said"), [(False, "drop it: `clean: [{drop: [price]}]`"), (True, "leave `price` out of what features/daily")]
)
def test_how_rows_go_without_a_column(is_set: bool, said: str) -> None:
    marked = {"specs/sales.yaml": SPECS["specs/sales.yaml"].replace("price, type: number", "price, type: number, pii: true")}
    result = compile_texts((FEATURE_SPECS if is_set else SPECS) | marked | policy(forbid="{pii: data}"))
    (told,) = [d for d in result.diagnostics if d.code == "MLS0443"]
    assert told.help is not None
    assert told.help.startswith(said)


def test_what_is_asked_for_at_a_promotion_compiles() -> None:
    assert compile_texts(SPECS | policy("{approvals: {count: 2, notAuthor: true}}")).diagnostics == ()


def test_the_digest_is_of_what_holds_there() -> None:
    project, _ = project_with(policy("{maxEvaluationAge: 2d}"))
    stricter, _ = project_with(policy("{maxEvaluationAge: 1d}"))
    assert policy_digest(project, "staging") == "none"
    assert policy_digest(project, "production") != policy_digest(stricter, "production")
