"""`mlspec init`: the first files of a project, written where there are none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mlspec.compiler.project.layout import LOCAL, SCHEMAS
from mlspec.diagnostics import problem
from mlspec.language.kinds.base import is_name
from mlspec.language.kinds.schemas import schemas
from mlspec.pipelines.plan.apply import write_atomically
from mlspec.setup.init.files import DataFile, project_files
from mlspec.setup.init.inspect_data import inspect
from mlspec.setup.init.lock import first_lock, first_requirements
from mlspec.setup.init.look import format_of


@dataclass(frozen=True, slots=True)
class Started:
    """What was written, by path (mlspec's own files apart), and what was told from the data (None without any)."""

    written: tuple[str, ...]
    data: DataFile | None = None

    def told(self) -> list[str]:
        """A line a file, then a line a decision, with its reason."""
        decided = [f"  {d.subject}: {d.what}" for d in self.data.told] if self.data else []
        return [*(f"  + {path}" for path in self.written), *decided]


def start_project(
    root: Path, name: str | None = None, data: str | None = None, target: str | None = None, task: str | None = None
) -> Started:
    """Start a project in the folder `root`: its name is the folder's where none is given.

    With `data` (a file of rows in it, like csv or xlsx) and `target` (the column to predict), specs that run at once; `task`: regression,
    binary, multiclass (told from the target when left out), forecast, quantile or anomaly. Files that are there are left as they are.
    Raises MLS0107 for what is no name, MLS0506 where a project is already, and what `inspect` raises for the data.
    """
    if name is not None and not is_name(name):
        raise problem("MLS0107", f"`{name}` is not a valid name", help=f"write it as `{project_name(name)}`: a-z, 0-9 and `-`")
    if (data is None) != (target is None):
        raise TypeError("`data` and `target` go together")
    found = inspect(root, data, target, task) if data is not None and target is not None else None
    form = format_of(data) if data is not None else None
    files = project_files(name or project_name(root.name), found, first_lock(form)) | {"requirements.in": first_requirements(form)}
    files |= {f"{SCHEMAS}/{file}": text for file, text in schemas().items()}
    return Started(tuple(_write(root, files)), found)


def project_name(folder: str) -> str:
    """A valid name from a folder's."""
    return re.sub(r"[^a-z0-9]+", "-", folder.casefold()).strip("-")[:63] or "project"


def _write(root: Path, files: dict[str, str]) -> list[str]:
    """Write what is not there yet; refuse when the project exists."""
    if (root / "mlspec.yaml").exists():
        raise problem("MLS0506", "there is a project here already: mlspec.yaml", help="edit it, or start in another folder")
    written = [p for p in sorted(files) if not (root / p).exists()]
    for path in written:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(root / path, files[path])
    return [p for p in written if not p.startswith(f"{LOCAL}/")]
