"""Starts a workflow: the one way to have checks on a commit that was pushed with a workflow's own token."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.problems import Action, refusal
from mlspec.adapters.github.remote import server_url


def start_workflow(slug: str, file: str, ref: str, inputs: Mapping[str, str] | None = None) -> None:
    """Start the workflow `file` (its name in .github/workflows) of `owner/name` on the branch `ref`.

    GitHub answers 204, or 200 with the run. Raises MLS0980 to MLS0989, each with its fix.
    """
    path = f"/repos/{slug}/actions/workflows/{quote(file, safe='')}/dispatches"
    page = f"{server_url()}/{slug}/actions/workflows/{quote(file, safe='')}"
    try:
        with GitHubApi.from_environment() as api:
            api.request("POST", path, body={"ref": ref} | ({"inputs": dict(inputs)} if inputs else {}))
    except Refused as refused:
        raise refusal(refused, slug, page, _action(file, ref)) from None


def _action(file: str, ref: str) -> Action:
    needs = f"check that `{file}` is on the default branch and on `{ref}`, and has `workflow_dispatch` under `on:`"
    return Action("start workflows", f"the start of `{file}`", "`actions: write`", needs)
