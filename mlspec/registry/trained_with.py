"""The pipeline that a recorded version was trained with: an older version is measured by its own parameters, not by today's."""

from __future__ import annotations

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.registry.at_commit import compile_at
from mlspec.registry.records import RegistryRecord


def graph_of(repository: Repository, project: Project, graph: Graph, record: RegistryRecord) -> Graph:
    """Return the graph at the record's commit where the specs have changed since; today's when that commit is gone."""
    if project.spec_digest(record.model) == record.spec:
        return graph
    try:
        return compile_at(repository, record.commit).graph
    except Problems:
        return graph
