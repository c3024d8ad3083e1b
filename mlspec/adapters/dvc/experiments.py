"""Where DVC keeps experiments: commits upon the one they started from, by refs of their own, which `dvc exp show` reads.

The commit is Git's to make, not `dvc exp save`'s: that one adds a pickle of its own arguments (`.dvc/tmp/repro.dat`), which `dvc exp apply`
would put into people's working trees.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from mlspec.adapters.dvc import store
from mlspec.adapters.dvc.stages import DvcError, opened

NAMESPACE = "refs/exps"


def ref_of(base: str, name: str) -> str:
    """The ref of an experiment that started from the commit `base`."""
    return f"{NAMESPACE}/{base[:2]}/{base[2:]}/{name}"


def keep_runs(root: Path, pipeline: str) -> None:
    """Put what the stages of a dvc.yaml wrote into DVC's run-cache, outputs that Git keeps among them: a run with the same inputs elsewhere
    takes it from there. A run itself keeps only stages whose outputs DVC keeps. Raises DvcError.
    """
    with opened(root) as dvc, contextlib.chdir(root):
        try:
            dvc.repo.commit(pipeline, force=True, relink=False)
        except Exception as error:  # of DVC's, of the libraries below it, of the disk
            raise DvcError(f"{type(error).__name__}: {error}") from error


def has_run(root: Path, md5: str) -> bool:
    """Whether DVC's run-cache has a run that wrote an output of this md5. Raises MLS0970."""
    with store.opened(root, sign_in=False) as found:
        runs = Path(found.cache.path).parents[1] / "runs"
    return any(md5.encode() in file.read_bytes() for file in runs.glob("*/*/*") if file.is_file())
