"""The passes together, on projects in memory."""

from __future__ import annotations

import pytest
import yaml
from support.projects import KPIS, MODEL, RULES, SOURCE, SPECS, compile_texts

from mlspec.compiler.pipeline import Compiled
from mlspec.pipelines.generate.render import render

DEMAND = "specs/demand.yaml"


def found(compiled: Compiled) -> list[tuple[str, str, str | None]]:
    return [(d.code, str(d.span), d.help) for d in compiled.diagnostics]


def changed(path: str, old: str, new: str) -> Compiled:
    assert old in SPECS[path]
    return compile_texts(SPECS | {path: SPECS[path].replace(old, new)})


def test_a_sound_project_compiles_to_a_graph() -> None:
    compiled = compile_texts(SPECS)
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    assert [p.ref for p in compiled.graph.pipelines] == ["source/sales", "model/demand"]
    assert [s.name for s in compiled.graph.pipelines[1].stages] == ["split", "train", "evaluate"]


def test_the_same_specs_give_the_same_bytes_in_any_order() -> None:
    one, two = compile_texts(SPECS), compile_texts(dict(reversed(SPECS.items())))
    assert one.project and one.graph and two.project and two.graph
    assert render(one.project, one.graph) == render(two.project, two.graph)


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "place", "help_part"),
    [
        (DEMAND, "estimator:", "estimatr:", "MLS0101", "specs/demand.yaml:9:3", "did you mean `estimator`?"),
        (DEMAND, "  target: count\n", "", "MLS0112", "specs/demand.yaml:5:3", "add `target: <column>`"),
        (DEMAND, "data: sales", "data: salse", "MLS0302", "specs/demand.yaml:6:9", "did you mean `sales`?"),
        (DEMAND, "target: count", "target: cuont", "MLS0410", "specs/demand.yaml:7:11", "did you mean `count`?"),
        (DEMAND, "task: regression", "task: regresion", "MLS0105", "specs/demand.yaml:5:9", "did you mean `regression`?"),
        (DEMAND, "test: 25%", "test: a lot", "MLS0109", "specs/demand.yaml:8:33", None),
        (DEMAND, "kind: Model", "kind: Modell", "MLS0203", "specs/demand.yaml:2:7", "did you mean `Model`?"),
        (DEMAND, "kind: Model", "kind: Monitor", "MLS0204", "specs/demand.yaml:2:7", "remove"),
        (DEMAND, "mlspec/v1", "mlspec/v9", "MLS0202", "specs/demand.yaml:1:13", "mlspec/v1"),
        ("specs/local-rest.yaml", "name: local-rest", "name: local-rest-", "MLS0107", "specs/local-rest.yaml:3:18", None),
        ("specs/sales.yaml", "data/sales.csv", "../../etc/passwd", "MLS0108", "specs/sales.yaml:5:16", None),
        ("specs/sales.yaml", "timeColumn: day\n", "", "MLS0403", "specs/demand.yaml:8:21", "specs/sales.yaml"),
        ("specs/demand-kpis.yaml", "mae <= 50", "f1 >= 0.5", "MLS0406", "specs/demand-kpis.yaml:6:10", None),
        (
            "environments/staging/demand.yaml",
            "environment: staging",
            "environment: stagging",
            "MLS0407",
            "environments/staging/demand.yaml:3:39",
            "did you mean `staging`?",
        ),
        ("mlspec.yaml", "requirements.lock", "other.lock", "MLS0401", "mlspec.yaml:5:17", None),
    ],
)
def test_one_mistake_is_told_once_with_place_and_fix(path: str, old: str, new: str, code: str, place: str, help_part: str | None) -> None:
    diagnostics = [
        d for d in changed(path, old, new).diagnostics if code != "MLS0107" or d.code == code
    ]  # a bad name breaks its references too
    assert [(d.code, str(d.span)) for d in diagnostics] == [(code, place)]
    if help_part:
        assert help_part in (diagnostics[0].help or "")


def test_a_misspelt_required_key_is_one_mistake() -> None:
    assert [c for c, _, _ in found(changed(DEMAND, "target:", "targt:"))] == ["MLS0101"]


def test_all_problems_of_all_files_come_in_one_run() -> None:
    specs = SPECS | {DEMAND: MODEL.replace("task:", "tsak:"), "specs/sales.yaml": SOURCE.replace("integer", "int")}
    assert {c for c, _, _ in found(compile_texts(specs))} >= {"MLS0101", "MLS0105"}


