"""`mlspec gate`: judges models as they were trained here, against baseline and champion. Writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mlspec.gates.candidate import from_workspace
from mlspec.gates.evidence import Judgement, judge_candidate, require_kpis
from mlspec.gates.waivers import with_waivers
from mlspec.ir.graph import Graph
from mlspec.ir.project import Project
from mlspec.promotion.choose import champion_of
from mlspec.registry.entries import FOLDER as REGISTRY
from mlspec.registry.record_files import Files


def judge_workspace(root: Path, project: Project, graph: Graph, model: str, waivers: Project | None = None) -> Judgement:
    """Judge the model that the workspace's lock file names. The champion is what the last environment with a version has.

    `waivers`: the project whose waivers count (those that hold in every environment); without it none do.
    Raises MLS0705 without KPIs, MLS0714 when it was never trained.
    """
    kpis = require_kpis(project, model)
    champion = champion_of(project, record_files(root, model), model)
    judgement = judge_candidate(root, graph, kpis, from_workspace(root, graph, model), champion)
    return with_waivers(judgement, waivers, None, datetime.now(UTC).date()) if waivers else judgement


def record_files(root: Path, model: str) -> Files:
    """A model's records in the working tree."""
    paths = [p for p in sorted((root / REGISTRY / model).glob("*.yaml")) if p.is_file() and not p.is_symlink()]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in paths if p.resolve().is_relative_to(root.resolve())}
