"""GTO and DVC read our tags, we read theirs; and no tag decides anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import command, git
from support.promotion_world import World, read, run

pytestmark = pytest.mark.e2e
ROLLBACK = "mlspec/rollback/staging/demand/v1.0.0"


def rolled_back(world: World) -> World:
    """v1.1.0 went to staging and production; staging went back to v1.0.0."""
    world.merge()
    world.promote("production")
    world.merge("mlspec/promote/production/demand/v1.1.0")
    run(world.root, "rollback", "deployment/staging/demand", "--reason", "vans ran empty", check=0)
    world.merge(ROLLBACK)
    return world


def shown(root: Path, **options: str) -> str:
    """What `dvc.api.artifacts_show` resolves, as `commit path`."""
    import dvc.api

    found = dvc.api.artifacts_show("demand", repo=str(root), **options)
    return f"{found['rev']} {found['path']}"


def test_gto_and_dvc_read_what_was_promoted_and_rolled_back(waiting: World) -> None:
    from gto.api import history, show

    world = rolled_back(waiting)
    assert run(world.root, "tag", "--push", check=0).out.count("written") == 6
    assert run(world.root, "tag", "--push", check=0).out == "6 tags stand; none is missing.\n"
    versions = {v["version"]: sorted(s["stage"] for s in v["stages"]) for v in show(str(world.root), name="demand")}
    assert versions == {"v1.1.0": ["production"], "v1.0.0": ["staging"]}
    assert [v["version"] for v in show(str(world.root), name="demand#production")] == ["v1.1.0"]
    events = [(e["event"], e["version"], e["stage"]) for e in history(str(world.root), "demand", ascending=True)]
    assert events == [
        ("registration", "v1.0.0", None),
        ("assignment", "v1.0.0", "staging"),
        ("registration", "v1.1.0", None),
        ("assignment", "v1.1.0", "staging"),
        ("assignment", "v1.1.0", "production"),
        ("assignment", "v1.0.0", "staging"),
    ]
    one, two = (git(world.root, "rev-parse", f"demand@{v}^{{commit}}").strip() for v in ("v1.0.0", "v1.1.0"))
    path = "pipelines/models/demand/model"
    assert shown(world.root, version="v1.0.0") == shown(world.root, stage="staging") == f"{one} {path}"
    assert shown(world.root, version="v1.1.0") == shown(world.root, stage="production") == shown(world.root) == f"{two} {path}"
    _gets_the_bytes(world)


def _gets_the_bytes(world: World) -> None:
    from mlspec.runtime.artifact import digest_folder

    host = world.clone("host")
    for name, (option, value) in {"v1.0.0": ("--stage", "staging"), "v1.1.0": ("--rev", "v1.1.0")}.items():
        command(host, "dvc", "artifacts", "get", ".", "demand", option, value, "-o", f"got/{name}", check=0)
        assert digest_folder(host / "got" / name) == read(host, f"registry/demand/{name}.yaml")["digest"]


def test_a_moved_tag_changes_nothing_that_is_deployed_and_is_told(waiting: World) -> None:
    world = waiting
    world.merge()
    run(world.root, "tag", "--push", check=0)
    clean = run(world.root, "verify", "deployment/staging/demand", check=0)
    assert clean.text == "deployment/staging/demand: v1.1.0 verified\n"
    right, wrong = (git(world.root, "rev-parse", f"demand@{v}^{{commit}}").strip() for v in ("v1.1.0", "v1.0.0"))
    for tag in ("demand@v1.1.0", "demand#staging#2"):
        git(world.root, "tag", "-f", "-a", "-m", "moved", tag, wrong)
    told = run(world.root, "verify", "deployment/staging/demand", check=0)
    assert "deployment/staging/demand: v1.1.0 verified" in told.out
    assert told.err.count("warning[MLS0780]") == 2
    refused = run(world.root, "tag", "--push", check=1)
    for words in ("demand@v1.1.0", "demand#staging#2", right, wrong, "error[MLS0780]", "error[MLS0783]"):
        assert words in refused.err
    assert git(world.root, "rev-parse", "demand@v1.1.0^{commit}").strip() == wrong
    assert git(world.remote, "rev-parse", "demand@v1.1.0^{commit}").strip() == right
    dry = run(world.root, "reconcile", "--env", "staging", "--dry-run", check=0)
    assert "v1.1.0" in dry.out


def test_tags_that_gto_wrote_are_read_and_their_numbers_are_not_used_again(deployed: World) -> None:
    from mlspec.adapters.git.repository import open_repository
    from mlspec.registry.tags.read import read_tags

    world = deployed
    run(world.root, "tag", check=0)
    for words in (
        ("register", "demand", "HEAD~1", "--version", "v0.1.0"),
        ("assign", "demand", "--version", "v1.0.0", "--stage", "canary"),
        ("assign", "demand", "--version", "v0.1.0", "--stage", "shadow"),
        ("deprecate", "demand", "v0.1.0", "shadow"),
    ):
        command(world.root, "gto", *words, check=0)
    found = [(t.ref, t.name.action) for t in read_tags(open_repository(world.root))][2:]
    assert sorted(found) == [
        ("demand#canary#2", "assign"),
        ("demand#shadow!#4", "unassign"),
        ("demand#shadow#3", "assign"),
        ("demand@v0.1.0", "register"),
    ]
    told = run(world.root, "tag", check=0)
    assert "warning[MLS0785]" in told.err
    world.promote("production")
    world.merge("mlspec/promote/production/demand/v1.0.0")
    assert "demand#production#5" in run(world.root, "tag", check=0).out
    versions = command(world.root, "gto", "show", "demand#production", "--plain", check=0)
    assert "v1.0.0" in versions.out
