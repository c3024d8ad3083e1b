"""The first requirements lock: what is installed here, by exact version."""

from __future__ import annotations

from collections.abc import Sequence

DECIDING = ("joblib", "numpy", "pandas", "pyarrow", "scikit-learn")
"""What a model's bytes depend on."""


def first_lock() -> str:
    """The text of a lock that pins what is installed."""
    from importlib.metadata import version

    return pinned([(package, version(package)) for package in DECIDING])


def pinned(versions: Sequence[tuple[str, str]]) -> str:
    """A requirements file of exact versions, with how to lock it by hash."""
    lines = [
        "# Exact versions of what trained the model; every stage depends on this file.",
        "# For CI, lock it by hash: uv pip compile --generate-hashes requirements.in -o requirements.lock",
        *(f"{name}=={version}" for name, version in versions),
    ]
    return "\n".join(lines) + "\n"
