"""Rewrite the expected files of the golden cases, or check them: `python tools/update_goldens.py [--check] [part of a name …]`."""

from __future__ import annotations

import argparse
import difflib
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support import golden_diagnostics as golden


def changed(case: str) -> str | None:
    """Return what the case prints now, when it is not what is expected."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        now = golden.observe(case, root)
    return None if now == golden.expected(case) else now


def difference(case: str, now: str) -> str:
    """Return a unified diff from expected to now."""
    before = (golden.expected(case) or "").splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, now.splitlines(keepends=True), f"{case}/{golden.EXPECTED}", "now"))


def main() -> int:
    """Return 0 when nothing differs (or all was written), 1 when `--check` found a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a case differs")
    parser.add_argument("parts", nargs="*", help="only the cases whose names hold one of these")
    options = parser.parse_args()
    wanted = [c for c in golden.cases() if not options.parts or any(p in c for p in options.parts)]
    different = {case: now for case in wanted if (now := changed(case)) is not None}
    crashed = [case for case, now in different.items() if "MLS0001" in now]
    if crashed:  # a bug's report is nothing that anybody expects
        sys.stderr.write(f"{len(crashed)} cases end in a bug report, {crashed[0]} among them: nothing is written\n")
        return 1
    for case, now in different.items():
        sys.stdout.write(difference(case, now))
        if not options.check:
            golden.write_expected(case, now)
    sys.stdout.write(f"{len(wanted)} cases, {len(different)} {'differ' if options.check else 'written'}\n")
    return 1 if options.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
