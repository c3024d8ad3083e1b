"""Writes the evidence packs that are expected: `python tools/evidence_goldens.py [--check]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from generated import write_or_compare
from support.evidence_world import CASES, make

from mlspec.registry.documents.facts import gather
from mlspec.registry.documents.pack import render

FOLDER = Path(__file__).parents[1] / "tests/golden/evidence"


def main() -> int:
    """Write or compare every file of every case; 1 when one is out of date."""
    code = 0
    with tempfile.TemporaryDirectory() as scratch:
        root = make(Path(scratch))
        for name, (version, environment) in CASES.items():
            (FOLDER / name).mkdir(parents=True, exist_ok=True)
            for file, text in render(gather(root, "model/demand", version, environment)).items():
                code = max(code, write_or_compare(FOLDER / name / file, text))
    return code


if __name__ == "__main__":
    sys.exit(main())
