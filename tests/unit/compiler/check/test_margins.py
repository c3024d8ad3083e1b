"""An improvement by a share of nothing is refused with the absolute form beside it."""

from __future__ import annotations

import pytest
from support.projects import SPECS, compile_texts

KPIS, MODEL = "specs/demand-kpis.yaml", "specs/demand.yaml"


def told(task: str, kpi: str, baseline: str = "") -> list[tuple[str, str | None]]:
    model = SPECS[MODEL].replace("task: regression", f"task: {task}{baseline}")
    text = f"apiVersion: mlspec/v1\nkind: KPISet\nmetadata: {{name: demand}}\nspec:\n  model: demand\n  kpis: [{kpi}]\n"
    return [(d.code, d.help) for d in compile_texts(SPECS | {MODEL: model, KPIS: text}).diagnostics]


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        ("binary", "f1"),
        ("binary", "recall"),
        ("binary", "precision"),
        ("binary", "mcc"),
        ("multiclass", "mcc"),
        ("regression", "r2"),
        ("regression", "explained_variance"),
        ("regression", "bias"),
    ],
)
def test_a_share_of_what_a_constant_has_none_of(task: str, metric: str) -> None:
    ((code, help_text),) = told(task, f"{{metric: {metric}, versus: baseline, improveBy: 5%}}")
    assert code == "MLS0412"
    size = "…}`, in the units of `count`" if metric == "bias" else "0.05}`"
    assert help_text is not None
    assert help_text.endswith(f"`improveBy: {{points: {size}")


@pytest.mark.parametrize(
    ("task", "kpi", "baseline"),
    [
        ("binary", "{metric: f1, versus: baseline, improveBy: {points: 0.05}}", ""),
        ("binary", "{metric: f1, versus: champion, improveBy: 5%}", ""),
        ("binary", "{metric: f1, versus: baseline, notWorseBy: 5%}", ""),
        ("binary", "{metric: f1, versus: baseline, improveBy: 0%}", ""),
        ("binary", "{metric: balanced_accuracy, versus: baseline, improveBy: 5%}", ""),
        ("multiclass", "{metric: f1_macro, versus: baseline, improveBy: 5%}", ""),
        ("regression", "{metric: mae, versus: baseline, improveBy: 5%}", ""),
        ("regression", "{metric: bias, versus: baseline, improveBy: 5%}", "\n  baseline: median"),
        ("regression", "{metric: r2, versus: baseline, improveBy: 5%}", "\n  baseline: {estimator: {class: sklearn.linear_model.Ridge}}"),
    ],
)
def test_what_says_something_is_taken(task: str, kpi: str, baseline: str) -> None:
    assert told(task, kpi, baseline) == []


def test_the_group_of_a_split_reaches_the_evaluation_and_the_gates() -> None:
    model = SPECS[MODEL].replace("strategy: time", "strategy: group, group: shop")
    graph = compile_texts(SPECS | {MODEL: model}).graph
    assert graph is not None
    pipeline = graph.pipeline("model/demand")
    assert pipeline is not None
    assert next(s.params for s in pipeline.stages if s.name == "evaluate")["group"] == "shop"
