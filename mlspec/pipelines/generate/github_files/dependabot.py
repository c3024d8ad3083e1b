"""`.github/dependabot.yml`: updates of the requirements lock and of the user's own workflows, a week after their release.

What mlspec writes is left out: a bump there would be undone by the next apply, and `mlspec apply --check` would refuse it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from mlspec.compiler.project.github import DEPENDABOT_PLACES, DEPENDABOT_READS, PINNED_ACTIONS, RENOVATE_PLACES
from mlspec.compiler.project.project import Project
from mlspec.language.yaml.write import HEADER, dump

COOLDOWN_DAYS = 7
"""Most malicious releases are found and withdrawn within days."""

_UNREAD = "# No entry for the requirements lock: Dependabot reads only files that end in .txt or .in.\n"
_PINNED = "# The actions of generated workflows change with mlspec, never by themselves.\n"


def render(project: Project) -> str | None:
    """Return the file; None where a person wrote one, or lets Renovate do it, and where GitHub runs nothing."""
    if not project.settings.envelope.spec.on_github or any(path in project.hand_written for path in (*DEPENDABOT_PLACES, *RENOVATE_PLACES)):
        return None
    return HEADER + body(project.settings.envelope.spec.requirements, PINNED_ACTIONS)


def body(lock: str | None, ignored: Sequence[str]) -> str:
    """The file below its first line, for a requirements lock; `ignored`: actions that Dependabot leaves alone."""
    readable = lock is not None and lock.endswith(DEPENDABOT_READS)
    updates = [*([_python(lock)] if lock is not None and readable else []), _actions(ignored)]
    return ("" if readable else _UNREAD) + (_PINNED if ignored else "") + dump({"version": 2, "updates": updates})


def _python(lock: str) -> dict[str, Any]:
    """The entry of the requirements lock: one pull request a week, since every bump trains everything again."""
    folder = str(PurePosixPath("/") / PurePosixPath(lock).parent)
    return _entry("pip", folder, "requirements")


def _actions(ignored: Sequence[str]) -> dict[str, Any]:
    """The entry of the workflows."""
    entry = _entry("github-actions", "/", "actions")
    return entry | ({"ignore": [{"dependency-name": name} for name in ignored]} if ignored else {})


def _entry(ecosystem: str, folder: str, group: str) -> dict[str, Any]:
    return {
        "package-ecosystem": ecosystem,
        "directory": folder,
        "schedule": {"interval": "weekly"},
        "cooldown": {"default-days": COOLDOWN_DAYS},
        "groups": {group: {"patterns": ["*"]}},
    }
