"""Every workflow that mlspec writes, for projects of every make: the linters have nothing to say, and the house rules hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import quick_yaml
from support.projects import MODEL, SPECS, deployment
from support.workflow_checks import broken_rules, jactionlint, write, write_distinct, zizmor
from support.workflow_projects import HOSTILE, PROJECTS, hostile, rendered, workflows_of

NAMES = ("example", *PROJECTS)
OWN = Path(__file__).resolve().parents[4] / ".github" / "workflows"


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workflows on disk, so that each linter starts once."""
    return write_distinct(tmp_path_factory.mktemp("workflows"), {name: workflows_of(name) for name in NAMES})


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


def test_without_the_header_pedantic_says_only_that_the_users_runner_moves(tmp_path: Path) -> None:
    """A linter that sees a generated file is lenient with its style."""
    files = {path: text.partition("\n")[2] for path, text in workflows_of("refresh").items()}
    found = jactionlint(write(tmp_path, files), "pedantic")
    assert set().union(*found.values()) == {"mutable-runner-label"}


@pytest.mark.parametrize("path", sorted(OWN.glob("*.yml")), ids=lambda path: path.name)
def test_house_rules_hold_for_mlspecs_own_workflows(path: Path) -> None:
    assert broken_rules(path.read_text(encoding="utf-8")) == []


def test_which_workflows_there_are() -> None:
    def of(name: str) -> list[str]:
        return sorted(path.removeprefix(".github/workflows/mlspec-").removesuffix(".yml") for path in workflows_of(name))

    assert of("folder") == ["approvals", "ci", "deploy", "monitor", "promote", "retarget", "retrain"]
    assert of("refresh") == ["approvals", "ci", "deploy", "monitor", "promote", "refresh", "retarget", "retrain"]
    assert of("no-models") == ["approvals", "ci", "monitor", "retarget", "retrain"]
    assert of("only-the-project") == ["approvals", "ci", "monitor", "retarget"]
    assert of("no-deployments") == ["approvals", "ci", "monitor", "promote", "retarget", "retrain"]


def jobs(name: str, *workflows: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, text in workflows_of(name).items():
        if not workflows or path.removeprefix(".github/workflows/mlspec-").removesuffix(".yml") in workflows:
            yield from quick_yaml.load(text)["jobs"].items()


def of_ci(name: str) -> dict[str, dict[str, Any]]:
    return dict(jobs(name, "ci"))


def test_a_matrix_of_jobs_for_each_layer_one_after_the_other() -> None:
    def needs(name: str) -> dict[str, list[str]]:
        found = {job: form.get("needs", []) for job, form in of_ci(name).items()}
        assert found.pop("statuses") == ["plan", "gather", "record", "verify"]
        assert found.pop("approvals") == []
        return found

    assert needs("only-the-project") == {"plan": [], "gather": ["plan"], "record": ["gather"], "verify": []}
    assert needs("no-models") == {"plan": [], "data": ["plan"], "gather": ["plan", "data"], "record": ["gather"], "verify": []}
    assert list(needs("folder")) == ["plan", "data", "models", "gather", "record", "verify"]
    found, layers = needs("layers"), ["data", *(f"data-{n}" for n in range(2, 13)), "models"]
    assert list(found) == ["plan", *layers, "gather", "record", "verify"]
    assert [found[layer] for layer in layers] == [["plan", *layers[:n]] for n in range(len(layers))]
    assert found["gather"] == ["plan", *layers]
    assert set(of_ci("layers")["plan"]["outputs"]) == {"began", *(f"layer_{layer.replace('-', '_')}" for layer in layers)}


def test_a_shard_has_its_own_runner_limit_and_files() -> None:
    for job, form in jobs("resources", "ci", "retrain"):
        if "strategy" not in form:
            assert form["runs-on"] == "ubuntu-latest"
            continue
        output = f"needs.plan.outputs.layer_{job}"
        assert form["strategy"] == {"fail-fast": False, "max-parallel": 3, "matrix": f"${{{{ fromJSON({output}) }}}}"}
        assert form["if"] == f"${{{{ !cancelled() && needs.plan.result == 'success' && {output} != '' }}}}"
        assert (form["name"], form["runs-on"]) == ("train ${{ matrix.label }}", "${{ fromJSON(matrix.runs_on) }}")
        assert form["timeout-minutes"] == "${{ matrix.minutes }}"
        out = form["steps"][0]["with"]
        assert out["sparse-checkout"] == "${{ matrix.checkout }}"
        [train] = [step for step in form["steps"] if "mlspec ci train" in step.get("run", "")]
        assert train["env"] == {"SHARD": "${{ matrix.shard }}"}
        assert ("--previous" in train["run"]) is (job == "models")
    assert "gpu.large" not in workflows_of("resources")[".github/workflows/mlspec-ci.yml"]


def with_storage(name: str) -> dict[str, dict[str, Any]]:
    return {job: form for job, form in jobs(name) if form.get("environment")}


USES_STORAGE = {"data", "models", "gather", "verify", "monitor", "judge", "deploy"}


@pytest.mark.parametrize(
    ("name", "secrets"),
    [("folder", []), ("gs", []), ("s3", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]), ("azure", ["AZURE_STORAGE_CONNECTION_STRING"])],
)
def test_secrets_of_the_storage_go_to_the_jobs_that_need_them(name: str, secrets: list[str]) -> None:
    holders = {job for job, form in jobs(name) if form.get("env")}
    assert holders == (USES_STORAGE if secrets else set())
    for job, form in jobs(name):
        assert sorted(form.get("env", {})) == (secrets if job in holders else [])
        if job in holders:
            storage = {"name": "mlspec-storage", "deployment": False}
            assert form["environment"] == ("${{ matrix.environment }}" if job == "deploy" else storage)


