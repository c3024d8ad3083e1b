"""Label sets that ask for less, or settle otherwise, are told; what tightens is not."""

from __future__ import annotations

import pytest
from support.label_world import LABELS, SPECS
from support.projects import compile_texts

from mlspec.promotion.loosening import loosened

PATH = "specs/ticket-topics.yaml"


def told(before: str, after: str) -> list[tuple[str, str | None, str | None]]:
    old, new = (compile_texts(SPECS | {PATH: LABELS + more}).project for more in (before, after))
    assert old is not None
    assert new is not None
    return [(one.what, one.before, one.after) for one in loosened(old, new)]


def test_less_agreement_is_looser() -> None:
    less = ("annotators may agree less", "minAgreement: 0.7", "minAgreement: 0.6")
    assert told("  minAgreement: 0.7\n", "  minAgreement: 0.6\n") == [less]
    assert told("  minAgreement: 0.7\n", "") == [(*less[:2], None)]
    assert told("  minAgreement: 0.6\n", "  minAgreement: 0.7\n") == told("", "  minAgreement: 0.7\n") == []


@pytest.mark.parametrize(
    ("after", "before_text", "after_text"),
    [
        ("  resolve: dawid_skene\n", "resolve: majority", "resolve: dawid_skene"),
        ("  gold: {file: labels/gold.csv}\n", None, "gold: {file: labels/gold.csv}"),
        ("  several: combine\n", "several: refuse", "several: combine"),
    ],
)
def test_another_way_to_settle_is_another_truth(after: str, before_text: str | None, after_text: str) -> None:
    assert told("", after) == [("labels are settled otherwise: the truth of the test rows is another one", before_text, after_text)]


def test_another_scale_is_another_measure() -> None:
    after = "  scale: ordinal\n  order: [billing, login, other]\n"
    assert {what for what, _, _ in told("", after)} == {"their agreement is measured otherwise"}
