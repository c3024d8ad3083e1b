"""What tests of the workflows ask a world: edits as a person makes them, and what lies where afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from support import quick_yaml
from support.act_world import World
from support.cli import git, mlspec


def edit(world: World, files: Mapping[str, str], branch: str, *, since: str = "main") -> str:
    """Change specs as a person does: edit, apply, commit, push as `branch`, which starts where `since` is. Returns the commit."""
    git(world.root, "fetch", "-q", "origin")
    git(world.root, "checkout", "-q", "--force", "-B", branch, f"origin/{since}")
    for path, text in files.items():
        (world.root / path).parent.mkdir(parents=True, exist_ok=True)
        (world.root / path).write_text(text, encoding="utf-8")
    mlspec(world.root, "apply", check=0)
    return world.push(branch)


def stored(world: World, branch: str) -> set[str]:
    """The paths in the DVC remote of all outputs that the locks of a branch name, those in Git left out."""
    found: set[str] = set()
    for path in [p for p in git(world.remote, "ls-tree", "-r", "--name-only", branch).split("\n") if p.endswith("/dvc.lock")]:
        stages = quick_yaml.load(world.show(branch, path.replace("dvc.lock", "dvc.yaml")))["stages"]
        for name, locked in quick_yaml.load(world.show(branch, path))["stages"].items():
            in_git = set(_in_git(stages[name]))
            found |= {out["md5"] for out in locked.get("outs", ()) if out["path"] not in in_git}
    return {f"files/md5/{digest[:2]}/{digest[2:]}" for digest in found}


def _in_git(stage: Mapping[str, Any]) -> Iterator[str]:
    for out in [out for kind in ("outs", "metrics", "plots") for out in stage.get(kind, ())]:
        if isinstance(out, dict):
            [(path, options)] = out.items()
            if options.get("cache") is False:
                yield path


def timed(world: World, branch: str) -> list[str]:
    """The objects whose seconds the last commit of a branch tells."""
    return sorted(re.findall(r"^Mlspec-Seconds: (\S+) [\d.]+$", world.message(branch), re.MULTILINE))


def only_comment(world: World, branch: str) -> str:
    """The one comment of a branch's open pull request."""
    [text] = world.github.comments_of(world.open_pull(branch)["number"])
    return text
