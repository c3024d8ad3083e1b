"""What a stage declares: its dependencies and outputs by the generated dvc.yaml, and the Project's code folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.runtime.context import Context, read_yaml

_CACHES = "__pycache__"


@dataclass(frozen=True, slots=True)
class Declared:
    """Paths from the root, in POSIX spelling. `deps`: what the stage reads, its code among it; `code`: the folders of user code.

    `ejected`: the dvc.yaml is the user's own, and no spec makes it any more.
    """

    deps: tuple[str, ...]
    outs: tuple[str, ...]
    code: tuple[str, ...]
    ejected: bool = False

    @property
    def has_code(self) -> bool:
        """Whether the stage runs code of the user's: only then does it depend on files of it."""
        return any(dep == folder or dep.startswith(f"{folder}/") for dep in self.deps for folder in self.code)


def declared_by(context: Context) -> Declared:
    """Read what the stage declares; nothing where it is not run by DVC."""
    stages = read_yaml(context.folder / "dvc.yaml").get("stages")
    stage = stages.get(context.stage) if isinstance(stages, dict) else None
    form = stage if isinstance(stage, dict) else {}
    outs = [name for key in ("outs", "metrics", "plots") for name in _names(form.get(key))]
    deps = [_from_root(context, name) for name in _names(form.get("deps"))]
    places = tuple(_from_root(context, name) for name in outs)
    return Declared(tuple(deps), places, code_folders(context), _is_ejected(context.folder / "dvc.yaml"))


def code_folders(context: Context) -> tuple[str, ...]:
    """The Project's folders of user code, from the root."""
    spec = read_yaml(context.root / "mlspec.yaml").get("spec")
    code = spec.get("code") if isinstance(spec, dict) else None
    return tuple(str(folder).strip("/") for folder in (code if isinstance(code, list) else [code] if code else []))


def _is_ejected(path: Path) -> bool:
    """By its first line, which `mlspec eject` writes."""
    return path.is_file() and "`mlspec eject`" in path.read_text(encoding="utf-8").partition("\n")[0]


def _names(rows: Any) -> list[str]:
    """Entries of dvc.yaml: a path, or a mapping from it to options."""
    found = [next(iter(row)) if isinstance(row, dict) else row for row in rows or ()]
    return [str(name).replace("\\${", "${") for name in found]


def _from_root(context: Context, name: str) -> str:
    return Path(os.path.normpath(context.folder / name)).relative_to(context.root).as_posix()


def readable(root: Path, declared: Declared) -> Iterator[Path]:
    """Everything in the repository that the stage may read, links followed to where they end; libraries that lie in it, too."""
    for name in (*declared.deps, *declared.outs):
        path = root / name
        yield path.resolve()
        if path.is_dir():
            yield from linked(path)
    for folder in declared.code:
        yield from (root / folder).rglob(_CACHES)
    yield from libraries(root)


def own_notes(context: Context) -> Iterator[Path]:
    """The place where a search keeps the trials that ended, and goes on from when it was killed: made first, since it must be there."""
    if context.stage == "tune" and context.limits.get("trials"):
        place = context.inside(str(context.limits["trials"]))
        place.mkdir(parents=True, exist_ok=True)
        yield place


def linked(folder: Path) -> Iterator[Path]:
    """Files of a folder that DVC linked into its cache."""
    from mlspec.runtime.context import IN_DVC_CACHE

    for path in folder.rglob("*"):
        if path.is_symlink() and IN_DVC_CACHE.search(path.resolve().as_posix()):
            yield path.resolve()


def libraries(root: Path) -> Iterator[Path]:
    """Python, its packages and mlspec itself, where they lie in the repository: a `.venv`."""
    packages = [Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    own = Path(__file__).resolve().parents[2]
    for path in (Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix), *packages, own):
        here = path.resolve()
        if here != root and here.is_relative_to(root):
            yield here
