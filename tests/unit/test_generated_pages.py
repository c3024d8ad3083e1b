"""Pages made from code are current."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_command_line_page_is_current() -> None:
    done = subprocess.run([sys.executable, "tools/cli_page.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run: python tools/cli_page.py"


def test_the_json_schemas_are_current() -> None:
    done = subprocess.run([sys.executable, "-m", "mlspec", "schema", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run: mlspec schema"
