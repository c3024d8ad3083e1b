"""The Makefile says what it can do, and one target makes all goldens anew."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split()
RULES = set(re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE))
SLOW = {"beside", "coverage_page", "github_openapi", "odcs_schemas", "pictures"}
"""Tools that `make goldens` leaves out: one that writes no golden, minutes of simulation, a package of GitHub's to cut from, a run of the example in Chromium, and schemas of others to be vendored."""


def test_help_tells_of_every_target() -> None:
    done = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    told = dict(line.removeprefix("make ").split(maxsplit=1) for line in done.stdout.splitlines())
    assert set(told) == set(TARGETS) - {"help"}
    assert all(len(words.split()) > 2 for words in told.values())


def test_every_rule_that_makes_no_file_is_phony() -> None:
    assert set(TARGETS) == RULES


@pytest.mark.parametrize("tool", sorted(p.stem for p in (ROOT / "tools").glob("*.py")))
def test_goldens_runs_every_tool_that_writes_one(tool: str) -> None:
    text = (ROOT / f"tools/{tool}.py").read_text(encoding="utf-8")
    writes = "__main__" in text and tool not in SLOW
    assert (f"python tools/{tool}.py" in _commands("goldens")) is writes


def _commands(target: str) -> str:
    """What a target runs, with what it needs."""
    done = subprocess.run(["make", "--dry-run", "--always-make", target], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout
