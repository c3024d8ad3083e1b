"""Files beside the specs that decide who may promote: trusted keys, CODEOWNERS, mlspec's own workflows, where DVC's store is.

What `promotion.loosening` compares are specs. These have no order of strictness: whoever changes one needs an owner's approval, whatever
the change says. Which files they are is told by the base branch; a new key or team is a spec, and told there.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from mlspec.compiler.project.github import CODEOWNERS_PLACES, WORKFLOW_PATTERNS
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Span
from mlspec.promotion.approvals.ask import Ask
from mlspec.promotion.verify.proposed import Change

DVC = (".dvc/config", ".dvc/config.local")
_STATES = {"A": "is new", "M": "has other bytes", "D": "was removed", "T": "is of another kind now"}


def asks_of_guards(change: Change) -> Iterator[Ask]:
    """What needs an owner's approval among the files that a change touches."""
    project = change.base.project
    owner = project.settings.envelope.metadata.owner
    guards = _guards(project)
    for path, state in sorted(change.paths.items()):
        why = next((why for pattern, why in guards.items() if _is(path, pattern)), None)
        if why:
            yield Ask(f"{path} {_STATES.get(state, 'changed')}: {why}", 1, owner=owner, span=Span(path), loosens=True)


def _guards(project: Project) -> dict[str, str]:
    """{path or pattern: what it decides}. Keys always; the others where some Policy asks for approvals, which they could take away."""
    signing = project.settings.envelope.spec.signing
    found = dict.fromkeys(signing.trusted.keys if signing else (), "its key's signatures count")
    if any(p.envelope.spec.require.approvals for p in (*project.policies.values(), *_laid(project))):
        found |= dict.fromkeys(CODEOWNERS_PLACES, "it says whom GitHub asks for a review")
        found |= dict.fromkeys(WORKFLOW_PATTERNS, "it runs the checks") | dict.fromkeys(DVC, "it says where models come from")
    return found


def _laid(project: Project) -> Iterator[Bound[Any]]:
    """Policies as overlays have them."""
    return (b for laid in project.overlays.values() for b in laid.values() if b.envelope.kind == "Policy")


def _is(path: str, pattern: str) -> bool:
    """Case plays no part: where a file system knows none, the two are one file. A link in place of a folder stands for what is below.

    Only our own pattern is one: a key's path may have brackets.
    """
    one, other = path.casefold(), pattern.casefold()
    same = fnmatchcase(one, other) if pattern in WORKFLOW_PATTERNS else one == other
    return same or other.startswith(f"{one}/")
