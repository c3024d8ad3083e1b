"""What `mlspec validate --fix --diff` prints for each mistake of the golden diagnostics: the diff, what remains, and the exit code.

A case without a file here must not be changed at all. To change on purpose: `MLSPEC_UPDATE=1 pytest tests/golden/fixes`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.golden_diagnostics import cases, observe

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("case", cases())
def test_the_fix_is_as_expected(case: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    printed, kept = observe(case, root, "--fix", "--diff", "--ignore", "all"), FOLDER / f"{case}.txt"
    changes = "+++ b/" in printed
    if os.environ.get("MLSPEC_UPDATE") and changes:
        kept.write_bytes(printed.encode())
    assert changes == kept.exists()
    if changes:
        assert printed.encode() == kept.read_bytes()
