"""A healthy project to examine, copied for each test, and shorthand for asking what one check says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from support.cli import commit, repository
from support.github_settings import MAIN_ONLY, REVIEWERS, Repository, ruleset
from support.projects import SPECS
from support.shared import copy_into, packed

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Verdict
from mlspec.setup.doctor.github import settings, used

LOCK = """\
dvc==3.67.1 \\
    --hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d
dvc-s3==3.3.0 --hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d
mlspec_gitops[s3] @ https://example.org/mlspec_gitops-0.1.0-py3-none-any.whl \\
    --hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d
"""
SECRETS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
OWNED = SPECS["mlspec.yaml"].replace("{name: shop}", '{name: shop, owner: "@ada"}') + f'  python: "{HERE}"\n'


def template(folder: Path) -> Path:
    """A project, its bare remote and its storage, with nothing wrong."""
    root = repository(folder, {**SPECS, "mlspec.yaml": OWNED})
    (root / "requirements.lock").write_text(LOCK)
    commit(root, "Lock")
    packed(folder)
    return folder


def copied(template: Path, folder: Path) -> Path:
    """A copy to spoil; the project's root."""
    copy_into(template, folder)
    return folder / "project"


def ask(root: Path, check: Callable[[Examined], Verdict]) -> Verdict:
    return check(open_project(root))


def told(root: Path, examine: Callable[[Examined], Iterator[Finding]], check: str) -> Verdict:
    """What an area's check says."""
    return next(f.verdict for f in examine(open_project(root)) if f.check == check)


def strict_repository(examined: Examined) -> Repository:
    """A repository on GitHub in which nothing is wrong for this project."""
    rules, rulesets = ruleset(used.required_checks(examined))
    made = Repository(rules=rules, rulesets=rulesets, workflows=dict.fromkeys(used.workflow_files(examined), "active"))
    made.environments = {
        "mlspec-storage": {"protection_rules": [], "deployment_branch_policy": None},
        "staging": {"protection_rules": [{"id": 3, "node_id": "c", "type": "branch_policy"}], "deployment_branch_policy": MAIN_ONLY},
        "production": {"protection_rules": [REVIEWERS], "deployment_branch_policy": MAIN_ONLY},
    }
    made.policies = {"staging": ["main"], "production": ["main"]}
    made.secrets = dict.fromkeys(made.environments, SECRETS)
    return made


def told_of_github(examined: Examined) -> dict[str, Verdict]:
    """What each check of GitHub's settings says."""
    return {f.check: f.verdict for f in settings.examine(examined)}


def outcomes(found: dict[str, Verdict], outcome: str) -> set[str]:
    """The checks that end like this."""
    return {check for check, verdict in found.items() if verdict.outcome == outcome}
