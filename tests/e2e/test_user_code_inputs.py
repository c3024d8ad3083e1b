"""Functions of the user's that declare what they read: changed data is stale data, what nobody declared is refused, no old rows are judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import commit, git, mlspec, repository
from support.inputs_world import SPECS

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = repository(tmp_path_factory.mktemp("inputs"), SPECS | {"data/other.csv": "x\n1\n"})
    mlspec(root, "run", check=0)
    commit(root, "Train")
    return root


def test_what_ran_is_up_to_date_and_judged(trained: Path) -> None:
    assert "sales" not in mlspec(trained, "plan", check=0).out
    mlspec(trained, "gate", check=0)
    text = mlspec(trained, "doctor").out
    assert "fence" in text


@pytest.mark.parametrize(
    ("path", "content", "name", "stage"),
    [
        ("data/sales.csv", "half", "data/sales.csv", "source/sales"),
        ("data/notes/b.txt", "c\n", "data/notes", "source/sales"),
        ("data/raw/regions.csv", "region,size\nnorth,1\nsouth,3\n", "data/raw/regions.csv", "source/regions"),
        ("data/shops.csv", "shop\nx\n", "data/shops.csv", "source/sales"),
        ("data/weights/two.txt", "2\n", "data/weights", "model/demand"),
    ],
)
def test_a_changed_input_is_told_and_old_rows_are_not_judged(trained: Path, path: str, content: str, name: str, stage: str) -> None:
    before = (trained / path).read_text() if (trained / path).exists() else None
    lines = (before or "").splitlines(keepends=True)
    try:
        (trained / path).write_text("".join(lines[: len(lines) // 2]) if content == "half" else content)
        text = mlspec(trained, "plan").out
        assert f"{name} changed" in text, text
        assert stage in text
        judged = mlspec(trained, "gate", check=1)
        assert "MLS0729" in judged.err
        assert f"{name} changed" in judged.err
    finally:
        (trained / path).unlink()
        if before is not None:
            (trained / path).write_text(before)


def test_a_changed_parameter_is_told(trained: Path) -> None:
    spec = trained / "specs/sales.yaml"
    before = spec.read_text()
    try:
        spec.write_text(before.replace("minPrice: 0", "minPrice: 1"))
        assert "minPrice: 0 -> 1" in mlspec(trained, "plan").out
    finally:
        spec.write_text(before)


def test_an_undeclared_read_names_the_line_to_add(trained: Path) -> None:
    code = trained / "src/load.py"
    before = code.read_text()
    try:
        code.write_text(before.replace("    scale =", "    pd.read_csv('data/other.csv')\n    scale ="))
        text = mlspec(trained, "run", check=1).text
        assert "MLS0605" in text
        assert "add `other: {file: data/other.csv}` to `inputs` under spec.trainer" in text
        code.write_text(before.replace("    shops =", "    pd.read_csv('data/other.csv')\n    shops ="))
        text = mlspec(trained, "run", check=1).text
        assert "add `other: {file: data/other.csv}` to `inputs` under `python` of the rule known-shops" in text
    finally:
        code.write_text(before)
        git(trained, "checkout", "-q", ".")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{source: regions}", "{source: nowhere}", "MLS0302"),
        ("{source: regions}", "{source: sales}", "MLS0304"),
        ("{source: regions}", "{features: hourly}", "MLS0302"),
        ("{source: regions}", "{model: demand}", "`dvc add` it"),
        ("{source: regions}", "{file: pipelines/data/regions/valid.parquet}", "{source: regions}"),
        ("{source: regions}", "{file: data/notes}", "{folder: data/notes}"),
        ("[data/shops.csv]", "[data/a.csv, src/a.csv]", "two inputs would both be called `a`"),
    ],
)
def test_an_input_that_can_not_be_is_told_by_validate(trained: Path, old: str, new: str, told: str) -> None:
    spec = trained / "specs/sales.yaml"
    before = spec.read_text()
    try:
        spec.write_text(before.replace(old, new, 1))
        found = mlspec(trained, "validate", check=1)
        assert told in found.text
        line = next(n for n, text in enumerate(spec.read_text().splitlines(), 1) if new in text)
        assert f"specs/sales.yaml:{line}:" in found.text
    finally:
        spec.write_text(before)
