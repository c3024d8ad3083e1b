"""Which file a command's first word is: one of the repository, or one on the PATH."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from mlspec.diagnostics import problem


def executable(words: Sequence[str], base: Path, path: str) -> tuple[str, list[str]]:
    """The file to run, and the words as they are. A word with a `/` is a file of the repository. Raises MLS0606."""
    first = words[0]
    if "/" not in first:
        found = shutil.which(first, path=path)
        if found is None:
            advice = f"install it where the step runs; a file of the repository is written with its folder, `./{first}`"
            raise problem("MLS0606", f"there is no program `{first}` on the PATH", help=advice)
        return found, list(words)
    full = base / first
    if not full.is_file():
        raise problem("MLS0606", f"there is no program `{first}` in the repository", help="correct the path, which is from the root")
    if not os.access(full, os.X_OK):
        advice = f"`chmod +x {first}` (`git update-index --chmod=+x {first}`), or name what runs it: `argv: [sh, {first}]`"
        raise problem("MLS0606", f"`{first}` may not be run", help=advice)
    return str(full), list(words)
