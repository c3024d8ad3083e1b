"""All renderers together: the whole set of files that a project generates."""

from __future__ import annotations

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate import dvc, github_actions, github_files, targets

RENDERERS = (dvc, targets, github_actions, github_files)

ADOPTED = frozenset({".dvc/.gitignore", ".dvc/config", ".dvcignore"})
"""Files that `dvc init` writes too: where they exist without our header they are the user's, and no conflict."""


def render(project: Project, graph: Graph) -> dict[str, str]:
    """Return {path: text}, sorted by path."""
    files: dict[str, str] = {}
    for renderer in RENDERERS:
        files |= renderer.render(project, graph)
    return dict(sorted(files.items()))
