"""What a task carries along: the bytes of files that people keep, and by content what DVC tracks. Also what its lock must say of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.adapters.requirements.lock_file import included_files
from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.compiler.project.layout import PROJECT_FILE, is_made
from mlspec.diagnostics import problem
from mlspec.pipelines.content import file_md5, folder_md5, kept_files, listed_md5
from mlspec.pipelines.engines.forms import is_plain
from mlspec.pipelines.one_object import made_above, reads
from mlspec.pipelines.tracked import bring, recorded
from mlspec.runtime.context import inside

MAX_BYTES = 64 << 20
"""Of the files that travel with a task. Larger data belongs into DVC, and travels by content."""


@dataclass(slots=True)
class Carried:
    """`files`: {path: bytes}; `inputs`: {path: DVC's md5}, brought by content; `digests`: {dependency: md5} as a true lock has them."""

    root: Path
    files: dict[str, bytes] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def take(self, path: str) -> str:
        """Carry a file; return its md5. The bytes that travel are those that were digested: an edit meanwhile is the next run's."""
        if path not in self.files:
            if not is_plain(path):
                raise problem("MLS0536", f"`{path[:200]}` can't travel: it is no plain path", help="rename the file")
            self.files[path] = inside(self.root, self.root / path).read_bytes()
            self._require_small()
        return hashlib.md5(self.files[path], usedforsecurity=False).hexdigest()

    def _require_small(self) -> None:
        if sum(map(len, self.files.values())) > MAX_BYTES:
            path, content = max(self.files.items(), key=lambda item: len(item[1]))
            message = (
                f"a task can carry {MAX_BYTES >> 20} MB of files, and these are more; the largest is {path}, {len(content) / 1e6:.1f} MB"
            )
            raise problem("MLS0536", message, help=f"`dvc add {path}`: what DVC tracks travels through the remote, by its content")


def carried(root: Path, part: Graph, own: Pipeline, requirements: str | None, say: Callable[[str], None]) -> Carried:
    """All that the stages of `own` may read, and nothing else of the repository. `part` holds `own` and what is above it.

    Raises MLS0536 for what can't travel, MLS0604 for a link that leads out, MLS0971 for data that is nowhere.
    """
    found = Carried(root)
    for path in _always(root, own, requirements):
        found.take(path)
    above = made_above(root, part, own)
    mine = {out.path for stage in own.stages for out in stage.outs}
    for dep in reads(own):
        if dep in above:
            found.inputs[dep] = found.digests[dep] = above[dep]
        elif dep not in mine:
            _kept_by_people(found, dep, say)
    return found


def _always(root: Path, own: Pipeline, requirements: str | None) -> Iterator[str]:
    """The project's settings (a stage finds the root by them), the generated folder, its results of before, and what the lock takes in."""
    names = [PROJECT_FILE, ".dvcignore", *(f"{own.folder}/{name}" for name in ("dvc.yaml", "params.yaml")), *sorted(own.results)]
    if requirements is not None:
        names += _lock_files(root, requirements, set())
    return (path for path in dict.fromkeys(names) if (root / path).is_file())


def _lock_files(root: Path, path: str, seen: set[str]) -> list[str]:
    if path in seen or not is_plain(path) or not inside(root, root / path).is_file():
        return []
    seen.add(path)
    folder = Path(path).parent
    return [path, *(p for name in included_files((root / path).read_bytes()) for p in _lock_files(root, (folder / name).as_posix(), seen))]


def _kept_by_people(found: Carried, dep: str, say: Callable[[str], None]) -> None:
    root = found.root
    if not is_made(dep):
        bring(root, dep, say)
    place = inside(root, root / dep)
    tracked = recorded(root, dep)
    if tracked is not None and _md5(place) == tracked and not dvc_store.lost(root, [tracked]):
        found.inputs[dep] = found.digests[dep] = tracked
    elif place.is_dir():
        names = {p.relative_to(place).as_posix(): p for p in kept_files(place)}
        found.digests[dep] = listed_md5({name: found.take(f"{dep}/{name}") for name in sorted(names)})
    else:
        found.digests[dep] = found.take(dep)


def _md5(place: Path) -> str:
    return folder_md5(place) if place.is_dir() else file_md5(place)
