"""What `mlspec validate` prints for each mistake, to the letter. To change on purpose: `python tools/update_goldens.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.golden_diagnostics import cases, expected, observe


@pytest.mark.parametrize("case", cases())
def test_the_diagnostic_is_as_expected(case: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    assert observe(case, root) == expected(case), f"if this is wanted: python tools/update_goldens.py {case}"


SEVERAL = ("every-problem-of-every-file",)


@pytest.mark.parametrize("case", [c for c in cases() if c not in SEVERAL])
def test_one_mistake_is_told_once(case: str) -> None:
    text = expected(case) or ""
    assert text.count("error[MLS") == (1 if text.endswith("exit code 1\n") else 0)
    assert "MLS0001" not in text
