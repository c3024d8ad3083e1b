"""`mlspec labels next`: the rows that are worth a label most, as a list and as tasks."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import Literal

from mlspec.diagnostics.numbers import shown
from mlspec.diagnostics.words import PERSONAL, counted
from mlspec.gates.labelling.asked import Asked, asked
from mlspec.gates.labelling.found import Unlabelled
from mlspec.gates.labelling.tasks import Export, read_export, task
from mlspec.gates.scoring.helper import HELPER
from mlspec.pipelines.workspace import Workspace
from mlspec.reports.document import Document, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code

By = Literal["variety", "doubt"]


@dataclass(frozen=True, slots=True)
class Next:
    """The rows chosen, of those without a label, and what the project's export looks like."""

    asked: Asked
    found: Unlabelled
    export: Export

    @property
    def version(self) -> str:
        """What pre-annotations are signed with: the model, and its digest."""
        return f"{self.asked.model} {self.asked.candidate.digest.removeprefix('sha256:')[:12]}"

    def tasks(self) -> str:
        """Tasks for Label Studio, as JSON. What is a task already keeps its data."""
        control, known = self.export.control, self.export.data
        made = [task(known.get(row.key) or dict(row.data), row.label, row.share, self.version, control) for row in self.found.rows]
        return json.dumps(made, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def table(self) -> str:
        """The same rows as CSV: what an annotator is shown, then the model's answer."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        rows = self.found.rows
        writer.writerow([*(name for name, _ in rows[0].data), "predicted", "probability"] if rows else [self.asked.spec.key])
        for row in rows:
            writer.writerow([*(value for _, value in row.data), row.label, f"{row.share:.4f}"])
        return out.getvalue()

    def document(self) -> Document:
        """What is printed: keys and numbers."""
        key = self.asked.spec.key
        hide = key.casefold() in self.asked.pii
        rows = tuple(
            (PERSONAL if hide else Code(row.key), str(row.label), shown(row.share, 3), shown(row.doubt, 3)) for row in self.found.rows
        )
        told = f"{counted(len(rows), 'row')} of {self.found.count:,} without a label, by {self.version}"
        headings = columns(Code(key), "predicted", "probability", "doubt", numbers=(2, 3))
        block = Table(headings, rows, "rows to label") if rows else Paragraph("None.")
        return Document("labels-next", ("What to label next: ", Code(f"labels/{self.asked.name}")), (Section("", (block,)),), summary=told)


def next_rows(workspace: Workspace, labels: str | None, model: str | None, count: int, by: By = "variety") -> Next:
    """The `count` rows that a model doubts most, unlike each other with `variety`. Raises as `asked` does, MLS0698, MLS0716, MLS0717."""
    about = asked(workspace, labels, model)
    export = read_export(about.root, about.spec)
    wanted = None if export.columns is None else list(export.columns)
    details = about.form() | {"count": count, "by": by, "columns": wanted, "pii": sorted(about.pii)}
    return Next(about, HELPER.work("next", details, f"model/{about.model}"), export)
