"""`import mlspec`, with real Git and DVC: every method, from another working directory, with nothing printed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.cli import environment, git
from support.promotion_world import BRANCH, LOCK, World, commit, replace

import mlspec
from mlspec.runtime.artifact import digest_folder

pytestmark = pytest.mark.e2e
STAGING, PRODUCTION = "deployment/staging/demand", "deployment/production/demand"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clean, identified environment, and a working directory that is no project."""
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", ""), "the interface prints nothing"


def code_of(raised: pytest.ExceptionInfo[mlspec.Problems]) -> str:
    return raised.value.diagnostics[0].code


def test_a_day_with_a_model(deployed: World) -> None:
    told: list[str] = []
    project = mlspec.open(deployed.root / "specs", progress=told.append)
    assert project.root == deployed.root.resolve()
    assert project.validate().ok
    assert not project.plan().pending
    project.check()

    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    plan = project.plan()
    assert [c.path for c in plan.pending if "params" in c.path] == ["pipelines/models/demand/params.yaml"]
    assert [s.stage for s in plan.stale] == ["train", "evaluate"]
    assert str(plan).startswith("Files: ")
    with pytest.raises(mlspec.Problems) as raised:
        project.check()
    assert code_of(raised) == "MLS0503"
    with pytest.raises(mlspec.Problems, match="MLS0503"):
        project.run("model/demand")

    before = project.evaluation("demand")
    assert {c.action for c in project.apply().pending} == {"update"}
    assert project.gate("demand").stale[0].code == "MLS0729"
    assert not project.gate("demand").passed
    report = project.run("model/demand")
    assert report.result.ran == ("model/demand:train", "model/demand:evaluate")
    assert "mae" in report.metrics[0]
    assert "[2/2] model/demand" in told
    after = project.evaluation("model/demand")
    assert before and after and after["metrics"]["mae"]["value"] < before["metrics"]["mae"]["value"]
    assert project.status()["model/demand"].state == "current"
    assert project.run().result.ran == ()


def test_from_a_trained_model_to_the_registry_and_back(better: World) -> None:
    project = mlspec.open(better.root)
    verdicts = project.gate("model/demand", environment="staging")
    assert verdicts.passed
    assert verdicts["demand"].champion_version == "v1.0.0"
    assert [j.model for j in project.gate()] == ["demand"]

    seen: list[mlspec.Judgement] = []
    rehearsed = project.promote(mlspec.PromoteRequest("demand", "staging", dry_run=True), show=seen.append)
    assert (rehearsed.version, rehearsed.published) == ("v1.1.0", None)
    assert seen == [rehearsed.judgement]
    assert git(better.root, "branch", "--list", BRANCH) == ""
    done = project.promote(mlspec.PromoteRequest("demand", "staging"))
    assert done.published is not None and done.published.branch == BRANCH
    assert BRANCH in repr(done)

    better.propose()
    assert project.verify_change("origin/main").promoted == (STAGING,)
    git(better.root, "push", "--quiet", "origin", "main")
    assert [(d.ref, d.version, d.passed) for d in project.verify()] == [(PRODUCTION, None, True), (STAGING, "v1.1.0", True)]
    assert project.promote(mlspec.PromoteRequest("demand", "staging")).proposal is None
    back = project.rollback(mlspec.RollbackRequest(STAGING, "too slow", dry_run=True))
    assert (back.current, back.version) == ("v1.1.0", "v1.0.0")


def test_what_was_where(deployed: World) -> None:
    project = mlspec.open(deployed.root)
    history = project.history("model/demand")
    assert history.versions is not None
    assert [v.version for v in history.versions] == ["v1.0.0"]
    assert [(p.ref, p.version) for p in history.periods] == [(STAGING, "v1.0.0")]
    today = git(deployed.root, "log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ").strip()
    assert [s.declared.version for s in project.at(today, "staging").stood] == ["v1.0.0"]
    assert "demand" in str(project.lineage("source/sales"))
    assert project.diff("demand@v1.0.0", "demand@v1.0.0").same_test
    assert [t.ref for t in project.tag(mlspec.TagRequest(dry_run=True)).made] == ["demand@v1.0.0", "demand#staging#1"]
    pack = project.evidence("model/demand")
    pack.write(deployed.home / "pack")
    assert sorted(p.name for p in (deployed.home / "pack").iterdir()) == sorted(pack.files)


