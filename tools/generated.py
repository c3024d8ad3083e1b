"""What the tools that write a page of the documentation share."""

from __future__ import annotations

import sys
from pathlib import Path


def write_or_compare(path: Path, text: str) -> int:
    """Write a generated page; with `--check` compare it, and return 1 when it is out of date."""
    if "--check" in sys.argv:
        return int(not path.is_file() or path.read_text(encoding="utf-8") != text)
    path.write_text(text, encoding="utf-8")
    return 0
