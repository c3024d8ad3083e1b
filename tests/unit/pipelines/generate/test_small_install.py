"""The job that plans installs some lines of the lock: the right ones, with their hashes, and all of it where those make no whole."""

from __future__ import annotations

import os
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from support import quick_yaml
from support.base_install import ROOT, base_distributions
from support.workflow_projects import workflows_of

from mlspec.adapters.requirements.lock_file import normal_name, read_lock
from mlspec.pipelines.generate.github_actions.steps import SMALL

LOCK = r"""# a comment
--index-url https://example.org/simple
annotated-types==0.7.0 \
    --hash=sha256:aa
    # via pydantic
numpy==2.4.6 \
    --hash=sha256:bb \
    --hash=sha256:cc
    # via pandas
mlspec-gitops[local] @ https://example.org/mlspec_gitops-0.1.0-py3-none-any.whl \
--hash=sha256:dd
Pydantic_Core==2.50.4 ; python_version >= "3.11" \
    --hash=sha256:ee
pydantic-settings==2.1 --hash=sha256:ff
clicker==1 --hash=sha256:ab
click==8.5.1 --hash=sha256:cd
"""
KEPT = r"""--index-url https://example.org/simple
annotated-types==0.7.0 \
    --hash=sha256:aa
    # via pydantic
mlspec-gitops[local] @ https://example.org/mlspec_gitops-0.1.0-py3-none-any.whl \
--hash=sha256:dd
Pydantic_Core==2.50.4 ; python_version >= "3.11" \
    --hash=sha256:ee
click==8.5.1 --hash=sha256:cd
"""


def script(workflow: str = "ci") -> str:
    jobs = quick_yaml.load(workflows_of("refresh")[f".github/workflows/mlspec-{workflow}.yml"])["jobs"]
    [found] = [step["run"] for step in jobs["plan"]["steps"] if step["name"] == "Install the locked requirements"]
    return str(found)


def installed(folder: Path, lock: bytes, *, fails: str = "") -> tuple[str, bytes]:
    """Run the step with stand-ins for pip and mlspec: what was called, and the lines that were picked. `fails`: a call that fails once."""
    (folder / "bin").mkdir()
    for name in ("python", "mlspec"):
        stand_in = folder / "bin" / name
        stand_in.write_text(
            f'#!/bin/sh\necho "{name} $*" >> "$CALLS"\ncase "{name} $*" in *"${{FAILS:-nothing}}"*) [ -e "$CALLS.once" ] || {{ touch "$CALLS.once"; exit 1; }};; esac\n'
        )
        stand_in.chmod(0o755)
    (folder / "lock").write_bytes(lock)
    variables = {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "CALLS": str(folder / "calls"), "RUNNER_TEMP": str(folder)}
    variables |= {"REQUIREMENTS": "lock"} | ({"FAILS": fails} if fails else {})
    subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script()], cwd=folder, env=variables, check=True, timeout=60)
    return (folder / "calls").read_text(), (folder / "plan.lock").read_bytes()


def requirements(calls: str) -> list[str]:
    return [line.rpartition(" ")[2].rpartition("/")[2] for line in calls.splitlines() if "pip install" in line]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_lines_are_picked_by_name_with_their_hashes(tmp_path: Path, ends: str) -> None:
    calls, picked = installed(tmp_path, LOCK.replace("\n", ends).encode())
    assert picked.decode() == KEPT.replace("\n", ends)
    assert requirements(calls) == ["plan.lock"]
    assert all("--no-deps --require-hashes" in line for line in calls.splitlines() if "pip install" in line)


@pytest.mark.parametrize("fails", ["pip install", "pip check", "mlspec --version"])
def test_where_they_make_no_whole_all_is_installed(tmp_path: Path, fails: str) -> None:
    calls, _ = installed(tmp_path, LOCK.encode(), fails=fails)
    assert requirements(calls) == ["plan.lock", "lock"]
    assert calls.rstrip().endswith("python -m pip check")


def test_of_the_example_s_lock(tmp_path: Path) -> None:
    lock = (ROOT / "example-project/requirements.lock").read_bytes()
    _, picked = installed(tmp_path, lock)
    small = set(SMALL)
    assert read_lock(picked) == tuple(one for one in read_lock(lock) if one.name in small)
    assert {one.name for one in read_lock(picked)} == small - {"mlspec-gitops"}


def test_the_names_are_what_the_base_and_the_readers_of_specs_ask_for() -> None:
    asked, waiting = set(), ["duckdb", "cryptography", "httpx2"]
    while waiting:
        asked.add(name := normal_name(waiting.pop()))
        needs = map(Requirement, metadata.requires(name) or ())
        waiting += [n.name for n in needs if (n.marker is None or n.marker.evaluate({"extra": ""})) and normal_name(n.name) not in asked]
    windows = {"colorama"}
    assert set(SMALL) == {*map(normal_name, base_distributions()), *asked, *windows, "mlspec-gitops"}


def test_every_plan_installs_so() -> None:
    assert script("retrain") == script("ci")


def test_the_hooks_of_pre_commit_are_commands_of_the_base() -> None:
    hooks = quick_yaml.load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"]: hook["entry"].split()[:2] for hook in hooks} == {
        "mlspec-fmt": ["mlspec", "fmt"],
        "mlspec-validate": ["mlspec", "validate"],
        "mlspec-apply": ["mlspec", "apply"],
    }
    assert all(hook["language"] == "python" and "additional_dependencies" not in hook for hook in hooks)