def test_models_are_loaded_when_their_bytes_are_right(deployed: World) -> None:
    import pandas as pd

    project = mlspec.open(deployed.root)
    folder = deployed.root / "pipelines/models/demand/model"
    trained, registered = project.load_model("demand"), project.load_model("model/demand", "v1.0.0")
    assert trained.digest == registered.digest == digest_folder(folder)
    rows = pd.read_parquet(deployed.root / "pipelines/models/demand/test.parquet")
    assert (trained.predict(rows).predicted == registered.predict(rows).predicted).all()
    assert mlspec.load_model(folder, trained.digest).signature == trained.signature
    with pytest.raises(mlspec.Problems, match="MLS0660"):
        mlspec.load_model(folder, "sha256:" + "0" * 64)
    with pytest.raises(mlspec.Problems, match="MLS0715"):
        project.load_model("demand", "v9.0.0")


def test_what_is_deployed(deployed: World) -> None:
    project = mlspec.open(deployed.root)
    assert [(o.ref, o.action.kind) for o in project.reconcile("staging", dry_run=True)] == [(STAGING, "start")]
    assert project.stop("staging", dry_run=True) == []
    with pytest.raises(mlspec.Problems) as raised:
        project.reconcile("staging", PRODUCTION)
    assert code_of(raised) == "MLS0702"
    with pytest.raises(mlspec.Problems, match="MLS0809"):
        project.reconcile("nowhere")


def test_wrong_uses(deployed: World, tmp_path: Path) -> None:
    project = mlspec.open(deployed.root)
    for act in (
        lambda: project.gate("model/demnad"),
        lambda: project.run("model/demnad"),
        lambda: project.status("model/demnad"),
        lambda: project.explain("model/demnad"),
        lambda: project.load_model("demnad"),
        lambda: project.evaluation("demnad"),
        lambda: project.promote(mlspec.PromoteRequest("demnad", "staging")),
    ):
        with pytest.raises(mlspec.Problems) as raised:
            act()
        assert code_of(raised) == "MLS0003"
        assert "demand" in (raised.value.diagnostics[0].help or "")
    (deployed.root / "mlspec.yaml").write_text((deployed.root / "mlspec.yaml").read_text() + "\n# an afterthought\n")
    with pytest.raises(mlspec.Problems) as raised:
        project.promote(mlspec.PromoteRequest("demand", "production"))
    assert code_of(raised).startswith("MLS095")
    with pytest.raises(mlspec.Problems) as raised:
        project.verify_change("origin/main")
    assert code_of(raised).startswith("MLS095")


def test_a_version_that_is_none(better: World) -> None:
    project = mlspec.open(better.root)
    for version in ("1.2.0", "v1.2", "v01.0.0", "latest"):
        with pytest.raises(mlspec.Problems) as raised:
            project.promote(mlspec.PromoteRequest("demand", "staging", version=version, dry_run=True))
        assert "v1.2.0" in (raised.value.diagnostics[0].help or "")
        with pytest.raises(mlspec.Problems):
            project.register(mlspec.RegisterRequest("demand", version=version, dry_run=True))


def test_several_projects_in_several_threads(deployed: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = deployed.copy(tmp_path_factory.mktemp("other"))
    worlds = [deployed, other]
    for world, alpha in zip(worlds, ("3.0", "5.0"), strict=True):
        replace(world.root, "specs/demand.yaml", "alpha: 200.0", f"alpha: {alpha}")

    def work(world: World) -> mlspec.Verdicts:
        project = mlspec.open(world.root)
        project.apply()
        project.run("model/demand")
        return project.gate("demand")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, worlds)
    assert first.passed and second.passed
    assert first["demand"].candidate.digest != second["demand"].candidate.digest
    for world in worlds:
        commit(world.root)
        assert (world.root / LOCK).is_file()
    models = [mlspec.open(world.root).load_model("demand").estimator for world in worlds]
    assert [m.named_steps["estimator"].alpha for m in models] == [3.0, 5.0]