def test_a_databases_address_goes_to_the_jobs_that_read_it_and_to_no_job_that_trains() -> None:
    holders = {job: form for job, form in jobs("database") if "SALES_DB" in form.get("env", {})}
    assert {*holders} == {"data", "refresh"}
    for form in holders.values():
        assert form["env"] == {"SALES_DB": "${{ secrets.SALES_DB }}"}
        assert form["environment"] == {"name": "mlspec-storage", "deployment": False}


def test_a_steps_secret_goes_to_the_jobs_of_steps_alone() -> None:
    holders = {job: form for job, form in jobs("steps") if "REPORT_TOKEN" in form.get("env", {})}
    assert {*holders} == {"steps", "steps-2"}
    assert of_ci("steps")["steps-2"]["needs"] == ["plan", "data", "models", "steps"]
    for form in holders.values():
        assert form["env"] == {"REPORT_TOKEN": "${{ secrets.REPORT_TOKEN }}"}
        assert form["environment"] == {"name": "mlspec-storage", "deployment": False}


@pytest.mark.parametrize("name", ["oidc-s3", "oidc-gs", "oidc-azure"])
def test_where_jobs_sign_in_by_their_own_token_there_is_no_secret(name: str) -> None:
    assert "secrets" not in "".join(workflows_of(name).values())
    signing_in = {job for job, form in jobs(name) if "id-token" in form["permissions"]}
    assert signing_in == set(with_storage(name)) == USES_STORAGE


def test_what_may_write_runs_nothing_of_a_change() -> None:
    """The rest of it is among the house rules."""
    writers = {(job, form["steps"][0]["with"]["ref"]) for job, form in jobs("refresh") if "write" in form["permissions"].values()}
    assert writers == {(name, "main") for name in ("record", "propose", "statuses", "tag", "approvals", "retarget", "supersede")}
    record = of_ci("branch")["record"]
    assert record["steps"][0]["with"]["ref"] == "release/2026.11-x_y"
    assert "github.ref != 'refs/heads/release/2026.11-x_y'" in record["if"]


def test_jobs_of_a_pull_request_work_on_its_head_and_retraining_on_one_commit() -> None:
    def refs(name: str) -> dict[str, str]:
        out = {job: [step for step in form["steps"] if "actions/checkout@" in step.get("uses", "")] for job, form in jobs("folder", name)}
        return {job: step["with"].get("ref", "") for job, [step] in out.items()}

    head = "${{ github.event.pull_request.head.sha || github.sha }}"
    assert refs("ci") == {
        "plan": head,
        "data": head,
        "models": head,
        "gather": head,
        "record": "main",
        "verify": head,
        "statuses": "main",
        "approvals": "main",
    }
    planned = "${{ needs.plan.outputs.commit }}"
    assert refs("retrain") == {"plan": "main", "data": planned, "models": planned, "gather": planned, "propose": "main"}


def test_the_check_of_promotions_is_not_the_changes_own() -> None:
    """It merges the main branch as it is, and runs the mlspec that this one locks; all other jobs take the change's lock."""
    for name in ("folder", "odd-paths"):
        forms = of_ci(name)
        _, _, merge, _, install, verify = forms["verify"]["steps"]
        base = "${{ github.event.merge_group.base_sha || 'origin/main' }}"
        assert install["env"]["BASE"] == verify["env"]["BASE"] == merge["env"]["BASE"] == base
        assert merge["if"] == "${{ github.event_name != 'merge_group' }}"
        assert 'git show "$BASE:$REQUIREMENTS"' in install["run"]
        assert '-r "$REQUIREMENTS"' not in install["run"]


def test_schedules_of_sources_and_of_retraining() -> None:
    on = quick_yaml.load(workflows_of("refresh")[".github/workflows/mlspec-refresh.yml"])["on"]
    assert [entry["cron"] for entry in on["schedule"]] == ["*/30 4 * * 1-5", "0 5 * * *"]
    assert on["workflow_dispatch"]["inputs"]["source"]["type"] == "string"
    for name, cron in (("folder", "41 4 * * 1"), ("retrain", "0 3 1 * *")):
        on = quick_yaml.load(workflows_of(name)[".github/workflows/mlspec-retrain.yml"])["on"]
        assert on["schedule"] == [{"cron": cron}]


