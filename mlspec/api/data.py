"""Rows, features and labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.api.opened import Opened
from mlspec.diagnostics import extras

if TYPE_CHECKING:
    from mlspec.gates.labelling.next import By, Next
    from mlspec.gates.labelling.suspects import Suspects
    from mlspec.pipelines.materialize.materialize import Materialized
    from mlspec.reports.document import Document
    from mlspec.setup.contract.export import Exported
    from mlspec.setup.forget.forget import ForgetRequest, Traced
    from mlspec.setup.profile.profile import Stage


@extras.diagnosed
class Data(Opened):
    """Methods that look at data, or hand them on."""

    def profile(self, source: str, stage: Stage = "validate") -> Document:
        """Describe the rows that a stage of `source/NAME` wrote; `reports.rendering` writes it as text, Markdown, HTML or JSON.

        Raises MLS0003, MLS0603 where no rows are there.
        """
        from mlspec.setup.profile.profile import profile

        return profile(self.read(), source, stage)

    def materialize(self, *sets: str, force: bool = False) -> list[Materialized]:
        """Write the newest row of each key of feature sets (all with `online` when none is named) to where servers read them.

        `force`: also what stands there already. `progress` is told which deployments read rows of another definition even so.
        Raises MLS0003, MLS0817 for a set that is not online, MLS0818 for one that is stale, MLS0819 for a store that can't be used,
        MLS0820 for `sameAs` that does not hold.
        """
        from functools import partial

        from mlspec.pipelines.materialize.materialize import materialize
        from mlspec.registry.same_features import same_definitions
        from mlspec.registry.trained_features import others

        workspace = self.read()
        done = materialize(workspace, sets, self._say, force=force, same=partial(same_definitions, workspace))
        for told in dict.fromkeys(line for one in done for line in others(workspace, one.definition, {d.definition.digest for d in done})):
            self._say(told)
        return done

    def next_labels(self, labels: str | None = None, *, model: str | None = None, rows: int = 50, by: By = "variety") -> Next:
        """Choose rows without a label that a model is least sure of: `tasks()` for Label Studio, `table()` as CSV.

        `labels`: such as `labels/topics`; the only set, and the only model that learns from it, when left out. Raises MLS0003, MLS0698,
        MLS0716, MLS0717.
        """
        from mlspec.gates.labelling.next import next_rows

        return next_rows(self.read(), labels, model, rows, by)

    def suspect_labels(self, labels: str | None = None, *, model: str | None = None) -> Suspects:
        """Labels that models of the other rows doubt, most doubtful first; `table()` as CSV. Raises as `next_labels`: MLS0003, MLS0698."""
        from mlspec.gates.labelling.suspects import suspects

        return suspects(self.read(), labels, model)

    def forget(self, request: ForgetRequest) -> Traced:
        """Trace a person through snapshots, versions and deployments; nothing is changed. Raises MLS0003, MLS0979."""
        from mlspec.setup.forget.forget import forget

        return forget(self.read(), request)

    def export_contract(self, source: str, version: str | None = None) -> Exported:
        """A source and its rules as a contract of the Open Data Contract Standard, in memory. Raises MLS0003."""
        from functools import partial

        from mlspec.compiler.load.inputs import read_list
        from mlspec.setup.contract.export import export

        workspace = self.read()
        return export(workspace.project, source, partial(read_list, workspace.root), version)

    def export_feast(self, *features: str, folder: Path) -> dict[Path, str]:
        """{file: text} of a Feast repository in `folder`, for the sets named, or all that have a time; nothing is written.

        Raises MLS0003, MLS0603 for a set that was not made, MLS0306 for what Feast has no place for.
        """
        from mlspec.setup.export.feast import export

        workspace = self.read()
        return export(workspace.root, workspace.project, features, folder)
