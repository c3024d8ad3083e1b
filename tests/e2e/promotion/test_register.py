"""`mlspec register`: a record without a promotion, held by the check to what a promotion's record is held to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.promotion_world import ENVIRONMENT, RECORD, World, commit, git, read, run
from support.shared import Shared

pytestmark = pytest.mark.e2e
BRANCH = "mlspec/register/demand/v1.1.0"


@pytest.fixture(scope="module")
def registered_once(proposed_once: World, shared: Shared) -> World:
    def make(home: Path) -> None:
        world = proposed_once.copy(home)
        assert f"pushed {BRANCH}" in run(world.root, "register", "model/demand", check=0).out
        world.propose(BRANCH)

    return World(shared.once("registered", make))


@pytest.fixture
def registered(registered_once: World, tmp_path: Path) -> World:
    """v1.1.0 is registered; the branch is merged in the checkout, not pushed."""
    return registered_once.copy(tmp_path)


def test_a_registered_version_is_verified_merged_and_promoted(registered: World) -> None:
    root = registered.root
    assert git(root, "diff", "--name-only", "origin/main", "HEAD").split() == [RECORD]
    assert f"{RECORD}: verified against origin/main" in registered.verify().out
    git(root, "push", "--quiet", "origin", "main")
    assert "is v1.1.0 already: nothing to do" in run(root, "register", "model/demand", check=0).out
    registered.refused(run(root, "register", "model/demand", "--version", "v2.0.0"), "MLS0708", "these bytes are v1.1.0")
    registered.promote("staging", "--version", "v1.1.0")
    registered.propose()
    changed = git(root, "diff", "--name-only", "origin/main", "HEAD").split()
    assert changed == [ENVIRONMENT, "promotions/staging/demand/v1.1.0.yaml"]
    assert "deployment/staging/demand: verified" in registered.verify().out
    git(root, "push", "--quiet", "origin", "main")
    told = run(root, "history", "model/demand", check=0).out
    assert told.index("v1.1.0") < told.index("v1.0.0")
    assert "promotion" in told


def test_run_again_it_finds_its_branch_and_a_dry_run_writes_nothing(waiting: World) -> None:
    root = waiting.root
    dry = run(root, "register", "model/demand", "--dry-run", check=0).out
    assert "nothing was written" in dry
    assert BRANCH not in git(root, "branch", "--all")
    run(root, "register", "model/demand", check=0)
    assert f"found {BRANCH}" in run(root, "register", "model/demand", check=0).out
    assert not git(root, "status", "--porcelain")


def test_a_tag_of_gto_names_the_version_and_is_no_evidence(waiting: World) -> None:
    root = waiting.root
    git(root, "tag", "demand@v1.3.0")
    git(root, "tag", "--annotate", "--message", "old", "demand@v1.2.0", "HEAD~2")
    assert "v1.4.0" in run(root, "register", "model/demand", "--dry-run", check=0).out
    assert "Promote demand v1.4.0" in run(root, "promote", "model/demand", "--to", "staging", "--dry-run", check=0).out
    waiting.refused(run(root, "register", "model/demand", "--version", "v1.3.0"), "MLS0708", "demand@v1.3.0")
    waiting.refused(run(root, "register", "model/demand", "--from-tag", "demand@v9.0.0"), "MLS0723", "demand@v1.3.0")
    waiting.refused(run(root, "register", "model/demand", "--from-tag", "demand@v1.2.0"), "MLS0724", "model")
    run(root, "register", "model/demand", "--from-tag", "demand@v1.3.0", check=0)
    waiting.propose("mlspec/register/demand/v1.3.0")
    assert "registry/demand/v1.3.0.yaml: verified" in waiting.verify().out


def _set(*keys: str, to: Any) -> Callable[[Any], None]:
    def edit(record: Any) -> None:
        for key in keys[:-1]:
            record = record[key]
        record[keys[-1]] = to

    return edit


FORGED = {
    "a metric": (_set("metrics", "mae", "value", to=0.1), "MLS0739", "the record says mae value 0.1"),
    "the specs": (_set("spec", to="sha256:" + "0" * 64), "MLS0738", "the specs changed"),
    "the model's md5": (_set("artifacts", "model", "md5", to="0" * 32 + ".dir"), "MLS0738", "the model changed"),
    "the model's digest": (_set("digest", to="sha256:" + "1" * 64), "MLS0740", "bytes changed"),
    "the test rows' digest": (_set("artifacts", "test", "digest", to="sha256:" + "2" * 64), "MLS0731", "test.parquet"),
    "the commit": (_set("commit", to="3" * 40), "MLS0738", "is not on the base branch"),
    "the model's name": (_set("model", to="other"), "MLS0710", "says it is other"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_record_is_refused(registered: World, what: str) -> None:
    from mlspec.language.yaml.write import dump

    edit, code, words = FORGED[what]
    data = read(registered.root, RECORD)
    edit(data)
    (registered.root / RECORD).write_text(dump(data))
    commit(registered.root, "Forge")
    registered.refused(registered.verify(), code, words)


def test_a_registration_adds_one_record_and_nothing_else(registered: World) -> None:
    root = registered.root
    (root / "requirements.lock").write_text("# another\n")
    (root / "registry/demand/v1.2.0.yaml").write_bytes((root / RECORD).read_bytes())
    commit(root, "More")
    found = registered.verify()
    registered.refused(found, "MLS0741", "requirements.lock changed too")
    registered.refused(found, "MLS0741", "registry/demand/v1.2.0.yaml changed too")


def test_the_same_bytes_are_not_registered_twice(deployed: World) -> None:
    root = deployed.root
    text = (root / "registry/demand/v1.0.0.yaml").read_text().replace("version: v1.0.0", "version: v1.9.0")
    (root / "registry/demand/v1.9.0.yaml").write_text(text)
    commit(root, "Twin")
    deployed.refused(deployed.verify(), "MLS0708", "are v1.0.0 already")


def test_a_model_without_kpis_is_registered(waiting: World) -> None:
    root = waiting.root
    git(root, "rm", "--quiet", "specs/demand-kpis.yaml")
    waiting.train("No KPIs")
    run(root, "register", "model/demand", check=0)
    waiting.propose(BRANCH)
    assert f"{RECORD}: verified" in waiting.verify().out
    git(root, "push", "--quiet", "origin", "main")
    waiting.refused(run(root, "promote", "model/demand", "--to", "staging", "--version", "v1.1.0"), "MLS0705")
