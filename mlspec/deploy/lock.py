"""One reconcile at a time changes an environment; what a killed one started is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlspec.deploy.process import alive
from mlspec.deploy.state import state_folder
from mlspec.diagnostics import problem
from mlspec.pipelines.local_lock import hold

ORPHAN_SECONDS = 130.0
"""Seconds to wait for a server whose reconcile is gone: it is ready by then, or has ended itself."""


@contextmanager
def environment_lock(root: Path, environment: str, *, needed: bool = True) -> Iterator[int | None]:
    """Hold the environment's lock and yield its handle, which a child keeps open until its server is ready.

    So a reconcile never meets a half-started server: the system frees the lock when reconcile and child are done, however they end.
    Who only looks needs none, and leaves no file behind. Raises MLS0806 when another reconcile holds it, MLS0508 for a link in its place.
    """
    if not needed:
        yield None
        return
    path, owner = (state_folder(root, environment) / ".lock").relative_to(root).as_posix(), ["unknown"]
    with hold(root, path, wait=0.0, on_wait=owner.append) as handle:
        if handle is not None:
            yield handle
            return
    if not _is_gone(owner[-1]):
        message = f"another reconcile of {environment} is at work (process {owner[-1]})"
        raise problem("MLS0806", message, help="wait for it to end, then run this again")
    with hold(root, path, wait=ORPHAN_SECONDS, on_wait=lambda _: None) as handle:
        if handle is None:
            message = f"what a reconcile of {environment} started goes on after its end (process {owner[-1]} is gone)"
            raise problem("MLS0806", message, help=f"look at the logs in {Path(path).parent.as_posix()}/, then run this again")
        yield handle


def _is_gone(owner: str) -> bool:
    return owner.isdecimal() and not alive(int(owner))
