"""The first requirements lock: what is installed here, by exact version."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from mlspec.diagnostics import extras
from mlspec.language.kinds.data_source import NEEDS

DECIDING = ("joblib", "numpy", "pandas", "pyarrow", "scikit-learn")
"""What a model's bytes depend on."""


def first_lock(form: str | None = None) -> str:
    """The text of a lock that pins what is installed. `form`: of the file that is trained on.

    Raises MLS0008 where what a model is trained with is not installed.
    """
    from importlib.metadata import version

    extras.require()
    return pinned([(package, version(package)) for package in _deciding(form)])


def first_requirements(form: str | None = None) -> str:
    """The text of requirements.in: what the lock for CI is compiled from, mlspec among it. Raises MLS0008 as `first_lock` does."""
    from importlib.metadata import version

    extras.require()
    own = f"mlspec-gitops[{','.join(['local', *([NEEDS[form][0]] if form is not None and form in NEEDS else [])])}]"
    name = f"{own} @ {address}" if (address := _address()) else f"{own}=={version('mlspec-gitops')}"
    unknown = (
        ()
        if address
        else (
            "# mlspec is on no package index yet: put its wheel (`make wheel`) where CI can reach it, and write its address here:",
            f"#   {own} @ https://example.org/wheels/mlspec_gitops-0.1.0-py3-none-any.whl",
        )
    )
    lines = (
        "# What this project trains and serves with. The lock for CI is compiled from it, with the hash of each file:",
        "#   uv pip compile --universal --generate-hashes --python-version 3.11 --no-header requirements.in -o requirements.lock",
        *unknown,
        name,
        *(f"{package}=={version(package)}" for package in _deciding(form)),
    )
    return "\n".join(lines) + "\n"


def _deciding(form: str | None) -> tuple[str, ...]:
    return tuple(sorted([*DECIDING, *([NEEDS[form][1]] if form is not None and form in NEEDS else [])]))


def _address() -> str | None:
    """Where mlspec's wheel was installed from, if that is an address that others reach, and holds no password."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = json.loads(distribution("mlspec-gitops").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return None
    url = found.get("url", "") if "archive_info" in found else ""
    return url if re.fullmatch(r"https?://[^@\s]+\.whl", url) else None


def pinned(versions: Sequence[tuple[str, str]]) -> str:
    """A requirements file of exact versions, with how to lock it by hash."""
    lines = [
        "# Exact versions of what trained the model; every stage depends on this file.",
        "# For CI, lock it by hash: uv pip compile --generate-hashes requirements.in -o requirements.lock",
        *(f"{name}=={version}" for name, version in versions),
    ]
    return "\n".join(lines) + "\n"
