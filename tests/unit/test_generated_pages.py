"""Pages made from code are current."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tool", ["cli_page", "codes_page", "rules_page", "support_page"])
def test_the_page_is_current(tool: str) -> None:
    done = subprocess.run([sys.executable, f"tools/{tool}.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, f"run: python tools/{tool}.py"


def test_the_json_schemas_are_current() -> None:
    done = subprocess.run([sys.executable, "-m", "mlspec", "schema", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run: mlspec schema"
