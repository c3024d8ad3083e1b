"""GitHub's lock of actions: a workflow that it names ends in `startup_failure`, without a log, once it uses what the lock lacks.

The lock is made by `gh actions-lock` (public preview since 2026-10-14; schemas in github/actions-lockfile): under `workflows` each file
lists the `owner/name@ref` that it uses, and `dependencies` has the commit of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import WORKFLOWS
from mlspec.diagnostics import Diagnostic, Span
from mlspec.diagnostics.words import some
from mlspec.language.yaml.load import load_documents

LOCK = f"{WORKFLOWS}/actions.lock"
_USES = re.compile(r"uses: \"?([\w.-]+/[\w./-]+)@([0-9a-f]{40})\b")
_HELP = "have the lock made anew, and commit it; `mlspec apply --check` says whether that changed a generated file: their commits must stay"


def unlocked(root: Path, generated: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Yield MLS0515 for each generated workflow that the lock does not name, or of which it lacks an action; none without a lock."""
    path = root / LOCK
    if not path.is_file():
        return
    lock = _read(path.read_bytes())
    if lock is None:
        yield _told("can't be read, or has a form that is not known here: whether generated workflows start is not known")
        return
    for workflow, content in generated.items():
        if workflow.startswith(f"{WORKFLOWS}/") and (why := _why(lock, workflow, content)):
            yield _told(why)


def _read(content: bytes) -> dict[str, dict[str, Any]] | None:
    documents, _ = load_documents(LOCK, content)
    value = documents[0].value if len(documents) == 1 else None
    if not isinstance(value, dict):
        return None
    parts = {key: part for key in ("workflows", "dependencies") if isinstance(part := value.get(key), dict)}
    return parts if len(parts) == 2 else None


def _why(lock: Mapping[str, Mapping[str, Any]], workflow: str, content: str) -> str:
    """Another workflow's entry is none of this one's, and neither is a tag's."""
    name, listed = workflow.rpartition("/")[2], lock["workflows"].get(workflow)
    if not isinstance(listed, list):
        return f"does not name {name}: GitHub may not start it, and say so nowhere"
    used = sorted({f"{action}@{commit}" for action, commit in _USES.findall(content)})
    lacking = [f"{use[:-28]}" for use in used if use not in listed or not _has(lock["dependencies"].get(use), use[-40:])]
    return f"lacks {some(lacking)}, which {name} uses: GitHub would not start it, and say so nowhere" if lacking else ""


def _has(entry: Any, commit: str) -> bool:
    return isinstance(entry, dict) and entry.get("commit") in (commit, f"sha1-{commit}")


def _told(what: str) -> Diagnostic:
    return Diagnostic("MLS0515", f"the lock of actions {what}", Span(LOCK, 1), _HELP, "warning")
