"""The plan of a run of the workflow: what is stale in a real repository, in which mode, and how it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.git_repos import commit_all, sh, start
from support.locks import write_locks
from support.projects import MODEL, PROJECT, RULES, SOURCE, SPECS, write_project
from support.step_specs import STEP, STEP_KPIS

from mlspec.ci.plan import report as plan_report
from mlspec.ci.plan.make import FORCED, Ask, Planned, plan_ci
from mlspec.ci.plan_file import CiPlan
from mlspec.ci.seconds import trailers
from mlspec.compiler.pipeline import compile_root
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.pipelines.plan.apply import apply
from mlspec.pipelines.workspace import open_workspace

CHECKED = RULES.replace("name: sales", "name: checked").replace("source: sales", "source: checked")
SPECS_OF_TWO = {
    **SPECS,
    "specs/forest.yaml": MODEL.replace("name: demand", "name: forest").replace(
        "task:", "resources: {runsOn: [gpu, big], timeout: 2h}\n  task:"
    ),
    "specs/checked.yaml": SOURCE.replace("name: sales", "name: checked"),
    "specs/checked-rules.yaml": CHECKED + "    - {references: {column: shop, source: sales, key: shop}}\n",
    "specs/late.yaml": MODEL.replace("name: demand", "name: late").replace("data: sales", "data: checked"),
}
"""Sources sales and checked (which checks against sales); models demand and forest on sales, late on checked."""

Edit = Callable[[str, str], str]


class World:
    """A committed project in which everything was trained."""

    def __init__(self, folder: Path) -> None:
        self.root = write_project(start(folder / "work"), SPECS_OF_TWO)
        self.apply()
        write_locks(self.root, self.compiled()[1])
        commit_all(self.root, "Train\n\n" + trailers({"model/demand": 12.0, "model/forest": 600.0, "source/sales": 3.0}))

    def compiled(self) -> tuple[Project, Graph]:
        found = compile_root(self.root)
        assert found.project is not None, found.diagnostics
        assert found.graph is not None
        return found.project, found.graph

    def apply(self) -> None:
        apply(self.root, lambda: open_workspace(self.root).files)

    def edit(self, path: str, old: str, new: str, *, applied: bool = True) -> None:
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new))
        if applied:
            self.apply()

    def plan(self, ask: Ask = Ask()) -> CiPlan:  # noqa: B008 - frozen
        return self.planned(ask).plan

    def planned(self, ask: Ask = Ask()) -> Planned:  # noqa: B008 - frozen
        return plan_ci(open_workspace(self.root), ask)

    def markdown(self, ask: Ask = Ask()) -> str:  # noqa: B008 - frozen
        return plan_report.as_markdown(self.planned(ask), *self.compiled())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def shards(plan: CiPlan) -> dict[str, tuple[str, ...]]:
    return {shard.name: shard.objects for shard in plan.shards()}


def test_nothing_is_stale_after_a_training(world: World) -> None:
    plan = world.plan(Ask(base="HEAD"))
    assert (plan.stages, plan.layers, plan.current) == ((), (), 5)
    assert plan.commit == plan.base == sh(world.root, "git", "rev-parse", "HEAD")
    assert world.markdown().startswith("## Nothing to train: all 5 objects are up to date\n")


def test_a_changed_model_trains_alone_on_its_own_runner(world: World) -> None:
    world.edit("specs/forest.yaml", "alpha: 1.0", "alpha: 2.0")
    plan = world.plan()
    assert shards(plan) == {"models-1": ("model/forest",)}
    [shard] = plan.shards()
    assert (shard.runs_on, shard.minutes) == (("gpu", "big"), 130)
    assert shard.needs == ("pipelines/data/sales", "pipelines/models/forest")
    assert plan.seconds == {"model/forest": 600.0}
    assert [(s.stage, s.status) for s in plan.stages] == [("train", "run"), ("evaluate", "may run")]
    assert "estimator.params.alpha: 1.0 -> 2.0" in plan.stages[0].reasons
    assert plan.current == 4


def test_a_changed_source_brings_all_below_it_in_layers(world: World) -> None:
    world.edit("specs/sales.yaml", "timeColumn: day", "timeColumn: day\n  clean:\n    - {filter: price > 1}")
    plan = world.plan()
    assert [(layer.name, [s.objects for s in layer.shards]) for layer in plan.layers] == [
        ("data", [("source/sales",)]),
        ("data-2", [("source/checked",)]),
        ("models", [("model/forest",), ("model/late",), ("model/demand",)]),
    ]
    late = next(shard for shard in plan.shards() if shard.objects == ("model/late",))
    assert late.needs == ("pipelines/data/checked", "pipelines/data/sales", "pipelines/models/late")
    assert {s.status for s in plan.stages if s.object == "model/late"} == {"may run"}
    text = world.markdown()
    assert text.startswith("## 3 of 3 models may train, 1 of 2 sources will run, and 1 may\n")
    assert "about 10 min" in text
    assert "2 of the objects have no recorded run" in text


def test_a_fork_and_a_queue_train_nothing(world: World) -> None:
    world.edit("specs/demand.yaml", "alpha: 1.0", "alpha: 2.0")
    fork, queue = world.planned(Ask("fork")), world.planned(Ask("queue"))
    assert fork.plan.layers == queue.plan.layers == ()
    assert [s.object for s in fork.plan.stages] == ["model/demand", "model/demand"]
    assert not fork.problems
    assert [d.code for d in queue.problems] == ["MLS0563"]
    assert "model/demand" in queue.problems[0].message
    assert "a fork's pull request trains nothing" in world.markdown(Ask("fork")).splitlines()[0]
    assert world.markdown(Ask("queue")).startswith("## 1 problem: nothing will train\n")


def test_a_queue_in_which_nothing_is_stale_passes(world: World) -> None:
    assert not world.planned(Ask("queue")).problems


def test_generated_files_that_lag_behind_are_a_problem_and_nothing_trains(world: World) -> None:
    world.edit("specs/demand.yaml", "alpha: 1.0", "alpha: 2.0", applied=False)
    planned = world.planned()
    assert [(d.code, "mlspec apply" in (d.help or "")) for d in planned.problems] == [("MLS0503", True)]
    assert planned.plan.layers == ()
    assert "pipelines/models/demand/params.yaml" in world.markdown()


def test_a_hand_written_file_in_the_way_and_a_broken_lock_are_problems(world: World) -> None:
    (world.root / "pipelines/models/demand/dvc.yaml").write_text("stages: {}\n")
    (world.root / "pipelines/models/forest/dvc.lock").write_text("<<<<<<< ours\n")
    assert sorted(d.code for d in world.planned().problems) == ["MLS0501", "MLS0509"]


def test_a_base_that_nobody_knows_and_a_folder_without_git(world: World, tmp_path: Path) -> None:
    with pytest.raises(Problems, match="MLS0958"):
        world.plan(Ask(base="nowhere"))
    root = write_project(tmp_path / "plain")
    with pytest.raises(Problems, match="MLS0951"):
        plan_ci(open_workspace(root), Ask())


def test_retraining_takes_what_is_due_with_the_sources_that_it_needs(world: World) -> None:
    world.edit("mlspec.yaml", "seed: 7", "seed: 7\n  ci: {retrain: {cooldown: 7d}}")
    world.edit("specs/demand.yaml", "alpha: 1.0", "alpha: 2.0")
    plan = world.plan(Ask("retrain"))
    assert shards(plan) == {}
    assert [held.object for held in plan.held] == ["model/demand"]
    assert "cooldown 7d" in plan.held[0].why
    assert world.markdown(Ask("retrain")).startswith("## Nothing to train: 4 objects are up to date; 1 held back\n")
    world.edit("mlspec.yaml", "cooldown: 7d", "cooldown: 0s")
    assert shards(world.plan(Ask("retrain"))) == {"models-1": ("model/demand",)}
    world.edit("specs/checked.yaml", "timeColumn: day", "timeColumn: day\n  clean:\n    - {filter: price > 1}")
    assert shards(world.plan(Ask("retrain"))) == {
        "data-2-1": ("source/checked",),
        "models-1": ("model/demand",),
        "models-2": ("model/late",),
    }


def test_retraining_by_force_takes_models_that_are_current(world: World) -> None:
    world.edit("mlspec.yaml", "seed: 7", "seed: 7\n  ci: {retrain: {cooldown: 7d}}")
    plan = world.plan(Ask("retrain", force=True))
    assert plan.forced == ("model/demand", "model/forest", "model/late")
    assert {s.reasons for s in plan.stages} == {(FORCED,)}
    assert set(plan.objects()) == set(plan.forced)
    assert plan.held == ()


MORE = STEP.replace("name: report", "name: more").replace("reports/", "more/")


def test_retraining_takes_the_steps_whose_numbers_decide(world: World) -> None:
    specs = {"specs/report.yaml": STEP, "specs/more.yaml": MORE, "specs/kpis.yaml": STEP_KPIS, "report.css": ""}
    (world.root / "src").mkdir()
    for path, text in {**specs, "src/report.sh": ""}.items():
        (world.root / path).write_text(text)
    (world.root / "specs/demand-kpis.yaml").unlink()
    world.edit("mlspec.yaml", "seed: 7", "seed: 7\n  ci: {retrain: {cooldown: 0s}}")
    assert world.plan(Ask("retrain")).layers == ()
    assert [s.object for s in world.plan(Ask()).stages] == ["step/more", "step/report"]
    write_locks(world.root, world.compiled()[1])
    world.edit("specs/demand.yaml", "alpha: 1.0", "alpha: 2.0")
    assert shards(world.plan(Ask("retrain"))) == {"models-1": ("model/demand",), "steps-1": ("step/report",)}
    assert shards(world.plan(Ask()))["steps-2"] == ("step/report",)
    world.edit("specs/demand.yaml", "alpha: 2.0", "alpha: 1.0")
    plan = world.plan(Ask("retrain", force=True))
    assert shards(plan)["steps-1"] == ("step/report",)
    assert "step/report" not in plan.forced


def test_the_summary_is_bounded_and_inert(tmp_path: Path) -> None:
    evil = "</td> ![x](https://e.org/x.png) @team `|` [y](z)"
    specs = {"mlspec.yaml": PROJECT, "specs/sales.yaml": SOURCE}
    for number in range(300):
        text = MODEL.replace("name: demand", f"name: m{number:03}").replace("alpha: 1.0", f'alpha: 1.0, solver: "{evil}"')
        specs[f"specs/m{number:03}.yaml"] = text
    root = write_project(start(tmp_path / "work"), specs)
    workspace = open_workspace(root)
    project, graph = workspace.project, workspace.graph
    apply(root, lambda: workspace.files)
    write_locks(root, graph)
    for lock in root.glob("pipelines/models/*/dvc.lock"):
        lock.write_text(lock.read_text().replace("e.org", "old.org"))
    commit_all(root)
    planned = plan_ci(workspace.anew(), Ask())
    text = plan_report.as_markdown(planned, project, graph)
    assert text.startswith("## 300 of 300 models will train\n")
    assert "and 250 more objects" in text
    assert len(text) < plan_report.MAX_CHARACTERS
    outside = "".join(part for n, part in enumerate(text.replace("\\|", "|").split("``")) if n % 2 == 0)
    assert "![" not in outside
    assert "@team" not in outside
    shown = plan_report.as_text(planned, project, graph)
    assert "and 250 more objects" in shown
    assert "Jobs: 80 models" in shown
