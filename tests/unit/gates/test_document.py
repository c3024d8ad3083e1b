"""The gate's report: the judgement's own numbers, drawn to scale, bounded for any number of rows, inert whatever columns and classes hold."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from support.judged import judged
from support.report_documents import HOSTILE, read

from mlspec.gates.closer.look import Closer, Picture
from mlspec.gates.closer.pictures import pictures
from mlspec.gates.document import GATES, gate_document
from mlspec.gates.judge import Evidence
from mlspec.gates.result import GateReport, GateResult, Waived
from mlspec.gates.tables import gate_rows
from mlspec.gates.tracks import gate_track, good_side
from mlspec.reports.charts.model import Curves, Density, Histogram, Matrix
from mlspec.reports.document import Document, Figure, Section, Table
from mlspec.reports.html import LIMIT
from mlspec.reports.rendering import render
from mlspec.reports.spans import plain
from mlspec.runtime.decision import decision_of
from mlspec.runtime.predict import Predictions

BINARY = [
    "accuracy >= 0.8",
    {"metric": "recall", "min": 0.7, "slice": {"by": "region"}},
    {"metric": "selection_rate", "by": "region", "maxDifference": 0.5},
    {"metric": "roc_auc", "versus": "champion", "notWorseBy": 0},
    {"metric": "roc_auc", "versus": "baseline", "improveBy": "10%"},
]


def section(document: Document, heading: str) -> Section:
    return next(s for s in document.sections if plain(s.heading) == heading)


@pytest.mark.parametrize(
    ("task", "kpis", "classes", "expected"),
    [
        ("regression", ["mae <= 20"], (), [Density, Histogram]),
        ("binary", BINARY, ("no", "yes"), [Matrix, Curves, Curves, Curves]),
        ("multiclass", ["accuracy >= 0.5"], ("a", "b", "c"), [Matrix]),
    ],
)
def test_what_is_shown_is_what_was_judged(task: str, kpis: list, classes: tuple, expected: list) -> None:
    one = judged(task, kpis, classes=classes, champion=True, region=["north", "south"])
    document = gate_document([one], {"m": "This test set has decided once."})
    [table] = [b for b in section(document, "KPIs").blocks if isinstance(b, Table)]
    rows = {(r[0], r[1]): r for r in gate_rows(one) if not r[0].startswith("leakage")}
    assert len(table.rows) == len(rows)
    for gate, subject, verdict, ours, between, needed, _, theirs, difference, _ in table.rows:
        assert (plain(ours), plain(theirs), plain(difference), plain(between), plain(needed), plain(verdict)) == rows[
            plain(gate), plain(subject)
        ][2:]
    shown = [block.chart for part in section(document, "How it errs").sections for block in part.blocks if isinstance(block, Figure)]
    assert [type(chart) for chart in shown] == expected
    for chart in shown:
        if isinstance(chart, Matrix | Density):
            assert sum(map(sum, chart.counts)) == one.rows
    page = render(document, "html")
    assert "This test set has decided once." in page and one.candidate.digest in page
    assert document.word == one.report.verdict == "fail"  # a feature tells the target
    assert "alone explains" in page


def test_every_form_has_the_same_verdicts() -> None:
    one = judged("binary", BINARY, classes=("no", "yes"), region=["n"])
    for style in ("text", "markdown", "json", "html"):
        text = render(gate_document([one], {}), style)
        assert "roc_auc vs champion, not worse by 0%" in text and "skipped" in text, style


def test_several_models_in_one_page_the_failing_first() -> None:
    good = replace(judged("regression", ["mae <= 90"]), report=GateReport((gate("mae <= 90", "mae", 1.0, 90.0),), 0.95))
    bad = judged("regression", ["mae <= 1"])
    bad = replace(bad, candidate=replace(bad.candidate, model="zebra"))
    document = gate_document([good, bad], {}, {"zebra": "model/zebra is stale"})
    assert [plain(s.heading) for s in document.sections] == ["Overview", "model/zebra", "model/m"]
    assert document.word == "fail" and "model/zebra is stale" in render(document, "html")
    assert not read(render(document, "html")).wrong


@pytest.mark.parametrize("words", HOSTILE)
def test_names_of_columns_and_classes_are_inert(words: str) -> None:
    kpis = ["accuracy >= 0.5", {"metric": "accuracy", "min": 0.5, "slice": {"by": "region"}}]
    one = judged("binary", kpis, rows=300, classes=(f"{words}1", f"{words}2"), region=[words, "b"])
    found = read(render(gate_document([one], {"m": words}, {"m": words}), "html"))
    assert not found.wrong and not {"script", "img", "iframe"} & {tag for tag, _ in found.elements}
    for style in ("text", "markdown"):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", render(gate_document([one], {"m": words}), style))


def test_many_slices_are_one_small_page() -> None:
    names = [f"shop {i:05}" for i in range(300)]
    kpis = ["mae <= 20", {"metric": "mae", "max": 9, "slice": {"by": "shop", "minRows": 30}}]
    one = judged("regression", kpis, rows=12_000, shop=names)
    page = render(gate_document([one], {}), "html")
    assert len(page.encode()) <= LIMIT
    assert f"{len([g for g in one.report.gates if not g.kpi.startswith('leakage')]) - GATES:,} more gates are not shown" in page
    assert page == render(gate_document([one], {}), "html")


def test_many_models_are_one_small_page() -> None:
    one = judged("regression", ["mae <= 20", {"metric": "mae", "max": 9, "slice": {"by": "shop", "minRows": 30}}], shop=["a", "b", "c"])
    many = [replace(one, candidate=replace(one.candidate, model=f"demand-{i}")) for i in range(200)]
    page = render(gate_document(many, {}), "html")
    assert LIMIT * 0.9 < len(page.encode()) <= LIMIT
    assert "and 50 more" in page and "did not fit here" in page


def test_pictures_of_a_million_rows_are_small() -> None:
    truth = np.random.default_rng(0).gamma(2, 50, 1_000_000)
    answers = Predictions(truth + 1, None, None)
    shown = tuple(Picture(chart, caption) for chart, caption in pictures(Evidence("regression", truth, answers, answers), 0.95))
    one = replace(judged("regression", ["mae <= 20"], rows=100), closer=Closer(shown))
    assert len(render(gate_document([one], {}), "html").encode()) < LIMIT / 3


def gate(kpi: str, metric: str, value: float, limit: float, reference: float | None = None, subject: str = "overall") -> GateResult:
    return GateResult(kpi, metric, subject, value, value - 1, value + 1, limit, 100, "pass", "said", reference)


@pytest.mark.parametrize(
    ("found", "side"),
    [
        (gate("mae <= 100", "mae", 84, 100), "below"),
        (gate("r2 >= 0.65", "r2", 0.7, 0.65), "above"),
        (gate("bias <= 3", "bias", 1, 3), "within"),
        (gate("bias differs by <= 3 between x", "bias", 1, 3), "below"),
        (gate("mae vs champion, not worse by 0%", "mae", -4, 0, 88.0), "below"),
        (gate("roc_auc vs baseline, better by 10%", "roc_auc", 0.2, 0.05, 0.5), "above"),
        (gate("leakage: shared rows", "shared_rows", 2, 5), "below"),
        (gate("leakage: identifiers", "identifiers", 2, math.nan), ""),
        (gate("reproducible is True", "reproducible", 1, 1), ""),
    ],
)
def test_the_side_that_is_allowed(found: GateResult, side: str) -> None:
    assert good_side(found) == side
    track = gate_track(found, None)
    low, high = track.ends()
    assert low < min(track.known) and max(track.known) < high
    if found.reference is not None:
        assert 0.0 in (track.baseline, track.champion)


def test_what_was_not_judged_draws_nothing() -> None:
    found = gate("mae vs champion, not worse by 0%", "mae", math.nan, math.nan)
    assert gate_track(found, None).known == []


def test_a_waiver_and_a_warning_are_told() -> None:
    one = judged("regression", ["mae <= 90"])
    waived = replace(gate("mae <= 1", "mae", 9, 1), verdict="waived", waiver=Waived("grace", "@acme/x", "2030-01-01", "new sensors"))
    told = replace(gate("leakage: shared rows", "shared_rows", 2, 5), warning=True, message="2 rows", where="`x` at k.yaml:3")
    text = render(gate_document([replace(one, report=GateReport((waived, told), 0.95))], {}), "text")
    assert "waived: mae <= 1 (overall): said; by waiver/grace of @acme/x, until 2030-01-01: new sensors" in text
    assert "warning: leakage: shared rows (overall): 2 rows" in text


def test_how_answers_are_decided_is_told() -> None:
    form = {
        "rows": 1200,
        "heldOut": {"folds": 5},
        "calibration": {"method": "isotonic", "before": {"brier": 0.2}, "after": {"brier": 0.1}},
        "threshold": {"positive": HOSTILE, "aim": {"metric": "f1"}, "value": 0.25, "found": 0.6, "usual": 0.4},
    }
    found = replace(judged("binary", ["accuracy >= 0.5"], classes=("no", "yes")), decision=decision_of(form))
    text = render(gate_document([found], {}), "text")
    assert "calibration: isotonic on 1,200 training rows (5 folds): brier 0.2 before, 0.1 after" in text.replace("\n", " ")
    assert "it did not help" not in text
    assert "from a probability of 0.25 on: f1 0.6, 0.4 at 0.5" in text.replace("\n", " ")
    page = render(gate_document([found], {}), "html")
    assert "<script" not in page.casefold().replace("&lt;script", "")
    worse = decision_of(form | {"calibration": {"method": "isotonic", "before": {"brier": 0.1}, "after": {"brier": 0.2}}})
    assert "it did not help" in worse.lines[0]
