"""`mlspec gate`: in an environment it asks what a promotion there would; where nothing can be judged it says so."""

from __future__ import annotations

import json
import shutil

import pytest
from support.promotion_world import World, run

from mlspec.diagnostics.numbers import shown

pytestmark = pytest.mark.e2e
OVERLAY = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec: {kpis: [mae <= 0.001, {metric: mae, max: 1000, slice: {by: shop, minRows: 1}}]}
"""


def test_an_environment_s_overlay_is_what_judges(better: World) -> None:
    path = better.root / "environments/staging/overlays/kpis.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(OVERLAY)
    assert "mae <= 0.001" not in run(better.root, "gate", "model/demand", check=0).out
    found = run(better.root, "gate", "model/demand", "--env", "staging", check=1)
    assert "fail: mae is" in found.out and "model/demand by shop" in found.out
    document = json.loads(run(better.root, "gate", "--env", "staging", "--format", "json", check=1).out)["models"][0]
    assert document["gates"][0]["kpi"] == "mae <= 0.001"
    (by_shop,) = document["breakdowns"]
    assert sum(part["rows"] for part in by_shop["parts"].values()) == document["rows"]
    assert "By `shop`:" in run(better.root, "gate", "--env", "staging", "--format", "markdown", check=1).out
    unknown = run(better.root, "gate", "--env", "stagign", check=1)
    assert "MLS0407" in unknown.err and "staging" in unknown.err


def test_without_any_kpi_set_it_says_so(deployed: World) -> None:
    (deployed.root / "specs/demand-kpis.yaml").unlink()
    for words in ((), ("--all",), ("model/demand",)):
        found = run(deployed.root, "gate", *words, check=1)
        assert "MLS0705" in found.err and found.out == ""


def test_a_report_shows_what_was_judged_and_reads_no_file_of_results(better: World) -> None:
    """One page: numbers of the same run, whatever somebody wrote into the files that stages left; the same bytes again."""
    before = json.loads(run(better.root, "gate", "model/demand", "--format", "json", check=0).out)["models"][0]
    folder = better.root / "pipelines/models/demand"
    for name in ("metrics.json", "evaluation.json"):
        (folder / name).write_text('{"mae": 0.0001, "metrics": {"mae": {"value": 0.0001}}}')
    shutil.rmtree(folder / "plots", ignore_errors=True)
    pages = []
    for name in ("one.html", "two.html"):
        found = run(better.root, "gate", "model/demand", "--report", name, check=None)
        assert f"report: {name}" in found.err
        pages.append((better.root / name).read_bytes())
    assert pages[0] == pages[1] and len(pages[0]) < 150_000
    page = pages[0].decode()
    assert before["digest"] in page and "0.0001<" not in page
    for heading in ("KPIs", "Metrics on the same rows", "How it errs", "What it hangs on", "Leakage checks"):
        assert f">{heading}</h2>" in page, heading
    assert "shuffled among" in page and "Residuals" in page
    values = [gate["value"] for gate in before["gates"] if gate["kpi"].startswith("mae <=") and gate["subject"] == "overall"]
    assert values and all(f">{shown(v)}</td>" in page for v in values)


def test_a_report_needs_an_ending_and_a_folder(deployed: World) -> None:
    for name, words in (("report.pdf", "ends in none of .txt, .md, .json, .html"), ("missing/report.html", "is not there")):
        found = run(deployed.root, "gate", "model/demand", "--report", name, check=2)
        assert words in found.err and found.out == ""
