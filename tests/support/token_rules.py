"""What GitHub refuses a push with a token of Actions or of an App: rules over a bare repository. Run as a program it is the hook of a server.

It imports nothing of the tests, so that the hook can start it alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

MAIN, WORKFLOWS, RULES = "refs/heads/main", ".github/workflows", "token-rules.json"
TOKEN, APP = "token", "app"
"""Who pushes: a workflow's own token; an App's token that has `workflows: write`."""


@dataclass(frozen=True)
class Rules:
    """Rules that a test may switch on, and who stands on their bypass list: `app`. GitHub Actions can't be there ("Actor GitHub Actions
    integration must be part of the ruleset source or owner organization", 422: https://github.com/tetherto/qvac/pull/3555).
    """

    signatures: bool = False
    """Every branch takes commits with verified signatures only, also by a push."""
    creations: bool = False
    """A ruleset of all branches: nobody makes a new one."""
    bypass: tuple[str, ...] = ()


def set_rules(bare: Path, rules: Rules) -> None:
    """From now on, for who pushes over HTTP."""
    (bare / RULES).write_text(json.dumps(asdict(rules)), encoding="utf-8")


def install(bare: Path) -> None:
    """Have a repository refuse, over HTTP, what GitHub refuses; REMOTE_USER says who pushes. What was pushed to stands in `pushes`."""
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\ntest -n "$REMOTE_USER" || exit 0\nexec "{sys.executable}" -I "{Path(__file__).resolve()}"\n', encoding="utf-8"
    )
    hook.chmod(0o755)


def refused_workflow(bare: Path, old: str, new: str) -> str:
    """GitHub's word against a ref at `new` by a token without `workflows`; "" where there is none. `old`: where the ref was; "" for a new one.

    A branch that is moved may have the workflow files of any branch's tip, its own among them: bots push to pull requests that change
    workflows. A new branch or tag may, as people report it, have those of some branch's tip
    (https://github.com/RafPe/pod-certificate-signer/pull/128), or those of the default branch's alone
    (https://github.com/gke-labs/kube-agents/pull/1470, https://github.com/kaeawc/android-build/pull/428): the stricter of both.
    """
    branches = [ref for ref, _ in _refs(bare)] if old else [MAIN]
    mine = _git(bare, "rev-parse", "--quiet", "--verify", f"{new}:{WORKFLOWS}")
    if not mine or any(mine == _git(bare, "rev-parse", "--quiet", "--verify", f"{ref}:{WORKFLOWS}") for ref in branches):
        return ""
    path = (_git(bare, "diff", "--name-only", MAIN, new, "--", WORKFLOWS) or f"{WORKFLOWS}/ci.yml").split("\n")[0]
    return f"refusing to allow a GitHub App to create or update workflow `{path}` without `workflows` permission"


def refusals(bare: Path, user: str, old: str, new: str, ref: str) -> Iterator[str]:
    """What GitHub says against one ref of a push. Nobody pushes to main over HTTP: only pull requests change it.

    The text of a ruleset: https://github.com/vercel/sandbox/pull/169
    """
    path = bare / RULES
    rules = Rules(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Rules()
    is_branch, by_rules = ref.startswith("refs/heads/"), user not in rules.bypass
    if ref == MAIN:
        yield f"GH006: Protected branch update failed for {ref}."
    if not new:
        return
    if user != APP and (told := refused_workflow(bare, old, new)):
        yield told
    if is_branch and by_rules and rules.creations and not old:
        yield f"GH013: Repository rule violations found for {ref}. Cannot create ref due to creations being restricted."
    if is_branch and by_rules and rules.signatures and any(_is_unsigned(bare, one) for one in _brought(bare, new)):
        yield f"GH013: Repository rule violations found for {ref}. Commits must have verified signatures."


def _refs(bare: Path) -> list[tuple[str, str]]:
    rows = _git(bare, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads").split("\n")
    return [(row.split()[0], row.split()[1]) for row in rows if row]


def _brought(bare: Path, new: str) -> list[str]:
    return _git(bare, "rev-list", new, "--not", "--all").split()


def _is_unsigned(bare: Path, commit: str) -> bool:
    return "\ngpgsig " not in _git(bare, "cat-file", "commit", commit).partition("\n\n")[0]


def _git(bare: Path, *words: str) -> str:
    """What Git says; "" where it fails. Its environment is the hook's: what is pushed is in quarantine until it may stay."""
    return subprocess.run(["git", *words], cwd=bare, capture_output=True, check=False, encoding="utf-8").stdout.strip()


def main() -> int:
    """The hook: 1 where a ref is refused."""
    bare, wrong = Path.cwd(), list[str]()
    with (bare / "pushes").open("a", encoding="utf-8") as log:
        for line in sys.stdin:
            old, new, ref = line.split()
            log.write(f"{ref}\n")
            wrong += refusals(bare, os.environ["REMOTE_USER"], old.strip("0") and old, new.strip("0") and new, ref)
    for told in wrong:
        sys.stderr.write(f"error: {told}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
