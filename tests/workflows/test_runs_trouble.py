"""What goes wrong in a run's middle, by act: a job that is killed, storage that is closed, many jobs, names that mean harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.act_looks import edit, only_comment, stored, timed
from support.act_projects import KILLABLE, LAYERED, MODEL_FILE, model
from support.act_storage import S3Server, role_storage
from support.act_world import World

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_killed_job_fails_its_model_alone_and_running_it_again_heals(make_world, tmp_path: Path) -> None:
    world = make_world(KILLABLE)
    before = world.push("change")
    (tmp_path / "kill").touch()
    world.extra = {"STAND_IN_KILL": str(tmp_path / "kill"), "STAND_IN_SEEN": str(tmp_path / "seen.json")}
    run = world.pull_request("change")
    assert (run.code, run.failed) == (1, ["gather", "models model/fragile"]), run.told
    assert set(run.succeeded) >= {"data source/sales", "models model/demand", "plan"}
    assert world.commit_of("change^") == before
    assert timed(world, "change") == ["model/demand", "source/sales"]
    assert not [path for path in world.files_of("change", before) if "fragile" in path]
    assert world.github.statuses_of(world.commit_of("change")) == [("mlspec", "failure")]
    assert "model/fragile" in only_comment(world, "change")

    (tmp_path / "kill").unlink()
    again = world.rerun_failed(run)
    assert (again.code, again.failed) == (0, []), again.told
    assert "model/fragile" in timed(world, "change"), again.told
    assert stored(world, "change") <= world.storage.files()
    assert world.github.statuses_of(world.commit_of("change")) == [("mlspec", "success")]
    assert "pass" in only_comment(world, "change").splitlines()[1]
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert not {"GITHUB_TOKEN", "GH_TOKEN", "GIT_CONFIG_COUNT"} & set(seen)


def test_sources_in_layers_and_models_in_shards(make_world) -> None:
    world = make_world(LAYERED)
    world.push("change")
    run = world.pull_request("change")
    assert (run.code, run.failed) == (0, []), run.told
    matrices = [name for name in run.succeeded if name.startswith(("data", "models"))]
    assert [name for name in matrices if name.startswith("data")] == ["data source/shops", "data-2 source/sales"]
    shared = ["models model/a and 1 more", "models model/b and 1 more", "models model/c", "models model/e"]
    assert [name for name in matrices if name.startswith("models")] == shared
    assert timed(world, "change") == [f"model/{name}" for name in ("a", "b", "c", "d", "demand", "e")] + ["source/sales", "source/shops"]
    assert stored(world, "change") <= world.storage.files()


def test_storage_that_is_closed_is_said_in_one_line(make_world, trained: World, s3: S3Server) -> None:
    world = make_world(storage=s3.storage(), template=trained)
    edit(world, {MODEL_FILE: model("demand", 2.0)}, "change")
    world.secrets = world.storage.secrets | {"AWS_SECRET_ACCESS_KEY": "wrong"}
    run = world.pull_request("change")
    assert "models model/demand" in run.failed, run.told
    assert run.code == 1
    assert "Traceback" not in run.log
    assert "MLS0973" in run.log and "signature" in only_comment(world, "change"), run.told
    assert world.github.statuses_of(world.commit_of("change")) in ([("mlspec", "failure")], [("mlspec", "error")])


def test_storage_is_opened_by_the_jobs_own_identity(make_world, trained: World) -> None:
    """OIDC: no secret exists, and a token is asked for by the jobs that use the storage."""
    with role_storage("acme-role") as storage:
        world = make_world(storage=storage, template=trained)
        before = storage.files()
        edit(world, {MODEL_FILE: model("demand", 2.0)}, "change")
        run = world.pull_request("change")
        assert (run.code, run.failed) == (0, []), run.told
        assert stored(world, "change") <= storage.files() != before
        assert storage.tokens.issued
        assert not [token for token in storage.tokens.issued if token in run.log]
