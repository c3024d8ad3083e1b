"""What GitHub reads besides workflows, and what generated workflows use."""

from __future__ import annotations

from mlspec.compiler.project.layout import WORKFLOW_PLACES, WORKFLOWS

CODEOWNERS = ".github/CODEOWNERS"
CODEOWNERS_PLACES = (CODEOWNERS, "CODEOWNERS", "docs/CODEOWNERS")
"""In the order in which GitHub looks; the first that is there counts."""
DEPENDABOT = ".github/dependabot.yml"
DEPENDABOT_PLACES = (DEPENDABOT, ".github/dependabot.yaml")
RENOVATE_PLACES = ("renovate.json", "renovate.json5", ".github/renovate.json", ".github/renovate.json5", ".renovaterc", ".renovaterc.json")
"""Where Renovate has its configuration: the other bot that keeps dependencies up to date."""
GENERATED_WORKFLOWS = f"{WORKFLOWS}/mlspec-*.yml"
WORKFLOW_PATTERNS = tuple(f"{place}/mlspec-*.yml" for place in WORKFLOW_PLACES)
"""What runs the checks, whoever the provider is: Forgejo also reads GitHub's folder where its own is missing."""
APP_TOKEN_ACTION = "actions/create-github-app-token"  # noqa: S105
"""Only where there is an App (`ci.app`)."""
PINNED_ACTIONS = ("actions/checkout", APP_TOKEN_ACTION, "actions/download-artifact", "actions/setup-python", "actions/upload-artifact")
"""The marketplace actions of generated workflows. A test holds this against `generate.github_actions.pins`."""
DEPENDABOT_READS = (".txt", ".in")
"""How the name of a requirements file must end for Dependabot to read it."""


def actions_used(*, by_app: bool) -> tuple[str, ...]:
    """The actions of a project's workflows. `by_app`: whether it has an App."""
    return tuple(action for action in PINNED_ACTIONS if by_app or action != APP_TOKEN_ACTION)
