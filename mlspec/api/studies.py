"""Models that are made, or looked at side by side, for a question: nothing of a pipeline hangs on the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlspec.api.opened import Opened, warm
from mlspec.diagnostics import extras

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlspec.studies.compare.found import Comparison
    from mlspec.studies.experiment.adopt import Adopted
    from mlspec.studies.experiment.attempt import Tried
    from mlspec.studies.experiment.kept import Experiment
    from mlspec.studies.experiment.listing import Listed
    from mlspec.studies.reproduce.found import Reproduction
    from mlspec.studies.seeds.found import Seeds
    from mlspec.studies.why.found import Why


@extras.diagnosed
class Studies(Opened):
    """Methods that try and compare."""

    def reproduce(self, model: str, version: str | None = None, *, here: bool = False, keep: Path | None = None) -> Reproduction:
        """Make a model again from its commit in a clean clone, and compare it, stage by stage, with the commit's locks.

        `version`: of the registry, else what HEAD holds. `here`: in this environment, not in the locked one made anew. `keep`: where the
        clone stays. That it came out otherwise is a value, `is_same` False. Raises MLS0003, MLS0793, MLS0794, MLS0715, MLS0954, MLS0707,
        MLS0971, and what a stage raises that fails.
        """
        from mlspec.promotion.place import model_name
        from mlspec.studies.reproduce.reproduce import Wish, reproduce

        extras.require()
        workspace = self.read()
        return reproduce(workspace, Wish(model_name(workspace.project, model), version, here, keep), self._say)

    def compare(self, *models: str, by: str | None = None) -> Comparison:
        """Models as they were trained here (`model/demand`) and versions (`demand@v1.0.0`) on the same test rows, paired with the first.

        `by`: the metric to sort by, else the first KPI's. Raises MLS0003, MLS0714, MLS0715, MLS0795 where their test rows differ, and what
        scoring raises.
        """
        from mlspec.studies.compare.compare import compare

        warm()
        return compare(self.read(), models, by)

    def leaderboard(self, *models: str, by: str | None = None) -> Comparison:
        """The models of a set (`modelset/shops`), or those named, the best first, all paired with it: `among_best` are those that the rows
        can't tell from it. Raises MLS0795 and what else `compare` does.
        """
        from mlspec.studies.compare.compare import compare

        warm()
        return compare(self.read(), models, by, against_best=True)

    def seeds(self, model: str, count: int = 5) -> Seeds:
        """Train a model that is up to date here with the next `count` seeds, and measure each on its test rows: `band`, `document()`.

        What was measured before is kept by content. Raises MLS0003, MLS0707 for a stale model, MLS0714, and what training raises.
        """
        from mlspec.promotion.place import model_name
        from mlspec.studies.seeds.seeds import try_seeds

        warm()
        workspace = self.read()
        return try_seeds(workspace, model_name(workspace.project, model), count, self._say)

    def why(self, model: str, since: str, *, by: str | None = None, minutes: float = 10.0) -> Why:
        """Take the change of a metric since a version apart, by training recipes mixed of both commits: `shares`, `document()`.

        `by`: the metric, else the first KPI's. `minutes`: what the trainings may take together. Raises MLS0003, MLS0707 for a stale model,
        MLS0714, MLS0715, MLS0796, and what training raises.
        """
        from mlspec.promotion.place import model_name
        from mlspec.studies.why.why import Ask, explain_change

        warm()
        workspace = self.read()
        return explain_change(workspace, Ask(model_name(workspace.project, model), since, by, minutes), self._say)

    def try_values(self, model: str, *values: str, grids: Sequence[str] = (), name: str | None = None) -> list[Tried]:
        """Train a model with other values of its spec (`estimator.params.alpha=0.5`) in scratch clones of HEAD, and keep each as an
        experiment of DVC's. `grids`: `path=a,b,c`, of which all combinations are tried. Nothing of the working tree,
        index or branch changes.

        Raises MLS0003, MLS0840 to MLS0842, MLS0845, MLS0846, what `validate` says of a value, and what a stage raises that fails.
        """
        from mlspec.promotion.place import model_name
        from mlspec.studies.experiment.attempt import Wish, try_values

        extras.require()
        workspace = self.read()
        return try_values(workspace, Wish(model_name(workspace.project, model), values, grids, name), self._say)

    def experiments(self, model: str, *, by: str | None = None) -> Listed:
        """A model's experiments beside what HEAD has, paired on the same test rows, the best by `by` first.

        Raises MLS0003, MLS0714, MLS0795.
        """
        from mlspec.promotion.place import model_name
        from mlspec.studies.experiment.listing import list_experiments

        warm()
        workspace = self.read()
        return list_experiments(workspace, model_name(workspace.project, model), by)

    def adopt_experiment(self, name: str) -> Adopted:
        """Write what an experiment tried into the working tree's spec, comments kept. Raises MLS0841, MLS0843, MLS0844."""
        from mlspec.studies.experiment.adopt import adopt

        return adopt(self.read(), name)

    def drop_experiment(self, name: str) -> Experiment:
        """Forget an experiment. Raises MLS0843."""
        from mlspec.studies.experiment.adopt import drop

        return drop(self.read(), name)
