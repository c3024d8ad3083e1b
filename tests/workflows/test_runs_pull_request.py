"""Pull requests, run by act: what is trained, committed, stored, said and started; and what is left alone."""

from __future__ import annotations

import pytest
from support.act_looks import edit, only_comment, stored, timed
from support.act_projects import EASY, KPI_FILE, MODEL_FILE, SOURCE_FILE, kpis, model
from support.act_storage import S3Server
from support.act_world import BOT, World
from support.projects import SOURCE, SPECS

pytestmark = pytest.mark.e2e

FILTERED = SOURCE + '  clean: [{filter: "price > 1.1"}]\n'
GROWTH = {"specs/growth.yaml": model("growth"), "specs/growth-kpis.yaml": kpis("growth")}
TRAINED_NOTHING = ["approvals", "gather", "plan", "record", "statuses", "verify"]


def check_recorded(world: World, branch: str, before: str, objects: list[str]) -> str:
    """One commit by the bot holds the locks and metrics of these objects and nothing else; their bytes are stored. Returns the commit."""
    files, folders = (
        world.files_of(branch, before),
        {f"pipelines/{ref.replace('source/', 'data/').replace('model/', 'models/')}" for ref in objects},
    )
    assert world.commit_of(f"{branch}^") == before
    assert world.message(branch).splitlines()[0] == BOT
    assert timed(world, branch) == objects
    assert {path.rpartition("/")[0].removesuffix("/plots") for path in files} == folders
    assert {path.rpartition("/")[2] for path in files} >= {"dvc.lock", "metrics.json", "evaluation.json", "validation.json"}
    assert stored(world, branch) <= world.storage.files()
    assert not [path for path in files + world.artifacts() if "/model/" in path or path.endswith(".parquet")]
    return world.commit_of(branch)


def check_told(world: World, branch: str, commit: str) -> str:
    """The one comment begins with the verdict, and the commit is green. Returns the comment."""
    text = only_comment(world, branch)
    assert "pass" in text.splitlines()[1], text
    assert dict(world.github.statuses_of(commit))["mlspec"] == "success"
    return text


def check_again(world: World, branch: str, commit: str) -> None:
    """The run that was started on the recorded commit trains nothing, pushes nothing, starts nothing, and says the same."""
    world.agree(branch)
    [again] = world.follow()
    assert (again.code, again.succeeded, again.failed) == (0, TRAINED_NOTHING, []), again.told
    assert world.commit_of(branch) == commit
    assert world.git.pushes() == [branch]
    assert world.github.dispatches == []
    check_told(world, branch, commit)
    required = dict.fromkeys(("plan", "gather", "record", "verify"), "success")  # where the checks of a started run would not count
    assert dict(world.github.statuses_of(commit)) == {"mlspec": "success", "mlspec/approvals": "success"} | required


def test_a_first_pull_request_is_trained_recorded_and_told(make_world, s3: S3Server) -> None:
    """The short form: everything is new."""
    world = make_world(SPECS | {KPI_FILE: EASY}, s3.storage())
    before = world.push("change")
    run = world.pull_request("change")
    jobs = ["data source/sales", "gather", "models model/demand", "plan", "record", "verify"]
    assert (run.code, run.succeeded, run.failed) == (0, jobs, []), run.told
    recorded = check_recorded(world, "change", before, ["model/demand", "source/sales"])
    assert world.github.verification(recorded)["verified"]  # a branch may take signed commits only
    assert "mae <= 50" in check_told(world, "change", recorded)
    check_again(world, "change", recorded)


def test_what_was_never_promoted_is_deployed_nowhere(make_world) -> None:
    """The short form of what a push and the clock start."""
    world = make_world(SPECS)
    deployed = world.run("deploy", "push")
    assert (deployed.code, deployed.succeeded) == (0, ["deploy production", "deploy staging", "plan", "supersede", "tag"]), deployed.told
    watched = world.clock("monitor")
    assert (watched.code, watched.succeeded) == (0, ["monitor"]), watched.told


@pytest.mark.slow
def test_a_new_model_and_a_changed_source_beside_what_was_trained(make_world, trained: World, s3: S3Server) -> None:
    world = make_world(storage=s3.storage(), template=trained)
    main, before = world.commit_of("main"), edit(world, GROWTH | {SOURCE_FILE: FILTERED}, "change")
    run = world.pull_request("change")
    jobs = ["data source/sales", "gather", "models model/demand", "models model/growth", "plan", "record", "verify"]
    assert (run.code, run.succeeded, run.failed) == (0, jobs, []), run.told
    recorded = check_recorded(world, "change", before, ["model/demand", "model/growth", "source/sales"])
    text = check_told(world, "change", recorded)
    assert "mae <= 50" in text and "model/growth" in text
    assert "model/growth" in run.job("plan").summary and "mae <= 50" in run.job("gather").summary
    check_again(world, "change", recorded)
    assert world.commit_of("main") == main


@pytest.mark.slow
def test_a_red_gate_is_red_everywhere_and_the_results_are_kept(make_world, trained: World) -> None:
    world = make_world(template=trained)
    before = edit(world, {KPI_FILE: kpis("demand", "mae <= 0.5"), MODEL_FILE: model("demand", 2.0)}, "change")
    run = world.pull_request("change")
    assert (run.code, run.failed) == (1, ["gather"]), run.told
    assert world.commit_of("change^") == before
    assert timed(world, "change") == ["model/demand"]
    assert world.github.statuses_of(world.commit_of("change")) == [("mlspec", "failure")]
    text = only_comment(world, "change")
    assert "fail" in text.splitlines()[1]
    assert "mae <= 0.5" in text
    [again] = world.follow()
    assert (again.code, again.failed) == (1, ["gather"]), again.told
    assert world.git.pushes() == ["change"]
    assert world.github.dispatches == []


