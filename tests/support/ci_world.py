"""A pull request whose train jobs have run, for tests of `mlspec ci gather` and `record`: trained once, copied for each test.

`world.root` stands on the branch `topic`, one commit ahead of main; `home`/results is what the jobs brought, `home`/plan.json the plan.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from support.cli import BIN, command, git
from support.promotion_world import World, commit, replace, run

from mlspec.ci.plan_file import CiPlan, Layer, PlannedStage, Shard, read_plan, write_plan
from mlspec.ci.shard_report import ObjectReport, ShardReport, StageTime, write_report
from mlspec.compiler.pipeline import compile_root
from mlspec.compiler.project.graph import Graph
from mlspec.pipelines.plan.staleness import stage_states
from mlspec.pipelines.results import result_paths

BRANCH = "topic"
Mode = Literal["pull-request", "fork", "queue", "retrain"]


@dataclass(frozen=True)
class PullRequest:
    """The world, with a branch whose jobs have run."""

    world: World

    @property
    def root(self) -> Path:
        return self.world.root

    @property
    def results(self) -> Path:
        return self.world.home / "results"

    @property
    def plan_path(self) -> Path:
        return self.world.home / "plan.json"

    @property
    def report(self) -> Path:
        return self.world.home / "report"

    @property
    def head(self) -> str:
        return git(self.root, "rev-parse", "HEAD").strip()

    @property
    def plan(self) -> CiPlan:
        return read_plan(self.plan_path)

    def copy(self, home: Path) -> PullRequest:
        return PullRequest(self.world.copy(home))

    def replan(self, mode: Mode = "pull-request") -> CiPlan:
        """Write the plan of the tree as it stands: each stale object a shard of its own."""
        plan = plan_of(self.root, self.head, git(self.root, "rev-parse", "origin/main").strip(), mode)
        write_plan(self.plan_path, plan)
        return plan

    def gather(self, *options: str) -> tuple[int, str]:
        """Run `mlspec ci gather` as the workflow does; the exit code and what it said."""
        words = ["--plan", str(self.plan_path), "--results", str(self.results), "--base", "origin/main", "--report", str(self.report)]
        result = run(self.root, "ci", "gather", *words, *options)
        return result.code, result.text

    def tip(self, branch: str = BRANCH) -> str:
        """The commit of a branch on the server."""
        return git(self.world.remote, "rev-parse", f"refs/heads/{branch}").strip()


def plan_of(root: Path, head: str, base: str, mode: Mode = "pull-request") -> CiPlan:
    """A plan with a shard an object: sources, then models."""
    graph = graph_of(root)
    states = stage_states(root, graph, with_data=False)
    stages = tuple(PlannedStage(object=s.ref, stage=s.stage, status=s.status, reasons=s.reasons) for s in states if s.status != "current")
    stale = [p for p in graph.pipelines if p.ref in {s.object for s in stages}]
    layers = []
    for layer, kind in (("data", "source/"), ("models", "model/")):
        own = [p for p in stale if p.ref.startswith(kind)]
        shards = [
            Shard(name=f"{layer}-{n}", objects=(p.ref,), needs=(p.folder,), runs_on=("ubuntu-latest",), minutes=360)
            for n, p in enumerate(own, 1)
        ]
        layers += [Layer(name=layer, shards=tuple(shards))] if shards and mode != "fork" else []
    return CiPlan(
        commit=head, base=base, mode=mode, stages=stages, seconds={}, layers=tuple(layers), current=len(graph.pipelines) - len(stale)
    )


def graph_of(root: Path) -> Graph:
    compiled = compile_root(root)
    assert compiled.graph is not None, compiled.diagnostics
    return compiled.graph


def bring(root: Path, results: Path, plan: CiPlan, seconds: float = 1.5) -> None:
    """What the train jobs leave: the files of each planned object as they stand in `root`, and the shards' reports."""
    for path in result_paths(graph_of(root), plan.objects()):
        (results / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, results / path)
    for shard in plan.shards():
        objects = tuple(ObjectReport(object=ref, status="ok", stages=(StageTime(name="train", seconds=seconds),)) for ref in shard.objects)
        write_report(results, ShardReport(shard=shard.name, commit=plan.commit, objects=objects))


def make_pull_request(deployed: World, home: Path) -> PullRequest:
    """A branch with a better model, pushed; trained in another clone, outputs in the remote, results brought."""
    pull = PullRequest(deployed.copy(home))
    git(pull.root, "switch", "--quiet", "--create", BRANCH)
    replace(pull.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    run(pull.root, "apply", check=0)
    commit(pull.root, "A better model")
    git(pull.root, "push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}")
    plan = pull.replan()
    clone = pull.world.clone("runner")
    git(clone, "switch", "--quiet", BRANCH)
    command(clone, str(BIN / "mlspec"), "run", "--pull", check=0)
    command(clone, "dvc", "push", "--quiet", check=0)
    bring(clone, pull.results, plan)
    shutil.rmtree(clone)
    return pull
