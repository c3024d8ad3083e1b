"""Every workflow that mlspec writes, for projects of every make: the linters have nothing to say, and the house rules hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.projects import SPECS
from support.workflow_checks import broken_rules, jactionlint, write, zizmor
from support.workflow_projects import HOSTILE, PROJECTS, hostile, rendered, workflows_of

NAMES = ("example", *PROJECTS)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workflows on disk, so that each linter starts once; those of hostile texts are the same as of one, see below."""
    root = tmp_path_factory.mktemp("workflows")
    for name in [n for n in NAMES if not n.startswith("hostile-")]:
        write(root / name, workflows_of(name))
    return root


@pytest.mark.parametrize("linter", ["zizmor", "default", "pedantic"])
def test_linters_have_nothing_to_say(every: Path, linter: str) -> None:
    assert (zizmor(every) if linter == "zizmor" else jactionlint(every, linter)) == {}


@pytest.mark.parametrize("name", NAMES)
def test_house_rules_hold(name: str) -> None:
    files = workflows_of(name)
    assert {path: broken_rules(text) for path, text in files.items()} == {path: [] for path in files}


@pytest.mark.parametrize("text", HOSTILE)
def test_free_text_reaches_no_workflow(text: str) -> None:
    assert rendered(hostile(text)) == rendered(SPECS)


def test_which_workflows_there_are() -> None:
    def of(name: str) -> list[str]:
        return sorted(path.removeprefix(".github/workflows/mlspec-").removesuffix(".yml") for path in workflows_of(name))

    assert of("folder") == ["ci", "deploy", "monitor", "promote", "retrain"]
    assert of("no-models") == of("only-the-project") == ["ci", "monitor", "retrain"]
    assert of("no-deployments") == ["ci", "monitor", "promote", "retrain"]


def jobs(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for text in workflows_of(name).values():
        yield from yaml.safe_load(text)["jobs"].items()


@pytest.mark.parametrize(
    ("name", "secrets"),
    [("folder", []), ("gs", []), ("s3", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]), ("azure", ["AZURE_STORAGE_CONNECTION_STRING"])],
)
def test_secrets_of_the_storage_go_to_the_jobs_that_need_them(name: str, secrets: list[str]) -> None:
    with_storage = {job for job, form in jobs(name) if form.get("env")}
    assert with_storage == ({"train", "verify", "monitor", "promote", "deploy-staging", "deploy-production"} if secrets else set())
    for job, form in jobs(name):
        assert sorted(form.get("env", {})) == (secrets if job in with_storage else [])
        if job in with_storage:
            assert form["environment"] == (job.removeprefix("deploy-") if job.startswith("deploy-") else "mlspec-storage")


def test_what_may_write_runs_nothing_of_a_pull_request() -> None:
    forms = yaml.safe_load(workflows_of("folder")[".github/workflows/mlspec-ci.yml"])["jobs"]
    assert [name for name, form in forms.items() if "write" in form["permissions"].values()] == ["record"]
    assert not [step for step in forms["record"]["steps"] if "mlspec" in step.get("run", "").replace("mlspec-ci.yml", "")]


def test_the_check_of_promotions_is_not_the_changes_own() -> None:
    """It runs on the merge commit, by the mlspec that the base branch locks; all other jobs take the change's lock."""
    for name in ("folder", "odd-paths"):
        forms = yaml.safe_load(workflows_of(name)[".github/workflows/mlspec-ci.yml"])["jobs"]
        out, _, install, verify = forms["verify"]["steps"]
        assert "ref" not in out["with"]
        assert "'pull_request' && 'HEAD^1'" in install["env"]["BASE"] == verify["env"]["BASE"]
        assert 'git show "$BASE:$REQUIREMENTS"' in install["run"]
        assert '-r "$REQUIREMENTS"' not in install["run"]
        assert not [step for job in ("check", "train") for step in forms[job]["steps"] if "$BASE" in step.get("run", "")]


def test_runners() -> None:
    assert {str(form["runs-on"]) for _, form in jobs("self-hosted")} == {"['self-hosted', 'linux', 'gpu.large']"}
    assert {form["runs-on"] for _, form in jobs("one-label")} == {"self-hosted"}
    deploy = {name: form["runs-on"] for name, form in jobs("batch-elsewhere") if name.startswith("deploy")}
    assert deploy == {
        "deploy-staging": "ubuntu-latest",
        "deploy-production": ["self-hosted", "batch"],
        "deploy-production-2": "ubuntu-latest",
    }


def test_a_server_is_reconciled_where_it_lives_and_a_batch_anywhere() -> None:
    def reconciled(name: str) -> dict[str, str]:
        return {job: step["env"]["DEPLOYMENTS"] for job, form in jobs(name) for step in form["steps"] if step["name"] == "Reconcile"}

    assert reconciled("folder") == {}
    assert reconciled("target-runs-on") == {f"deploy-{e}": f"deployment/{e}/demand" for e in ("staging", "production")}
    assert reconciled("batch") == {"deploy-production": " ".join(f"deployment/production/week-{n}" for n in range(5))}


def test_schedules_come_once_and_sorted() -> None:
    on = yaml.safe_load(workflows_of("batch")[".github/workflows/mlspec-deploy.yml"])["on"]
    assert [entry["cron"] for entry in on["schedule"]] == ["*/15 8-18 * * 1-5", "0 6 * * *", "30 0 1 1,7 *"]


def test_odd_paths_stand_as_they_are() -> None:
    installs = [step for _, form in jobs("odd-paths") for step in form["steps"] if "REQUIREMENTS" in step.get("env", {})]
    assert {step["env"]["REQUIREMENTS"] for step in installs} == {"locks/a b~(1) [x]@+=,é\u2028\u0085.lock"}
    [kept] = [step for _, form in jobs("odd-paths") for step in form["steps"] if step["name"] == "Keep the predictions"]
    assert kept["with"]["path"].rstrip("\n").split("\n") == [f"out {n} [[]a]@é\u2028~(b)/*.parquet" for n in range(2)]
