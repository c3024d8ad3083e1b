"""The bytes of a version, stored where others find them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.gates.candidate import Candidate


def push_artifacts(root: Path, candidate: Candidate, say: Callable[[str], None]) -> None:
    """The bytes go before the words: a merged record or claim must find its model on the remote."""
    count = dvc_store.push(root, candidate.md5s)
    say(f"pushed {count} artifacts to the DVC remote" if count else "the DVC remote has all artifacts")
