"""Metrics of the user's own in the pipeline of a model: measured where they are declared, and code of what they measure in alone."""

from __future__ import annotations

from support.projects import KPIS, MODEL, PROJECT, SPECS, compile_texts

CODE: dict[str, tuple[str, ...]] = {"src": ("src/metrics.py", "src/prices.py")}
OWN = KPIS.replace(
    "  model: demand\n", '  model: demand\n  metrics: {cost: {callable: "src.metrics:cost", greater: false, params: {k: 2}}}\n'
)
TUNING = "  tuning: {engine: grid, metric: cost, space: {alpha: {choices: [1, 2]}}}\n"


def _stages(**changed: str):
    specs = SPECS | {"mlspec.yaml": PROJECT.replace("  seed: 7", "  seed: 7\n  code: [src]")} | changed
    found = compile_texts(specs, CODE)
    assert found.graph is not None, found.diagnostics
    pipeline = found.graph.pipeline("model/demand")
    assert pipeline is not None
    return {stage.name: stage for stage in pipeline.stages}


def test_a_project_without_one_is_as_it_was() -> None:
    stages = _stages()
    assert "own" not in stages["evaluate"].params
    assert not any(path.startswith("src/") for stage in stages.values() for path in stage.deps)


def test_its_code_is_what_evaluate_depends_on_and_training_does_not() -> None:
    stages = _stages(**{"specs/demand-kpis.yaml": OWN})
    assert stages["evaluate"].params["own"] == {"cost": {"callable": "src.metrics:cost", "greater": False, "params": {"k": 2}}}
    assert "cost" in stages["evaluate"].params["metrics"] and set(CODE["src"]) <= set(stages["evaluate"].deps)
    assert not any(path.startswith("src/") for path in stages["train"].deps)


def test_a_search_that_goes_by_it_depends_on_it_too() -> None:
    stages = _stages(**{"specs/demand-kpis.yaml": OWN, "specs/demand.yaml": MODEL + TUNING})
    assert stages["tune"].params["search"]["own"]["callable"] == "src.metrics:cost" and set(CODE["src"]) <= set(stages["tune"].deps)
    plain = _stages(**{"specs/demand-kpis.yaml": OWN, "specs/demand.yaml": MODEL + TUNING.replace("cost", "mae")})
    assert "own" not in plain["tune"].params["search"] and not any(path.startswith("src/") for path in plain["tune"].deps)


def test_a_function_of_scikit_learn_s_needs_no_code() -> None:
    stages = _stages(**{"specs/demand-kpis.yaml": OWN.replace("src.metrics:cost", "sklearn.metrics:r2_score")})
    assert not any(path.startswith("src/") for stage in stages.values() for path in stage.deps)
