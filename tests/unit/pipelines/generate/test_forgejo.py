"""Workflows for Forgejo: the same jobs and commands, with what its runner and server take."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support import quick_yaml
from support.cli import BIN, mlspec, repository
from support.projects import SPECS
from support.workflow_projects import IN_GIT, fetched, project, rendered, workflows_of, zoned

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs

FORGEJO = SPECS | {"mlspec.yaml": project(ci="{provider: forgejo}")}
SIGNED = SPECS | {
    "mlspec.yaml": project(ci="{provider: forgejo}", signing="{key: MLSPEC_SIGNING_KEY, trusted: {keys: [keys/release.pub]}}")
}
ROLE = "arn:aws:iam::123456789012:role/ci"
KEYLESS = "{key: K, trusted: {identities: [{identity: 'https://github.com/a/b/.github/workflows/mlspec-sign.yml@refs/heads/main'}]}}"
POLICY = "apiVersion: mlspec/v1\nkind: Policy\nmetadata: {name: two}\nspec: {environments: [staging], require: {approvals: {count: 2}}}\n"


def _forms(specs: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {Path(path).name: quick_yaml.load(text) for path, text in rendered(specs).items()}


def _commands(form: dict[str, Any]) -> list[tuple[str, str, Any]]:
    return [(name, step["run"], step.get("env")) for name, job in form["jobs"].items() for step in job.get("steps", ()) if "run" in step]


def test_every_workflow_is_there_and_runs_the_same_commands() -> None:
    forgejo, github = _forms(FORGEJO), {Path(p).name: quick_yaml.load(t) for p, t in workflows_of("folder").items()}
    assert sorted(forgejo) == sorted(github)
    for name, form in forgejo.items():
        assert _commands(form) == _commands(github[name])
        assert [job.get("needs") for job in form["jobs"].values()] == [job.get("needs") for job in github[name]["jobs"].values()]


def test_what_forgejo_does_not_have_is_left_out() -> None:
    for text in rendered(SIGNED).values():
        form = quick_yaml.load(text)
        assert "merge_group" not in form["on"]
        assert not [job for job in form["jobs"].values() if "environment" in job]
        assert "cache-mode" not in form


def test_actions_come_from_forgejos_mirrors_and_artifacts_by_its_own() -> None:
    lines = [line.strip().removeprefix("- ") for text in rendered(SIGNED).values() for line in text.splitlines()]
    uses = {line for line in lines if line.startswith("uses:")}
    assert [u for u in uses if "mlspec-sign" in u and "./.forgejo/workflows/mlspec-sign.yml" not in u] == []
    others = [u for u in uses if "mlspec-sign" not in u]
    assert len(others) == 4
    for line in others:
        pinned = re.search(r"https://data\.forgejo\.org/actions/(checkout|setup-python)@[0-9a-f]{40}\" # v\d", line)
        assert pinned or re.search(r"https://data\.forgejo\.org/forgejo/(upload|download)-artifact@v4", line), line


def test_act_takes_them(tmp_path: Path) -> None:
    home = tmp_path / ".forgejo" / "workflows"
    home.mkdir(parents=True)
    for path, text in rendered(SIGNED).items():
        (home / Path(path).name).write_text(text, encoding="utf-8")
    words = [str(BIN / "act"), "--validate", "--strict", "-W", str(home), "-P", "ubuntu-latest=-self-hosted"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_another_provider_takes_the_files_of_the_one_before_along(tmp_path: Path) -> None:
    root = repository(tmp_path / "shop", SPECS)
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text() + "  ci: {provider: forgejo}\n", encoding="utf-8")
    mlspec(root, "apply", "--prune", check=0)
    assert not list((root / ".github").rglob("*.yml"))
    assert (root / ".forgejo/workflows/mlspec-ci.yml").is_file()
    assert "up to date" in mlspec(root, "apply", "--check", check=0).text
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text().replace("forgejo", "github"), encoding="utf-8")
    mlspec(root, "apply", "--prune", check=0)
    assert not list((root / ".forgejo").rglob("*.yml"))
    assert (root / ".github/workflows/mlspec-ci.yml").is_file()


@pytest.mark.parametrize(
    ("specs", "word"),
    [
        (FORGEJO | {"mlspec.yaml": project(ci="{provider: forgejo}", storage=f"{{url: s3://a/b, oidc: {{role: '{ROLE}', region: eu-west-1}}}}")}, "oidc"),
        (FORGEJO | {"mlspec.yaml": project(ci="{provider: forgejo}", signing=KEYLESS)}, "identities"),
        (FORGEJO | {"mlspec.yaml": project(ci="{provider: forgejo, app: {slug: acme-mlspec, clientId: Iv23liAbCdEfGhIjKlMn}}")}, "app"),
        (FORGEJO | {"specs/two.yaml": POLICY}, "approvals"),
        (FORGEJO | {"specs/sales.yaml": zoned(fetched("sales", "0 5 * * *"))}, "Europe/Berlin"),
    ],
)  # fmt: skip
def test_what_rests_on_github_is_refused_where_it_stands(specs: dict[str, str], word: str) -> None:
    def problems(texts: dict[str, str]) -> list[Any]:
        inputs = Inputs({path: text.encode() for path, text in texts.items()}, {}, frozenset({"requirements.lock"}), IN_GIT.get)
        return [d for d in compile_inputs(Path("/nowhere"), inputs).diagnostics if d.severity == "error"]

    [diagnostic] = problems(specs)
    assert diagnostic.code == "MLS0444"
    assert diagnostic.span is not None
    assert specs[diagnostic.span.path].splitlines()[diagnostic.span.line - 1][diagnostic.span.column - 1 :].startswith(word)
    assert problems({path: text.replace("provider: forgejo", "provider: github") for path, text in specs.items()}) == []
