"""Steps: how they are written, what they may write and read, their place in the graph, and what a KPI may name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.projects import SPECS
from support.step_specs import AFTER, STEP, STEP_SPECS

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs
from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.layers import layer_names, layers_of
from mlspec.pipelines.generate.dvc import render

CODE = {"src": ("src/report.sh", "src/steps.py")}
FILES = {"src/report.sh", "src/steps.py", "report.css", "data/sales.csv", "mlspec.yaml"}


def compiled(changed: dict[str, str] | None = None, texts: dict[str, bytes] | None = None) -> Compiled:
    specs = {path: text.encode() for path, text in {**STEP_SPECS, **(changed or {})}.items() if path.endswith(".yaml")}
    usual = Inputs(specs, CODE, frozenset({"requirements.lock"}))
    return compile_inputs(
        Path("/nowhere"),
        replace(usual, kind_of=lambda path: "file" if path in FILES else None, read_list=(texts or {}).get),
    )


def told(found: Compiled) -> list[tuple[str, str, int, str]]:
    return [(d.code, d.message, d.span.line if d.span else 0, d.help or "") for d in found.diagnostics]


def pipeline(found: Compiled, ref: str) -> Pipeline:
    assert found.graph is not None, found.diagnostics
    made = found.graph.pipeline(ref)
    assert made is not None
    return made


def test_a_step_is_a_pipeline_after_what_it_reads() -> None:
    found = compiled()
    assert told(found) == []
    report, pack = pipeline(found, "step/report"), pipeline(found, "step/pack")
    assert found.graph is not None
    assert [p.ref for p in found.graph.pipelines] == ["source/sales", "model/demand", "step/report", "step/pack"]
    assert report.upstream == ("model/demand", "source/sales")
    assert set(report.stages[0].deps) == {
        *("pipelines/models/demand/model", "pipelines/data/sales/valid.parquet", "report.css"),
        *("src/report.sh", "src/steps.py", "requirements.lock"),
    }
    assert [(o.path, o.cache, o.persist) for o in report.stages[0].outs] == [
        ("reports/shap", True, True),
        ("reports/quality.json", True, True),
        ("pipelines/steps/report/step.json", False, False),
        ("pipelines/steps/report/metrics.json", False, False),
    ]
    assert pack.stages[0].params["inputs"] == {"report": "reports/shap", "test": "pipelines/models/demand/test.parquet"}
    assert (layers_of(found.graph)["step/report"], layers_of(found.graph)["step/pack"]) == ("steps", "steps-2")
    assert layer_names(found.graph) == ("data", "models", "steps", "steps-2")


def test_whose_number_decides_is_part_of_the_version() -> None:
    found, other = compiled(), compiled({"specs/report.yaml": STEP.replace("rows: 500", "rows: 600")})
    assert found.project is not None
    assert other.project is not None
    assert [b.ref for b in found.project.closure("demand") if b.ref.startswith("step/")] == ["step/report"]
    assert found.project.spec_digest("demand") != other.project.spec_digest("demand")


def test_limits_are_no_parameters() -> None:
    long = compiled({"specs/report.yaml": STEP.replace("  params:", "  resources: {timeout: 2h}\n  params:")})
    assert (long.project, long.graph) != (None, None)
    texts = render(long.project, long.graph)  # type: ignore[arg-type]
    assert "limits:\n  seconds: 7200.0\n" in texts["pipelines/steps/report/params.yaml"]
    assert "limits" not in texts["pipelines/steps/report/dvc.yaml"]
    assert pipeline(long, "step/report").stages[0].params == pipeline(compiled(), "step/report").stages[0].params


def test_outputs_are_kept_out_of_git() -> None:
    found = compiled()
    texts = render(found.project, found.graph)  # type: ignore[arg-type]
    assert texts["reports/.gitignore"].endswith("/quality.json\n/shap\n")
    assert texts["dist/.gitignore"].endswith("/report.txt\n")


@pytest.mark.parametrize(
    ("path", "text", "warned"),
    [
        ("reports/.gitignore", b"*.log\n", True),
        ("reports/.gitignore", b"/shap/\nquality.json\n", False),
        (".gitignore", b"reports/\n", False),
        (".gitignore", b"/reports\n", False),
        (".gitignore", b"#reports\n", False),
    ],
)
def test_a_gitignore_of_ones_own_is_left_alone(path: str, text: bytes, *, warned: bool) -> None:
    found = compiled(texts={path: text})
    assert [d.code for d in found.diagnostics] == (["MLS0429"] * 2 if warned else [])
    files = render(found.project, found.graph)  # type: ignore[arg-type]
    assert ("reports/.gitignore" in files) is (text == b"#reports\n")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{argv: [sh, src/report.sh, reports/shap]}", "sh src/report.sh 'two words' ./src/steps.py", ["sh", "src/report.sh", "two words", "./src/steps.py"]),
        ("{argv: [sh, src/report.sh, reports/shap]}", "python -m src.steps", ["python", "-m", "src.steps"]),
    ],
)  # fmt: skip
def test_a_text_is_split_into_words_and_its_files_are_found(old: str, new: str, words: list[str]) -> None:
    found = compiled({"specs/report.yaml": STEP.replace(old, new)})
    stage = pipeline(found, "step/report").stages[0]
    assert stage.params["argv"] == words
    assert stage.params["code"] == ["src/report.sh", "src/steps.py"]


REFUSED = {
    "shell": ("{argv: [sh, src/report.sh, reports/shap]}", "sh src/report.sh > out.txt", "MLS0112", 5, "`>` is for a shell"),
    "pipe": ("{argv: [sh, src/report.sh, reports/shap]}", "cat a | sort", "MLS0112", 5, "`|` is for a shell"),
    "variable": ("{argv: [sh, src/report.sh, reports/shap]}", "cat $HOME/a", "MLS0112", 5, "`$HOME/a` is for a shell"),
    "quote": ("{argv: [sh, src/report.sh, reports/shap]}", "cat \"a'", "MLS0112", 5, "no closing quotation"),
    "a script that is not there": (
        "[sh, src/report.sh, reports/shap]",
        "[sh, src/reprot.sh]",
        "MLS0420",
        5,
        "`src/reprot.sh`, which the step runs, is not there",
    ),
    "both": ("  inputs:", '  python: {callable: "src.steps:pack"}\n  inputs:', "MLS0106", 6, "exactly one of `command`, `python`"),
    "no such model": ("{model: demand}", "{model: demnd}", "MLS0302", 6, "Model `demnd`"),
    "no such output": ("{model: demand}", "{model: demand, output: tests}", "MLS0112", 6, "a model has no output `tests`"),
    "output of a file": ("{file: report.css}", "{file: report.css, output: test}", "MLS0112", 6, "`output` goes with `model` or `step`"),
    "a made file": ("{file: report.css}", "{file: pipelines/data/sales/raw.parquet}", "MLS0421", 6, "in mlspec's own folder"),
    "another step's": ("{file: report.css}", "{file: dist/report.txt}", "MLS0421", 6, "is written by step/pack"),
    "itself": ("{file: report.css}", "{step: report}", "MLS0304", 6, "steps read each other in a circle: report -> report"),
    "into code": ("[reports/shap]", "[src/out]", "MLS0426", 7, "lies in `src`, a folder of code"),
    "into mlspec's": ("[reports/shap]", "[pipelines/x]", "MLS0426", 7, "lies in `pipelines`"),
    "over a source": ("[reports/shap]", "[data]", "MLS0426", 7, "`data` holds `data/sales.csv`, which source/sales reads"),
    "over its input": ("[reports/shap]", "[report.css]", "MLS0426", 7, "`report.css` is `report.css`, which it reads itself"),
    "another's output": ("[reports/shap]", "[dist]", "MLS0426", 7, "`dist` holds `dist/report.txt`, which step/pack writes"),
    "in each other": ("[reports/shap]", "[reports, reports/shap]", "MLS0112", 7, "lie in each other"),
    "out of it": ("[reports/shap]", "[../out]", "MLS0108", 7, "leaves the repository"),
    "two of a variable": ("{rows: 500}", "{a-b: 1, a_b: 2}", "MLS0112", 8, "one environment variable, A_B"),
    "a secret's name": ("  params:", "  secrets: [token]\n  params:", "MLS0112", 8, "not an environment variable's name"),
    "no metric": ("{coverage: {", "{coverages: {", "MLS0437", 6, "`step/report` has no metric `coverage`"),
    "network": ("  params:", "  network: true\n  params:", "MLS0437", 6, "uses the network"),
    "secrets": ("  params:", "  secrets: [TOKEN]\n  params:", "MLS0437", 6, "uses secrets"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    old, new, code, line, message = REFUSED[case]
    assert old in STEP
    found = told(compiled({"specs/report.yaml": STEP.replace(old, new)}))
    assert (code, line, True) in [(c, at, message in said) for c, said, at, _ in found], found


@pytest.mark.parametrize(
    ("kpi", "code", "message"),
    [
        ("{step: none, metric: coverage, min: 0.9}", "MLS0302", "Step `none`"),
        ("{step: report, metric: coverage, equals: true}", "MLS0111", "nothing for `equals`"),
        ("{step: report, metric: coverage, min: 0.9, slice: {by: shop}}", "MLS0111", "nothing for `slice`"),
        ("{step: report, metric: coverage, versus: champion, notWorseBy: 0%}", "MLS0111", "nothing for `versus`"),
    ],
)
def test_kpis_on_steps(kpi: str, code: str, message: str) -> None:
    text = STEP_SPECS["specs/demand-kpis.yaml"].replace("{step: report, metric: coverage, min: 0.9}", kpi)
    assert (code, True) in [(c, message in said) for c, said, _, _ in told(compiled({"specs/demand-kpis.yaml": text}))]


def test_a_step_writes_into_no_folder_of_which_a_source_reads_a_pattern() -> None:
    sales = STEP_SPECS["specs/sales.yaml"].replace("data/sales.csv", '"data/parts/*.csv"')
    found = told(compiled({"specs/sales.yaml": sales, "specs/report.yaml": STEP.replace("[reports/shap]", "[data/parts/made]")}))
    assert ("MLS0426", True) in [(code, "lies in `data/parts`, which source/sales reads" in said) for code, said, _, _ in found], found


def test_a_step_of_a_step_without_outputs() -> None:
    found = told(compiled({"specs/report.yaml": STEP.replace("  outputs: [reports/shap]\n", "")}))
    assert [(c, m) for c, m, _, _ in found] == [("MLS0421", "`step/report` has no outputs that another step could read")]
    found = told(compiled({"specs/pack.yaml": AFTER.replace("{step: report}", "{step: report, output: reports/shop}")}))
    assert found[0][:2] == ("MLS0421", "`step/report` has no output `reports/shop`")
    assert "reports/shap" in found[0][3]


def test_a_project_without_steps_has_no_layer_for_them() -> None:
    found = compile_inputs(Path("/nowhere"), Inputs({p: t.encode() for p, t in SPECS.items()}, {}, frozenset({"requirements.lock"})))
    assert found.graph is not None
    assert layer_names(found.graph) == ("data", "models")
