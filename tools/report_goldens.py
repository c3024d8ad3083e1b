"""Writes the documents that each renderer is expected to write: `python tools/report_goldens.py [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from generated import write_or_compare
from support.report_documents import every

from mlspec.reports.document import STYLES
from mlspec.reports.rendering import render

FOLDER = Path(__file__).parents[1] / "tests/golden/reports"


def main() -> int:
    """Write or compare every form; 1 when one is out of date."""
    return max(
        write_or_compare(FOLDER / f"every{ending}", render(every("demand"), style)) for ending, style in STYLES.items() if ending != ".htm"
    )


if __name__ == "__main__":
    sys.exit(main())
