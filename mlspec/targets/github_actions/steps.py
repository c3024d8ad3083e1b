"""Steps that several workflows share. All text of a spec arrives through `env:`; the scripts are constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.ir.project import Project
from mlspec.targets.github_actions.literal import literal
from mlspec.targets.github_actions.pins import CHECKOUT, DOWNLOAD_ARTIFACT, SETUP_PYTHON, UPLOAD_ARTIFACT
from mlspec.targets.text import Script, is_plain

Step = dict[str, Any]

RESULTS = "mlspec-results"
"""The workflow artifact that carries lock files and metrics from the job that trains to the job that commits."""

_INSTALL = """
python -m pip install --disable-pip-version-check --require-hashes -r "$REQUIREMENTS"
"""

_INSTALL_BASE = """
if git cat-file -e "$BASE:$REQUIREMENTS"; then
  git show "$BASE:$REQUIREMENTS" > "$RUNNER_TEMP/requirements.lock"
else
  cp -- "$REQUIREMENTS" "$RUNNER_TEMP/requirements.lock"
fi
python -P -m pip install --disable-pip-version-check --require-hashes -r "$RUNNER_TEMP/requirements.lock"
"""
"""A change must not bring the mlspec that checks it: neither by its lock file nor by a `pip.py` of its own (`-P`). Where the base branch
has no lock file yet, nothing is deployed.
"""

_IDENTITY = """
git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
"""


def script(name: str, text: str, env: Mapping[str, Any] | None = None, *, when: str | None = None) -> Step:
    """A step that runs constant shell text, with what it needs in `env`."""
    step: Step = {"name": name}
    if when:
        step["if"] = when
    if env:
        step["env"] = dict(env)
    return step | {"run": text if is_plain(text) else Script(text)}


def checkout(ref: str | None = None) -> Step:
    """The whole history (promotion looks up old claims), and no token left in `.git/config`."""
    options: dict[str, Any] = {"fetch-depth": 0, "persist-credentials": False}
    return {"name": "Check out", "uses": CHECKOUT, "with": options | ({"ref": ref} if ref else {})}


def set_up(project: Project, ref: str | None = None, *, base: str | None = None) -> list[Step]:
    """Check out, set up Python, install what the lock file says and nothing else: the one of the commit `base`, where that is given."""
    spec = project.settings.envelope.spec
    lock = {"REQUIREMENTS": literal(spec.requirements)}
    install = (
        script("Install what the base branch locks", _INSTALL_BASE, {"BASE": base} | lock)
        if base
        else script("Install the locked requirements", _INSTALL, lock)
    )
    return [checkout(ref), {"name": "Set up Python", "uses": SETUP_PYTHON, "with": {"python-version": spec.python}}, install]


def identity() -> Step:
    return script("Commit as the bot", _IDENTITY)


def summary(name: str, command: str) -> Step:
    """Run a command of mlspec's and show what it prints on the run's page."""
    return script(name, f'{command} >> "$GITHUB_STEP_SUMMARY"')


def upload_results() -> Step:
    """Lock files, metrics and reports: what Git keeps of a run. Models and data went to the DVC remote by content; a model's folder also
    holds a few training rows, which whoever may read a run's artifacts need not see.
    """
    paths = [
        "pipelines/**/dvc.lock",
        "pipelines/**/*.json",
        "pipelines/**/plots/*.csv",
        "!pipelines/models/*/model/**",
        "!pipelines/models/*/baseline/**",
    ]
    options = {"name": RESULTS, "path": Script("\n".join(paths)), "if-no-files-found": "error", "retention-days": 7}
    return {"name": "Keep locks and metrics for the commit", "uses": UPLOAD_ARTIFACT, "with": options}


def download_results() -> Step:
    return {"name": "Fetch locks and metrics", "uses": DOWNLOAD_ARTIFACT, "with": {"name": RESULTS, "path": "pipelines"}}
