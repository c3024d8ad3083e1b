"""Tries the DVC remote: writes a small object under a name of its own, reads it back, and deletes it."""

from __future__ import annotations

import contextlib
import secrets
import threading
from pathlib import Path
from typing import Any

from mlspec.adapters.cloud import workload_identity
from mlspec.adapters.dvc.errors import is_of_storage

NAME = "mlspec-doctor-"
"""How the object is called, beside DVC's own `files/`; a random end makes it nobody else's."""
TIMEOUT = 60.0
"""Seconds. The clouds' SDKs try an address that does not answer for minutes."""


class Failed(Exception):
    """A step (`open`, `write`, `read`, `delete`) that failed. `error` is the SDK's; None where it never came back."""

    def __init__(self, step: str, error: Exception | None) -> None:
        super().__init__(step)
        self.step, self.error = step, error


def probe(root: Path, timeout: float = TIMEOUT) -> None:
    """Return when all three steps worked. Raises `Failed`; MLS0990 and MLS0991 as `workload_identity.renew` does."""
    workload_identity.renew(needed=True)
    ended: list[Exception | None] = []
    at = ["open"]
    thread = threading.Thread(target=lambda: ended.append(_try(root, at)), name="mlspec-probe", daemon=True)
    thread.start()
    thread.join(timeout)
    if not ended:
        raise Failed(at[0], None)
    if ended[0] is not None:
        raise Failed(at[0], ended[0])


def _try(root: Path, at: list[str]) -> Exception | None:
    """What went wrong at the step that `at` names then. An error that is no storage's is our bug: it is told as it is."""
    try:
        _steps(root, at)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - carried to the caller's thread
        return error if isinstance(error, Exception) else RuntimeError("DVC ended")
    return None


def _steps(root: Path, at: list[str]) -> None:
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        remote = repo.cloud.get_remote()
        fs, content = remote.fs, secrets.token_hex(16).encode()
        path = fs.join(remote.path, NAME + secrets.token_hex(8))
        at[0] = "write"
        with _folder(fs, remote.path):
            fs.pipe_file(path, content)
            try:
                at[0] = "read"
                if fs.cat_file(path) != content:
                    raise OSError("it gave back other bytes than were written")
                at[0] = "delete"
            finally:
                _delete(fs, path, quiet=at[0] == "read")


def _delete(fs: Any, path: str, *, quiet: bool) -> None:
    """Leave nothing behind; `quiet`: another step failed already, and that is what is told."""
    try:
        fs.rm_file(path)
    except Exception as error:
        if not quiet or not is_of_storage(error):
            raise


@contextlib.contextmanager
def _folder(fs: Any, path: str) -> Any:
    """A folder that is not there yet is made, as `dvc push` would make it, and goes again. Object stores have none."""
    if fs.protocol != "local":
        yield
        return
    made = []
    folder = Path(path)
    while not folder.exists():
        made.append(folder)
        folder = folder.parent
    Path(path).mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # somebody else put something there meanwhile
            for each in made:
                each.rmdir()
