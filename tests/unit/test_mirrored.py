"""Every module has a unit test where one looks for it, or a row in tests/README.md that says what covers it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "tests/README.md").read_text(encoding="utf-8").split("## What covers")[1]
ROWS = {
    left: re.findall(r"`([\w/.-]+)`", right) for left, right in re.findall(r"^\| `(\w[\w/]*(?:/|\.py))` \| (.*) \|$", TABLE, re.MULTILINE)
}
MODULES = sorted(p.relative_to(ROOT / "mlspec").as_posix() for p in (ROOT / "mlspec").rglob("*.py") if not p.name.startswith("__"))


def is_mirrored(module: str) -> bool:
    """By a test of its name, or by one of a package's that it is in."""
    path = Path(module)
    packages = [p for p in path.parents if p != Path()]
    places = [path.with_name(f"test_{path.name}"), *(p.with_name(f"test_{p.name}.py") for p in packages)]
    return any((ROOT / "tests/unit" / place).is_file() for place in places)


def row_of(module: str) -> str | None:
    """Its own row, else that of its folder (not of one above it: a new package gets tests, or a row)."""
    return next((row for row in (module, f"{Path(module).parent.as_posix()}/") if row in ROWS), None)


def test_every_module_is_mirrored_or_stands_in_the_table() -> None:
    assert [m for m in MODULES if not is_mirrored(m) and row_of(m) is None] == []


def test_no_row_is_left_over() -> None:
    needed = {row_of(m) for m in MODULES if not is_mirrored(m)}
    assert sorted(set(ROWS) - needed) == []
    assert len(ROWS) == TABLE.count("\n| `")


def test_the_tests_of_a_row_are_there() -> None:
    assert [(row, t) for row, tests in ROWS.items() for t in tests or ["no test"] if not (ROOT / "tests" / t).is_file()] == []


def test_a_unit_tests_folder_is_one_of_the_package() -> None:
    """A module that moves takes its test along."""
    folders = {p.parent.relative_to(ROOT / "tests/unit") for p in (ROOT / "tests/unit").rglob("test_*.py")}
    assert sorted(f.as_posix() for f in folders if not (ROOT / "mlspec" / f).is_dir()) == []
