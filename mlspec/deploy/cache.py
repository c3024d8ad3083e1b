"""Model folders by content: `.mlspec/cache/models/<digest hex>/`, verified each time before use."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import MODEL_CACHE
from mlspec.deploy.state import inside_repository
from mlspec.diagnostics import Problems, problem
from mlspec.runtime.artifact import digest_folder

Fetch = Callable[[Path, dict[str, Any], Path], Path]
"""fetch(root, artifact {path, md5}, into): brings an artifact by content; returns where it is."""


def model_folder(root: Path, digest: str, artifact: Mapping[str, Any], fetch: Fetch) -> Path:
    """Return a folder whose bytes have `digest`, from the cache or the remote.

    A cached folder that was altered is thrown away and fetched again. Raises MLS0802 when the remote has other bytes too, or
    what `fetch` raises when it can't be had.
    """
    folder = inside_repository(root, root / MODEL_CACHE) / digest.removeprefix("sha256:")
    if _has(folder, digest):
        return folder
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder.parent) as scratch:
        found = fetch(root, dict(artifact), Path(scratch) / "model")
        if not _has(found, digest):
            raise _other_bytes(digest, found, artifact)
        if folder.is_symlink():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        found.rename(folder)
    return folder


def _has(folder: Path, digest: str) -> bool:
    try:
        return not folder.is_symlink() and digest_folder(folder) == digest
    except Problems:
        return False


def _other_bytes(digest: str, found: Path, artifact: Mapping[str, Any]) -> Problems:
    try:
        has = digest_folder(found)
    except Problems as problems:
        has = problems.diagnostics[0].message
    message = f"what the DVC remote holds for {artifact.get('path')} is not what was approved: expected {digest}, found {has}"
    return problem("MLS0802", message, help="push the approved bytes again (`dvc push` where it was trained), or promote a new version")
