"""The stand-ins for the marketplace actions are as strict as those: what a sparse checkout lacks, what an artifact can't hold, who may fetch."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import quick_yaml
from support.act_git import ActGit
from support.act_run import Job, Run, only_failed
from support.act_world import ACTIONS, TOKEN
from support.cli import BIN, environment, git

SLUG = "acme/shop"


def act_as(action: str, cwd: Path, inputs: dict[str, str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a stand-in's script as its composite action does."""
    known = quick_yaml.load((ACTIONS / action / "action.yml").read_text(encoding="utf-8"))["inputs"]
    given = {name: str(form.get("default", "")) for name, form in known.items()} | inputs
    script = next((ACTIONS / action).glob("*.py"))
    kept = {k: v for k, v in environment().items() if not k.startswith("GIT_")}
    kept |= {
        "GITHUB_OUTPUT": str(cwd.parent / "outputs"),
        "INPUTS": json.dumps(given),
        "RUNNER_TEMP": str(cwd),
        "HOME": str(cwd),
        "STAND_IN_NEVER": "no such text",
    }
    words = [str(BIN / "python"), "-P", str(script)]
    return subprocess.run(words, cwd=cwd, env=kept | variables, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ActGit]:
    """Two commits on main, and a branch."""
    work = tmp_path / "work"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(tmp_path, "clone", "-q", "remote.git", "work")
    for number in (1, 2):
        for name in ("a", "b"):
            (work / name).mkdir(exist_ok=True)
            (work / name / "file").write_text(f"{name} {number}", encoding="utf-8")
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", f"Number {number}")
    git(work, "push", "-q", "origin", "HEAD:main", "HEAD~1:refs/heads/side")
    with ActGit(tmp_path / "remote.git", SLUG, TOKEN) as server:
        yield server


def check_out(served: ActGit, folder: Path, *, token: str = TOKEN, **inputs: str) -> subprocess.CompletedProcess[str]:
    head = git(served.bare, "rev-parse", "main").strip()
    event = {"GITHUB_SERVER_URL": served.url, "GITHUB_REPOSITORY": SLUG, "EVENT_REF": "refs/heads/main", "EVENT_COMMIT": head}
    folder.mkdir()
    given = {"token": token, "persist-credentials": "false", **{k.replace("_", "-"): v for k, v in inputs.items()}}
    return act_as("checkout", folder, given, **event)


