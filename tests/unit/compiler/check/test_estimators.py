"""A class or a param that the installed library lacks is told by `validate`, with every other mistake."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.projects import MODEL, SPECS, write_project

from mlspec.compiler.lint import Wish
from mlspec.compiler.pipeline import compile_root


def told(tmp_path: Path, model: str) -> list[tuple[str, str, str, str | None]]:
    root = write_project(tmp_path, SPECS | {"specs/demand.yaml": model})
    found = compile_root(root, wish=Wish(ignore=("MLS1021",))).diagnostics
    return [
        (d.code, d.severity, f"{d.span.line}:{d.span.column}" if d.span else "", d.help)
        for d in found
        if d.code[:5] in ("MLS04", "MLS06", "MLS01")
    ]


def test_column_class_and_param_in_one_run(tmp_path: Path) -> None:
    wrong = MODEL.replace("target: count", "target: cuont").replace("alpha: 1.0", "alhpa: 1.0") + "  baselin: mean\n"
    wrong += "  baseline: {estimator: {class: sklearn.linear_model.Rigde}}\n"
    assert [(code, at, advice) for code, _, at, advice in told(tmp_path, wrong)] == [
        ("MLS0101", "10:3", "did you mean `baseline`?"),
        ("MLS0651", "9:59", "did you mean `alpha`?"),
        ("MLS0650", "11:33", "did you mean `sklearn.linear_model.Ridge`?"),
        ("MLS0410", "7:11", "did you mean `count`?"),
    ]


def test_a_vectorizers_params(tmp_path: Path) -> None:
    text = MODEL + "  features: {text: [shop]}\n  preprocess: {text: {params: {ngramrange: [1, 2]}}}\n"
    [(code, _, at, advice)] = told(tmp_path, text)
    assert (code, at) == ("MLS0651", "11:32")
    assert "ngram_range" in (advice or "")


def test_a_package_that_is_not_here_may_be_elsewhere(tmp_path: Path) -> None:
    [(code, severity, _, advice)] = told(tmp_path, MODEL.replace("sklearn.linear_model.Ridge", "quite_unknown.Model"))
    assert (code, severity) == ("MLS0650", "warning")
    assert "install it" in (advice or "")


def test_what_is_run_is_not_held_against_this_machine(tmp_path: Path) -> None:
    root = write_project(tmp_path, SPECS | {"specs/demand.yaml": MODEL.replace("alpha: 1.0", "alhpa: 1.0")})
    assert not compile_root(root).diagnostics


def test_nothing_is_imported(tmp_path: Path) -> None:
    before = set(sys.modules)
    assert told(tmp_path, MODEL.replace("sklearn.linear_model", "sklearn.semi_supervised").replace("Ridge", "LabelSpread"))
    assert not {m for m in set(sys.modules) - before if m.startswith("sklearn")}


def test_what_is_nested_is_checked_in_its_place(tmp_path: Path) -> None:
    inner = (
        "params: {regressor: {class: sklearn.linear_model.Rigde}, func: {callable: 'numpy:log1p'}, inverse_func: {calable: x, class: a.b}}"
    )
    text = MODEL.replace("sklearn.linear_model.Ridge", "sklearn.compose.TransformedTargetRegressor").replace("params: {alpha: 1.0}", inner)
    assert [(code, advice) for code, _, _, advice in told(tmp_path, text)] == [
        ("MLS0651", "one of: `class`, `params`"),
        ("MLS0650", "did you mean `sklearn.linear_model.Ridge`?"),
        ("MLS0650", "install it and name it in the requirements, or mend its name"),
    ]
    param = "params: {regressor: {class: sklearn.linear_model.Ridge, params: {alhpa: 1.0}}}"
    text = MODEL.replace("sklearn.linear_model.Ridge", "sklearn.compose.TransformedTargetRegressor").replace("params: {alpha: 1.0}", param)
    assert [(code, advice) for code, _, _, advice in told(tmp_path, text)] == [("MLS0651", "did you mean `alpha`?")]


def test_a_nested_function_of_the_users_own_has_to_be_there(tmp_path: Path) -> None:
    inner = "params: {func: {callable: 'src.maths:log'}, inverse_func: {callable: 'numpy:exp'}}"
    text = MODEL.replace("sklearn.linear_model.Ridge", "sklearn.compose.TransformedTargetRegressor").replace("params: {alpha: 1.0}", inner)
    root = write_project(
        tmp_path, SPECS | {"specs/demand.yaml": text, "src/other.py": "", "mlspec.yaml": SPECS["mlspec.yaml"] + "  code: [src]\n"}
    )
    found = compile_root(root, wish=Wish(ignore=("MLS1021",))).diagnostics
    assert [d.code for d in found if d.code == "MLS0420"] == ["MLS0420"]


def test_where_a_quantile_goes_is_known_or_said(tmp_path: Path) -> None:
    of_quantiles = MODEL.replace("task: regression", "task: quantile\n  quantiles: [0.5]")
    known = of_quantiles.replace("sklearn.linear_model.Ridge, params: {alpha: 1.0}", "sklearn.linear_model.QuantileRegressor")
    said = of_quantiles.replace("quantiles: [0.5]", "quantiles: [0.5]\n  quantileParam: alpha").replace(", params: {alpha: 1.0}", "")
    both = said.replace("sklearn.linear_model.Ridge", "sklearn.linear_model.Ridge, params: {alpha: 1.0}")
    loss = of_quantiles.replace("linear_model.Ridge, params: {alpha: 1.0}", "ensemble.GradientBoostingRegressor, params: {loss: huber}")
    other = said.replace("Ridge", "QuantileRegressor")  # `alpha` is its penalty: every level would be the median
    texts = (known, said, both, loss, other)
    own = {text: [(c, a) for c, _, _, a in told(tmp_path / str(i), text) if c == "MLS0651"] for i, text in enumerate(texts)}
    advice = ["remove `alpha`", "remove `loss`", "write `quantileParam: quantile`"]
    assert list(own.values()) == [[], [], *([("MLS0651", one)] for one in advice)]


PARAM = "alpha: 1.0"
MENDED = [
    ("alpha: -1", "9:66", "`alpha` of `sklearn.linear_model.Ridge` can't be `-1`", "it is a number of at least 0"),
    ('alpha: "1.0"', "9:66", 'can\'t be `"1.0"`', "it is a number of at least 0"),
    ("max_iter: 1.5", "9:69", "can't be `1.5`", "it is an integer of at least 1 or null"),
    ("fit_intercept: yes please", "9:74", 'can\'t be `"yes please"`', "it is true or false"),
    ("solver: lsqrr", "9:67", "it is one of `auto`, `cholesky`", "did you mean `lsqr`?"),
]


@pytest.mark.parametrize(("param", "at", "message", "advice"), MENDED)
def test_a_value_that_the_class_refuses(tmp_path: Path, param: str, at: str, message: str, advice: str) -> None:
    root = write_project(tmp_path, SPECS | {"specs/demand.yaml": MODEL.replace(PARAM, param)})
    [found] = compile_root(root, wish=Wish(ignore=("MLS1021",))).diagnostics
    assert found.code == "MLS0651"
    assert found.span is not None
    assert f"{found.span.line}:{found.span.column}" == at
    assert message in found.message
    assert (found.help or "").startswith(advice)


def test_values_within_what_is_nested(tmp_path: Path) -> None:
    inner = "params: {regressor: {class: sklearn.linear_model.Ridge, params: {alpha: -3}}, check_inverse: true}"
    text = MODEL.replace("sklearn.linear_model.Ridge", "sklearn.compose.TransformedTargetRegressor").replace("params: {alpha: 1.0}", inner)
    [(code, _, _, advice)] = told(tmp_path, text)
    assert (code, advice) == ("MLS0651", "it is a number of at least 0 or a list")
