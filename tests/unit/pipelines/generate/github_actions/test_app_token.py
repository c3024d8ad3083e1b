"""Jobs that write by a GitHub App's token: which do, with what, and what the others keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import quick_yaml
from support.projects import SPECS
from support.workflow_checks import broken_rules
from support.workflow_projects import project, workflows_of

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs


def jobs(name: str) -> dict[str, dict[str, Any]]:
    """{workflow/job: the job} of those that have a token of the App."""
    found = {}
    for path, text in workflows_of(name).items():
        for job, form in quick_yaml.load(text)["jobs"].items():
            if any(step.get("id") == "app" for step in form.get("steps", ())):
                found[f"{path.rpartition('mlspec-')[2].removesuffix('.yml')}/{job}"] = form
    return found


def scopes(job: dict[str, Any]) -> dict[str, str]:
    [step] = [step for step in job["steps"] if step.get("id") == "app"]
    return {key.removeprefix("permission-"): level for key, level in step["with"].items() if key.startswith("permission-")}


def test_without_an_app_nothing_changes() -> None:
    assert jobs("folder") == {}
    assert "--as-app" not in "".join(workflows_of("folder").values())


def test_the_key_stays_in_jobs_of_the_main_branch_unless_pull_requests_are_named() -> None:
    assert set(jobs("app")) == {"deploy/tag", "promote/propose", "retrain/propose"}
    assert set(jobs("app-records")) == set(jobs("app")) | {"ci/record"}


def test_each_asks_for_its_own_and_the_jobs_own_token_only_reads() -> None:
    for name, job in jobs("app-records").items():
        assert job["permissions"] == {"contents": "read"}, name
        assert job["environment"] == {"name": "mlspec-app", "deployment": False}, name
    assert scopes(jobs("app")["deploy/tag"]) == {"metadata": "read", "contents": "write", "workflows": "write"}
    assert scopes(jobs("app")["promote/propose"]) == {"metadata": "read", "contents": "write", "pull-requests": "write"}
    assert set(scopes(jobs("app-records")["ci/record"])) == {"metadata", "contents", "pull-requests", "statuses", "actions"}


def test_the_run_of_the_apps_push_does_not_cancel_the_one_that_pushed() -> None:
    def group(name: str) -> str:
        return str(quick_yaml.load(workflows_of(name)[".github/workflows/mlspec-ci.yml"])["concurrency"]["group"])

    assert "github.event.sender.login == 'acme-mlspec[bot]'" in group("app-records")
    assert "acme-mlspec" not in group("app")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("permission-metadata: read", "owner: acme", "more than what is listed"),
        ("name: mlspec-app", "name: mlspec-storage", "outside its environment"),
        ("contents: read # to check out", "contents: write # to check out", "beside a token that writes"),
        ("secrets.MLSPEC_APP_KEY", "secrets.OTHER", "a secret in a step"),
        ("permission-contents: write", "permission-packages: write", "nothing here writes packages"),
        ("permission-contents: write", "permission-workflows: write", "nothing here writes workflows"),
    ],
)
def test_house_rules_hold_an_app_to_it(old: str, new: str, told: str) -> None:
    text = workflows_of("app")[".github/workflows/mlspec-retrain.yml"]
    at = text.index("  propose:")
    assert broken_rules(text) == []
    assert told in " ".join(broken_rules(text[:at] + text[at:].replace(old, new)))


@pytest.mark.parametrize("app", ["{slug: acme-mlspec}", "{slug: 'a[bot]', clientId: Iv23liAbCdEfGhIjKlMn}", "{slug: a, clientId: '12'}"])
def test_names_that_are_none_are_refused(app: str) -> None:

    texts = SPECS | {"mlspec.yaml": project(ci=f"{{app: {app}}}")}
    inputs = Inputs({path: text.encode() for path, text in texts.items()}, {}, frozenset({"requirements.lock"}))
    assert [d for d in compile_inputs(Path("/nowhere"), inputs).diagnostics if d.severity == "error"]