def test_schedules_by_the_clocks_of_a_place() -> None:
    for name, cron, zone in (
        ("refresh", "0 5 * * *", "Europe/Berlin"),
        ("retrain", "0 3 1 * *", "America/New_York"),
        ("batch", "0 6 * * *", "Europe/Berlin"),
    ):
        on = quick_yaml.load(workflows_of("zoned")[f".github/workflows/mlspec-{name}.yml"])["on"]
        assert on["schedule"] == [{"cron": cron, "timezone": zone}]


def test_runners() -> None:
    def told(name: str) -> set[str]:
        return {str(form["runs-on"]) for _, form in jobs(name) if "strategy" not in form}

    assert told("self-hosted") == {"['self-hosted', 'linux', 'gpu.large']"}
    assert told("one-label") == {"self-hosted"}


def test_schedules_come_once_and_sorted_in_a_file_of_their_own() -> None:
    found = workflows_of("batch")
    on = quick_yaml.load(found[".github/workflows/mlspec-batch.yml"])["on"]
    assert [entry["cron"] for entry in on["schedule"]] == ["*/15 8-18 * * 1-5", "0 6 * * *", "30 0 1 1,7 *"]
    assert sorted(on) == ["schedule", "workflow_dispatch"]
    for path, text in found.items():
        on = quick_yaml.load(text)["on"]
        assert not ("schedule" in on and {"push", "pull_request"} & set(on)), path


def test_every_push_to_the_main_branch_is_looked_at() -> None:
    """GitHub looks at 300 files of a push for a filter of paths."""
    on = quick_yaml.load(workflows_of("folder")[".github/workflows/mlspec-deploy.yml"])["on"]
    assert on == {"push": {"branches": ["main"]}, "workflow_dispatch": {}}


def test_only_jobs_have_groups_where_a_run_may_wait_for_a_reviewer() -> None:
    for name in ("deploy", "batch"):
        form = quick_yaml.load(workflows_of("batch")[f".github/workflows/mlspec-{name}.yml"])
        assert "concurrency" not in form
        assert all(job["concurrency"]["cancel-in-progress"] is False for job in form["jobs"].values())
    score = dict(jobs("batch", "batch"))["score"]
    assert score["environment"] == "${{ matrix.guard }}"
    assert score["concurrency"]["group"] == "mlspec-${{ matrix.name }}-${{ github.event.schedule || 'by-hand' }}"
    assert dict(jobs("batch", "deploy"))["deploy"]["concurrency"]["group"] == "mlspec-${{ matrix.name }}"


def test_a_model_and_a_deployment_change_no_workflow() -> None:
    """A tag on a commit whose workflows differ from every branch's is refused to a workflow's own token: they hardly ever change."""
    more = {
        "specs/second.yaml": MODEL.replace("name: demand", "name: second"),
        "environments/staging/second.yaml": deployment("staging").replace("demand", "second"),
        "environments/production/again.yaml": deployment("production").replace("name: demand", "name: again", 1),
    }
    before, after = rendered(SPECS), rendered(SPECS | more)
    assert before == after
    assert "demand" not in "".join(after.values())


def test_odd_paths_stand_as_they_are() -> None:
    installs = [step for _, form in jobs("odd-paths") for step in form["steps"] if "REQUIREMENTS" in step.get("env", {})]
    assert {step["env"]["REQUIREMENTS"] for step in installs} == {"locks/a b~(1) [x]@+=,é\u2028\u0085.lock"}


@pytest.mark.parametrize(
    ("name", "secrets", "keyless"),
    [
        ("signed", ["MLSPEC_SIGNING_KEY"], False),
        ("signed-s3", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "MLSPEC_SIGNING_KEY"], False),
        ("keyless", [], True),
        ("keyless-oidc", [], True),
    ],
)
def test_what_signs_is_a_workflow_of_its_own(name: str, secrets: list[str], keyless: bool) -> None:
    """Its file is the identity of a keyless signature: no job that runs a model may ask for a token in its name, or see the key."""
    promotion, [(_, form)] = dict(jobs(name, "promote")), list(jobs(name, "sign"))
    call = promotion["sign"]
    assert (call["needs"], promotion["propose"]["needs"]) == (["judge"], ["sign"])
    assert form["environment"] == {"name": "mlspec-signing", "deployment": False}
    assert sorted(form.get("env", {})) == sorted(call.get("secrets", {})) == secrets
    assert ("id-token" in form["permissions"], "id-token" in call["permissions"]) == (keyless, keyless)
    assert "contents: write" not in str(form["permissions"])
    assert [s["run"].strip() for s in form["steps"] if "mlspec " in s.get("run", "")] == [
        'mlspec ci sign --from "$RUNNER_TEMP/mlspec/proposals"'
    ]
    elsewhere = [job for job, other in jobs(name) if job != "sign" and "MLSPEC_SIGNING_KEY" in str(other)]
    assert elsewhere == []
    assert "if" not in form["steps"][-1]  # what could not be signed is not handed on


def test_without_signing_there_is_no_workflow_for_it() -> None:
    assert "sign" not in dict(jobs("folder", "promote"))
    assert dict(jobs("folder", "promote"))["propose"]["needs"] == ["judge"]
