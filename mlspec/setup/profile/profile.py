"""`mlspec profile`: the rows of a source, as a stage left them."""

from __future__ import annotations

from typing import Literal

from mlspec.compiler.project import as_read
from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.layout import source_folder
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import did_you_mean, extras, problem
from mlspec.pipelines.workspace import Workspace
from mlspec.reports.document import Document

Stage = Literal["ingest", "clean", "validate"]
FILES: dict[Stage, str] = {"ingest": "raw.parquet", "clean": "clean.parquet", "validate": "valid.parquet"}


def profile(workspace: Workspace, ref: str, stage: Stage = "validate") -> Document:
    """The profile of `source/NAME`, by the rows that a stage wrote. Raises MLS0003 for another name, MLS0603 where no rows are there."""
    from mlspec.setup.profile.document import document
    from mlspec.setup.profile.facts import take

    known = [f"source/{name}" for name in workspace.project.sources]
    if ref not in known:
        raise problem(
            "MLS0003", f"there is no `{ref}`", help=did_you_mean(ref, known) or f"sources are {', '.join(known) or 'not declared'}"
        )
    extras.require()
    name = ref.removeprefix("source/")
    file = f"{source_folder(name)}/{FILES[stage]}"
    if not (workspace.root / file).is_file():
        raise problem("MLS0603", f"`{file}` is not there", help=f"`mlspec run {ref}` makes it, `dvc pull` fetches it")
    return document(take(workspace.root / file, _personal(workspace.project, name)), ref, file)


def _personal(project: Project, name: str) -> frozenset[str]:
    """Personal columns by the names declared, and by those they have before the steps: either may stand in rows that were made earlier."""
    source = project.sources[name]
    return frozenset([*personal_columns(project, source), *as_read.personal(source.envelope.spec)])
