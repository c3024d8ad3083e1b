"""docs/architecture.md names files and functions that are there, and steps that lead to each other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
WALKS = {
    title: re.findall(r"^\d+\. `([\w/]+\.py):([\w.]+)`", text, re.MULTILINE)
    for title, text in re.findall(r"^### (.+?)$(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
}
STEPS = [pytest.param(file, name, id=f"{file}:{name}") for steps in WALKS.values() for file, name in steps]


def names_in(file: str) -> set[str]:
    """Functions, classes and methods (`Class.method`) that a file defines."""
    body = ast.parse((ROOT / "mlspec" / file).read_text(encoding="utf-8")).body
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    methods = {f"{c.name}.{m.name}" for c in body if isinstance(c, ast.ClassDef) for m in c.body if isinstance(m, kinds)}
    return {node.name for node in body if isinstance(node, kinds)} | methods


def test_every_kind_of_request_is_walked() -> None:
    assert [len(steps) > 5 for steps in WALKS.values()] == [True] * 6
    assert len(STEPS) == len(re.findall(r"^\d+\. ", PAGE, re.MULTILINE))


@pytest.mark.parametrize(("file", "name"), STEPS)
def test_a_step_is_there(file: str, name: str) -> None:
    assert (ROOT / "mlspec" / file).is_file()
    assert name in names_in(file)


@pytest.mark.parametrize("title", WALKS)
def test_a_step_is_reached_by_one_before_it(title: str) -> None:
    """A name that no earlier file of the walk has in it is no step of this request."""
    steps = WALKS[title]
    for number, (file, name) in enumerate(steps[1:], 1):
        before = "".join((ROOT / "mlspec" / f).read_text(encoding="utf-8") for f, _ in steps[:number])
        assert re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", before), f"{file}:{name}"


def test_every_package_has_a_row() -> None:
    packages = {p.parent.name for p in (ROOT / "mlspec").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)/` \|", PAGE, re.MULTILINE)) == packages


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w/]+\.py)`", PAGE))))
def test_a_file_that_is_named_in_a_row_is_there(name: str) -> None:
    assert list((ROOT / "mlspec").glob(f"**/{name}"))
