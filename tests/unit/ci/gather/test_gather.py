"""Gathering what train jobs brought: real Git, DVC and models."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from support.ci_world import BRANCH, PullRequest
from support.cli import git
from support.promotion_world import LOCK, commit, replace, run

from mlspec.ci.plan_file import write_plan
from mlspec.ci.report import JudgedModel, Report, read_report
from mlspec.ci.shard_report import report_path, shard_reports, write_report
from mlspec.gates.candidate import Candidate
from mlspec.gates.ruling import Ruling, ruled
from mlspec.pipelines.workspace import open_workspace

METRICS = "pipelines/models/demand/metrics.json"


def report_of(pull: PullRequest) -> Report:
    return read_report(pull.report)


def files_of(pull: PullRequest) -> list[str]:
    kept = pull.report / "files"
    return sorted(p.relative_to(kept).as_posix() for p in kept.rglob("*") if p.is_file())


def troubles(pull: PullRequest) -> list[tuple[str, str | None]]:
    return [(t.code, t.object) for t in report_of(pull).troubles]


def retell(pull: PullRequest, **changes: Any) -> None:
    """Let the one shard's report say something else of its object."""
    [shard] = shard_reports(pull.results)
    objects = tuple(o.model_copy(update=changes) for o in shard.objects)
    write_report(pull.results, shard.model_copy(update={"objects": objects}))


def relock(pull: PullRequest, old: str, new: str) -> None:
    path = pull.results / LOCK
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_was_trained_passes(pull: PullRequest) -> None:
    code, said = pull.gather()
    assert code == 0, said
    report = report_of(pull)
    assert (report.verdict, report.commit, report.behind, report.troubles) == ("pass", pull.head, (), ())
    [model] = report.models
    assert (model.model, model.champion, model.verdict, model.rows) == ("demand", "v1.0.0", "pass", 150)
    assert [c.title for c in model.charts] == ["Predicted (line) and actual (bars)", "Error over time"]
    [trained] = report.objects
    assert (trained.object, trained.outcome, trained.seconds) == ("model/demand", "ok", 1.5)
    assert "train: estimator.params.alpha: 200.0 -> 1.0" in trained.reasons
    assert LOCK in files_of(pull) and METRICS in files_of(pull)
    assert not any(name.endswith((".parquet", ".joblib")) for name in files_of(pull))
    assert (pull.root / METRICS).read_bytes() == (pull.report / "files" / METRICS).read_bytes()
    assert (pull.report / "comment.md").read_text().startswith("## ✅ mlspec: pass\n")


def test_a_second_time_gives_the_same(pull: PullRequest) -> None:
    pull.gather()
    first = {p.name: p.read_bytes() for p in pull.report.rglob("*") if p.is_file()}
    pull.gather()
    assert first == {p.name: p.read_bytes() for p in pull.report.rglob("*") if p.is_file()}


def test_a_killed_job_fails_its_object_and_keeps_nothing(pull: PullRequest) -> None:
    shutil.rmtree(pull.results)
    code, said = pull.gather()
    assert code == 1
    [trained] = report_of(pull).objects
    assert (trained.outcome, report_of(pull).verdict) == ("missing", "fail")
    assert "MLS0580" in said and "re-run" in said
    assert files_of(pull) == []
    assert report_of(pull).models == ()


def test_a_failed_object_says_why_and_is_not_kept(pull: PullRequest) -> None:
    retell(pull, status="failed", why="MLS0631: no rows\nmore")
    assert pull.gather()[0] == 1
    assert files_of(pull) == []
    assert "`MLS0631: no rows`" in (pull.report / "comment.md").read_text()


def test_a_report_of_another_commit_says_nothing(pull: PullRequest) -> None:
    [shard] = shard_reports(pull.results)
    write_report(pull.results, shard.model_copy(update={"commit": "1" * 40}))
    assert pull.gather()[0] == 1
    assert report_of(pull).objects[0].outcome == "missing"


def test_a_shard_does_not_speak_for_another(pull: PullRequest) -> None:
    [shard] = shard_reports(pull.results)
    report_path(pull.results, shard.shard).unlink()
    write_report(pull.results, shard.model_copy(update={"shard": "models-9"}))
    assert pull.gather()[0] == 1
    assert report_of(pull).objects[0].outcome == "missing"


