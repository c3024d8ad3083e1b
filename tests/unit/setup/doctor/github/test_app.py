"""The App by whose token jobs write, as GitHub shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.doctor_world import told_of_github
from support.github_settings import SettingsServer

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Verdict

CLIENT = "Iv23liAbCdEfGhIjKlMn"
ENOUGH = {"metadata": "read", "contents": "write", "pull_requests": "write", "workflows": "write"}


def told(root: Path, more: str = "") -> Verdict:
    """What doctor says of the App of a project that names one."""
    spec = root / "mlspec.yaml"
    spec.write_text(f"{spec.read_text()}  ci: {{app: {{slug: acme-mlspec, clientId: {CLIENT}{more}}}}}\n")
    return told_of_github(open_project(root))["GitHub App"]


def test_without_an_app_there_is_no_line(examined: Examined) -> None:
    assert "GitHub App" not in told_of_github(examined)


def test_the_one_that_is_meant(root: Path, examined: Examined, github: SettingsServer) -> None:
    github.repository.apps["acme-mlspec"] = {"slug": "acme-mlspec", "client_id": CLIENT, "permissions": ENOUGH}
    assert told(root).outcome == "ok"


def test_a_private_one_is_not_shown_to_everybody(root: Path, examined: Examined, github: SettingsServer) -> None:
    found = told(root)
    assert (found.outcome, "/apps/acme-mlspec" in found.fix) == ("skipped", True)


@pytest.mark.parametrize(
    ("shown", "more", "says"),
    [
        ({"client_id": "Iv1.0123456789abcdef"}, "", "the App `acme-mlspec` has Iv1.0123456789abcdef"),
        ({"client_id": None}, "", "no client ID that GitHub tells"),
        ({"permissions": ENOUGH | {"workflows": "read"}}, "", "it may not write Workflows"),
        ({"permissions": None}, "", "it may not write Contents, Pull requests, Workflows"),
        ({}, ", pullRequests: true", "it may not write Commit statuses, Actions"),
    ],
)
def test_another_one_or_one_that_may_too_little(
    shown: dict[str, object], more: str, says: str, root: Path, examined: Examined, github: SettingsServer
) -> None:
    github.repository.apps["acme-mlspec"] = {"slug": "acme-mlspec", "client_id": CLIENT, "permissions": ENOUGH} | shown
    found = told(root, more)
    assert found.outcome == "problem" and says in found.what
