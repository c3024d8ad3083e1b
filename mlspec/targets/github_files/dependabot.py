"""`.github/dependabot.yml`: updates of the requirements lock and of the user's own workflows, a week after their release.

What mlspec writes is left out: a bump there would be undone by the next apply, and `mlspec apply --check` would refuse it.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from mlspec.ir.github import DEPENDABOT_PLACES, DEPENDABOT_READS, PINNED_ACTIONS, RENOVATE_PLACES
from mlspec.ir.project import Project
from mlspec.targets.text import HEADER, dump

COOLDOWN_DAYS = 7
"""Most malicious releases are found and withdrawn within days."""

_UNREAD = "# No entry for the requirements lock: Dependabot reads only files that end in .txt or .in.\n"
_PINNED = "# The actions of generated workflows change with mlspec, never by themselves.\n"


def render(project: Project) -> str | None:
    """Return the file; None where a person wrote one, or lets Renovate do it."""
    if any(path in project.hand_written for path in (*DEPENDABOT_PLACES, *RENOVATE_PLACES)):
        return None
    lock = project.settings.envelope.spec.requirements
    readable = lock.endswith(DEPENDABOT_READS)
    updates = [*([python(lock)] if readable else []), actions()]
    return HEADER + ("" if readable else _UNREAD) + _PINNED + dump({"version": 2, "updates": updates})


def python(lock: str) -> dict[str, Any]:
    """The entry of the requirements lock: one pull request a week, since every bump trains everything again."""
    folder = str(PurePosixPath("/") / PurePosixPath(lock).parent)
    return _entry("pip", folder, "requirements")


def actions() -> dict[str, Any]:
    """The entry of the user's own workflows."""
    return _entry("github-actions", "/", "actions") | {"ignore": [{"dependency-name": name} for name in PINNED_ACTIONS]}


def _entry(ecosystem: str, folder: str, group: str) -> dict[str, Any]:
    return {
        "package-ecosystem": ecosystem,
        "directory": folder,
        "schedule": {"interval": "weekly"},
        "cooldown": {"default-days": COOLDOWN_DAYS},
        "groups": {group: {"patterns": ["*"]}},
    }
