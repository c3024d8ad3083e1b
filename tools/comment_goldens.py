"""Writes the comments that are expected of each kind of report: `python tools/comment_goldens.py [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from generated import write_or_compare
from support.comment_cases import CASES

from mlspec.ci.record.comment import render

FOLDER = Path(__file__).parents[1] / "tests/golden/comments"

if __name__ == "__main__":
    sys.exit(max(write_or_compare(FOLDER / f"{name}.md", render(report)) for name, report in CASES.items()))
