"""What is asked of many rows is what one query would say of them, in words that are quicker."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.rule_cases import CASES, Case, judged, opened, said

from mlspec.runtime.validate import measure, texts
from mlspec.runtime.validate.measure import Here


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
@pytest.mark.parametrize("few", [0, texts.FEW], ids=["each row", "each value once"])
def test_many_rows_are_told_what_few_are(case: Case, few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    connection, checks = opened(case, tmp_path)
    before = said(Here(connection), checks)
    monkeypatch.setattr(measure, "MANY", 0)
    monkeypatch.setattr(texts, "FEW", few)
    assert said(Here(connection), checks) == before


@pytest.mark.parametrize(
    ("values", "bad"),
    [([1, 2, 3], ()), ([1, 1, 2], (2,)), ([3, 2, 3], (3,)), ([None, 1, None], (3,)), ([], ()), ([2**63 - 1, -(2**63)], ())],
)
def test_a_key_is_unique_or_not_however_its_values_lie(values: list[int | None], bad: tuple[int, ...], tmp_path: Path, monkeypatch):
    import pyarrow as pa

    monkeypatch.setattr(measure, "MANY", 0)
    connection, checks = opened(Case("keys", {"k": pa.array(values, pa.int64())}, [{"unique": ["k"]}], []), tmp_path)
    assert judged(Here(connection), checks) == [(len(bad), bad)]


def test_an_expression_that_is_none_is_told_by_its_rule_of_many_rows_too(tmp_path: Path, monkeypatch):
    from mlspec.diagnostics import Problems

    monkeypatch.setattr(measure, "MANY", 0)
    connection, checks = opened(Case("wrong", {"t": ["a"]}, [{"column": "t", "matches": "a("}], []), tmp_path)
    with pytest.raises(Problems, match=r"MLS0631.*`r1`"):
        Here(connection).measure(checks)
