"""Personal data is followed by column: through steps, into what is made of a source, to a model's features, a Policy and the card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.projects import PROJECT, compile_texts

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.compiler.project.data_columns import personal_features
from mlspec.compiler.project.personal import names_in, personal_flow, told
from mlspec.compiler.project.project import Project
from mlspec.promotion.loosening import loosened

SOURCE = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: riders}
spec:
  file: {path: data/riders.csv}
  columns:
    - {name: id, type: integer}
    - {name: mail, type: string, pii: true}
    - {name: domain, type: string}
    - {name: initial, type: string%s}
    - {name: trips, type: integer}
    - {name: churned, type: boolean}
  key: [id]
  clean:
    - rename: {e_mail: mail}
    - derive: {column: domain, sql: "split_part(mail, '@', 2)"}
    - derive: {column: initial, sql: 'left("MAIL", 1)'}
    - derive: {column: trips, sql: "trips + length('mail')  -- of mail"}
%s"""
MODEL = """\
apiVersion: mlspec/v1
kind: Model
metadata: {name: churn}
spec: {task: binary, data: %s, target: churned, features: {exclude: [%s]}, estimator: {class: sklearn.linear_model.LogisticRegression}}
"""
POLICY = """\
apiVersion: mlspec/v1
kind: Policy
metadata: {name: strict}
spec: {environments: [production], %s}
"""
DEPLOYED = """\
apiVersion: mlspec/v1
kind: DeploymentTarget
metadata: {name: rest}
spec: {rest: {host: 127.0.0.1, port: 0}}
---
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: churn}
spec: {model: churn, kpis: ["log_loss <= 1"]}
"""


def specs(
    *, said: str = "", steps: str = "", exclude: str = "mail", data: str = "riders", policy: str = "", more: str = ""
) -> dict[str, str]:
    deployment = (
        "apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {name: churn, environment: production}\nspec: {model: churn, target: rest}\n"
    )
    texts = {
        "mlspec.yaml": PROJECT,
        "specs/a.yaml": SOURCE % (said, steps),
        "specs/m.yaml": MODEL % (data, exclude),
        "specs/d.yaml": DEPLOYED,
    }
    texts |= {"environments/production/churn.yaml": deployment, "specs/more.yaml": more or "# nothing\n"}
    return texts | ({"specs/p.yaml": POLICY % policy} if policy else {})


def project(**given: Any) -> Project:
    found = compile_texts(specs(**given)).project
    assert found is not None, str(compile_texts(specs(**given)))
    return found


def codes(**given: Any) -> list[tuple[str, str]]:
    found = compile_texts(specs(**given)).diagnostics
    return [(d.code, d.message.split("`")[1]) for d in found if d.code in ("MLS0443", "MLS0451")]


def test_what_steps_make_of_it_is_personal_too() -> None:
    found = project()
    flow = personal_flow(found, found.sources["riders"])
    assert set(flow) == {"mail", "domain", "initial"}
    assert told(personal_features(found, "churn")) == ["domain (of source/riders.mail)", "initial (of source/riders.mail)"]


def test_a_column_that_says_it_is_none_is_none() -> None:
    assert set(personal_features(project(said=", anonymised: true"), "churn")) == {"domain"}
    (found,) = loosened(project(), project(said=", anonymised: true"))
    assert "`initial` is made of personal data, and no longer counts as that" in found.what


def test_in_a_set_too() -> None:
    more = """\
apiVersion: mlspec/v1
kind: FeatureSet
metadata: {name: hourly}
spec:
  inputs: {r: riders}
  sql: features/hourly.sql
  key: [id]
  columns: [{name: churned, type: boolean}, {name: initial, type: string%s}]
"""
    sets = []
    for text in ("", ", anonymised: true"):
        files = {path: given.encode() for path, given in specs(data="hourly", exclude="", more=more % text).items()}
        inputs = Inputs(files, {}, frozenset({"requirements.lock"}), lambda _: b"SELECT id, churned, initial FROM r")
        found = compile_inputs(Path("/nowhere"), inputs)
        assert found.project is not None, str(found)
        sets.append(found.project)
    plain, said = sets
    assert set(personal_features(plain, "churn")) == {"initial"}
    assert not personal_features(said, "churn")
    (told_of,) = loosened(plain, said)
    assert (told_of.ref, told_of.after) == ("features/hourly", "anonymised: true")
    assert loosened(said, plain) == ()


