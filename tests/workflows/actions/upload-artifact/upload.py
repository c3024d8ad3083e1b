"""Copies the files that the patterns name into the artifact's folder, as actions/upload-artifact lays them out."""

import glob
import os
import shutil
import sys
from pathlib import Path

patterns = [p for p in os.environ["PATTERNS"].split("\n") if p]
chosen = [p for p in patterns if not p.startswith("!")]
base = os.path.commonpath([p.split("*")[0].rstrip("/") for p in chosen])


def matches(pattern: str) -> set[str]:
    """The files that a pattern names; hidden ones are left out, as the real action does."""
    return {f for f in glob.glob(pattern, recursive=True) if Path(f).is_file()}  # noqa: PTH207 - leaves out what is hidden


left_out = set().union(*(matches(p[1:]) for p in patterns if p.startswith("!")))
files = sorted(set().union(*map(matches, chosen)) - left_out)
target = Path(os.environ["STAND_IN_ARTIFACTS"], os.environ["NAME"])
for file in files:
    copy = target / Path(file).relative_to(base)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, copy)
print(f"kept {len(files)} files of {base} as {target.name}")
sys.exit(0 if files or os.environ["EMPTY"] != "error" else 1)
