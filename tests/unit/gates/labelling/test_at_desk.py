from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlspec.gates.labelling.at_desk import FOLDS, fold_of


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(0, 5))
def test_every_judged_row_leaves_its_class_to_the_training(labels: list[int], seed: int) -> None:
    numbers = np.array(labels, np.int64)
    folds = fold_of(numbers, None, seed)
    assert (folds == fold_of(numbers, None, seed)).all()
    for i, fold in enumerate(folds):
        assert fold < FOLDS
        if fold >= 0:
            assert ((numbers == numbers[i]) & (folds != fold)).any()
        else:
            assert (numbers == numbers[i]).sum() == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["a", "b", "c", None])), max_size=30))
def test_rows_of_a_group_are_judged_together(rows: list[tuple[int, str | None]]) -> None:
    numbers = np.array([label for label, _ in rows], np.int64)
    folds = fold_of(numbers, [group for _, group in rows], 7)
    for group in {g for _, g in rows}:
        assert len({int(f) for f, (_, g) in zip(folds, rows, strict=True) if g == group and f >= 0}) <= 1
    for i, fold in enumerate(folds):
        assert fold < 0 or ((numbers == numbers[i]) & (folds != fold)).any()
