"""Dependabot is told too much, or too little.

The repository has a Dependabot configuration that a person wrote, so mlspec writes none. Either it bumps the actions of generated
workflows, which the next `mlspec apply` undoes (and `mlspec apply --check` refuses): those change with mlspec. Or nobody is told of new
releases of what the requirements lock pins.

Good:

    - package-ecosystem: github-actions
      directory: /
      exclude-paths: [".github/workflows/mlspec-*.yml"]
      schedule: {interval: weekly}
      cooldown: {default-days: 7}

`ignore` with the names of these actions will do too. Dependabot reads requirements from files that end in `.txt` or `.in` only; of a lock
with another name the rule says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.compiler.project.codeowners import fits
from mlspec.compiler.project.github import DEPENDABOT_PLACES, DEPENDABOT_READS, GENERATED_WORKFLOWS, actions_used
from mlspec.compiler.project.layout import WORKFLOWS
from mlspec.diagnostics import Severity
from mlspec.language.yaml.header import is_ejected
from mlspec.language.yaml.load import load_documents

SEVERITY: Severity = "warning"
ON = True

_WORKFLOW = GENERATED_WORKFLOWS.replace("*", "ci")


def check(view: View) -> Iterator[Finding]:
    file = next((path for path in DEPENDABOT_PLACES if path in view.project.hand_written), None)
    content = view.project.hand_written[file] if file else b""
    entries = _entries(file, content) if file and not is_ejected(content) else None
    if entries is None:
        return
    actions = actions_used(by_app=view.settings.envelope.spec.ci.app is not None)
    if any(_bumps_generated(entry, actions) for entry in entries):
        advice = f'add `exclude-paths: ["{GENERATED_WORKFLOWS}"]` to its github-actions entry, or ignore {", ".join(actions)}'
        yield Finding(view.settings, ("metadata", "name"), f"{file} lets Dependabot bump the actions of generated workflows", advice)
    lock = view.settings.envelope.spec.requirements
    if lock is not None and lock.endswith(DEPENDABOT_READS) and not any(_reads(entry, lock) for entry in entries):
        folder = PurePosixPath("/") / PurePosixPath(lock).parent
        line = f'- {{package-ecosystem: pip, directory: "{folder}", schedule: {{interval: weekly}}, cooldown: {{default-days: 7}}}}'
        message = f"{file} has no entry for the requirements lock"
        yield Finding(view.settings, ("spec", "requirements"), message, f"add `{line}` to `updates`")


def _entries(file: str, content: bytes) -> list[Mapping[str, Any]] | None:
    """What the configuration updates; None where it can't be read: GitHub says so itself."""
    documents, problems = load_documents(file, content)
    value = documents[0].value if len(documents) == 1 and not problems else None
    updates = value.get("updates") if isinstance(value, dict) else None
    return [entry for entry in updates if isinstance(entry, dict)] if isinstance(updates, list) else None


def _bumps_generated(entry: Mapping[str, Any], actions: Iterable[str]) -> bool:
    covers = any(folder in ("", WORKFLOWS) or "*" in folder for folder in _folders(entry))
    if entry.get("package-ecosystem") != "github-actions" or not covers or entry.get("open-pull-requests-limit") == 0:
        return False
    return not _excluded(entry) and not all(_ignored(entry, action) for action in actions)


def _folders(entry: Mapping[str, Any]) -> list[str]:
    return [folder.strip("/") for folder in [*_texts(entry.get("directory")), *_texts(entry.get("directories"))]]


def _texts(value: object) -> list[str]:
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]


def _excluded(entry: Mapping[str, Any]) -> bool:
    patterns = [pattern.strip("/") for pattern in _texts(entry.get("exclude-paths"))]
    return any(fits(p, _WORKFLOW) or f"{_WORKFLOW}/".startswith(f"{p}/") or fits(p, _WORKFLOW.rpartition("/")[2]) for p in patterns)


def _ignored(entry: Mapping[str, Any], action: str) -> bool:
    """Whether every version of an action is ignored."""
    rules = entry.get("ignore")
    whole = [r for r in (rules if isinstance(rules, list) else []) if isinstance(r, dict) and not {"versions", "update-types"} & {*r}]
    return any(fits(name, action) for rule in whole for name in _texts(rule.get("dependency-name")))


def _reads(entry: Mapping[str, Any], lock: str) -> bool:
    folder = str(PurePosixPath(lock).parent).removeprefix(".")
    return entry.get("package-ecosystem") in ("pip", "uv") and any(f == folder or "*" in f for f in _folders(entry))
