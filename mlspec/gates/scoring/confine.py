"""Shuts a forked process in before it touches anything that is not mlspec's: session, limits, scratch folder, file system, network."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import LOCAL, PIPELINES
from mlspec.runtime import linux
from mlspec.runtime.linux import around
from mlspec.runtime.process import lower_limit

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc", "/nix/store", "/proc", "/sys")
"""Read by programs and libraries. The repository and the home folder are left out where they lie below one of these."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
SHARED = Path("/dev/shm")  # noqa: S108 - the system's own name
PRIVATE = (".git", ".dvc", LOCAL, PIPELINES)
"""Folders of the repository that hold rows, or credentials, and never code."""
LEAST_MEMORY = 4 << 30


def confine(errand: Mapping[str, Any]) -> None:
    """Shut this process in, for good, by the grants of its errand (see `helper.Errand`)."""
    os.setsid()
    linux.die_with_parent()
    _silence()
    _limit(errand)
    home = Path(errand["scratch"]) / "tmp"
    os.environ.update({"HOME": str(home), "TMPDIR": str(home)})
    tempfile.tempdir = None
    os.chdir(home)
    if errand["confined"]:
        linux.confine(list(_readable(errand)), _named(errand), _writable(errand), network=bool(errand["network"]))
        linux.drop_privileges()
    if errand["code"]:
        sys.path.append(errand["root"])  # last: no file of a project stands in for a library


def _silence() -> None:
    """The helper's pipes are not for models."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.closerange(3, 256)


def _limit(errand: Mapping[str, Any]) -> None:
    """No core files, no file larger than the answers can be, no more memory than there is. Out of memory, this process goes first."""
    lower_limit(resource.RLIMIT_CORE, 0)
    if errand["bytes"]:
        lower_limit(resource.RLIMIT_FSIZE, int(errand["bytes"]))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    lower_limit(resource.RLIMIT_DATA, max(memory, LEAST_MEMORY))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _readable(errand: Mapping[str, Any]) -> Iterator[Path]:
    """Programs and libraries, the errand's own files, and the declared code folders."""
    root = Path(errand["root"])
    holes = (root, Path(errand["home"]))
    for path in (*SYSTEM, sys.prefix, sys.base_prefix):
        yield from around(Path(path), holes)
    for entry in [p for p in sys.path if p]:
        if not any(hole.is_relative_to(entry) for hole in holes):
            yield Path(entry)
    yield Path(__file__).resolve().parents[2]
    yield from map(Path, errand["read"])
    for folder in errand["code"]:
        yield from around(root / folder, [root / name for name in PRIVATE])


def _named(errand: Mapping[str, Any]) -> list[Path]:
    """Python lists the root's folder in order to find a module there."""
    return [Path(errand["root"])] if errand["code"] else []


def _writable(errand: Mapping[str, Any]) -> list[Path]:
    """A project in memory, below `/dev/shm`, is closed as any other is: joblib's workers use their temporary folder there."""
    scratch, in_memory = Path(errand["scratch"]), Path(errand["root"]).resolve().is_relative_to(SHARED)
    shared = [SHARED] if errand["network"] and not in_memory else []  # joblib's workers, when a model is trained again
    return [scratch / "out", scratch / "tmp", *map(Path, DEVICES), *shared, *map(Path, errand["write"])]
