"""Signs a workflow's job in to the DVC remote by GitHub's own token, with no stored key (`spec.storage.oidc`).

The token stands in a private file (mode 600, below RUNNER_TEMP) that the cloud's SDK reads; it goes with the process and is never printed.
GitHub's tokens live some minutes, jobs for hours: from the first use on, a thread writes a fresh one every three minutes, so that DVC,
and each child of this process, can sign in anew at any time. Outside of GitHub Actions nothing happens: people have their own credentials.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.adapters.cloud.identity_token import ask, may_ask
from mlspec.adapters.cloud.sdk import Aws, Azure, Google, Identity
from mlspec.diagnostics import Problems, problem

__all__ = ["Aws", "Azure", "Google", "Identity", "advice", "arm", "disarm", "lacking", "renew"]

RENEW_AFTER = 180.0
"""Seconds after which a token is replaced. GitHub's are good for five minutes at least."""
TRY_AGAIN = 20.0
"""Seconds until the thread asks again where GitHub gave none."""
PREFIX = "mlspec-identity-"


@dataclass(slots=True)
class _Armed:
    """Who this process signs in as; `folder` and `minted` (monotonic seconds) from the first token on."""

    identity: Identity
    folder: Path | None = None
    minted: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)


_armed: _Armed | None = None
_lock = threading.RLock()


def arm(identity: Identity | None) -> None:
    """Say who this process signs in as (None: nobody). Asks for nothing yet: `renew` does, where the remote is used."""
    global _armed  # noqa: PLW0603 - the environment that it changes is the process's, too
    with _lock:
        if _armed is None or _armed.identity != identity:
            disarm()
            _armed = None if identity is None else _Armed(identity)


def renew(*, needed: bool = False) -> None:
    """Have a token that is younger than three minutes, and the environment that names it. Call it before the remote is used.

    Nothing happens where no identity is armed, the environment has other credentials, or this is no job of GitHub's. Raises MLS0991
    when GitHub gives no token; where the remote is `needed`, MLS0990 when the job may not ask.
    """
    with _lock:
        if _armed is None or _has_others(_armed):
            return
        if not may_ask():
            if needed and (why := lacking()):
                raise why
            return
        if _armed.folder is None or time.monotonic() - _armed.minted >= RENEW_AFTER:
            _mint(_armed)


def lacking() -> Problems | None:
    """The problem (for `raise`) of a job that should sign in and may not; None elsewhere."""
    if _armed is None or may_ask() or os.environ.get("GITHUB_ACTIONS") != "true" or _has_others(_armed):
        return None
    fix = "give the job `permissions: id-token: write` (`mlspec apply` writes it where it belongs); a fork's pull request never has it"
    return problem("MLS0990", "the storage is opened by OIDC, and this job may not ask GitHub for an identity token", help=fix)


def advice() -> str | None:
    """What to look at when the cloud refuses us though a token was given; None where none was."""
    return None if _armed is None or _armed.folder is None else _armed.identity.refused


def disarm() -> None:
    """Forget the identity: the thread ends, the files and the environment variables go."""
    global _armed  # noqa: PLW0603 - as in `arm`
    with _lock:
        if _armed is not None and _armed.folder is not None:
            _armed.done.set()
            for name, value in _armed.identity.environment(_token(_armed.folder)).items():
                if os.environ.get(name) == value:
                    del os.environ[name]
            shutil.rmtree(_armed.folder, ignore_errors=True)
        _armed = None


def _has_others(armed: _Armed) -> bool:
    """Whether somebody gave credentials that the SDK would take first, or that we would displace."""
    ours = {} if armed.folder is None else armed.identity.environment(_token(armed.folder))
    return any(os.environ.get(name) not in (None, "", ours.get(name)) for name in armed.identity.given)


def _token(folder: Path) -> Path:
    return folder / "token"


def _mint(armed: _Armed) -> None:
    value = ask(armed.identity.audience)
    if armed.folder is None:
        parent = os.environ.get("RUNNER_TEMP", "")
        armed.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent if parent and Path(parent).is_dir() else None)).resolve()
        atexit.register(disarm)
        threading.Thread(target=_keep, args=(armed,), name="mlspec-identity", daemon=True).start()
    token = _token(armed.folder)
    _write(token, value)
    for name, text in armed.identity.files(token).items():
        _write(armed.folder / name, text)
    os.environ.update(armed.identity.environment(token))
    armed.minted = time.monotonic()


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole; nobody else may read it, at no moment."""
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def _keep(armed: _Armed) -> None:
    """Renew until the identity is forgotten. A token that could not be had is no error here: the next use says so."""
    wait = RENEW_AFTER
    while not armed.done.wait(wait):
        try:
            value = ask(armed.identity.audience)
        except Problems:
            wait = TRY_AGAIN
            continue
        with _lock:
            if not armed.done.is_set() and armed.folder is not None:
                _write(_token(armed.folder), value)
                armed.minted = time.monotonic()
        wait = RENEW_AFTER
