"""Closes the fence around this process. It is done first, while there is one thread: the kernel's fence holds for it and all it starts."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path

from mlspec.diagnostics import atomic
from mlspec.runtime import linux
from mlspec.runtime.context import IN_DVC_CACHE, Context, add_root
from mlspec.runtime.fence.caches import make_caches
from mlspec.runtime.fence.declared import Declared, code_folders, declared_by, own_notes, readable
from mlspec.runtime.fence.watch import Watch

VARIABLE = "MLSPEC_CONFINE"
"""`off`: without the kernel's fence, as where the kernel has none."""


@dataclass(slots=True)
class Fence:
    """What stands: the stage, what it declares, and `base`, where its code runs: the root, or a staged one.

    `allowed`: resolved paths in the repository that may be read, with all below.
    """

    context: Context
    declared: Declared
    base: Path
    allowed: frozenset[str]
    by_kernel: bool
    watch: Watch = field(default_factory=Watch)

    def undeclared(self, path: str) -> str | None:
        """The path from the root, if it is there and not declared; relative ones are taken from where the code runs."""
        root, full = str(self.context.root), os.path.abspath(path)  # noqa: PTH100 - as the code spells it, links and all
        if full == str(self.base) or full.startswith(f"{self.base}/"):
            full = os.path.join(root, os.path.relpath(full, self.base))  # noqa: PTH118
        real = os.path.realpath(full)
        if real != root and not real.startswith(f"{root}/"):
            return None
        allowed = any(real == known or real.startswith(f"{known}/") for known in self.allowed)
        shown = full if IN_DVC_CACHE.search(real) and full.startswith(f"{root}/") else real
        return None if allowed or not os.path.exists(real) else os.path.relpath(shown, root)  # noqa: PTH110


_STANDING: list[Fence] = []


def standing() -> Fence | None:
    """The fence around this process, if there is one."""
    return _STANDING[0] if _STANDING else None


def close(context: Context) -> Fence | None:
    """Keep this process to what its stage declares, if it runs code of the user's. It can't be undone."""
    if _STANDING or not code_folders(context):  # nobody's code can be run: no need to read what the stage depends on
        return None
    declared = declared_by(context)
    if not declared.has_code:
        return None
    root = context.root
    allowed = {path.resolve() for path in (*readable(root, declared), *own_notes(context))}
    scratch = Path(tempfile.mkdtemp(prefix=atomic.PREFIX, dir=context.folder))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    by_kernel = linux.landlock_version() > 0 and os.environ.get(VARIABLE) != "off"
    base = root if by_kernel else _staged(root, declared)
    _find_code(root, scratch, declared.code)
    _own_places(root, scratch)
    if by_kernel:
        make_caches(root)
        names = [root / folder for folder in declared.code]
        by_kernel = linux.keep_reads_to([*linux.around(Path("/"), [root]), *allowed, scratch, *_temporary()], names)
    fence = Fence(context, declared, base, frozenset(map(str, {*allowed, scratch})), by_kernel)
    _STANDING.append(fence)
    fence.watch.begin(fence.undeclared, refuse_all=not by_kernel, listed=[root / folder for folder in declared.code])
    return fence


def _temporary() -> list[Path]:
    return [Path(tempfile.gettempdir())] if _MOVED else []


_MOVED: list[Path] = []


def _own_places(root: Path, scratch: Path) -> None:
    """Files that are written and read again need a place that is open for both: outputs in the making, and temporary files."""
    atomic.write_in(scratch)
    os.chdir(scratch)  # DuckDB spills into the current folder
    if root.is_relative_to(Path(tempfile.gettempdir()).resolve()):
        own = Path(tempfile.mkdtemp(prefix=atomic.PREFIX))
        atexit.register(shutil.rmtree, own, ignore_errors=True)
        os.environ["TMPDIR"] = str(own)
        tempfile.tempdir = None
        _MOVED.append(own)


def _find_code(root: Path, scratch: Path, code: Iterable[str]) -> None:
    """Let Python find the code folders: the root can't be listed later, since what is below it could be, too.

    This process remembers the list. One that it starts finds them by links in a folder of their own.
    """
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path.cwd() or entry == str(root)]
    add_root(root)
    importlib.invalidate_caches()
    PathFinder.find_spec("mlspec_no_such_module", [str(root)])
    links = scratch / "code"
    links.mkdir()
    for first in sorted({folder.split("/")[0] for folder in code}):
        (links / first).symlink_to(root / first)
    sys.path.append(str(links))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH", ""), str(links)]))


def _staged(root: Path, declared: Declared) -> Path:
    """A folder that holds links to what is declared, at the same places."""
    base = Path(tempfile.mkdtemp(prefix="mlspec-stage-")).resolve()
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    for name in sorted({*declared.deps, *declared.code}):
        link = base / name
        if not os.path.lexists(link) and not any(parent.is_symlink() for parent in link.parents):
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.parent.is_symlink():
                link.symlink_to(root / name)
    return base
