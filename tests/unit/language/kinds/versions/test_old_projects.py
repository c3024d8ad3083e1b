"""Old documents load as what they mean, alone and beside new ones; problems stand at the user's keys, in the user's words."""

from __future__ import annotations

import pytest
from support.old_specs import SPECS as OLD
from support.projects import SPECS as NEW
from support.projects import compile_texts

from mlspec.compiler.pipeline import Compiled
from mlspec.diagnostics import Diagnostic
from mlspec.promotion.edit import set_spec_keys


def problems(compiled: Compiled) -> list[Diagnostic]:
    return [d for d in compiled.diagnostics if d.code != "MLS0210"]


def test_an_old_project_is_the_same_project() -> None:
    old, new = compile_texts(OLD), compile_texts(NEW)
    assert not problems(old)
    assert old.project is not None and new.project is not None
    assert {r: b.canonical() for r, b in old.project.by_ref().items()} == {r: b.canonical() for r, b in new.project.by_ref().items()}
    assert old.project.spec_digest("demand") == new.project.spec_digest("demand")
    assert old.graph == new.graph


def test_each_old_file_is_told_once_as_a_warning() -> None:
    found = compile_texts(OLD).diagnostics
    assert [(d.code, d.severity) for d in found] == [("MLS0210", "warning")] * len(OLD)
    assert sorted(d.span.path for d in found if d.span) == sorted(OLD)
    assert all("mlspec migrate" in (d.help or "") for d in found)


@pytest.mark.parametrize("path", sorted(OLD))
def test_a_mixed_project_works(path: str) -> None:
    for base, other in ((OLD, NEW), (NEW, OLD)):
        compiled = compile_texts({**base, path: other[path]})
        assert compiled.graph is not None
        assert not problems(compiled)


