"""Copies artifacts out of $STAND_IN_ARTIFACTS, as actions/download-artifact does: none for a pattern is no failure, and makes no folder."""

import fnmatch
import json
import os
import shutil
import sys
from pathlib import Path

INPUTS = json.loads(os.environ["INPUTS"])
KEPT, TARGET = Path(os.environ["STAND_IN_ARTIFACTS"]), Path(INPUTS["path"])
there = sorted(p.name for p in KEPT.iterdir()) if KEPT.is_dir() else []
if INPUTS["name"]:
    chosen = [INPUTS["name"]]
    if chosen[0] not in there:
        sys.exit(f"Unable to download artifact(s): Artifact not found for name: {chosen[0]}")
else:
    chosen = [name for name in there if fnmatch.fnmatchcase(name, INPUTS["pattern"] or "*")]
for name in chosen:
    into = TARGET if INPUTS["name"] or INPUTS["merge-multiple"] == "true" else TARGET / name
    shutil.copytree(KEPT / name, into, dirs_exist_ok=True)
print(f"Total of {len(chosen)} artifact(s) downloaded: {', '.join(chosen)}")
