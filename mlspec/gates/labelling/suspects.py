"""`mlspec labels suspects`: labels that models of the other rows doubt."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from mlspec.diagnostics.numbers import shown
from mlspec.diagnostics.words import PERSONAL, counted, percent
from mlspec.gates.labelling.asked import Asked, asked
from mlspec.gates.labelling.found import Judged
from mlspec.gates.scoring.helper import HELPER
from mlspec.pipelines.workspace import Workspace
from mlspec.reports.document import Block, Document, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code


@dataclass(frozen=True, slots=True)
class Suspects:
    """What was found of a label set."""

    asked: Asked
    found: Judged

    def table(self) -> str:
        """As CSV. A line whose `looks_like` is right goes, with the label's name as heading, into the file of adjudicated labels."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([self.asked.spec.key, self.asked.spec.label, "looks_like", "probability", "probability_looks_like"])
        for row in self.found.rows:
            writer.writerow([row.key, row.label, row.looks_like, f"{row.mine:.4f}", f"{row.theirs:.4f}"])
        return out.getvalue()

    def document(self, most: int) -> Document:
        """What is printed: the first `most`."""
        spec, found = self.asked.spec, self.found
        hide = spec.key.casefold() in self.asked.pii
        rows = tuple(
            (PERSONAL if hide else Code(row.key), str(row.label), str(row.looks_like), shown(row.mine, 3), shown(row.theirs, 3))
            for row in found.rows[:most]
        )
        headings = columns(Code(spec.key), Code(spec.label), "looks like", "its probability", "the other's", numbers=(3, 4))
        blocks: list[Block] = [Table(headings, rows, "labels that are likely wrong")] if rows else [Paragraph("None.")]
        if len(found.rows) > len(rows):
            blocks.append(Paragraph(f"{counted(len(found.rows) - len(rows), 'more')}: `--rows`, or `--out FILE.csv`."))
        told = f"{counted(len(found.rows), 'suspect')} of {found.judged:,} labels; about {percent(found.share, 2)} are wrong, by estimate"
        if found.left:
            told += f"; {counted(found.left, 'row')} of classes that are too rare {'was' if found.left == 1 else 'were'} not judged"
        return Document(
            "labels-suspects", ("Labels to look at: ", Code(f"labels/{self.asked.name}")), (Section("", tuple(blocks)),), summary=told
        )


def suspects(workspace: Workspace, labels: str | None, model: str | None) -> Suspects:
    """Judge each label by models trained, as declared, on the other rows. Raises as `asked` does, MLS0698, MLS0716, MLS0717."""
    about = asked(workspace, labels, model)
    return Suspects(about, HELPER.work("suspects", about.form(), f"model/{about.model}"))
