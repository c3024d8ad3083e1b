"""The table of moves and guards in the guide of promotion: complete by the list it was built for, each row with its test and known codes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from mlspec.diagnostics.codes import all_codes

GUIDES = Path(__file__).resolve().parents[2] / "docs/guides"
HEADER = "| what moved | guard | code | test |"
LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+)(?:#(\w+))?\)")
MOVES = {
    "a byte of the model in the remote": "a bit of model",
    "the test data": "the test or training rows",
    "the training data": "the test or training data",
    "a threshold": "a KPI loosened",
    "the policy": "a Policy",
    "the evaluation code": "the mlspec that checks",
    "the requirements lock": "requirements lock",
    "the claim's numbers": "the claim's numbers",
    "metrics.json": "`metrics.json`",
    "dvc.lock": "`dvc.lock`",
    "the champion": "two promotions raced",
    "a commit pushed after approval": "a push after the approval",
    "the tag moved": "moved with `git tag -f`",
    "the base branch": "the base branch went on",
    "the clock": "time",
    "an extra file": "another file in the change",
    "the record of an old version": "an old record or claim",
    "killed at every step": "killed at each step",
}


def rows() -> list[list[str]]:
    after = (GUIDES / "promotion.md").read_text(encoding="utf-8").partition(HEADER)[2].splitlines()[2:]
    end = next(i for i, line in enumerate(after) if not line.startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in after[:end]]


def functions_of(path: Path) -> set[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:50])
def test_a_row_names_its_codes_and_tests_that_exist(row: list[str]) -> None:
    assert len(row) == 4
    links = LINK.findall(row[3])
    assert links, "no test is linked"
    for name, path, test in links:
        file = GUIDES / path
        assert file.is_file(), path
        assert file.stem == name
        assert functions_of(file) >= ({test} if test else set()), f"{path} has no {test}"
    assert set(re.findall(r"MLS\d{4}", row[2])) <= all_codes().keys()


@pytest.mark.parametrize("move", MOVES)
def test_every_move_has_a_row(move: str) -> None:
    assert any(MOVES[move] in row[0] for row in rows())


def test_a_file_of_attacks_is_in_the_table() -> None:
    """Who adds a file of attacks adds its rows."""
    linked = {Path(path).name for row in rows() for _, path, _ in LINK.findall(row[3])}
    told_elsewhere = {
        "test_api.py",
        "test_two_sizes.py",
        "test_clean.py",
        "test_compare.py",
        "test_evidence.py",
        "test_experiment.py",
        "test_reproduce.py",
        "test_seeds.py",
        "test_tuned.py",
        "test_validation.py",
        "test_why.py",
        "test_fleet.py",
        "test_gate.py",
        "test_history.py",
        "test_merge_ways.py",
        "test_proposal.py",
    }
    assert {p.name for p in (GUIDES.parents[1] / "tests/e2e/promotion").glob("test_*.py")} - told_elsewhere <= linked