def test_a_foreign_file_among_the_results_spoils_them_all(pull: PullRequest) -> None:
    (pull.results / "mlspec.yaml").write_text("apiVersion: evil\n")
    before = (pull.root / "mlspec.yaml").read_text()
    code, said = pull.gather()
    assert code == 1
    assert "MLS0561" in said
    assert (pull.root / "mlspec.yaml").read_text() == before
    assert files_of(pull) == []


def test_metrics_that_the_lock_does_not_name(pull: PullRequest) -> None:
    (pull.results / METRICS).write_text('{"mae": 0.1}\n')
    assert pull.gather()[0] == 1
    assert ("MLS0581", "model/demand") in troubles(pull) or ("MLS0582", "model/demand") in troubles(pull)
    assert files_of(pull) == [] and report_of(pull).models == ()


def test_metrics_that_did_not_come_back(pull: PullRequest) -> None:
    (pull.results / METRICS).unlink()
    (pull.root / METRICS).unlink(missing_ok=True)
    assert pull.gather()[0] == 1
    assert troubles(pull) == [("MLS0582", "model/demand")]
    assert "did not come back" in report_of(pull).troubles[0].message


def test_a_lock_of_other_parameters_is_not_current(pull: PullRequest) -> None:
    relock(pull, "alpha: 1.0", "alpha: 3.0")
    code, said = pull.gather()
    assert code == 1
    assert troubles(pull) == [("MLS0581", "model/demand")]
    assert "alpha: 3.0 -> 1.0" in said
    assert files_of(pull) == []


def test_an_output_that_was_not_pushed(pull: PullRequest) -> None:
    lock = (pull.results / LOCK).read_text()
    md5 = lock.split("path: model\n")[1].split("md5: ")[1].split()[0]
    for path in (pull.world.storage / "files/md5" / md5[:2]).glob(f"{md5[2:]}*"):
        path.unlink()
    assert pull.gather()[0] == 1
    assert troubles(pull) == [("MLS0583", "model/demand")]
    assert "pipelines/models/demand/model" in report_of(pull).troubles[0].message


def test_a_storage_that_does_not_answer_is_one_trouble(pull: PullRequest) -> None:
    shutil.rmtree(pull.world.storage)
    pull.world.storage.write_text("no folder")
    assert pull.gather()[0] == 1
    assert {code for code, _ in troubles(pull)} <= {"MLS0970", "MLS0973", "MLS0583"}
    assert report_of(pull).models == ()


def test_a_gate_that_fails_turns_the_run_red_and_the_results_are_kept(pull: PullRequest) -> None:
    replace(pull.root, "specs/demand-kpis.yaml", "mae <= 50", "mae <= 1")
    run(pull.root, "apply", check=0)
    commit(pull.root, "Stricter")
    plan = pull.plan.model_copy(update={"commit": pull.head})
    write_plan(pull.plan_path, plan)
    [shard] = shard_reports(pull.results)
    write_report(pull.results, shard.model_copy(update={"commit": pull.head}))
    code, said = pull.gather()
    assert code == 1, said
    assert report_of(pull).verdict == "fail" and report_of(pull).troubles == ()
    assert LOCK in files_of(pull)
    assert "❌ mlspec: fail" in (pull.report / "comment.md").read_text()
    assert "needed: <= 1" in said


def test_a_model_that_cant_be_judged_is_a_line(pull: PullRequest) -> None:
    (pull.root / "worldcode/level.py").write_text("raise RuntimeError('at import <b>')\n")
    commit(pull.root, "Broken code")
    code, said = pull.gather()
    assert code == 1
    assert "Traceback" not in said
    assert report_of(pull).verdict == "fail"


def test_a_param_that_the_plan_could_not_check_is_told_at_its_line(pull: PullRequest) -> None:
    """The plan may come from the base, which has no library to ask. The report is written all the same."""
    replace(pull.root, "specs/demand.yaml", "alpha: 1.0", "alhpa: 1.0")
    run(pull.root, "apply", check=0)
    commit(pull.root, "A slip")
    code, said = pull.gather()
    assert code == 1 and report_of(pull).verdict == "fail"
    assert "[MLS0651]" in said and "`worldcode.level.Level` takes no parameter `alhpa`" in said and "specs/demand.yaml:" in said


