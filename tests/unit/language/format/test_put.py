"""One value is written, and nothing else of the text changes."""

from __future__ import annotations

import pytest

from mlspec.diagnostics import Problems
from mlspec.language.format.put import put

TEXT = b"""\
# who made it
spec:   # the model
  estimator:
    class: a.B   # ours
    params: {alpha: 1.0, deep: {x: [1, 2]}}
  seed: 7  # luck
  card:
"""


@pytest.mark.parametrize(
    ("route", "value", "old", "new"),
    [
        ("spec.seed", 8, b"seed: 7  #", b"seed: 8  #"),
        ("spec.estimator.params.alpha", 1e-05, b"alpha: 1.0", b"alpha: 1.0e-05"),
        ("spec.estimator.params.tol", True, b"[1, 2]}}", b"[1, 2]}, tol: true}"),
        ("spec.estimator.params.deep.x", ["NO"], b"[1, 2]", b'["NO"]'),
        ("spec.card.intendedUse", "vans", b"card:", b"card: {intendedUse: vans}"),
        ("spec.estimator.new.a", 1, b"{x: [1, 2]}}\n", b"{x: [1, 2]}}\n    new: {a: 1}\n"),
        ("spec.split.test", "30%", b"  card:\n", b'  card:\n  split: {test: "30%"}\n'),
    ],
)
def test_only_the_value_changes(route: str, value: object, old: bytes, new: bytes) -> None:
    assert TEXT.count(old) == 1
    assert put("a.yaml", TEXT, 0, route.split("."), value) == TEXT.replace(old, new)


def test_windows_line_ends_and_a_mark_stay() -> None:
    text = b"\xef\xbb\xbf" + TEXT.replace(b"\n", b"\r\n")
    assert put("a.yaml", text, 0, ["spec", "estimator", "z"], 1) == text.replace(b"2]}}\r\n", b"2]}}\r\n    z: 1\r\n")


@pytest.mark.parametrize("text", [b"a: &x {b: 1}\nc: *x\n", b"a: 1\n", b"a:\n  b: |\n    x\n", b"a:\n  b: [1,\n   2]\n"])
def test_what_can_not_be_edited_is_refused(text: bytes) -> None:
    with pytest.raises(Problems, match="MLS0841"):
        put("a.yaml", text, 0, ["a", "b"], 2)
