"""A model that guesses does not pass the KPIs that init writes, whatever the task and the balance; a simple sound one does, on easy data."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from support.guessers import Answered, DataSet, data_sets, guessers, sound

from mlspec.gates.judge import Evidence, judge
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.language.kinds.model import ModelSpec
from mlspec.setup.init.files import ColumnFile, DataFile, Split, project_files

SETS = {d.name: d for d in data_sets()}


def specs(data: DataSet, **more: Any) -> tuple[ModelSpec, KPISetSpec]:
    """The Model and the KPISet of the files that init writes."""
    file = DataFile("d.csv", "y", data.task, (ColumnFile("y", "number", "target"),), 100, positive=data.positive, split=Split("random"))
    files = project_files("x", file, "")
    kpis = yaml.safe_load(files["specs/models/x-kpis.yaml"])["spec"] | more
    return ModelSpec.model_validate(yaml.safe_load(files["specs/models/x.yaml"])["spec"]), KPISetSpec.model_validate(kpis)


def verdict(data: DataSet, estimator: Any, **more: Any) -> str:
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.model_selection import train_test_split

    model, kpis = specs(data, **more)
    by = None if data.task == "regression" else data.target
    train, test, y, actual = train_test_split(data.features, data.target, test_size=0.2, random_state=0, stratify=by)
    constant = model.resolved_baseline
    baseline = DummyRegressor(strategy=constant) if data.task == "regression" else DummyClassifier(strategy="prior")
    answers = [Answered.of(e.fit(train, y), test) for e in (estimator, baseline)]
    report = judge(kpis, Evidence(data.task, actual, answers[0], answers[1]))
    return "pass" if report.verdict == "pass" else ", ".join(f"{g.metric} {g.verdict}" for g in report.gates)


@pytest.mark.parametrize(
    "data", [pytest.param(d, id=d.name, marks=[pytest.mark.slow] if d.name == "digits" else []) for d in SETS.values()]
)
def test_who_guesses_does_not_pass(data: DataSet) -> None:
    passed = [name for name, guesser in guessers(data, 1) if verdict(data, guesser, bootstrap={"resamples": 200}) == "pass"]
    assert passed == []


@pytest.mark.parametrize("data", [pytest.param(d, id=d.name) for d in SETS.values() if d.easy and d.name != "digits"])
def test_a_sound_simple_model_passes_on_easy_data(data: DataSet) -> None:
    assert verdict(data, sound(data)) == "pass"


@pytest.mark.slow
def test_the_whole_table_of_guesses() -> None:
    """1,000 resamples and 20 draws of each that draws: the nominal rate of false passes at most, and in fact none."""
    table = {(d.name, name): verdict(d, guesser) for d in SETS.values() for name, guesser in guessers(d, seeds=20)}
    assert {where: said for where, said in table.items() if said == "pass"} == {}
    assert len(table) > 250


def test_a_rare_class_is_asked_for_by_precision_too() -> None:
    _, kpis = specs(SETS["rare"])
    assert [k.metric for k in kpis.kpis] == ["roc_auc", "average_precision", "roc_auc"]
    assert [k.metric for k in specs(SETS["balanced"])[1].kpis] == ["roc_auc", "roc_auc"]
