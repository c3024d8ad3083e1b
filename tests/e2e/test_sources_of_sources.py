"""A model on a source that is made of two others and a file: run by mlspec and by DVC alone, plan after each change, a promotion verified."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import command, git, mlspec
from support.made_specs import CODE, FUNCTION, MADE_SPECS, QUERY
from support.promotion_world import World, make_trained

from mlspec.ci.propose.folder import read_proposal

pytestmark = pytest.mark.e2e
RAW = "pipelines/data/sales/raw.parquet"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_trained(tmp_path_factory.mktemp("made"), MADE_SPECS | {"requirements.lock": "# locked\n"})


@pytest.fixture
def root(trained: World, tmp_path: Path) -> Path:
    return trained.copy(tmp_path).root


def test_what_it_is_made_of_is_told_by_plan_and_lineage(root: Path) -> None:
    assert "sales" not in mlspec(root, "plan", check=0).out
    up = mlspec(root, "lineage", "source/sales", check=0).out
    assert "data/zips.csv" in up
    assert "data/shops.csv" in up
    assert "model/demand" in mlspec(root, "lineage", "source/shops", check=0).out
    assert "queries/sales.sql" in mlspec(root, "explain", "source/sales", check=0).out
    for path, text, told in (
        ("data/shops.csv", "shop,zip\nnorth,80331\nsouth,01067\n", ["source/shops", "source/sales", "model/demand"]),
        ("data/zips.csv", "zip,people\n01067,1\n80331,2\n", ["data/zips.csv changed", "source/sales", "model/demand"]),
        ("queries/sales.sql", QUERY.replace("ORDER BY day", "ORDER BY day DESC"), ["queries/sales.sql changed", "model/demand"]),
    ):
        (root / path).write_text(text)
        found = mlspec(root, "plan").out
        assert [t for t in told if t not in found] == [], found
        assert "source/orders" not in found
        git(root, "checkout", "-q", ".")


def test_dvc_alone_makes_the_same_bytes(root: Path) -> None:
    before = (root / RAW).read_bytes()
    (root / RAW).unlink()
    command(root, "dvc", "repro", "--force", "--single-item", "pipelines/data/sales/dvc.yaml:ingest", check=0)
    assert (root / RAW).read_bytes() == before
    assert "pipelines" not in git(root, "status", "--porcelain")


def test_a_query_that_fails_leaves_the_accepted_rows(root: Path) -> None:
    valid = root / "pipelines/data/sales/valid.parquet"
    before = valid.read_bytes()
    (root / "queries/sales.sql").write_text(QUERY.replace("row_number()", "CAST(shop AS INTEGER) + row_number()"))
    text = mlspec(root, "run", check=1).text
    assert "MLS0624" in text
    assert "queries/sales.sql" in text
    assert valid.read_bytes() == before


def test_a_refresh_of_an_input_names_what_follows_it(root: Path) -> None:
    data = root / "data/sales.csv"
    data.write_text(data.read_text() + "2024-12-01,north,2.5,40\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "A new day")
    mlspec(root, "ci", "refresh", "--source", "orders", check=0)
    made = read_proposal(root / ".mlspec/state/ci/proposals/orders")
    assert [ref for ref in ("source/sales", "model/demand") if ref not in made.body] == []
    assert {path.rpartition("/")[0] for path in made.files} == {"pipelines/data/orders"}
    assert "MLS0526" in mlspec(root, "ci", "refresh", "--source", "sales", check=1).text
    assert git(root, "status", "--porcelain") == ""


def test_a_promotion_makes_the_rows_again(trained: World, tmp_path: Path) -> None:
    world = trained.copy(tmp_path)
    mlspec(world.root, "promote", "model/demand", "--to", "staging", check=0)
    git(world.root, "fetch", "-q", "origin")
    git(world.root, "checkout", "-q", "origin/mlspec/promote/staging/demand/v1.0.0")
    assert "verified against origin/main" in mlspec(world.root, "verify", "--base", "origin/main", check=0).text


def test_a_function_that_reads_more_is_told_the_line_to_add(root: Path) -> None:
    for path, text in {
        "mlspec.yaml": MADE_SPECS["mlspec.yaml"] + "  code: [src]\n",
        "specs/sales.yaml": FUNCTION,
        "src/join.py": CODE,
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    mlspec(root, "apply", check=0)
    mlspec(root, "run", "source/sales", check=0)
    (root / "src/join.py").write_text(CODE.replace('inputs["zips"]', '"data/sales.csv"'))
    text = mlspec(root, "run", "source/sales", check=1).text
    assert "add `sales: {file: data/sales.csv}` to `inputs` under spec.from, and run `mlspec apply`" in text
