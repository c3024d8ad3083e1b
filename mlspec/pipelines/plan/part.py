"""The plan of a part of the project: a job that trains a few objects has the others' folders not even checked out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate import dvc
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.diff import file_changes
from mlspec.pipelines.plan.staleness import stage_states


def plan_part(root: Path, project: Project, part: Graph) -> Plan:
    """The plan of files and stages for the pipelines of a part of the graph: no other file is looked at.

    `part` holds everything above what it holds (`closure`), else what is above counts as files that nothing makes.
    """
    folders = tuple(f"{pipeline.folder}/" for pipeline in part.pipelines)
    desired = {path: text for path, text in dvc.render(project, part).items() if path.startswith(folders)}
    return Plan(tuple(file_changes(root, desired)), stage_states(root, part))


def closure(graph: Graph, refs: Iterable[str]) -> Graph:
    """The part of the graph that holds these objects and everything above them, in order. Raises KeyError for an unknown ref."""
    known, wanted, queue = {p.ref: p for p in graph.pipelines}, set[str](), list(refs)
    while queue:
        ref = queue.pop()
        if ref not in wanted:
            wanted.add(ref)
            queue += known[ref].upstream
    return Graph(tuple(p for p in graph.pipelines if p.ref in wanted))
