"""Copies the files that the patterns name into the artifact's folder, as actions/upload-artifact lays them out."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

INPUTS = json.loads(os.environ["INPUTS"])
REFUSED_IN_PATHS = re.compile(r'[":<>|*?\r\n]')
REFUSED_IN_NAMES = re.compile(r'[":<>|*?\r\n\\/]')


def start(pattern: str) -> str:
    """The path before the first segment with a wildcard: where the search begins."""
    segments = pattern.rstrip("/").split("/")
    wild = next((n for n, segment in enumerate(segments) if re.search(r"[*?\[]", segment)), len(segments))
    return "/".join(segments[:wild]) or "."


def matches(pattern: str) -> set[str]:
    """The files that a pattern names; a folder names all that is in it. Hidden ones below the start are left out unless asked for."""
    found: set[str] = set()
    for path in glob.glob(pattern, recursive=True, include_hidden=True):  # noqa: PTH207 - pathlib knows no include_hidden
        inside = [p for p in Path(path).rglob("*") if p.is_file()] if Path(path).is_dir() else [Path(path)]
        found |= {str(p) for p in inside if p.exists() and not _is_hidden(p, start(pattern))}
    return found


def _is_hidden(path: Path, since: str) -> bool:
    """Judged by the last part of where the search starts, and all below it."""
    looked_at = [Path(since).name, *path.relative_to(since).parts]
    return INPUTS["include-hidden-files"] != "true" and any(part.startswith(".") and part != "." for part in looked_at)


def base(patterns: list[str], files: list[str]) -> str:
    """The folder that the artifact's paths are relative to: where the one search starts, or what all have in common."""
    starts = sorted({start(p) for p in patterns})
    if len(starts) > 1:
        return os.path.commonpath(starts) or "."
    return str(Path(files[0]).parent) if files == [str(Path(starts[0]))] else starts[0]


def look_for_tokens() -> None:
    """What Git and the job's folders hold by now: a token there could be read by every step."""
    folders = [".git", os.environ["RUNNER_TEMP"], os.environ["HOME"]]
    words = ["grep", "-rlE", "--exclude-dir=.cache", "--exclude-dir=objects", os.environ["STAND_IN_NEVER"], *folders]
    found = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    if found:
        sys.exit(f"a token stands in {found}")


def main() -> None:
    look_for_tokens()
    patterns = [line.strip() for line in INPUTS["path"].split("\n") if line.strip()]
    chosen = [p for p in patterns if not p.startswith("!")]
    files = sorted(set().union(*map(matches, chosen)) - set().union(*(matches(p[1:]) for p in patterns if p.startswith("!"))))
    if not files:
        print("No files were found with the provided path")
        sys.exit(INPUTS["if-no-files-found"] == "error")
    target, root = Path(os.environ["STAND_IN_ARTIFACTS"], INPUTS["name"]), base(chosen, files)
    if REFUSED_IN_NAMES.search(INPUTS["name"]) or any(REFUSED_IN_PATHS.search(f) for f in files):
        sys.exit("a name or path holds a character that artifacts can't have")
    if target.exists() and INPUTS["overwrite"] != "true":
        sys.exit(f"(409) Conflict: an artifact with this name already exists on the workflow run: {target.name}")
    shutil.rmtree(target, ignore_errors=True)
    for file in files:
        copy = target / Path(file).relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.write(f"artifact-id={len(list(target.parent.iterdir()))}\n")
    print(f"kept {len(files)} files of {root} as {target.name}")


main()