def test_pseudonyms_are_known_as_such() -> None:
    steps = '    - pseudonymise: {column: mail, key: MAIL_KEY}\n    - derive: {column: domain, sql: "left(mail, 2)"}\n'
    flow = personal_flow(found := project(steps=steps), found.sources["riders"])
    assert {name: p.pseudonymised for name, p in flow.items()} == {"mail": True, "domain": True, "initial": False}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("forbid: {pii: features}", [("MLS0443", "domain"), ("MLS0443", "initial")]),
        ("forbid: {pii: data}", [("MLS0443", "domain"), ("MLS0443", "initial"), ("MLS0443", "mail")]),
        ("require: {pseudonymised: true}", [("MLS0451", "domain"), ("MLS0451", "initial"), ("MLS0451", "mail")]),
        ("require: {signed: false}", []),
    ],
)
def test_policies(policy: str, expected: list[tuple[str, str]]) -> None:
    assert codes(policy=policy) == expected


def test_a_policy_is_met_by_dropping_and_by_pseudonyms() -> None:
    dropped = "    - drop: [domain, initial]\n"
    texts = specs(steps=dropped, policy="forbid: {pii: features}")
    texts["specs/a.yaml"] = (
        texts["specs/a.yaml"].replace("    - {name: domain, type: string}\n", "").replace("    - {name: initial, type: string}\n", "")
    )
    assert not [d for d in compile_texts(texts).diagnostics if d.code == "MLS0443"]
    first = "  clean:\n    - pseudonymise: {column: e_mail, key: MAIL_KEY}\n"
    texts = specs(policy="require: {pseudonymised: true}")
    texts["specs/a.yaml"] = texts["specs/a.yaml"].replace("  clean:\n", first)
    assert not [d for d in compile_texts(texts).diagnostics if d.code == "MLS0451"]


def test_in_rows_made_of_others_it_is_followed_by_name() -> None:
    more = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: made}\nspec:\n  from: {inputs: {r: {source: riders}}, sql: queries/made.sql}\n"
    columns = "  columns: [{name: id, type: integer}, {name: domain, type: string}, {name: churned, type: boolean}, {name: n, type: integer}]\n  key: [id]\n"
    found = compile_texts(specs(data="made", exclude="", more=more + columns, policy="forbid: {pii: data}"))
    assert [(d.code, d.message.split("`")[1]) for d in found.diagnostics if d.code == "MLS0443"] == [("MLS0443", "domain")]
    related = next(d.related[0].message for d in found.diagnostics if d.code == "MLS0443")
    assert "it comes from source/riders.mail" in related


def test_a_policy_that_forbids_less_is_a_loosening() -> None:
    def policy(text: str) -> Project:
        return project(policy=text)

    assert loosened(policy("forbid: {pii: data}"), policy("forbid: {pii: features}"))
    assert not loosened(policy("forbid: {pii: features}"), policy("forbid: {pii: data}"))
    assert loosened(policy("require: {pseudonymised: true}"), policy("require: {signed: false}"))


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ('a + "B c"', {"a", "b c"}),
        ("'mail' || x -- mail\n", {"x"}),
        ("/* mail */ f(t.mail)", {"f", "t", "mail"}),
        ("'it''s mail'", set()),
        ('"a""b"', {'a"b'}),
    ],
)
def test_names_in_sql(sql: str, names: set[str]) -> None:
    assert names_in(sql) == names