def test_nothing_planned_nothing_changed(pull: PullRequest) -> None:
    git(pull.root, "switch", "--quiet", "main")
    pull.replan()
    shutil.rmtree(pull.results)
    assert pull.gather()[0] == 0
    report = report_of(pull)
    assert (report.verdict, report.unchanged, report.models) == ("nothing", ("demand",), ())


def test_without_a_base_every_model_is_judged(pull: PullRequest) -> None:
    git(pull.root, "switch", "--quiet", "main")
    pull.replan()
    words = ["--plan", str(pull.plan_path), "--results", str(pull.root / "none"), "--report", str(pull.report)]
    run(pull.root, "ci", "gather", *words, check=0)
    assert [m.model for m in report_of(pull).models] == ["demand"]


def test_a_changed_kpi_alone_is_judged(pull: PullRequest) -> None:
    git(pull.root, "switch", "--quiet", "main")
    replace(pull.root, "specs/demand-kpis.yaml", "mae <= 50", "mae <= 49")
    run(pull.root, "apply", check=0)
    commit(pull.root, "Stricter")
    pull.replan()
    shutil.rmtree(pull.results)
    assert pull.gather()[0] == 0
    assert [m.model for m in report_of(pull).models] == ["demand"]


def test_a_fork_trains_nothing_and_says_so(pull: PullRequest) -> None:
    pull.replan("fork")
    shutil.rmtree(pull.results)
    shutil.rmtree(pull.world.storage)
    code, said = pull.gather()
    assert code == 1
    assert troubles(pull) == [("MLS0585", None)]
    assert "a maintainer takes it over" in said
    assert report_of(pull).notes


def test_a_fork_without_stale_objects_passes(pull: PullRequest) -> None:
    git(pull.root, "switch", "--quiet", "main")
    pull.replan("fork")
    shutil.rmtree(pull.results)
    assert pull.gather()[0] == 0


def test_a_fork_that_brings_a_current_lock_of_its_own_is_red(pull: PullRequest) -> None:
    """Nobody can judge it without the storage: a green check would let it be merged unjudged."""
    assert pull.gather()[0] == 0  # the results stand in the tree now
    commit(pull.root, "Locks that say that everything is current")
    pull.replan("fork")
    shutil.rmtree(pull.results)
    assert pull.gather()[0] == 1
    [trouble] = report_of(pull).troubles
    assert (trouble.code, "can't be judged" in trouble.message) == ("MLS0585", True)


def test_main_moved_on_and_the_merge_would_be_stale(pull: PullRequest) -> None:
    git(pull.root, "switch", "--quiet", "main")
    (pull.root / "requirements.lock").write_text("# locked anew\n")
    run(pull.root, "apply", check=0)
    commit(pull.root, "New libraries")
    git(pull.root, "push", "--quiet", "origin", "main")
    git(pull.root, "switch", "--quiet", BRANCH)
    before = git(pull.root, "worktree", "list"), git(pull.root, "branch", "--list")
    assert pull.gather()[0] == 1
    report = report_of(pull)
    assert report.verdict == "behind"
    assert any("would be stale" in line and "requirements.lock" in line for line in report.behind)
    assert "### Update the branch" in (pull.report / "comment.md").read_text()
    assert (git(pull.root, "worktree", "list"), git(pull.root, "branch", "--list")) == before
    assert not list((pull.root / ".mlspec/cache").glob("checkout-*"))
    assert LOCK in files_of(pull)


def test_main_moved_on_elsewhere_is_no_matter(pull: PullRequest) -> None:
    git(pull.root, "switch", "--quiet", "main")
    (pull.root / "README.md").write_text("Hello\n")
    commit(pull.root, "Words")
    git(pull.root, "push", "--quiet", "origin", "main")
    git(pull.root, "switch", "--quiet", BRANCH)
    assert pull.gather()[0] == 0


