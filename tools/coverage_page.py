"""Writes docs/reference/coverage.md: how often intervals hold the truth, by simulation (about five minutes of two quiet cores).

`python tools/coverage_page.py`; `--runs 200` for a look.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two processes share the cores; its matrices are small

from support.coverage import ROWS, RUNS, WORLDS, Cell, cells  # noqa: E402 - the tests' support is found by the line above

HEAD = """# Coverage of the intervals

{runs:,} simulated samples a cell, judged as a gate judges them, at 95%; by `python tools/coverage_page.py`. `make test-all` holds each
cell at 0.93, and at 4% and two standard errors of the simulation (0.0088). A cell: the share of samples **with an interval**, the share
in which it **holds the true value or there is none** (in brackets: of those with an interval), and the share that **pass** a KPI whose
threshold is the true value (nominal: 0.025).

Worlds: errors that are normal; log-normal (sigma 1); autocorrelated (AR(1)) in order of time; in shuffled groups of ten rows with half of
the variance theirs. Classes: a calibrated probit model with 40% or 3% positives, in groups, in time; three classes, one of them a tenth.
"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args(argv).runs
    wanted = [(world, rows) for world in WORLDS for rows in ROWS]
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(cells, *zip(*wanted, strict=True), [runs] * len(wanted)))
    known = {(c.world, c.metric, c.rows): c for part in found for c in part}
    text = HEAD.format(runs=runs) + "".join(_table(world, known) for world in WORLDS)
    (ROOT / "docs/reference/coverage.md").write_text(text, encoding="utf-8")
    return 0


def _table(world: str, known: dict[tuple[str, str, int], Cell]) -> str:
    head = f"\n## {world[0].upper()}{world[1:]}\n| metric | " + " | ".join(f"{rows:,} rows" for rows in ROWS) + " |\n"
    lines = [f"| `{metric}` | " + " | ".join(_cell(known[world, metric, rows]) for rows in ROWS) + " |" for metric in WORLDS[world][1]]
    return head + "|---" * (len(ROWS) + 1) + "|\n" + "\n".join(lines) + "\n"


def _cell(cell: Cell) -> str:
    return f"{cell.given:.2f}: {cell.covered:.3f} ({cell.of_given:.2f}), {cell.passed:.3f}" if cell.given else "none"


if __name__ == "__main__":
    sys.exit(main())
