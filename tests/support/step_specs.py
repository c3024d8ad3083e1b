"""A project with a Step: a report on a model, by a shell script, whose number a KPI names."""

from __future__ import annotations

from support.projects import SPECS

STEP = """\
apiVersion: mlspec/v1
kind: Step
metadata: {name: report}
spec:
  command: {argv: [sh, src/report.sh, reports/shap]}
  inputs: {model: {model: demand}, rows: {source: sales}, style: {file: report.css}}
  outputs: [reports/shap]
  params: {rows: 500}
  metrics: {coverage: {file: reports/quality.json, route: [coverage], greater: true}}
"""
SCRIPT = """\
set -e
mkdir -p "$1"
cat "$MLSPEC_INPUT_STYLE" > "$1/index.html"
ls "$MLSPEC_INPUT_MODEL" >> reports/shap/index.html
echo "rows $MLSPEC_PARAM_ROWS" >> "$MLSPEC_OUTPUT/reports/shap/index.html"
echo '{"coverage": 0.93}' > reports/quality.json
"""
AFTER = """\
apiVersion: mlspec/v1
kind: Step
metadata: {name: pack}
spec:
  python: {callable: "src.steps:pack"}
  inputs: {report: {step: report}, test: {model: demand, output: test}}
  outputs: [dist/report.txt]
"""
PACK = '''\
def pack(inputs, output):
    """What the report says, in one file."""
    pages = sorted(inputs["report"].glob("*.html"))
    (output / "dist/report.txt").write_text(f"{len(pages)} pages, {inputs['test'].stat().st_size > 0}\\n")
'''
STEP_KPIS = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis: ["mae <= 50", {step: report, metric: coverage, min: 0.9}]
  bootstrap: {resamples: 200}
"""
STEP_SPECS = {
    **SPECS,
    "mlspec.yaml": SPECS["mlspec.yaml"].replace("  seed: 7\n", "  seed: 7\n  code: [src]\n"),
    "specs/report.yaml": STEP,
    "specs/pack.yaml": AFTER,
    "specs/demand-kpis.yaml": STEP_KPIS,
    "src/report.sh": SCRIPT,
    "src/steps.py": PACK,
    "report.css": "b {}\n",
}