@pytest.mark.slow
def test_bad_specs_and_stale_generated_files_turn_the_run_red_before_anything_is_trained(make_world, trained: World) -> None:
    world = make_world(template=trained)
    (world.root / KPI_FILE).write_text(kpis("demand", "mea <= 50"), encoding="utf-8")
    bad = world.push("bad")
    run = world.pull_request("bad")
    assert (run.code, run.succeeded, "plan" in run.failed) == (1, [], True), run.told
    assert "did you mean" in run.log
    world.pull_into("main")
    (world.root / MODEL_FILE).write_text(model("demand", 2.0), encoding="utf-8")
    stale = world.push("not-applied")
    run = world.pull_request("not-applied")
    assert (run.code, "plan" in run.failed) == (1, True), run.told
    assert "mlspec apply" in run.log
    assert (world.commit_of("bad"), world.commit_of("not-applied"), world.git.pushes()) == (bad, stale, [])


@pytest.mark.slow
def test_a_forks_pull_request_trains_nothing_and_writes_nothing(make_world, trained: World, s3: S3Server) -> None:
    """It gets no secrets, so that it can't even look into the storage."""
    world = make_world(storage=s3.storage(), template=trained)
    head = edit(world, {MODEL_FILE: model("demand", 2.0)}, "change")
    run = world.pull_request("change", fork=True, head=head)
    assert (run.code, run.failed) == (1, ["gather"]), run.told
    assert set(run.succeeded) <= {"plan", "verify"}
    same = edit(world, {"README.md": "New words.\n"}, "words")
    run = world.pull_request("words", fork=True, head=same)
    assert (run.code, run.failed) == (0, []), run.told
    assert not [name for name in run.succeeded if name.startswith(("data", "models", "record"))]
    assert (world.github.comments, world.github.statuses, world.git.pushes()) == ([], [], [])


@pytest.mark.slow
def test_the_merge_queue_wants_everything_current(make_world, trained: World) -> None:
    world = make_world(template=trained)
    edit(world, {MODEL_FILE: model("demand", 2.0)}, "stale")
    run = world.merge_queue("stale")
    assert (run.code, "plan" in run.failed) == (1, True), run.told
    assert not [name for name in run.succeeded if name.startswith(("data", "models", "record"))]
    edit(world, {"README.md": "New words.\n"}, "current")
    run = world.merge_queue("current")
    assert (run.code, run.failed) == (0, []), run.told
    assert (world.github.comments, world.github.statuses, world.git.pushes()) == ([], [], [])


@pytest.mark.slow
def test_nothing_is_put_on_top_of_what_somebody_pushed_meanwhile(make_world, trained: World) -> None:
    world = make_world(template=trained)
    started_on = edit(world, {MODEL_FILE: model("demand", 2.0)}, "change")
    moved = edit(world, {MODEL_FILE: model("demand", 3.0)}, "change", since="change")
    run = world.pull_request("change", head=started_on)
    assert "models model/demand" in run.succeeded, run.told
    assert (world.commit_of("change"), world.git.pushes(), world.github.dispatches) == (moved, [], [])
    assert world.github.statuses_of(moved) == []


@pytest.mark.slow
def test_what_is_stale_on_main_is_trained_by_hand_and_pushed_nowhere(make_world, trained: World) -> None:
    world = make_world(template=trained)
    main = edit(world, {MODEL_FILE: model("demand", 2.0)}, "main")
    run = world.dispatch("ci")
    assert (run.code, run.failed) == (0, []), run.told
    assert "models model/demand" in run.succeeded and "record" not in run.succeeded
    assert (world.commit_of("main"), world.git.pushes(), world.github.dispatches) == (main, [], [])


@pytest.mark.slow
def test_two_pull_requests_do_not_disturb_each_other(make_world, trained: World) -> None:
    world = make_world(template=trained)
    edit(world, {MODEL_FILE: model("demand", 2.0)}, "one")
    edit(world, GROWTH, "two")
    runs = [world.pull_request(branch) for branch in ("one", "two")]
    assert [run.code for run in runs] == [0, 0], runs[0].told + runs[1].told
    assert (timed(world, "one"), timed(world, "two")) == (["model/demand"], ["model/growth"])
    assert "model/growth" not in only_comment(world, "one")
    assert "model/growth" in only_comment(world, "two")
    for branch in ("one", "two"):
        assert world.github.statuses_of(world.commit_of(branch)) == [("mlspec", "success")]
    assert [d["ref"] for d in world.github.dispatches] == ["one", "two"]


@pytest.mark.slow
def test_a_branch_that_would_be_stale_after_the_merge_must_be_updated(make_world, trained: World) -> None:
    """Main's source changed meanwhile: the branch is current by itself, and what a merge would make of both is not."""
    world = make_world(template=trained)
    edit(world, {MODEL_FILE: model("demand", 2.0)}, "change")
    edit(world, {SOURCE_FILE: FILTERED}, "main")
    run = world.pull_request("change")
    assert run.code == 1, run.told
    assert "update" in only_comment(world, "change").lower()


@pytest.mark.slow
def test_a_change_does_not_bring_the_mlspec_that_checks_it(make_world, trained: World) -> None:
    """Neither by its requirements lock nor by a `pip.py` where pip is started: the job installs what main locks."""
    world = make_world(template=trained)
    evil = {"requirements.lock": "evil-mlspec==1.0 --hash=sha256:" + "0" * 64 + "\n", "pip.py": "raise SystemExit('taken over')\n"}
    edit(world, evil, "change")
    run = world.pull_request("change")
    assert "verify" in run.succeeded, run.told
    assert "plan" in run.failed
