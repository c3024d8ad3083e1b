"""What `import mlspec` offers beside values: `open` a project, and one method a verb. The command line is built on it.

Nothing here prints or exits: a user's mistake is raised as `Problems`, whose diagnostics have a code, a place and a way on. Nothing is kept
either: each method reads the project as it stands on the disk then, so that several threads, and several projects, can be at work at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path

from mlspec.api.data import Data
from mlspec.api.delivery import Delivery
from mlspec.api.opened import ignore
from mlspec.api.past import Past
from mlspec.api.specs import Specs
from mlspec.api.studies import Studies
from mlspec.api.surroundings import Surroundings
from mlspec.api.training import Training
from mlspec.diagnostics import Diagnostic, problem


class OpenProject(Specs, Data, Training, Delivery, Past, Studies, Surroundings):
    """A project in its folder. `root` is absolute: the working directory plays no part, and may change.

    Methods that read the specs raise `Problems` with everything that is wrong with them; `validate` returns it instead. What the base
    installation has no libraries for raises MLS0008. An object is named as on the command line: `model/demand`,
    `deployment/staging/demand`.
    """


def open(  # noqa: A001 - as `mlspec.open`, beside `gzip.open` and `webbrowser.open`
    path: str | PathLike[str] = ".",
    *,
    progress: Callable[[str], object] = ignore,
    on_warnings: Callable[[Sequence[Diagnostic]], object] = ignore,
) -> OpenProject:
    """Find the project that `path` lies in: the nearest folder, from there upwards, with an `mlspec.yaml`. Nothing is compiled yet.

    `progress` gets a line now and then of what is being done (`print` will do); `on_warnings` what the compiler has to say of specs that
    are sound. Raises `Problems`: MLS0002 where there is no project.
    """
    from mlspec.language.yaml.spec_files import find_root

    start = Path(path).resolve()
    root = find_root(start)
    if root is None:
        where = "in this folder" if Path(path) == Path() else f"in {start}"
        raise problem("MLS0002", f"there is no mlspec.yaml {where} or above it", help="`mlspec init` starts a project here")
    return OpenProject(root, progress, on_warnings)


def init(
    path: str | PathLike[str] = ".",
    *,
    name: str | None = None,
    data: str | None = None,
    target: str | None = None,
    task: str | None = None,
    progress: Callable[[str], object] = ignore,
) -> OpenProject:
    """Start a project in a folder (made where it is not there), and open it: its name is the folder's where none is given.

    With `data` (a file of rows in it, like csv or xlsx) and `target` (the column to predict), specs that run at once; `task`: regression,
    binary or multiclass, else told from the target. `progress` gets what was written, and what was decided of the data with the reason.
    Raises `Problems`: MLS0107 for what is no name, MLS0506 where a project is already, MLS06xx for data that can't be read.
    """
    from mlspec.setup.init.start import start_project

    root = Path(path).resolve()
    root.mkdir(parents=True, exist_ok=True)
    started = start_project(root, name, data, target, task)
    for line in started.told():
        progress(line)
    return OpenProject(root, progress)