@pytest.mark.parametrize(
    ("path", "was", "now", "code", "message", "at"),
    [
        ("specs/demand.yaml", "kind: time", "kind: tine", "MLS0105", "`spec.split.kind`: `tine` is not allowed here", "tine"),
        ("specs/demand.yaml", "kind: time", "knd: time", "MLS0101", "unknown key `knd` in `spec.split`", "knd"),
        ("specs/demand.yaml", "kind: time", "strategy: time", "MLS0211", "`strategy` is not a key of mlspec/v1alpha1", "strategy"),
        ("specs/demand.yaml", "label: count", "label: cont", "MLS0410", "the source `sales` declares no column `cont`", "cont"),
        ("specs/demand.yaml", "sklearn.linear_model.Ridge", "Ridge", "MLS0112", "`spec.estimator`: not a class", "Ridge"),
        ("specs/demand.yaml", "source: sales", "source: sale", "MLS0302", "`spec.source`", "sale"),
        ("specs/sales.yaml", "day: date", "day: dat", "MLS0105", "`spec.schema.day`: `dat` is not allowed here", "dat"),
        ("specs/sales-rules.yaml", "type: notNull", "type: notnull", "MLS0211", "`notnull` is not allowed here in mlspec/v1alpha1", "notnull"),
        ("specs/demand-kpis.yaml", "improveBy: 10%", "improveBy: ten", "MLS0109", "`spec.kpis.mae[1].compare.improveBy`: not a share", "ten"),
        ("specs/local-rest.yaml", "port: 0", "port: 99999", "MLS0103", "`spec.port`: the value must be at most 65,535", "99999"),
        ("environments/staging/demand.yaml", "environment: staging", "environment: stagin", "MLS0407", "the environment `stagin` is not declared", "stagin"),
        ("environments/staging/demand.yaml", "servedBy: local-rest", "servedBy: local", "MLS0302", "`local`", "local}"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_the_users_key_in_the_users_words(path: str, was: str, now: str, code: str, message: str, at: str) -> None:
    text = OLD[path].replace(was, now)
    assert text != OLD[path]
    found = problems(compile_texts({**OLD, path: text}))
    assert [d.code for d in found] == [code]
    span = found[0].span
    assert span is not None and span.path == path
    assert text.splitlines()[span.line - 1][span.column - 1 :].startswith(at)
    if code != "MLS0302":
        assert message in found[0].message


def test_a_missing_key_says_how_the_version_calls_it() -> None:
    found = problems(compile_texts({**OLD, "specs/demand.yaml": OLD["specs/demand.yaml"].replace("  label: count\n", "")}))
    assert [d.message for d in found] == ["`spec`: the task regression needs `target`, the column that is predicted"]
    assert "in mlspec/v1alpha1, v1's `target` is `label`" in (found[0].help or "")


def test_an_unknown_key_is_compared_with_the_versions_own_keys() -> None:
    found = problems(compile_texts({**OLD, "specs/demand.yaml": OLD["specs/demand.yaml"].replace("testSize", "tesSize")}))
    assert [d.help for d in found] == ["did you mean `testSize`?"]
    assert found[0].fix is not None
    assert found[0].fix.edits[0].text == "testSize"


def test_a_key_that_v1_has_elsewhere_is_known_where_the_version_has_it() -> None:
    text = OLD["specs/demand-kpis.yaml"].replace("resamples", "resampels")
    assert [d.help for d in problems(compile_texts({**OLD, "specs/demand-kpis.yaml": text}))] == ["did you mean `resamples`?"]


def test_a_promotion_edits_an_old_deployment() -> None:
    path, none = "environments/staging/demand.yaml", "sha256:" + "0" * 64
    edited = set_spec_keys(path, OLD[path].encode(), 0, {"version": "v1.0.0", "digest": none, "previous": "none", "claim": none})
    compiled = compile_texts({**OLD, path: edited.decode()})
    assert not problems(compiled)
    assert compiled.project is not None
    assert compiled.project.deployments["staging/demand"].envelope.spec.version == "v1.0.0"


def test_a_reference_to_an_old_object_that_is_broken_is_no_second_mistake() -> None:
    found = problems(compile_texts({**OLD, "specs/sales.yaml": OLD["specs/sales.yaml"].replace("path:", "pth:")}))
    assert [d.code for d in found] == ["MLS0211"]


def test_an_old_overlay_over_a_new_object() -> None:
    overlay = "apiVersion: mlspec/v1alpha1\nkind: KPISet\nmetadata: {name: demand}\nspec: {confidenceLevel: 99%, resamples: 500}\n"
    compiled = compile_texts({**NEW, "environments/production/overlays/demand.yaml": overlay})
    assert not problems(compiled)
    assert compiled.project is not None
    kpis = compiled.project.kpis_of("demand", "production")
    assert kpis is not None
    assert (kpis.envelope.spec.confidence, kpis.envelope.spec.bootstrap.resamples) == (0.99, 500)


MODEL_SET = """\
apiVersion: mlspec/v1alpha1
kind: ModelSet
metadata: {name: shops}
spec:
  generate: {from: list, values: [north, south]}
  template:
    metadata: {name: "shop-${each.value}", team: "@acme/x"}
    spec:
      task: regression
      source: sales
      filter: "shop = '${each.value}'"
      label: count
      split: {kind: time}
      estimator: sklearn.linear_model.Ridge
    kpis: {mae: "<= 30"}
  exceptions:
    - {when: {value: [south]}, spec: {params: {alpha: 4}}}
"""


def test_an_old_model_set_makes_its_models() -> None:
    compiled = compile_texts({**NEW, "specs/shops.yaml": MODEL_SET})
    assert not problems(compiled)
    assert compiled.project is not None
    south = compiled.project.models["shop-south"].envelope
    assert south.spec.where == "shop = 'south'"
    assert south.spec.estimator is not None
    assert south.spec.estimator.params == {"alpha": 4}
    kpis = compiled.project.kpis_of("shop-north")
    assert kpis is not None and kpis.envelope.spec.kpis[0].max == 30


def test_a_mistake_in_an_old_template_stands_at_the_users_key() -> None:
    text = MODEL_SET.replace("kind: time", "kind: tine")
    (found,) = problems(compile_texts({**NEW, "specs/shops.yaml": text}))
    assert found.message.startswith("`spec.template.spec.split.kind`: `tine` is not allowed here")
    assert found.span is not None
    assert found.span.line == 13


def test_an_unknown_version_stays_unknown() -> None:
    found = compile_texts({**OLD, "specs/demand.yaml": OLD["specs/demand.yaml"].replace("v1alpha1", "v1alpha9")}).diagnostics
    assert [d.code for d in found if d.is_error] == ["MLS0202"]
