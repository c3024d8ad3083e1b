"""Charts: the few numbers, from plot files that may hold anything, and what is drawn of them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mermaid_subset import check_chart

from mlspec.ci.gather.chart_data import POINTS, charts_of
from mlspec.ci.report import Chart, Series
from mlspec.compiler.project.graph import Pipeline, Plot
from mlspec.reports.charts.mermaid import blocks, mermaid

FOLDER = "pipelines/models/demand"


def charts(root: Path, **files: str) -> tuple[Chart, ...]:
    """The charts of a model with these plot files: name without `.csv` -> text."""
    plots = tuple(Plot(f"{FOLDER}/plots/{name}.csv", name, "linear", "x", "y") for name in files)
    for name, text in files.items():
        path = root / FOLDER / "plots" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return charts_of(root, Pipeline("model/demand", FOLDER, "specs/demand.yaml", (), plots))


def fenced(chart: Chart) -> str:
    text = mermaid(chart.shown())
    assert text.startswith("```mermaid\n") and text.endswith("\n```\n") and text.count("```") == 2
    return text.removeprefix("```mermaid\n").removesuffix("```\n")


def test_predicted_and_actual_in_groups(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n + 1}\n" for n in range(80))
    [chart] = charts(tmp_path, predicted="actual,predicted\n" + rows)
    assert len(chart.labels) == 8 and chart.labels[0] == "0 to 9"
    assert [s.values[0] for s in chart.series] == [4.5, 5.5]
    check_chart(fenced(chart))


def test_errors_by_period_the_newest(tmp_path: Path) -> None:
    rows = "".join(f"0.{n + 10},20{n:02d}-01-01\n" for n in range(60))
    [chart] = charts(tmp_path, error_over_time="mae,period\n" + rows)
    assert (len(chart.labels), chart.labels[-1]) == (POINTS, "59-01-01")
    check_chart(fenced(chart))


def test_classes(tmp_path: Path) -> None:
    confusion = 'actual,predicted\nyes,yes\nyes,no\nno,no\n"a, b",no\n'
    found, calibrated = charts(tmp_path, confusion=confusion, calibration="predicted,observed\n0.1,0.2\n0.9,0.8\n")
    assert dict(zip(found.labels, found.series[0].values, strict=True)) == {"yes": 0.5, "no": 1.0, "a, b": 0.0}
    assert calibrated.series[0].values == (0.2, 0.8)
    for chart in (found, calibrated):
        check_chart(fenced(chart))


@pytest.mark.parametrize(
    "text", ["", "a,b\n", "a,b\nx,y\n", "a,b\nnan,1\n1,inf\n", "a\n1\n2\n", "a,b\n1,2,3\n", 'a,b\n"1,2\n', "a,b\n1e400,2\n"]
)
def test_files_without_numbers_draw_nothing(tmp_path: Path, text: str) -> None:
    assert charts(tmp_path, predicted=text, error_over_time=text, calibration=text) == ()


def test_what_is_no_plain_text_draws_nothing(tmp_path: Path) -> None:
    charts(tmp_path, predicted="a,b\n1,2\n")
    path = tmp_path / FOLDER / "plots/predicted.csv"
    path.write_bytes(b"a,b\n\xff,1\n")
    assert not _again(tmp_path)
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert not _again(tmp_path)
    path.unlink()
    assert not _again(tmp_path)


def _again(root: Path) -> tuple[Chart, ...]:
    plot = Plot(f"{FOLDER}/plots/predicted.csv", "p", "linear", "x", "y")
    return charts_of(root, Pipeline("model/demand", FOLDER, "specs/demand.yaml", (), (plot,)))


def test_equal_labels_are_told_apart() -> None:
    chart = Chart(
        title="t", x="x", y="y", labels=("a", "a", "a (2)", "\u202e", "`"), series=(Series(name="s", form="bar", values=(1, 2, 3, 4, 5)),)
    )
    check_chart(fenced(chart))


@pytest.mark.parametrize("value", [1e16, -1e16, 1e-12])
def test_numbers_that_mermaid_cant_read_are_left_to_the_text(value: float) -> None:
    chart = Chart(title="t", x="x", y="y", labels=("a", "b"), series=(Series(name="s", form="line", values=(0.0, value)),))
    assert mermaid(chart.shown()) == ""
    assert "`s`" in blocks(chart.shown())


TEXT = st.text(max_size=60)
VALUE = st.floats(allow_nan=False, allow_infinity=False)


@given(TEXT, TEXT, st.lists(st.tuples(TEXT, VALUE, VALUE), min_size=1, max_size=40))
def test_any_text_and_any_number_makes_a_sound_chart_or_none(title: str, axis: str, points: list[tuple[str, float, float]]) -> None:
    bars = Series(name=axis, form="bar", values=tuple(p[1] for p in points))
    lines = Series(name=title, form="line", values=tuple(p[2] for p in points))
    chart = Chart(title=title, x=axis, y=title, labels=tuple(p[0] for p in points), series=(bars, lines))
    if mermaid(chart.shown()):
        check_chart(fenced(chart))
    text = blocks(chart.shown())
    assert text.count("\n") == 4 and not any(not c.isprintable() and c != "\n" for c in text)
    assert not math.isnan(len(text))
