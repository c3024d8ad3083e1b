"""ModelSets: entries from a list, a CSV file, a matrix; overrides; guards; mistakes told once at their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import SPECS

from mlspec.compiler.load.inputs import Inputs, read_list
from mlspec.compiler.origins import flat, trace
from mlspec.compiler.pipeline import Compiled, compile_inputs

SET = """\
apiVersion: mlspec/v1
kind: ModelSet
metadata: {name: shops}
spec:
  forEach: {csv: {path: shops.csv}}
  template:
    metadata: {name: "demand-${each.shop}"}
    spec:
      task: regression
      data: sales
      where: "shop = '${each.shop}'"
      target: count
      split: {strategy: time, test: 25%}
      estimator: {class: sklearn.linear_model.Ridge, params: {alpha: "${each.alpha}", solver: auto}}
    kpis: ["mae <= ${each.limit}"]
  overrides:
    - {match: {shop: [south]}, spec: {estimator: {params: {alpha: 9}}}}
"""
CSV = "shop,alpha,limit\nnorth,1.5,30\nsouth,2,40\n"


def compiled(text: str = SET, csv: str | None = CSV) -> Compiled:
    specs = {k: v.encode() for k, v in (SPECS | {"specs/set.yaml": text}).items()}
    files = {} if csv is None else {"shops.csv": csv.encode()}
    return compile_inputs(Path("/nowhere"), Inputs(specs, {}, frozenset({"requirements.lock"}), files.get))


def spec_of(result: Compiled, name: str) -> dict[str, object]:
    assert result.diagnostics == ()
    assert result.project
    form: dict[str, object] = result.project.models[name].envelope.canonical()["spec"]
    return form


def test_each_row_becomes_a_model_with_its_kpis() -> None:
    result = compiled()
    assert spec_of(result, "demand-north")["estimator"] == {
        "class": "sklearn.linear_model.Ridge",
        "params": {"alpha": 1.5, "solver": "auto"},
    }
    assert result.project
    assert sorted(result.project.models) == ["demand", "demand-north", "demand-south"]
    assert result.project.members == {"shops": ("demand-north", "demand-south")}
    kpis = result.project.kpis_of("demand-south")
    assert kpis
    assert [k.text for k in kpis.envelope.spec.kpis] == ["mae <= 40"]
    assert result.graph
    assert result.graph.pipeline("model/demand-south")


def test_an_override_is_merged_key_by_key() -> None:
    assert spec_of(compiled(), "demand-south")["estimator"] == {
        "class": "sklearn.linear_model.Ridge",
        "params": {"alpha": 9, "solver": "auto"},
    }


WHOLE = """\
    kpis:
      kpis: ["mae <= ${each.limit}"]
      confidence: 90%
      leakage: {sharedRows: 5, combination: null}
      bootstrap: {resamples: 300, block: "${each.limit}"}
      testUses: {warn: 9}
