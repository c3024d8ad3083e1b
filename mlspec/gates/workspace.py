"""`mlspec gate`: judges models as they were trained here, against baseline and champion. Writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import did_you_mean, problem
from mlspec.gates.candidate import from_workspace
from mlspec.gates.champion import champion_of
from mlspec.gates.evidence import Judgement, judge_candidate, require_kpis
from mlspec.gates.waivers import with_waivers
from mlspec.registry.entries import FOLDER as REGISTRY
from mlspec.registry.record_files import Files


def judge_workspace(
    root: Path, project: Project, graph: Graph, model: str, waivers: Project | None = None, environment: str | None = None
) -> Judgement:
    """Judge the model that the workspace's lock file names, by the KPIs as they are in `environment`, against what is deployed there.

    Without one: by the KPIs as they are written, against what the last environment with a version has. `waivers`: the project whose
    waivers count (there, or those that hold everywhere); without it none do. Raises MLS0705 without KPIs, MLS0714 when it was never
    trained, MLS0407 for an environment that is not declared.
    """
    declared = project.settings.envelope.spec.environments
    if environment is not None and environment not in declared:
        raise problem("MLS0407", f"the environment `{environment}` is not declared", help=did_you_mean(environment, declared))
    kpis = require_kpis(project, model, environment)
    champion = champion_of(project, record_files(root, model), model, environment)
    judgement = judge_candidate(root, graph, kpis, from_workspace(root, graph, model), champion)
    return with_waivers(judgement, waivers, environment, datetime.now(UTC).date()) if waivers else judgement


def models_with_kpis(project: Project) -> list[str]:
    """The models that can be judged, by name. Raises MLS0705 when there is none."""
    found = [name for name in sorted(project.models) if project.kpis_of(name)]
    if not found:
        help_text = "write a KPISet: it names the model and what it must reach (`mlspec explain MLS0705`)"
        raise problem("MLS0705", "no model has a KPISet, so there is nothing to judge", help=help_text)
    return found


def record_files(root: Path, model: str) -> Files:
    """A model's records in the working tree."""
    paths = [p for p in sorted((root / REGISTRY / model).glob("*.yaml")) if p.is_file() and not p.is_symlink()]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in paths if p.resolve().is_relative_to(root.resolve())}
