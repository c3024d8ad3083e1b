"""What `mlspec import` gives: the proposal, its files, and what `validate` has to say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, extras, problem
from mlspec.language.yaml.spec_files import SPECS
from mlspec.reports.document import Document
from mlspec.setup.adopt import files, report
from mlspec.setup.adopt.adopt import adopt
from mlspec.setup.adopt.observe.record import observe as observed_of
from mlspec.setup.adopt.work import Proposal


@dataclass(frozen=True, slots=True)
class Imported:
    """`files`: {path: text}, written where `written`. `problems`: errors that `validate` has with them, and the specs that are there."""

    proposal: Proposal
    files: Mapping[str, str]
    problems: tuple[Diagnostic, ...]
    written: bool

    @property
    def document(self) -> Document:
        """The report, for `reports.rendering`."""
        return report.document(self.proposal, self.files, self.problems, written=self.written)

    @property
    def form(self) -> dict[str, Any]:
        """The same for programs."""
        return report.as_form(self.proposal, self.files, self.problems)


def import_specs(root: Path, path: str, *, observe: str | None = None, out: str = SPECS, write: bool = True) -> Imported:
    """Propose specs of `path` (relative to `root`), and write them below `out`, unless not to.

    Raises MLS0008, MLS0550 to MLS0556, MLS0501 where a file is in the way, MLS0151 where one can't be written.
    """
    extras.require()
    if not (root / out).resolve().is_relative_to(root.resolve()) or not out.strip("/."):
        raise problem("MLS0550", f"`{out}` is no folder inside the repository", help="name one: `--out specs`")
    proposal = adopt(root, path, observed_of(root, observe) if observe else ())
    made = files.texts(root, proposal, out.strip("/"))
    problems = tuple(files.checked(root, made)) if out.split("/", maxsplit=1)[0] == SPECS else ()
    if write:
        files.write(root, made)
    return Imported(proposal, made, problems, write)