def test_a_conflict_with_main_is_named(pull: PullRequest) -> None:
    git(pull.root, "switch", "--quiet", "main")
    replace(pull.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 7.0")
    run(pull.root, "apply", check=0)
    commit(pull.root, "Another idea")
    git(pull.root, "push", "--quiet", "origin", "main")
    git(pull.root, "switch", "--quiet", BRANCH)
    assert pull.gather()[0] == 1
    assert "conflict: specs/demand.yaml" in report_of(pull).behind


def test_a_shallow_clone_is_told(pull: PullRequest) -> None:
    clone = pull.world.clone("shallow", "--depth", "1", "--branch", BRANCH)
    git(clone, "fetch", "--quiet", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    words = ["--plan", str(pull.plan_path), "--results", str(pull.results), "--base", "origin/main", "--report", str(pull.report)]
    result = run(clone, "ci", "gather", *words)
    assert result.code == 1
    assert "MLS0586" in result.text and "fetch-depth: 0" in result.text


def test_a_retraining_leaves_alone_what_is_not_due(pull: PullRequest) -> None:
    plan = pull.plan.model_copy(update={"mode": "retrain", "layers": ()})
    write_plan(pull.plan_path, plan)
    shutil.rmtree(pull.results)
    assert pull.gather()[0] == 0
    assert report_of(pull).troubles == ()


def test_the_summary_and_annotations_on_github(pull: PullRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from support import promotion_world

    clean = promotion_world.environment()
    more = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    monkeypatch.setattr(promotion_world, "environment", lambda: clean | more)
    shutil.rmtree(pull.results)
    code, said = pull.gather("--format", "markdown")
    assert code == 1
    assert "::error title=" in said and "MLS0580" in said
    assert (tmp_path / "summary.md").read_text().startswith("## ❌ mlspec: fail\n")


def test_a_report_is_held_against_its_own_verdict(pull: PullRequest) -> None:
    from mlspec.diagnostics import Problems

    shutil.rmtree(pull.results)
    pull.gather()
    path = pull.report / "report.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"verdict": "pass"}))
    with pytest.raises(Problems, match="verdict does not follow"):
        report_of(pull)


def add_twin(pull: PullRequest) -> None:
    """A second model, with KPIs of its own."""
    spec = (pull.root / "specs/demand.yaml").read_text()
    kpis = (pull.root / "specs/demand-kpis.yaml").read_text()
    (pull.root / "specs/twin.yaml").write_text(spec.replace("name: demand", "name: twin"))
    (pull.root / "specs/twin-kpis.yaml").write_text(kpis.replace("name: demand", "name: twin").replace("model: demand", "model: twin"))
    run(pull.root, "apply", check=0)


def test_many_models_are_judged_side_by_side_and_told_in_order(pull: PullRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one ends last; what is found is the same as one by one."""
    from mlspec.ci.gather.judging import judge_models
    from mlspec.gates import evidence
    from mlspec.runtime.process import processors

    add_twin(pull)
    untrained = judge_models(open_workspace(pull.root), ["demand", "twin"])
    assert [type(f).__name__ for f in untrained] == ["JudgedModel", "Trouble"]
    assert "MLS0714" in untrained[1].message  # type: ignore[union-attr]

    run(pull.root, "run", "model/twin", check=0)
    workspace, ended, second = open_workspace(pull.root), list[str](), threading.Event()

    def noted(root: Path, params: Any, spec: Any, candidate: Candidate, *more: Any, **how: Any) -> Ruling:
        found = ruled(root, params, spec, candidate, *more, **how)
        if candidate.model == "twin" and processors() > 1:
            second.wait(120)
        ended.append(candidate.model)
        second.set()
        return found

    monkeypatch.setattr(evidence, "ruled", noted)
    together = judge_models(workspace, ["twin", "demand"])
    assert processors() == 1 or ended == ["demand", "twin"]
    assert together == [*judge_models(workspace, ["twin"]), *judge_models(workspace, ["demand"])]
    assert [found.model for found in together if isinstance(found, JudgedModel)] == ["twin", "demand"]


def test_code_of_the_project_that_ends_the_process_is_a_line(pull: PullRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlspec.ci.gather import judging
    from mlspec.ci.report import Trouble

    for error in (SystemExit(0), RuntimeError("\ud800 odd"), MemoryError()):

        def end(*_: object, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(judging, "asked_of", end)
        [found] = judging.judge_models(open_workspace(pull.root), ["demand"])
        assert isinstance(found, Trouble) and type(error).__name__ in found.message
