from __future__ import annotations

import numpy as np
import pytest

from mlspec.metrics.confident import confident


def test_a_small_table_by_hand() -> None:
    """Thresholds are the means of what rows of a class have for it: a 0.7 (0.9, 0.9, 0.3), b 0.5 (0.8, 0.2)."""
    given = np.array([0, 0, 0, 1, 1])
    first = np.array([0.9, 0.9, 0.3, 0.2, 0.8])
    found = confident(given, np.stack([first, 1 - first], axis=1))
    assert found.likely.tolist() == [0, 0, 1, 1, 0]
    assert found.joint.tolist() == [[2, 1], [1, 1]]
    assert found.suspects.tolist() == [4, 2]  # 0.2 against 0.8, then 0.3 against 0.7
    assert found.margin.tolist() == pytest.approx([0.8, 0.8, -0.4, 0.6, -0.6])
    assert found.share == pytest.approx((3 * (1 / 3) + 2 * (1 / 2)) / 5)


def test_what_no_class_is_sure_of_is_no_suspect_and_no_rows_are_no_error() -> None:
    found = confident(np.array([0, 0, 1, 1]), np.array([[0.9, 0.1], [0.45, 0.55], [0.1, 0.9], [0.2, 0.8]]))
    assert found.likely.tolist() == [0, -1, 1, -1]  # 0.675 and 0.85 are asked for
    assert not len(found.suspects)
    empty = confident(np.array([], np.int64), np.empty((0, 3)))
    assert (empty.share, len(empty.suspects), empty.joint.sum()) == (0.0, 0, 0)


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2])
def test_planted_errors_are_found_and_counted(noise: float) -> None:
    """Simulated: three classes that a good model parts well, a share of labels replaced; the estimate is near, the suspects are right."""
    dice = np.random.default_rng(5)
    truth = dice.integers(0, 3, 3000)
    logits = dice.normal(0, 1, (3000, 3)) + 4.0 * np.eye(3)[truth]
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wrong = dice.random(3000) < noise
    given = np.where(wrong, (truth + dice.integers(1, 3, 3000)) % 3, truth)
    found = confident(given, proba)
    assert abs(found.share - noise) < 0.02
    hit = np.isin(np.flatnonzero(wrong), found.suspects).mean() if noise else 1.0
    assert hit > 0.8
    assert np.isin(found.suspects[: int(wrong.sum()) // 2], np.flatnonzero(wrong)).mean() > 0.95 if noise else len(found.suspects) < 60
