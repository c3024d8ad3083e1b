"""The workflow that is left behind, for projects of every make: clean under the linters, without the header that makes one of them look away."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import quick_yaml
from support.projects import PROJECT, SPECS
from support.workflow_checks import broken_rules, jactionlint, write_distinct, zizmor
from support.workflow_projects import HOSTILE, IN_GIT, PROJECTS, hostile

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.language.yaml.header import EJECTED_LINE
from mlspec.setup.eject.workflow import WORKFLOW, workflow

CLOUDS = {
    "aws": '{url: s3://acme/x, oidc: {role: "arn:aws:iam::123456789012:role/ci", region: eu-west-1}}',
    "google": "{url: gs://acme/x, oidc: {provider: projects/1/locations/global/workloadIdentityPools/github/providers/github}}",
    "azure-oidc": (
        "{url: azure://models/x, account: acmeml,"
        " oidc: {clientId: 11111111-2222-3333-4444-555555555555, tenantId: 11111111-2222-3333-4444-555555555555}}"
    ),
}
SIGNED_IN = {name: SPECS | {"mlspec.yaml": PROJECT.replace("{url: ../storage}", storage)} for name, storage in CLOUDS.items()}
EVERY = {name: specs for name, specs in PROJECTS.items() if not name.startswith("hostile-")} | SIGNED_IN


def text_of(specs: dict[str, str]) -> str:
    locks = {quick_yaml.load(specs["mlspec.yaml"])["spec"]["requirements"], "requirements.lock"}
    compiled = compile_inputs(
        Path("/nowhere"), Inputs({path: text.encode() for path, text in specs.items()}, {}, frozenset(locks), IN_GIT.get)
    )
    assert compiled.project, compiled.diagnostics
    return f"{EJECTED_LINE}\n{workflow(compiled.project)}"


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_distinct(tmp_path_factory.mktemp("plain"), {name: {WORKFLOW: text_of(specs)} for name, specs in EVERY.items()})


@pytest.mark.parametrize("linter", ["zizmor", "default", "pedantic"])
def test_linters_have_nothing_to_say(every: Path, linter: str) -> None:
    assert (zizmor(every) if linter == "zizmor" else jactionlint(every, linter)) == {}


@pytest.mark.parametrize("name", [n for n in EVERY if n not in SIGNED_IN])
def test_house_rules_hold(name: str) -> None:
    assert broken_rules(text_of(EVERY[name]), thin=False) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_free_text_does_not_reach_it(text: str) -> None:
    assert text_of(hostile(text)) == text_of(SPECS)


def test_it_calls_dvc_git_and_python_and_nothing_of_mlspecs() -> None:
    for specs in EVERY.values():
        scripts = [step["run"] for job in quick_yaml.load(text_of(specs))["jobs"].values() for step in job["steps"] if "run" in step]
        assert "mlspec" not in "".join(scripts)
        assert "gh " not in "".join(scripts)


def test_who_may_write_runs_nothing_of_a_pull_request() -> None:
    jobs = quick_yaml.load(text_of(SPECS))["jobs"]
    assert {name: [s for s, level in job["permissions"].items() if level == "write"] for name, job in jobs.items()} == {
        "reproduce": [],
        "record": ["contents", "actions"],
    }
    assert not [step for step in jobs["record"]["steps"] if "dvc repro" in step.get("run", "") or "pip install" in step.get("run", "")]


@pytest.mark.parametrize(
    ("name", "variable"),
    [("aws", "AWS_WEB_IDENTITY_TOKEN_FILE"), ("google", "GOOGLE_APPLICATION_CREDENTIALS"), ("azure-oidc", "AZURE_FEDERATED_TOKEN_FILE")],
)
def test_it_signs_in_without_a_stored_key_where_the_specs_say_so(name: str, variable: str) -> None:
    job = quick_yaml.load(text_of(SIGNED_IN[name]))["jobs"]["reproduce"]
    assert (job["permissions"]["id-token"], job["environment"]["name"], "env" in job) == ("write", "mlspec-storage", False)
    [step] = [s for s in job["steps"] if "dvc push" in s.get("run", "")]
    assert step["env"][variable].startswith("${{ runner.temp }}/identity/")
    assert step["run"].startswith('python -c "$RENEW"\n')


@pytest.mark.parametrize(("name", "variable"), [("database", "SALES_DB"), ("steps", "REPORT_TOKEN")])
def test_what_sources_and_steps_read_of_the_environment_goes_to_the_job_that_runs_them(name: str, variable: str) -> None:
    jobs = quick_yaml.load(text_of(PROJECTS[name]))["jobs"]
    assert jobs["reproduce"]["env"] == {variable: f"${{{{ secrets.{variable} }}}}"}
    assert "env" not in jobs["record"]
