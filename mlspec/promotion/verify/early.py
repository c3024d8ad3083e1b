"""A quick look at a change, before anything is read: may it hold a promotion, so that models will have to be asked?"""

from __future__ import annotations

from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import CLAIMS, REGISTRY
from mlspec.diagnostics import Problems


def may_promote(root: Path, base: str) -> bool:
    """Whether claims or records differ from the target branch. Decides nothing but what is started early; no for what Git can't answer."""
    try:
        return bool(Repository(root).changed_between(base, "HEAD", [CLAIMS, REGISTRY]))
    except Problems:
        return False
