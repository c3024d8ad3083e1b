"""Steps that several workflows share. All text of a spec arrives through `env:`; the scripts are constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.language.yaml.write import Script, is_plain
from mlspec.pipelines.generate.github_actions.jobs import expression
from mlspec.pipelines.generate.github_actions.literal import literal
from mlspec.pipelines.generate.github_actions.pins import CHECKOUT, SETUP_PYTHON

Step = dict[str, Any]

_INSTALL = """
python -m pip install --disable-pip-version-check --no-deps --require-hashes -r "$REQUIREMENTS"
python -m pip check
"""
"""A lock is complete: nothing is resolved (pip before 24 looks past the pin of a requirement with an extra, and fails on the day of a
release), and `pip check` proves that nothing is lacking.
"""

SMALL = (
    *("annotated-types", "anyio", "cffi", "click", "colorama", "cronsim", "cryptography", "duckdb", "h11", "httpcore2", "httpx2", "idna"),
    *("mlspec-gitops", "packaging", "pycparser", "pydantic", "pydantic-core", "pyyaml", "truststore", "typing-extensions"),
    "typing-inspection",
)
"""What planning needs of a lock: mlspec's base, and what reads SQL and public keys and asks GitHub, each with all that it asks for."""

_INSTALL_SMALL = r"""
awk -v names=" NAMES " '
  !more && /^[A-Za-z0-9]/ {
    name = tolower($0); sub(/[^a-z0-9._-].*/, "", name); gsub(/[-_.]+/, "-", name); keep = index(names, " " name " ")
  }
  !more && /^[^A-Za-z0-9# \t]/ { keep = 1 }
  keep
  { more = /\\\r?$/ }
' "$REQUIREMENTS" > "$RUNNER_TEMP/plan.lock"
if ! { python -m pip install --disable-pip-version-check --no-deps --require-hashes -r "$RUNNER_TEMP/plan.lock" &&
  python -m pip check && mlspec --version; }; then
  python -m pip install --disable-pip-version-check --no-deps --require-hashes -r "$REQUIREMENTS"
  python -m pip check
fi
""".replace("NAMES", " ".join(SMALL))
"""Those lines of the lock, with their hashes, and nothing else: a fraction of the time. Where they make no whole (a release that asks for
more, a form of lock that pip reads and this does not), all of it. What pip itself is told there, such as an index, is kept.
"""

_INSTALL_BASE = """
if git cat-file -e "$BASE:$REQUIREMENTS"; then
  git show "$BASE:$REQUIREMENTS" > "$RUNNER_TEMP/requirements.lock"
else
  cp -- "$REQUIREMENTS" "$RUNNER_TEMP/requirements.lock"
fi
python -P -m pip install --disable-pip-version-check --no-deps --require-hashes -r "$RUNNER_TEMP/requirements.lock"
python -P -m pip check
"""
"""A change must not bring the mlspec that checks it: neither by its lock file nor by a `pip.py` of its own (`-P`). Where the base branch
has no lock file yet, nothing is deployed.
"""

_IDENTITY = """
git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
"""


def script(name: str, text: str, env: Mapping[str, Any] | None = None, *, step_id: str | None = None, when: str | None = None) -> Step:
    """A step that runs constant shell text, with what it needs in `env`. `step_id`: where a job output is one of the step's."""
    step: Step = {"name": name, **({"id": step_id} if step_id else {})}
    if when:
        step["if"] = expression(when)
    if env:
        step["env"] = dict(env)
    return step | {"run": text if is_plain(text) else Script(text)}


def checkout(ref: str | None = None, *, sparse: str | None = None) -> Step:
    """The whole history (promotion looks up old claims), and no token left in `.git/config`. `sparse`: an expression for the patterns of a
    sparse checkout (not of its cone mode), of this one commit alone.
    """
    options: dict[str, Any] = {"fetch-depth": 1 if sparse else 0, "persist-credentials": False}
    if ref:
        options["ref"] = ref
    if sparse:
        options |= {"sparse-checkout": sparse, "sparse-checkout-cone-mode": False}
    return {"name": "Check out", "uses": CHECKOUT, "with": options}


def set_up(project: Project, out: Step, *before: Step, base: str | None = None, small: bool = False) -> list[Step]:
    """Check out, set up Python, install what the lock file says and nothing else: the one of the commit `base`, where that is given.

    `small`: what a plan needs of it, and no library for data.
    """
    spec = project.settings.envelope.spec
    lock = {"REQUIREMENTS": literal(spec.requirements or "")}
    install = (
        script("Install what the base branch locks", _INSTALL_BASE, {"BASE": base} | lock)
        if base
        else script("Install the locked requirements", _INSTALL_SMALL if small else _INSTALL, lock)
    )
    python = {"name": "Set up Python", "uses": SETUP_PYTHON, "with": {"python-version": spec.python}}
    return [out, *before, python, install]


def identity() -> Step:
    return script("Commit as the bot", _IDENTITY)


def summary(name: str, command: str) -> Step:
    """Run a command of mlspec's and show what it prints on the run's page."""
    return script(name, f'{command} >> "$GITHUB_STEP_SUMMARY"')
