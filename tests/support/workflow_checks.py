"""What `make test` holds a workflow to: zizmor, jactionlint with both profiles and shellcheck; and `workflow_rules`, rules of our own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from support.workflow_rules import broken_rules

__all__ = ["broken_rules", "jactionlint", "write", "write_distinct", "zizmor"]

BIN = Path(sys.executable).parent
FOLDER = ".github/workflows"
ONCE = Path(__file__).with_name("shellcheck_once.sh")
Found = dict[str, set[str]]
"""Path of a workflow -> the rules that found something in it."""


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    """What shellcheck said of each script; it goes with this process."""
    return tempfile.TemporaryDirectory(prefix="mlspec-shellcheck-")


def _output(root: Path, *command: str) -> Any:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment |= {"SHELLCHECK": str(BIN / "shellcheck"), "KEPT": _kept().name}
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"{command} exited {done.returncode}: {done.stdout}{done.stderr}") from None


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write the workflows among `files` below `root`."""
    for path, text in files.items():
        if path.startswith(FOLDER):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
    return root


def write_distinct(root: Path, projects: Mapping[str, Mapping[str, str]]) -> Path:
    """Write the workflows of projects, a folder each; of those that are equal, byte for byte, one: a linter says the same of each."""
    seen: set[str] = set()
    for name, files in projects.items():
        new = {path: text for path, text in files.items() if path.startswith(FOLDER) and text not in seen}
        write(root / name, new)
        seen.update(new.values())
    return root


def zizmor(root: Path) -> Found:
    """The findings of zizmor's strictest persona in every workflow below `root`. Raises AssertionError where zizmor can't read one."""
    found: Found = {}
    for finding in _output(
        root, "zizmor", "--offline", "--quiet", "--no-exit-codes", "--persona=auditor", "--format=json", *_folders(root)
    ):
        for location in finding["locations"]:
            found.setdefault(location["symbolic"]["key"]["Local"]["verbatim_path"], set()).add(finding["ident"])
    return found


def jactionlint(root: Path, profile: str) -> Found:
    """The findings of jactionlint in every workflow below `root`, of each severity; the default profile asks shellcheck too, which takes longer."""
    shellcheck = ONCE if profile == "default" else ""
    files = [str(path.relative_to(root)) for path in sorted(root.glob(f"**/{FOLDER}/*.yml"))]
    words = ("--no-hints", "--strict-exit", "--no-online", f"--profile={profile}", f"--shellcheck={shellcheck}", "--format=json")
    found: Found = {}
    for finding in _output(root, "jactionlint", *words, *files):
        found.setdefault(finding["filepath"], set()).add(finding["id"])
    return found


def _folders(root: Path) -> list[str]:
    return sorted({str(path.parent.relative_to(root)) for path in root.glob(f"**/{FOLDER}/*.yml")})
