from __future__ import annotations

from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.doctor_world import LOCK, told

from mlspec.setup.doctor import files, lock
from mlspec.setup.doctor.examine import open_project

HASH = "--hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LOCK, ""),
        ("", "empty"),
        (LOCK + "pandas==3.1.1\n", "no hashes for pandas"),
        (LOCK + f"pandas {HASH}\n", "no hashes for pandas"),
    ],
)
def test_every_requirement_has_its_hash(root: Path, text: str, says: str) -> None:
    (root / "requirements.lock").write_text(text)
    found = told(root, lock.examine, "lock")
    assert (found.outcome == "problem") == bool(says) and says in found.what
    assert ("uv pip compile --generate-hashes" in found.fix) == bool(says)


def test_hashes_may_stand_in_a_file_of_constraints_but_a_stage_depends_on_one_file(root: Path) -> None:
    (root / "requirements.lock").write_text("-c pins.txt\ndvc\n")
    (root / "pins.txt").write_text(f"dvc==3.67.1 {HASH}\n")
    found = told(root, lock.examine, "lock")
    assert found.outcome == "problem" and "takes in pins.txt" in found.what and "one file" in found.fix
    (root / "pins.txt").write_text("dvc==3.67.1\n")
    assert "no hashes for dvc" in told(root, lock.examine, "lock").what
    (root / "requirements.lock").write_text("-c ../pins.txt\ndvc\n")
    (root.parent / "pins.txt").write_text(f"dvc==3.67.1 {HASH}\n")
    assert "no hashes for dvc" in told(root, lock.examine, "lock").what


@pytest.mark.parametrize(
    ("text", "outcome", "words"),
    [
        (f"click==8.0 {HASH}\nmade==1.0 {HASH}\n", "problem", "made 1.0 asks for click>=8.1, and the lock has 8.0"),
        (f"made==1.0 {HASH}\n", "problem", "made 1.0 asks for click>=8.1, and the lock lacks it"),
        (f"made==1.0 {HASH}\nclick==8.2 {HASH}\n", "ok", "1 of 2 are installed here"),
        (f"made==2.0 {HASH}\n", "skipped", "nothing is known"),
        (f"made==1.0 {HASH}\nclick==8.2 {HASH} ; sys_platform == 'win32'\n", "problem", "lacks it"),
    ],
)
def test_a_lock_that_is_not_complete_is_told(root: Path, text: str, outcome: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = SimpleNamespace(version="1.0", requires=["click>=8.1", "colorama; sys_platform == 'win32'", "rare; extra == 'rare'"])

    def distribution(name: str) -> Any:
        if name != "made":
            raise metadata.PackageNotFoundError(name)
        return made

    monkeypatch.setattr(metadata, "distribution", distribution)
    (root / "requirements.lock").write_text(text.replace(f"{HASH} ; sys_platform == 'win32'", f"; sys_platform == 'win32' {HASH}"))
    found = told(root, lock.examine, "complete")
    assert (found.outcome, words in found.what) == (outcome, True), found


@pytest.mark.parametrize(
    ("url", "text", "lacking"),
    [
        ("../storage", LOCK, []),
        ("s3://acme-ml/shop", LOCK, []),
        ("gs://acme-ml/shop", LOCK, ["dvc-gs"]),
        ("../storage", f"pandas==3.1.1 {HASH}\n", ["mlspec-gitops", "dvc"]),
    ],
)
def test_what_the_workflows_call_is_in_it(root: Path, url: str, text: str, lacking: list[str]) -> None:
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text().replace("../storage", url))
    (root / "requirements.lock").write_text(text)
    found = told(root, lock.examine, "contents")
    assert (found.outcome == "problem") == bool(lacking)
    assert not lacking or ", ".join(lacking) in found.what


@pytest.mark.parametrize(
    ("here", "there", "outcome"), [("1.2", "1.2", "ok"), ("1.2", "1.3", "problem"), (None, "1.2", "skipped"), ("1", None, "skipped")]
)
def test_this_mlspec_is_the_workflows_or_not(
    root: Path, here: str | None, there: str | None, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "installed", lambda name: here)
    (root / "requirements.lock").write_text(f"{'other' if there is None else lock.SELF}=={there or '1'} {HASH}\n")
    found = told(root, lock.examine, "this mlspec")
    assert found.outcome == outcome and (outcome != "problem" or "--no-deps --require-hashes -r requirements.lock" in found.fix)


def test_what_reads_a_workbook_is_in_it(root: Path) -> None:
    (root / "requirements.lock").write_text(f"mlspec-gitops==0.1.0 {HASH}\ndvc==3.67.1 {HASH}\n")
    before = told(root, lock.examine, "contents").fix
    (root / "specs/sales.yaml").write_text((root / "specs/sales.yaml").read_text().replace("data/sales.csv", "data/sales.xlsx"))
    found = told(root, lock.examine, "contents")
    assert "openpyxl" in found.what and ",xlsx]" in found.fix and "xlsx" not in before


def test_what_searches_is_in_it(root: Path) -> None:
    (root / "requirements.lock").write_text(f"mlspec-gitops==0.1.0 {HASH}\ndvc==3.67.1 {HASH}\n")
    text = (root / "specs/demand.yaml").read_text()
    (root / "specs/demand.yaml").write_text(text + "  tuning: {metric: mae, space: {alpha: {low: 1, high: 2}}}\n")
    found = told(root, lock.examine, "contents")
    assert "optuna" in found.what and ",tuning]" in found.fix


def test_without_a_lock_the_specs_are_the_problem(root: Path) -> None:
    (root / "requirements.lock").unlink()
    assert {f.verdict.outcome for f in lock.examine(open_project(root))} == {"skipped"}
    assert "requirements.lock" in told(root, files.examine, "specs").what