"""


def test_kpis_may_be_a_whole_spec() -> None:
    result = compiled(SET.replace('    kpis: ["mae <= ${each.limit}"]\n', WHOLE))
    assert (result.diagnostics, result.project is None) == ((), False)
    for name, limit in (("demand-north", 30), ("demand-south", 40)):
        kpis = result.project.kpis_of(name)  # type: ignore[union-attr]
        assert kpis
        spec = kpis.envelope.spec
        assert ([k.text for k in spec.kpis], spec.model, spec.confidence) == ([f"mae <= {limit}"], name, 0.9)
        assert (spec.bootstrap.block, spec.bootstrap.resamples, spec.leakage.shared_rows, spec.leakage.combination) == (limit, 300, 5, None)
        assert str(kpis.document.span(["spec", "confidence"])).startswith("specs/set.yaml:17:")


@pytest.mark.parametrize(
    ("template", "override", "texts", "confidence"),
    [
        (WHOLE, '["mae <= 7"]', ["mae <= 7"], 0.9),
        (WHOLE, "{confidence: 80%}", ["mae <= 40"], 0.8),
        ('    kpis: ["mae <= ${each.limit}"]\n', "{confidence: 80%}", ["mae <= 40"], 0.8),
        ("", '{kpis: ["mae <= 7"], confidence: 80%}', ["mae <= 7"], 0.8),
    ],
)
def test_an_override_of_the_kpis(template: str, override: str, texts: list[str], confidence: float) -> None:
    text = SET.replace('    kpis: ["mae <= ${each.limit}"]\n', template).replace("{alpha: 9}}}}", "{alpha: 9}}}, kpis: " + override + "}")
    result = compiled(text)
    assert result.diagnostics == ()
    kpis = result.project.kpis_of("demand-south")  # type: ignore[union-attr]
    assert kpis
    assert ([k.text for k in kpis.envelope.spec.kpis], kpis.envelope.spec.confidence) == (texts, confidence)


def test_a_quote_in_a_value_is_doubled_in_sql() -> None:
    text = SET.replace("demand-${each.shop}", "demand-${each.alpha}").replace('alpha: "${each.alpha}"', "alpha: 1")
    result = compiled(text, "shop,alpha,limit\nO'Hare,a,30\nx' or '1'='1,b,30\n")
    assert spec_of(result, "demand-a")["where"] == "shop = 'O''Hare'"
    assert spec_of(result, "demand-b")["where"] == "shop = 'x'' or ''1''=''1'"


@pytest.mark.parametrize(
    ("for_each", "names"),
    [
        ("{list: [north, south]}", ["d-north", "d-south"]),
        ("{list: [1, 2]}", ["d-1", "d-2"]),
        ("{list: [{value: a}, {value: b}]}", ["d-a", "d-b"]),
    ],
)
def test_a_list_gives_values(for_each: str, names: list[str]) -> None:
    text = SET.split("  overrides")[0].replace("{csv: {path: shops.csv}}", for_each).replace("demand-${each.shop}", "d-${each.value}")
    text = text.replace("${each.shop}", "${each.value}").replace('"${each.alpha}"', "1").replace("${each.limit}", "5")
    result = compiled(text)
    assert result.diagnostics == ()
    assert result.project
    assert list(result.project.members["shops"]) == names


def test_empty_lines_before_the_heading_are_no_entries() -> None:
    result = compiled(csv="\n\n" + CSV)
    assert result.diagnostics == ()
    assert result.project
    assert result.project.members == {"shops": ("demand-north", "demand-south")}


def test_a_matrix_gives_every_combination() -> None:
    text = SET.split("  overrides")[0].replace("{csv: {path: shops.csv}}", "{matrix: {shop: [n, s], alpha: [1, 2], limit: [3]}}")
    result = compiled(text.replace("demand-${each.shop}", "d-${each.shop}-${each.alpha}"))
    assert result.diagnostics == ()
    assert result.project
    assert result.project.members["shops"] == ("d-n-1", "d-s-1", "d-n-2", "d-s-2")
    assert spec_of(result, "d-s-2")["estimator"]["params"]["alpha"] == 2  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "csv", "code", "place"),
    [
        (("", ""), "shop,alpha,limit\n", "MLS0430", "specs/set.yaml:5:18"),
        (("", ""), None, "MLS0432", "specs/set.yaml:5:25"),
        (("", ""), "shop,alpha,limit\nnorth,1\n", "MLS0432", "shops.csv:2:1"),
        (("", ""), "shop,shop\nnorth,1\n", "MLS0432", "shops.csv:1:1"),
        (("", ""), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "MLS0432", "specs/set.yaml:5:25"),
        (("", ""), "sh op,alpha\nnorth,1\n", "MLS0432", "shops.csv:1:1"),
        (("", ""), CSV + 'east,"1\n', "MLS0432", "shops.csv:4:1"),
        (("", ""), CSV + "north,3,4\n", "MLS0434", "specs/set.yaml:7:22"),
        (("${each.alpha}", "${each.alhpa}"), CSV, "MLS0435", "specs/set.yaml:14:70"),
        (("", ""), CSV + "${var.x},3,4\n", "MLS0435", "specs/set.yaml:7:22"),
        (
            ("forEach: {csv: {path: shops.csv}}", "forEach: {csv: {path: shops.csv}}\n  guard: {min: 3}"),
            CSV,
            "MLS0433",
            "specs/set.yaml:6:16",
        ),
        (("demand-${each.shop}", "demand"), CSV, "MLS0112", "specs/set.yaml:7:22"),
        (("task: regression", "task: regresion"), CSV, "MLS0105", "specs/set.yaml:9:13"),
        (("data: sales", "data: salse"), CSV, "MLS0302", "specs/set.yaml:10:13"),
        (("mae <= ${each.limit}", "maee <= 3"), CSV, "MLS0406", "specs/set.yaml:15:12"),
        (('["mae <= ${each.limit}"]', '{kpis: ["mae <= 3"], confidense: 90%}'), CSV, "MLS0101", "specs/set.yaml:15:32"),
        (('["mae <= ${each.limit}"]', '{kpis: ["mae <= 3"], model: demand}'), CSV, "MLS0112", "specs/set.yaml:15:39"),
        (('["mae <= ${each.limit}"]', "{confidence: 90%}"), CSV, "MLS0102", "specs/set.yaml:15:11"),
    ],
)
def test_a_mistake_is_told_once_at_its_place(change: tuple[str, str], csv: str | None, code: str, place: str) -> None:
    result = compiled(SET.replace(*change) if change[0] else SET, csv)
    assert [(d.code, str(d.span)) for d in result.diagnostics] == [(code, place)]
    assert result.graph is None


def test_how_many_models_share_a_mistake_is_said() -> None:
    assert compiled(SET.replace("data: sales", "data: salse")).diagnostics[0].message.endswith("(and the same for 1 more of its ModelSet)")


def test_each_has_no_value_elsewhere() -> None:
    specs = {k: v.encode() for k, v in SPECS.items()}
    specs["specs/demand.yaml"] = specs["specs/demand.yaml"].replace(b"sklearn.linear_model.Ridge", b'"${each.x}"')
    result = compile_inputs(Path("/nowhere"), Inputs(specs, {}, frozenset({"requirements.lock"})))
    assert "MLS0435" in [d.code for d in result.diagnostics]


def test_every_value_knows_where_it_stands() -> None:
    result = compiled()
    assert result.project
    bound = result.project.models["demand-south"]
    assert bound.document.origin == "modelset/shops from shops.csv:3"
    lines = {route: value.origin.span.line for route, value in flat(trace(bound)) if value.origin.span}
    assert (lines["metadata.name"], lines["spec.where"], lines["spec.estimator.params.alpha"]) == (7, 11, 17)


def test_a_list_outside_the_repository_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert read_list(root, "link.csv") is None
    assert read_list(root, "../secret.csv") is None
    (root / "own.csv").write_text("a\n1\n", encoding="utf-8")
    assert read_list(root, "own.csv") == b"a\n1\n"