def test_checkout_takes_the_events_commit_and_leaves_nothing_to_push_with(served: ActGit, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    assert check_out(served, clone).returncode == 0
    assert git(clone, "rev-parse", "--is-shallow-repository").strip() == "true"
    assert git(clone, "branch", "--show-current").strip() == "main"
    pushed = subprocess.run(["git", "push", "origin", "main:x"], cwd=clone, env=environment() | {"GIT_TERMINAL_PROMPT": "0"}, check=False)
    assert pushed.returncode
    assert TOKEN not in "".join(p.read_text(errors="replace") for p in (clone / ".git").iterdir() if p.is_file())


def test_checkout_of_a_branch_and_of_a_commit_with_history(served: ActGit, tmp_path: Path) -> None:
    assert check_out(served, tmp_path / "branch", ref="side", fetch_depth="0").returncode == 0
    assert git(tmp_path / "branch", "rev-parse", "origin/main", "HEAD").split() == git(served.bare, "rev-parse", "main", "side").split()
    commit = git(served.bare, "rev-parse", "side").strip()
    assert check_out(served, tmp_path / "commit", ref=commit).returncode == 0
    assert git(tmp_path / "commit", "rev-parse", "HEAD").strip() == commit
    assert git(tmp_path / "commit", "for-each-ref").strip() == ""


def test_a_sparse_checkout_has_no_other_file_even_in_git(served: ActGit, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    patterns = {"sparse_checkout": "/*\n!/b/\n", "sparse_checkout_cone_mode": "false"}
    assert check_out(served, clone, fetch_depth="0", **patterns).returncode == 0
    assert sorted(p.name for p in clone.iterdir()) == [".git", "a"]
    shown = subprocess.run(["git", "show", "HEAD:b/file"], cwd=clone, env=environment() | {"GIT_TERMINAL_PROMPT": "0"}, check=False)
    assert shown.returncode  # it would be fetched now, and that needs a token


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"persist_credentials": "true"}, "may leave its token"),
        ({"token": "ghs_wrong"}, "terminal prompts disabled"),
        ({"ref": "nowhere"}, "git fetch"),
        ({"ref": "nowhere", "fetch_depth": "0"}, "could not be found"),
    ],
)
def test_checkout_refuses(served: ActGit, tmp_path: Path, inputs: dict[str, str], told: str) -> None:
    done = check_out(served, tmp_path / "clone", **inputs)
    assert done.returncode
    assert told in done.stderr


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A job's folder, with results in it."""
    folder = tmp_path / "job"
    for name in ("out/pipelines/m/dvc.lock", "out/shards/s.json", "out/.hidden", ".mlspec/state/plan.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    git(folder, "init", "-q")
    return folder


def upload(job: Path, name: str, path: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    kept = str(job.parent / "kept")
    return act_as("upload-artifact", job, {"name": name, "path": path, **inputs}, STAND_IN_ARTIFACTS=kept)


def kept(job: Path) -> list[str]:
    folder = job.parent / "kept"
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_an_artifact_holds_what_is_below_its_folder_and_not_what_is_hidden(job: Path) -> None:
    assert upload(job, "results", "out").returncode == 0
    assert upload(job, "plan", ".mlspec/state/plan.json").returncode == 0
    assert kept(job) == ["plan/plan.json", "results/pipelines/m/dvc.lock", "results/shards/s.json"]
    assert (job.parent / "outputs").read_text(encoding="utf-8").split() == ["artifact-id=1", "artifact-id=2"]
    assert upload(job, "hidden", "out", **{"include-hidden-files": "true"}).returncode == 0
    assert "hidden/.hidden" in kept(job)


def test_several_patterns_share_the_folder_that_they_have_in_common(job: Path) -> None:
    assert upload(job, "results", "out/**/*.lock\nout/**/*.json\n!out/shards/**").returncode == 0
    assert kept(job) == ["results/pipelines/m/dvc.lock"]


def test_an_artifact_is_not_replaced_unless_told(job: Path) -> None:
    assert upload(job, "results", "out").returncode == 0
    assert "409" in upload(job, "results", "out/shards").stderr
    assert upload(job, "results", "out/shards", overwrite="true").returncode == 0
    assert kept(job) == ["results/s.json"]


def test_what_artifacts_cannot_hold_is_refused(job: Path) -> None:
    (job / "out/a:b").write_text("", encoding="utf-8")
    assert upload(job, "results", "out").returncode
    assert upload(job, "a/b", "out/shards").returncode
    assert upload(job, "none", "nowhere", **{"if-no-files-found": "error"}).returncode
    assert upload(job, "none", "nowhere").returncode == 0
    assert kept(job) == []


def test_a_token_in_a_file_of_the_job_stops_it(job: Path) -> None:
    (job / ".git/config").write_text("[http]\n  extraheader = AUTHORIZATION: no such text\n", encoding="utf-8")
    assert "a token stands in" in upload(job, "results", "out").stderr


def test_artifacts_come_back_by_name_or_merged_by_pattern(job: Path) -> None:
    for name, path in (("results-1", "out/shards"), ("results-2", "out/pipelines"), ("plan", ".mlspec/state/plan.json")):
        assert upload(job, name, path).returncode == 0
    store = {"STAND_IN_ARTIFACTS": str(job.parent / "kept")}
    assert act_as("download-artifact", job, {"name": "plan", "path": "one"}, **store).returncode == 0
    both = {"pattern": "results-*", "merge-multiple": "true", "path": "both"}
    assert act_as("download-artifact", job, both, **store).returncode == 0
    assert act_as("download-artifact", job, {"pattern": "results-*", "path": "apart"}, **store).returncode == 0
    assert act_as("download-artifact", job, {"name": "absent", "path": "x"}, **store).returncode
    assert act_as("download-artifact", job, {"pattern": "absent-*", "path": "absent"}, **store).returncode == 0
    found = sorted(str(p.relative_to(job)) for n in ("one", "both", "apart", "absent") for p in (job / n).rglob("*") if p.is_file())
    assert found == ["apart/results-1/s.json", "apart/results-2/m/dvc.lock", "both/m/dvc.lock", "both/s.json", "one/plan.json"]
    assert not (job / "absent").exists()


WORKFLOW = """
on: {workflow_dispatch: {}}
jobs:
  plan:
    runs-on: ubuntu-latest
    outputs: {layer: "${{ steps.plan.outputs.layer }}"}
    steps: [{id: plan, run: plan}]
  train:
    needs: plan
    name: train ${{ matrix.label }}
    runs-on: ${{ fromJSON(matrix.runs_on) }}
    strategy: {matrix: "${{ fromJSON(needs.plan.outputs.layer) }}"}
    steps: [{run: train}]
  gather: {needs: [plan, train], runs-on: ubuntu-latest, steps: [{run: gather}]}
  record: {needs: gather, runs-on: ubuntu-latest, steps: [{run: record}]}
"""


def test_failed_jobs_are_run_again_and_what_depends_on_them() -> None:
    shards = [{"shard": "a", "label": "model/a"}, {"shard": "b", "label": "model/b"}]
    plan = Job("plan", "plan", {}, "success", {"plan": {"layer": "the matrix"}})
    trained = [Job("train", f"train {s['label']}", s, how) for s, how in zip(shards, ("success", "failure"), strict=True)]
    after = [Job(name, name, {}, "success") for name in ("gather", "record")]
    again = quick_yaml.load(only_failed(WORKFLOW, Run(1, (plan, *trained, *after), "")))["jobs"]
    assert again["plan"]["outputs"] == {"layer": "the matrix"}
    assert again["plan"]["steps"] == [{"run": "true"}]
    assert again["train"]["strategy"]["matrix"] == {"include": [shards[1]]}
    assert again["train"]["steps"] == [{"run": "train"}]
    assert [again[name]["steps"] for name in ("gather", "record")] == [[{"run": "gather"}], [{"run": "record"}]]
