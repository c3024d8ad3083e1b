"""The files that GitHub reads besides workflows. Each is written only where the user has none: theirs is never touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlspec.compiler.project.github import CODEOWNERS, DEPENDABOT
from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_files import codeowners, dependabot

if TYPE_CHECKING:
    from mlspec.compiler.project.graph import Graph


def render(project: Project, graph: Graph) -> dict[str, str]:
    """Return {path: text}."""
    del graph
    texts = {CODEOWNERS: codeowners.render(project), DEPENDABOT: dependabot.render(project)}
    return {path: text for path, text in texts.items() if text is not None}
