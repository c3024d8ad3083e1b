"""The digest that pins an http source: set in the spec with comments kept, and checked to be all that a proposal changes there."""

from __future__ import annotations

import json
import re
from typing import Any

from mlspec.adapters.git.repository import Repository
from mlspec.ci.propose.rules import require_allowed
from mlspec.compiler.project.layout import LEDGER, source_folder
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Edit, Fix, problem
from mlspec.language.format.fix import apply_fixes
from mlspec.language.format.propose import with_fixes
from mlspec.language.kinds.data_source import DataSource
from mlspec.language.yaml.load import load_documents
from mlspec.pipelines.plan.staleness import flatten
from mlspec.promotion.proposals.proposal import Proposal

_ROUTE = ("spec", "http", "sha256")
_HEX = re.compile(r"[0-9a-f]{64}")


def with_pin(source: Bound[DataSource], content: bytes, digest: str) -> bytes:
    """The spec's file with `http.sha256` set to `digest` (hex), all else as it is. Raises MLS0526 where it can't be edited safely."""
    http, span = source.envelope.spec.http, source.document.span(_ROUTE)
    old = http.sha256 if http and http.sha256 else ""
    wanted = Diagnostic("MLS0526", "", span, fix=Fix("pin", (Edit(span, f'"{digest}"'),), replaces=old))
    fix = with_fixes([wanted], {source.path: content})[0].fix
    edited, applied = apply_fixes(source.path, content, [fix]) if fix else (content, [])
    if not applied:
        message = f"{source.ref}: the pinned digest can't be edited where it stands"
        raise problem("MLS0526", message, help=f"set `http.sha256` to {digest} by hand, if the new content is wanted", span=span)
    return edited


def require_pin_only(repository: Repository, proposal: Proposal, project: Project) -> None:
    """Raises MLS0522 when a refresh changes more of spec, parameters or ledger than the pin and what follows from it."""
    source = project.sources.get(proposal.subject.removeprefix("source/"))
    if proposal.kind != "refresh" or source is None:
        return
    params = f"{source_folder(source.name)}/params.yaml"
    expected = {
        source.path: f"[{source.document.index}].spec.http.sha256",
        params: "[0].ingest.http.sha256",
        LEDGER: f"files.{params}",
    }
    touched = {path: key for path, key in expected.items() if path in proposal.files}
    require_allowed(proposal, (path for path, key in touched.items() if not _changes_only(repository, proposal, path, key)))


def _changes_only(repository: Repository, proposal: Proposal, path: str, key: str) -> bool:
    before, after = _values(path, repository.show(proposal.commit, path)), _values(path, proposal.files[path])
    if before is None or after is None or before.keys() != after.keys():
        return False
    changed = {k: v for k, v in after.items() if (type(v), v) != (type(before[k]), before[k])}
    digest = str(changed.get(key, "")).removeprefix("sha256:")
    return not changed or (set(changed) == {key} and _HEX.fullmatch(digest) is not None)


def _values(path: str, content: bytes | None) -> dict[str, Any] | None:
    """Every scalar of a file by its place; None for a file that can't be read."""
    if content is None:
        return None
    if path == LEDGER:
        try:
            return flatten(json.loads(content))
        except (ValueError, RecursionError):
            return None
    documents, found = load_documents(path, content)
    return None if found else flatten([d.value for d in documents])
