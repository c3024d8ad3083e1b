"""The GitHub App by whose token jobs write (`ci.app`): whether it is the one that is meant, and may do what they ask for.

Whether it is installed here, only the App itself may ask (https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from mlspec.adapters.github.remote import server_url
from mlspec.adapters.github.settings import Settings, Unreadable
from mlspec.language.kinds.project import App
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Skipped, Verdict, bad, ok

NEEDED = {"contents": "Contents", "pull_requests": "Pull requests", "workflows": "Workflows"}
NEEDED_TO_RECORD = {"statuses": "Commit statuses", "actions": "Actions"}
"""As GitHub's API calls what must be `write`, and its pages."""


def checks(examined: Examined, settings: Settings) -> Iterator[tuple[str, Callable[[], Verdict]]]:
    """Name and check; none without an App."""
    app = examined.workspace.settings.ci.app
    if app is not None:
        yield "GitHub App", partial(is_meant, app, settings)


def is_meant(app: App, settings: Settings) -> Verdict:
    """Whether GitHub knows the App by both its names, and what its owner lets it do."""
    page = f"{server_url()}/apps/{app.slug}"
    try:
        found = settings.app(app.slug)
    except Unreadable as unreadable:
        advice = f"see {page} for yourself: a private App shows itself to few. It must be installed on {settings.slug}"
        raise Skipped(f"GitHub shows no App `{app.slug}` to this token ({unreadable.status})", advice) from None
    if found.get("client_id") != app.client_id:
        told = found.get("client_id") or "no client ID that GitHub tells"
        return bad(f"the App `{app.slug}` has {told}, and `ci.app.clientId` is {app.client_id}", f"compare both with {page}")
    lacking = _lacking(app, found.get("permissions"))
    if lacking:
        fix = f"the App's settings, Permissions: Read and write; then accept them where it is installed, {settings.page('installations')}"
        return bad(f"it may not write {', '.join(lacking)}: its jobs get no token", fix)
    return ok("it may write what its jobs ask for; that it is installed here, only the App itself can ask")


def _lacking(app: App, permissions: Any) -> list[str]:
    given = permissions if isinstance(permissions, dict) else {}
    needed = NEEDED | (NEEDED_TO_RECORD if app.pull_requests else {})
    return [name for key, name in needed.items() if given.get(key) != "write"]
