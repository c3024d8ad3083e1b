"""GitHub's lock of actions: a workflow that it names ends in `startup_failure`, without a log, once it uses what the lock lacks.

The lock is made by `gh actions-lock` (public preview since 2026-10-14), whose form may still change: it is looked at as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from mlspec.compiler.project.layout import WORKFLOWS
from mlspec.diagnostics import Diagnostic, Span
from mlspec.diagnostics.words import some

LOCK = f"{WORKFLOWS}/actions.lock"
_USES = re.compile(r"uses: \"?([\w.-]+/[\w./-]+)@([0-9a-f]{40})\b")
_HELP = "`gh actions-lock`, and commit what it writes to actions.lock; generated files must stay as they are"


def unlocked(root: Path, generated: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Yield MLS0515 for each generated workflow that the lock does not name, or of which it lacks an action; none without a lock."""
    path = root / LOCK
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    for workflow, content in generated.items():
        if not workflow.startswith(f"{WORKFLOWS}/"):
            continue
        name = workflow.rpartition("/")[2]
        lacking = sorted({f"{action}@{commit[:12]}" for action, commit in _USES.findall(content) if commit not in text})
        if lacking or name not in text:
            what = f"lacks {some(lacking)}, which {name} uses" if lacking else f"does not name {name}"
            yield Diagnostic(
                "MLS0515", f"the lock of actions {what}: GitHub would not start it, and say so nowhere", Span(LOCK, 1), _HELP, "warning"
            )
