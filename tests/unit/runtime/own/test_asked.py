"""What a metric of the user's may give, and what is refused by name: a wrong form, and what would be a wrong number in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlspec.diagnostics import Problems
from mlspec.runtime.own.asked import Asked, ask, ask_again
from mlspec.runtime.own.given import Given, given_of
from mlspec.runtime.predict import Predictions

ROWS = 60
CODES = np.arange(ROWS) % 6


def given(proba: Any = None) -> Given:
    dice = np.random.default_rng(1)
    rows = pd.DataFrame({"price": dice.uniform(1, 5, ROWS), "count": dice.normal(50, 9, ROWS)})
    answers = Predictions(dice.normal(50, 9, ROWS), proba, None)
    return given_of(rows, {"task": "regression"}, rows["count"].to_numpy(), answers)


def asked(function: Callable[..., Any], root: Path = Path("/"), **section: Any) -> Asked:
    return Asked("cost", root, {"callable": "money.cost:cost", "greater": False, **section}, function)


def test_a_number_a_row_two_a_row_and_one_for_all() -> None:
    rows = given()
    error = (rows.actual - rows.predicted).abs().to_numpy()
    found = ask(asked(lambda actual, predicted: (actual - predicted).abs()), rows, CODES)
    assert found.shape == (ROWS, 1) and np.array_equal(found[:, 0], error)
    found = ask(asked(lambda y_true, y_pred: (abs(y_true - y_pred), y_true)), rows, CODES)
    assert found.shape == (ROWS, 2) and np.array_equal(found[:, 1], rows.actual)
    found = ask(asked(lambda rows, predicted, params: float((rows["price"] * predicted).max() * params["k"]), params={"k": 2}), rows, CODES)
    worth = (rows.rows.price * rows.predicted).to_numpy()
    assert found == pytest.approx([2 * worth.max(), *(2 * worth[part != CODES].max() for part in range(6))])
    some = np.flatnonzero(CODES < 3)
    again = ask_again(asked(lambda a, p: abs(a - p).mean()), rows.at(some), CODES[some])
    assert again == pytest.approx([error[some].mean(), *(error[some][CODES[some] != part].mean() for part in range(3))])


def test_names_of_its_own_get_truth_and_answers_in_this_order_and_nothing_else() -> None:
    def cost(truth: Any, guess: Any, rows: Any = None, *, weight: float = 2.0) -> Any:
        return (guess - truth) * weight + 0 * rows["price"]

    rows = given()
    assert np.allclose(ask(asked(cost), rows, CODES)[:, 0], 2 * (rows.predicted - rows.actual))


def test_a_function_that_writes_into_its_rows_changes_nobody_else_s() -> None:
    rows = given()
    before = rows.rows.copy()

    def cost(rows: Any, actual: Any, predicted: Any) -> Any:
        rows["price"] += 1
        predicted -= actual
        return predicted * rows["price"]

    ask(asked(cost), rows, CODES)
    pd.testing.assert_frame_equal(rows.rows, before)


def _counting() -> Iterator[float]:
    value = 0.0
    while True:
        value += 1.0
        yield value


_COUNT = _counting()
WRONG: list[tuple[Callable[..., Any], str, str]] = [
    (lambda a, p: a * np.where(np.arange(len(a)) == 7, np.nan, 1.0), "MLS0639", "NaN or infinity for 1 of 60 rows, first row 7"),
    (lambda a, p: float("inf"), "MLS0639", "gives NaN or infinity"),
    (lambda a, p: "good", "MLS0639", "str in place of numbers"),
    (lambda a, p: None, "MLS0639", "NoneType in place of numbers"),
    (lambda a, p: True, "MLS0639", "gives a truth value for 60 rows"),
    (lambda a, p: a.to_numpy()[:5], "MLS0639", "gives 5 numbers for 60 rows"),
    (lambda a, p: np.zeros((60, 3)), "MLS0639", "a table of 60 by 3"),
    (lambda a, p: a.sort_values(), "MLS0639", "in another order"),
    (lambda a, p: a[a > 50], "MLS0639", "other rows than it was given"),
    (lambda a, p: (p, -a), "MLS0639", "second number below 0"),
    (lambda a, p: a / a.sum(), "MLS0679", "when other rows are left out"),
    (lambda a, p: a.rank(), "MLS0679", "return one number for all rows"),
    (lambda a, p: a * next(_COUNT), "MLS0679", "when it is called again"),
    (lambda a, p: next(_COUNT), "MLS0679", "when it is called again"),
    (lambda a, p, third: a, "MLS0639", "can't be called: missing a required argument: 'third'"),
    (lambda a: 1 / 0, "MLS0639", "takes none of the answers"),
    (lambda a, p, proba: a, "MLS0639", "these answers have no probabilities"),
    (lambda a, p: 1 / 0, "MLS0602", "ZeroDivisionError"),
]


@pytest.mark.parametrize(("function", "code", "said"), WRONG, ids=[said for _, _, said in WRONG])
def test_what_is_no_metric_is_refused(function: Callable[..., Any], code: str, said: str) -> None:
    with pytest.raises(Problems) as caught:
        ask(asked(function), given(), CODES)
    (found,) = caught.value.diagnostics
    assert found.code == code and said in f"{found.message} {found.help}" and "money.cost:cost" in found.message


def test_a_range_holds_for_rows_and_for_the_one_number() -> None:
    rows = given()
    assert ask(asked(lambda a, p: abs(a - p) < 5, range=[0, 1]), rows, CODES).max() == 1
    for function in (lambda a, p: p - a, lambda a, p: float(p.max())):
        with pytest.raises(Problems, match="outside its `range` 0 to 1"):
            ask(asked(function, range=[0, 1]), rows, CODES)


def test_params_that_nobody_takes_are_refused() -> None:
    with pytest.raises(Problems, match="takes none"):
        ask(asked(lambda a, p: abs(a - p), params={"k": 1}), given(), CODES)


def test_undefined_without_some_rows_is_no_fault_and_undefined_on_all_is() -> None:
    rows, few = given(), pd.Series(np.arange(ROWS) % 6 == 2)
    found = ask(
        asked(lambda a, p: a[few[a.index]].mean() if len(a) == ROWS else (np.nan if len(a) < 51 and a.iloc[2] > 0 else 1.0)), rows, CODES
    )
    assert np.isfinite(found[0]) and np.isnan(found[1:]).any()