def test_a_name_declared_twice_shows_both_places() -> None:
    compiled = compile_texts(SPECS | {"specs/zz.yaml": MODEL})
    assert found(compiled)[0][:2] == ("MLS0301", "specs/zz.yaml:3:18")
    assert str(compiled.diagnostics[0].related[0].span) == "specs/demand.yaml:3:18"


def test_sources_that_check_each_other_are_a_circle() -> None:
    def rule(own: str, other: str) -> str:
        head = f"apiVersion: mlspec/v1\nkind: ValidationRules\nmetadata: {{name: {own}}}\nspec:\n  source: {own}\n  rules:\n"
        return head + f"    - references: {{column: shop, source: {other}, key: shop}}\n"

    specs = SPECS | {
        "specs/b.yaml": SOURCE.replace("name: sales", "name: shops"),
        "specs/sales-rules.yaml": rule("sales", "shops"),
        "specs/r.yaml": rule("shops", "sales"),
    }
    codes = found(compile_texts(specs))
    assert [c for c, _, _ in codes] == ["MLS0304"]


def test_a_number_where_text_is_expected_is_to_be_quoted() -> None:
    compiled = changed("mlspec.yaml", "  seed: 7\n", "  python: 3.10\n")
    assert found(compiled) == [("MLS0104", "mlspec.yaml:8:11", 'quote it: "3.10"')]


def test_an_undeclared_variable_is_named() -> None:
    assert found(changed(DEMAND, "alpha: 1.0", 'alpha: "${var.alpah}"'))[0][0] == "MLS0207"


def test_a_variable_keeps_its_type() -> None:
    specs = SPECS | {
        "mlspec.yaml": SPECS["mlspec.yaml"] + "  variables: {alpha: {type: number, default: 2.5}}\n",
        DEMAND: MODEL.replace("alpha: 1.0", 'alpha: "${var.alpha}"'),
    }
    compiled = compile_texts(specs)
    assert compiled.graph is not None
    assert compiled.graph.pipelines[1].stages[1].params["estimator"]["params"] == {"alpha": 2.5}


HOSTILE = [
    "; rm -rf /",
    "${HOME}",
    "${{ github.token }}",
    "a\nb: c\n- d",
    "$(id)",
    "`id`",
    "\u2028",
    '"',
    "'",
    "%",
    "#",
    "{{ x }}",
    "\\${x}",
    "\x1b[31m",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_out_inert_in_every_generated_file(text: str) -> None:
    model = MODEL.replace("alpha: 1.0", f"solver: {_flow(text)}").replace(
        "metadata: {name: demand}", f"metadata: {{name: demand, description: {_flow(text)}}}"
    )
    sql = "shop <> '" + text.replace("'", "''") + "'"
    compiled = compile_texts(SPECS | {DEMAND: model, "specs/sales-rules.yaml": RULES + f"    - {{expression: {_flow(sql)}}}\n"})
    assert compiled.diagnostics == ()
    assert compiled.project
    assert compiled.graph
    files = render(compiled.project, compiled.graph)
    plain = compile_texts(SPECS)
    assert plain.project
    assert plain.graph
    harmless = render(plain.project, plain.graph)
    for path, body in files.items():
        if path.endswith("dvc.yaml"):
            form = yaml.safe_load(body)
            assert all(s["cmd"] == f"python -m mlspec.runtime {name}" for name, s in form.get("stages", {}).items())
        if path.startswith(".github/"):
            assert body == harmless[path]
    params = yaml.safe_load(files["pipelines/models/demand/params.yaml"])
    assert params["train"]["estimator"]["params"]["solver"] == text


def _flow(text: str) -> str:
    from mlspec.language.yaml.write import quote

    return quote(text)


def test_changing_a_description_or_a_threshold_changes_no_parameter() -> None:
    plain = compile_texts(SPECS)
    other = compile_texts(
        SPECS
        | {
            "specs/demand-kpis.yaml": KPIS.replace("50", "40"),
            DEMAND: MODEL.replace("{name: demand}", "{name: demand, description: Other}"),
        }
    )
    assert plain.graph == other.graph
    assert plain.project and other.project
    assert plain.project.spec_digest("demand") != other.project.spec_digest("demand")
