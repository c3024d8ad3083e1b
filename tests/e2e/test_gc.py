"""`mlspec gc` at the command line: told first, deleted by --yes, and what is left still runs from the cache."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import command, mlspec
from support.gc_world import age
from support.shared import Shared
from support.trained import trained_of

pytestmark = pytest.mark.e2e


@pytest.fixture
def root(shared: Shared, tmp_path: Path) -> Path:
    command(tmp_path, "cp", "-r", f"{trained_of(shared)}/.", ".", check=0)
    return tmp_path / "project"


def test_what_a_trained_project_needs_stays_and_an_old_model_goes(root: Path) -> None:
    store = root / ".dvc/cache/files/md5"
    before = {path: path.read_bytes() for path in store.glob("??/*")}
    garbage = store / "00" / ("1" * 30)
    garbage.parent.mkdir(exist_ok=True)
    garbage.write_bytes(b"an old model")
    for path in store.glob("??/*"):
        age(path)
    told = mlspec(root, "gc", check=0).out
    assert "1 object (12 B) would go" in told
    assert "00" + "1" * 30 in told
    assert garbage.exists()
    done = json.loads(mlspec(root, "gc", "--yes", "--format", "json", check=0).out)
    assert [o["object"] for o in done["places"][0]["goes"]] == ["00" + "1" * 30]
    assert {path: path.read_bytes() for path in store.glob("??/*")} == before
    assert "0 objects (0 B) would go" in mlspec(root, "gc", check=0).out
    (root / "pipelines/data/sales/valid.parquet").unlink()
    assert "valid.parquet: put back" in mlspec(root, "run", check=0).text


def test_a_remote_wants_a_word_on_who_uses_it(root: Path) -> None:
    said = mlspec(root, "gc", "--remote", "--yes", check=1).text
    assert "MLS0977" in said
    assert "--sole-user" in said
    assert "remote (" in mlspec(root, "gc", "--remote", check=0).out
    assert "deleted" in mlspec(root, "gc", "--remote", "--yes", "--sole-user", check=0).out
